"""Latency budgets: how old a packet may become between two nodes, and which hop broke that.

A packet carries when it was captured, so its deadline is known at every hop: who has passed it is dropped there, before
more work is done on it, and the edge counts it as `expired`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import networkx as nx

from sensegraph.errors import closest
from sensegraph.graph import Graph
from sensegraph.spec import Budget, EdgeSpec
from sensegraph.strict_yaml import Value

Say = Callable[[str, str, str], None]
"""Notes a problem: place, thing, remedy."""

KEYS = ("from", "to", "ms")
EXAMPLE = "Write it as {from: camera, to: view, ms: 150}."


def read(value: Value | None, say: Say) -> tuple[Budget, ...]:
    """Return the budgets of a graph file, as far as they can be read."""
    if value is None:
        return ()
    if not isinstance(value.plain, list):
        say(value.where, "budgets must be a list", EXAMPLE)
        return ()
    found = []
    for number, entry in enumerate(value.plain, start=1):
        what = f"budgets, number {number}"
        if not isinstance(entry.plain, dict):
            say(entry.where, f"{what}: {entry.unwrap()!r} is no budget", EXAMPLE)
            continue
        for key in entry.plain:
            if key not in KEYS:
                say(entry.key_where[key], f"{what}: there is no key '{key}'", closest(key, KEYS, EXAMPLE))
        lacks = [key for key in KEYS if key not in entry.plain]
        if lacks:
            say(entry.where, f"{what}: {' and '.join(map(repr, lacks))} missing", EXAMPLE)
            continue
        source, target, ms = (entry.plain[key] for key in KEYS)
        if type(ms.plain) not in (int, float) or not 0 < ms.plain < float("inf"):
            say(ms.where, f"{what}: {ms.unwrap()!r} is no time in milliseconds", "For example 150.")
        elif not isinstance(source.plain, str) or not isinstance(target.plain, str):
            say(entry.where, f"{what}: 'from' and 'to' are names of nodes", EXAMPLE)
        else:
            found.append(Budget(source.plain, target.plain, float(ms.plain), entry.where))
    return tuple(found)


def check(budgets: Sequence[Budget], network: nx.MultiDiGraph[str], sources: Sequence[str], say: Say) -> None:
    """Tell which budgets mean nothing: each goes from a source to a node that it feeds."""
    for each in budgets:
        for name in (each.source, each.target):
            if name not in network:
                say(each.where, f"budgets: there is no node '{name}'", closest(name, network, f"{', '.join(network)}."))
        if not {each.source, each.target} <= set(network):
            continue
        if each.source not in sources:
            some = ", ".join(sources) or "none"
            say(each.where, f"budgets: '{each.source}' is no source, where time begins to run", f"Sources: {some}.")
        elif each.target not in nx.descendants(network, each.source):
            say(each.where, f"budgets: nothing flows from '{each.source}' to '{each.target}'", "Name a node behind it.")


def of_edge(budgets: Sequence[Budget], network: nx.MultiDiGraph[str], edge: EdgeSpec) -> float | None:
    """Return the least budget of all on whose way an edge lies, in ms; None where it is on none."""
    return min((each.ms for each in budgets if _on_way(network, each, edge.source, edge.target)), default=None)


def told(graph: Graph, edges: Mapping[str, Mapping[str, Any]], nodes: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return a line for each budget of a run: how many packets broke it, and in front of which node.

    Args:
        graph: What ran.
        edges: Edge name -> its ledger, as in a snapshot.
        nodes: Node -> its figures, likewise.
    """
    lines = []
    for budget in graph.budgets:
        way = [edge for edge in graph.edges if _on_way(graph.network, budget, edge.source, edge.target)]
        late = {edge.name: edges[edge.name]["dropped"].get("expired", 0) for edge in way if edge.name in edges}
        age = nodes.get(budget.target, {}).get("age_ms_p95", 0.0)
        line = f"budget {budget.source} to {budget.target}, {budget.ms:g} ms: "
        broken = [f"{late[edge.name]} from {edge.source} to {edge.target}" for edge in way if late.get(edge.name)]
        line += f"{sum(late.values())} packets too late" + (f" ({', '.join(broken)})" if broken else "")
        lines.append(f"{line}; age at {budget.target} {age:.0f} ms (p95)")
    return lines


def _on_way(network: nx.MultiDiGraph[str], budget: Budget, source: str, target: str) -> bool:
    begun = source == budget.source or source in nx.descendants(network, budget.source)
    return begun and (target == budget.target or target in nx.ancestors(network, budget.target))
