"""`sensegraph top`: what a run does, as a table that is redrawn."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from typing import Any

import click
from rich.box import SIMPLE
from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from sensegraph.control import find_run
from sensegraph.readings import readings, snapshot
from sensegraph.rundir import Run


@click.command()
@click.argument("run", required=False)
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each interval.")
@click.option("--once", is_flag=True, help="Measure one interval, print it, and end.")
@click.option("--interval", type=click.FloatRange(0.2, 60), default=1.0, show_default=True, help="Seconds.")
@click.option(
    "--prometheus", "port", type=click.IntRange(0, 65535), help="Serve http://127.0.0.1:PORT/metrics instead."
)
def top(run: str | None, as_json: bool, once: bool, interval: float, port: int | None) -> None:
    """Show what a run does: its nodes and its edges.

    RUN is the name of a graph that runs, or the number of its process; without it, the only run.
    """
    found = find_run(run)
    if port is not None:
        _serve(found, port)
        return
    measured: Iterable[dict[str, Any]] = readings(found, interval)
    if once:
        measured = itertools.islice(measured, 1)
    if as_json:
        for each in measured:
            click.echo(json.dumps({"graph": found.graph} | each))
    else:
        _draw(found, measured, once)


def _draw(run: Run, measured: Iterable[dict[str, Any]], once: bool) -> None:
    console = Console()
    if once or not console.is_terminal:
        for each in measured:
            console.print(picture(run, each))
        return
    with Live(console=console, auto_refresh=False, screen=True) as live:
        for each in measured:
            live.update(picture(run, each), refresh=True)
    click.echo(f"the run of '{run.graph}' has ended")


def _serve(run: Run, port: int) -> None:
    from sensegraph.prometheus import server

    with server(run.graph, lambda: snapshot(run), port) as metrics:
        click.echo(f"http://127.0.0.1:{metrics.server_address[1]}/metrics, until Ctrl-C")
        metrics.serve_forever()


def picture(run: Run, reading: dict[str, Any]) -> Group:
    """Return the tables of one reading."""
    title = f"{escape(run.graph)} (process {run.pid}), {reading['phase']} for {reading['elapsed_s']:.0f} s"
    return Group(_nodes(title, reading["nodes"]), _edges(reading["edges"]))


def _nodes(title: str, nodes: dict[str, dict[str, Any]]) -> Table:
    headings = ("node", "state", "per s", "ms p50 p95", "age p50 p95", "CPU %", "MB", "starts", "says")
    table = _table(headings, nodes, title)
    for name, node in nodes.items():
        megabytes = "" if node["rss_bytes"] is None else f"{node['rss_bytes'] / 1e6:.0f}"
        table.add_row(
            escape(name), node["state"], f"{node['per_s']:.1f}", f"{node['ms_p50']:.1f} {node['ms_p95']:5.1f}",
            f"{node['age_ms_p50']:.0f} {node['age_ms_p95']:5.0f}", f"{node['cpu_percent']:.0f}", megabytes,
            str(1 + node["restarts"]), escape(" · ".join(node["headlines"].values())),
            style="" if node["state"] == "running" else "yellow",
        )  # fmt: skip
    return table


def _edges(edges: dict[str, dict[str, Any]]) -> Table:
    shown = {name.replace(">", " > "): edge for name, edge in edges.items()}
    table = _table(("edge", "made per s", "in flight", "dropped"), shown)
    for name, edge in shown.items():
        reasons = ", ".join(f"{count} {reason}" for reason, count in edge["dropped"].items())
        lost = f"{edge['dropped_per_s']:.1f} per s, {reasons}" if reasons else ""
        table.add_row(
            escape(name), f"{edge['made_per_s']:.1f}", str(edge["in_flight"]), lost,
            style="yellow" if edge["dropped_per_s"] else "",
        )  # fmt: skip
    return table


def _table(headings: Iterable[str], names: Iterable[str], title: str | None = None) -> Table:
    """Return a table that starts with names; where there is no room, its last column is cut short."""
    table = Table(title=title, title_justify="left", box=SIMPLE, padding=(0, 1, 0, 0), pad_edge=False)
    first, *others, last = headings
    widest = {"state": len("starting"), "MB": 4}
    table.add_column(first, no_wrap=True, min_width=max(map(len, [first, *names])))
    for heading in others:
        table.add_column(heading, justify="right", no_wrap=True, min_width=widest.get(heading, len(heading)))
    table.add_column(last, no_wrap=True)
    return table
