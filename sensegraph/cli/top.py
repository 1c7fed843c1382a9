"""`sensegraph top`: what a run does, as a table that is redrawn."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from typing import Any

import click
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table

from sensegraph.cli.table import figures
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
    title = f"{run.graph} (process {run.pid}), {reading['phase']} for {reading['elapsed_s']:.0f} s"
    return Group(_nodes(title, reading["nodes"]), _edges(reading["edges"]))


def _nodes(title: str, nodes: dict[str, dict[str, Any]]) -> Table:
    headings = ("node", "state", "per s", "ms p50 p95", "age p50 p95", "CPU %", "MB", "starts", "says")
    rows = [
        (name, node["state"], f"{node['per_s']:.1f}", f"{node['ms_p50']:.1f} {node['ms_p95']:5.1f}",
         f"{node['age_ms_p50']:.0f} {node['age_ms_p95']:5.0f}", f"{node['cpu_percent']:.0f}",
         "" if node["rss_bytes"] is None else f"{node['rss_bytes'] / 1e6:.0f}", str(1 + node["restarts"]),
         " · ".join([*([f"reduced: {node['reduced']}"] if node["reduced"] else ()), *node["headlines"].values()]))
        for name, node in nodes.items()
    ]  # fmt: skip
    return figures(headings, rows, title=title, marked=[node["state"] != "running" for node in nodes.values()])


def _edges(edges: dict[str, dict[str, Any]]) -> Table:
    rows = [
        (name.replace(">", " > "), f"{edge['made_per_s']:.1f}", str(edge["in_flight"]), _lost(edge))
        for name, edge in edges.items()
    ]
    marked = [edge["dropped_per_s"] > 0 for edge in edges.values()]
    return figures(("edge", "made per s", "in flight", "dropped"), rows, marked=marked)


def _lost(edge: dict[str, Any]) -> str:
    reasons = ", ".join(f"{count} {reason}" for reason, count in edge["dropped"].items())
    return f"{edge['dropped_per_s']:.1f} per s, {reasons}" if reasons else ""
