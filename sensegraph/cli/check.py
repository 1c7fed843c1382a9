"""`sensegraph check`: everything that is wrong with graph files, and what a run of them will do."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console, Group

from sensegraph.check import check as check_graph
from sensegraph.check import check_file
from sensegraph.cli import tell
from sensegraph.cli.table import figures
from sensegraph.errors import GraphError, Problem, RunError, SensegraphError
from sensegraph.flags import with_sinks
from sensegraph.graph import Graph
from sensegraph.load import find_graph
from sensegraph.node import Source
from sensegraph.privacy import told
from sensegraph.resources import display_available
from sensegraph.spec import GraphSpec, Pace


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--trust", is_flag=True, help="Import the user's own node files, to check their ports as well.")
@click.option("--predict", is_flag=True, help="Tell rates, load, drops and age, from what `profile` measured.")
@click.option("--pace", type=click.Choice([pace.value for pace in Pace]), default="live", help="For --predict.")
@click.option("--cores", type=click.IntRange(1), default=os.cpu_count(), show_default=True, help="For --predict.")
@click.option("--rate", "rates", multiple=True, metavar="NODE=HZ", help="For --predict: what a source will make.")
def check(files: tuple[str, ...], trust: bool, predict: bool, pace: str, cores: int, rates: tuple[str, ...]) -> int:
    """Check graph FILES; starts nothing and imports no file of yours without --trust."""
    code = 0
    for name in files:
        try:
            spec = check_file(find_graph(name), trust=trust)
            click.echo(f"{Path(name)}: {len(spec.nodes)} nodes, {len(spec.edges)} edges, no problem")
            for text in _privacy(spec, check_graph(spec, trust=trust)):
                click.echo(f"  {text}")
            if predict:
                Console().print(_prediction(spec, Pace(pace), cores, trust, _rates(rates)))
        except SensegraphError as error:
            tell(str(error))
            code = error.exit_code
    return code


def _privacy(spec: GraphSpec, graph: Graph) -> list[str]:
    """Return a line for each stream with labels, and one for each node behind which they could not be followed."""
    labelled = [edge.target for edge in spec.edges if f"{edge.source}.{edge.output}" in graph.privacy]
    hidden = [name for name in spec.nodes if name in labelled and name not in graph.nodes]
    return told(graph.privacy) + [f"not followed behind {each}: it is not imported without --trust" for each in hidden]


def _rates(given: tuple[str, ...]) -> dict[str, float]:
    found = {}
    for each in given:
        name, _, hertz = each.partition("=")
        try:
            found[name] = float(hertz)
        except ValueError:
            found[name] = 0.0
        if not 0 < found[name] < 1e4:
            raise GraphError([Problem(f"--rate {each}", "is not NODE=HZ", "For example camera=30.")])
    return found


def _prediction(spec: GraphSpec, pace: Pace, cores: int, trust: bool, rates: dict[str, float]) -> Group:
    from sensegraph.costs import Costs
    from sensegraph.forecast import forecast

    spec = with_sinks(spec, headless=not display_available())
    graph = check_graph(spec, trust=trust, pace=pace)
    if not spec.nodes:
        raise RunError("without a display nothing of the graph is left to predict")
    if hidden := spec.nodes.keys() - graph.nodes.keys():
        raise RunError(f"{', '.join(sorted(hidden))}: a node file that is not imported\n  Give --trust to predict.")
    costs = Costs().of(graph)
    if missing := [name for name in graph.nodes if name not in costs]:
        how = "Measure it first: sensegraph profile GRAPH."
        raise RunError(f"{', '.join(missing)}: what it costs on this machine is not known\n  {how}")
    sources = [name for name, node in graph.nodes.items() if issubclass(node.type, Source)]
    if strange := sorted(rates.keys() - set(sources)):
        what = "is no source of the graph"
        raise GraphError([Problem(f"--rate {strange[0]}", what, f"It has {', '.join(sources)}.")])
    costs |= {name: replace(costs[name], rate_hz=hertz) for name, hertz in rates.items()}
    made = forecast(graph, costs, pace, cores)
    rows = [
        (name, f"{node.calls_hz:.1f}", f"{100 * node.load:.0f}", f"{node.age_ms:.0f}" if pace is Pace.LIVE else "")
        for name, node in made.nodes.items()
    ]
    lost = [(name.replace(">", " > "), f"{100 * share:.0f} %") for name, share in made.dropped.items()]
    held = f", {made.speed:.2f} x real time" if pace is Pace.FAST or made.speed < 0.99 else ""
    title = f"{pace.value} pace: {made.cores:.2f} of {cores} cores busy{held}"
    tables = [figures(("node", "calls per s", "load %", "age ms"), rows, title=title)]
    return Group(*tables, *([figures(("edge", "dropped"), lost)] if lost else []))
