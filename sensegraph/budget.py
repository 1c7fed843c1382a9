"""Latency budgets: how old a packet may become between two nodes, and which hop broke that.

A packet carries when it was captured, so its deadline is known at every hop: who has passed it is dropped there, before
more work is done on it, and the edge counts it as `expired`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import networkx as nx

from sensegraph import way
from sensegraph.errors import Say
from sensegraph.graph import Graph
from sensegraph.spec import Budget, EdgeSpec
from sensegraph.strict_yaml import Value

PLURAL = "budgets"
EXAMPLE = "Write it as {from: camera, to: view, ms: 150}."


def read(value: Value | None, say: Say) -> tuple[Budget, ...]:
    """Return the budgets of a graph file, as far as they can be read."""
    found = []
    for entry in way.read(value, say, PLURAL, "ms", EXAMPLE):
        ms = entry.value.plain
        if type(ms) in (int, float) and 0 < ms < float("inf"):
            found.append(Budget(entry.source, entry.target, float(ms), entry.where))
        else:
            what = f"{entry.what}: {entry.value.unwrap()!r} is no time in milliseconds"
            say(entry.value.where, what, "For example 150.")
    return tuple(found)


def check(budgets: Sequence[Budget], network: nx.MultiDiGraph[str], sources: Sequence[str], say: Say) -> None:
    """Tell which budgets mean nothing: each goes from a source to a node that it feeds."""
    for each in budgets:
        if way.leads(each, network, say, PLURAL) and each.source not in sources:
            some = ", ".join(sources) or "none"
            say(each.where, f"budgets: '{each.source}' is no source, where time begins to run", f"Sources: {some}.")


def of_edge(budgets: Sequence[Budget], network: nx.MultiDiGraph[str], edge: EdgeSpec) -> float | None:
    """Return the least budget of all on whose way an edge lies, in ms; None where it is on none."""
    return min((each.ms for each in budgets if way.lies_on(each, network, edge.source, edge.target)), default=None)


def told(graph: Graph, edges: Mapping[str, Mapping[str, Any]], nodes: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return a line for each budget of a run: how many packets broke it, and in front of which node.

    Args:
        graph: What ran.
        edges: Edge name -> its ledger, as in a snapshot.
        nodes: Node -> its figures, likewise.
    """
    lines = []
    for budget in graph.budgets:
        crossed = [e for e in graph.edges if way.lies_on(budget, graph.network, e.source, e.target)]
        late = {edge.name: edges[edge.name]["dropped"].get("expired", 0) for edge in crossed if edge.name in edges}
        age = nodes.get(budget.target, {}).get("age_ms_p95", 0.0)
        line = f"budget {budget.source} to {budget.target}, {budget.ms:g} ms: "
        broken = [f"{late[edge.name]} from {edge.source} to {edge.target}" for edge in crossed if late.get(edge.name)]
        line += f"{sum(late.values())} packets too late" + (f" ({', '.join(broken)})" if broken else "")
        lines.append(f"{line}; age at {budget.target} {age:.0f} ms (p95)")
    return lines
