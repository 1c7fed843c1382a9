"""`sensegraph edges`: how the payloads of each edge travel, planned or measured."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from sensegraph.check import check
from sensegraph.cli.table import figures
from sensegraph.control import ask, find_run
from sensegraph.graph import Edge, Graph
from sensegraph.load import find_graph, load
from sensegraph.rundir import running
from sensegraph.spec import Medium, Pace, Policy, Transport

Edges = Mapping[str, Mapping[str, Any]]


@click.command()
@click.argument("graph")
@click.option("--trust", is_flag=True, help="Import the user's own node files of a graph file.")
@click.option("--pace", type=click.Choice([pace.value for pace in Pace]), default="live", help="Of a graph file.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def edges(graph: str, trust: bool, pace: str, as_json: bool) -> None:
    """Show how the payloads of each edge travel: by which carrier, how much, copied how often.

    GRAPH is one that runs, by its name or the number of its process; or else a graph file, of which the plan is shown.
    """
    if any(graph in (run.graph, str(run.pid)) for run in running()):
        shot = ask(find_run(graph), {"kind": "snapshot"})
        measured, elapsed_s = shot["edges"], shot["elapsed_s"]
        told = {name: _travelled(edge, elapsed_s) for name, edge in measured.items()}
        table = edge_table(measured, elapsed_s)
    else:
        checked = check(load(find_graph(graph)), trust=trust, pace=Pace(pace))
        told = plan(checked)
        rows = [
            (_arrow(name), each["carrier"], str(each["may_wait"]), ", ".join(each["privacy"]), each["flow"])
            for name, each in told.items()
        ]
        table = figures(("edge", "carrier", "may wait", "privacy", "flow"), rows)
    if as_json:
        click.echo(json.dumps(told, indent=2))
    else:
        Console().print(table)


def edge_table(measured: Edges, elapsed_s: float) -> Table:
    """Return the table of the edges of a run.

    Args:
        measured: Edge name -> its ledger.
        elapsed_s: How long the run has lasted, in seconds.
    """
    headings = ("edge", "made", "delivered", "carrier", "MB/s", "copies", "dropped")
    rows = []
    for name, edge in measured.items():
        told = _travelled(edge, elapsed_s)
        dropped = ", ".join(f"{count} {reason}" for reason, count in edge["dropped"].items())
        carried = ("", "") if told["copies"] is None else (f"{told['bytes_per_s'] / 1e6:.1f}", f"{told['copies']:.3g}")
        rows.append((_arrow(name), str(edge["made"]), str(edge["delivered"]), told["carrier"], *carried, dropped))
    return figures(headings, rows)


def _travelled(edge: Mapping[str, Any], elapsed_s: float) -> dict[str, Any]:
    """Return carrier, bytes per second and copies per payload of an edge, with its ledger."""
    total = sum(edge["carried"].values())
    carriers = sorted(edge["carried"], key=lambda each: -edge["carried"][each])
    return dict(edge) | {
        "carrier": "+".join(each for each in carriers if edge["carried"][each]),
        "bytes_per_s": total / max(elapsed_s, 1e-3),
        "copies": edge["copied"] / total if total else None,
    }


def plan(graph: Graph) -> dict[str, dict[str, Any]]:
    """Return edge name -> `carrier`, `flow` (its policy and options, in words), `may_wait` (packets), `privacy`."""
    from sensegraph.transport.segment import available_medium
    from sensegraph.transport.writer import Writer

    medium = available_medium()
    return {
        edge.name: {
            "carrier": _planned(graph, edge, medium),
            "flow": _flow(edge),
            "may_wait": Writer(edge.policy, edge.queue).capacity,
            "privacy": sorted(graph.privacy.get(edge.stream, ())),
        }
        for edge in graph.edges
    }


def _planned(graph: Graph, edge: Edge, medium: Medium) -> str:
    if graph.nodes[edge.source].process == graph.nodes[edge.target].process:
        return "memory"
    port = graph.nodes[edge.source].type.outputs[edge.output]
    if not port.holds_arrays:
        return "inline"
    large = "frame" if medium is Medium.NONE else "slot!" if edge.transport is Transport.SHM else "slot"
    return large if port.type is np.ndarray else f"{large} or inline"


def _flow(edge: Edge) -> str:
    parts = [edge.policy.value]
    parts += [f"queue {edge.queue}"] if edge.policy is not Policy.LATEST else []
    parts += [f"sample {edge.sample}"] if edge.sample > 1 else []
    parts += [f"expire {edge.expire_ms:g} ms"] if edge.expire_ms is not None else []
    return ", ".join(parts)


def _arrow(name: str) -> str:
    return name.replace(">", " > ")
