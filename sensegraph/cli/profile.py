"""`sensegraph profile`: what the nodes of a graph cost on this machine."""

from __future__ import annotations

import functools
import signal
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click
from rich.console import Console

from sensegraph.cli.graph_command import SETS, GraphCommand, pairs, params_given
from sensegraph.cli.status import fetch_models
from sensegraph.cli.table import figures
from sensegraph.costs import Costs, measure
from sensegraph.errors import RunError, SensegraphError
from sensegraph.graph import Graph
from sensegraph.launch import execute, models_of, prepare
from sensegraph.load import find_graph, load
from sensegraph.spec import Pace
from sensegraph.summary import Snapshot

WARM_S = 3.0
"""Models and caches warm up for so long before anything is measured."""


@click.command(cls=GraphCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("graph")
@click.option("--seconds", type=click.FloatRange(1.0, 3600.0), default=15.0, show_default=True, help="How long.")
@SETS
@click.pass_context
def profile(ctx: click.Context, /, graph: str, seconds: float, sets: Sequence[str], **given: Any) -> int:
    """Run GRAPH in live pace, measure its nodes, and keep what they cost.

    `sensegraph check GRAPH --predict` tells from it what a run will do.
    """
    spec = load(find_graph(graph), params_given(ctx, given), pairs(sets))
    checked, _ = prepare(spec, pace=Pace.LIVE, say=functools.partial(click.echo, err=True))
    fetch_models(models_of(checked))
    before, after = _observe(checked, seconds)
    costs = measure(checked, asdict(before), asdict(after))
    if missing := [name for name in checked.nodes if name not in costs]:
        raise RunError(f"{', '.join(missing)}: not called in {seconds:g} s\n  Measure for longer: --seconds 60.")
    rows = [
        (name, f"{cost.work_ms:.2f}", f"{cost.cpu_ms:.2f}", f"{cost.hold_ms:.0f}" if cost.hold_ms else "",
         " ".join(f"{port} {count:.2f}" for port, count in cost.outputs.items()))
        for name, cost in costs.items()
    ]  # fmt: skip
    Console().print(figures(("node", "ms a call", "CPU ms", "holds ms", "packets a call"), rows))
    click.echo(f"kept in {Costs().add(checked, costs)}")
    return 0


def _observe(graph: Graph, seconds: float) -> tuple[Snapshot, Snapshot]:
    """Run a graph for a while; returns its state after the warm-up and at the end of the measurement."""
    shots: list[Snapshot] = []
    began = [0.0]

    def watch(shot: Snapshot) -> None:
        if shot.phase != "running":
            return
        began[0] = began[0] or shot.elapsed_s
        passed = shot.elapsed_s - began[0]
        if not shots and passed >= WARM_S:
            shots.append(shot)
        elif len(shots) == 1 and passed >= WARM_S + seconds:
            shots.append(shot)
            signal.raise_signal(signal.SIGINT)  # the same end in order as by Ctrl-C

    summary = execute(graph, pace=Pace.LIVE, watch=watch)
    if summary.error:
        error = SensegraphError(summary.error)
        error.exit_code = summary.exit_code
        raise error
    if len(shots) < 2:
        raise RunError(
            f"the graph ended after {summary.last.elapsed_s:.0f} s, before {WARM_S + seconds:g} s were measured\n"
            "  Give it a longer source, or less --seconds."
        )
    return shots[0], shots[1]
