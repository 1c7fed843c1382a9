"""Shadows: nodes that stand beside others on the same packets, to be compared, and can neither delay nor fail them.

Edges into a shadow keep the newest packet, in fast pace too, its process has a lower priority, and when it fails for
good it is given up and the run goes on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from sensegraph import privacy
from sensegraph.errors import Say, closest
from sensegraph.graph import Graph
from sensegraph.node import Node, results_of
from sensegraph.spec import EdgeSpec, GraphSpec, NodeSpec, Policy
from sensegraph.strict_yaml import Value

AGREEMENT = "agreement:"
"""Begins the names of the nodes that compare; no node of a graph file can be called so."""
TYPE = "sensegraph.agreement:Agreement"
WAITING = 256
"""Results of the main node that may wait for those of its shadow: a minute of predictions."""
ALONE = ""
"""In the place of a node's name: a shadow that is compared with nothing."""


def read(value: Value | None, what: str, say: Say) -> str | None:
    """Return beside which node a node stands: a name, `ALONE` for `true`, None for one that is no shadow."""
    if value is None or value.plain is False:
        return None
    if value.plain is True:
        return ALONE
    if isinstance(value.plain, str) and value.plain:
        return value.plain
    say(
        value.where, f"{what}.shadow: {value.unwrap()!r} is no node", "Name the node that it is compared with, or true."
    )
    return None


def check(spec: GraphSpec, kinds: Mapping[str, type[Node]], say: Say) -> None:
    """Tell which shadows could not be: they lead to shadows only, have processes of their own and hold nobody back."""
    shadows = {name: node.shadow for name, node in spec.nodes.items() if node.shadow is not None}
    for name, main in shadows.items():
        where = spec.nodes[name].where
        if main == ALONE:
            continue
        if main not in spec.nodes or main in shadows:
            others = [each for each in spec.nodes if each not in shadows]
            what = "there is no node" if main not in spec.nodes else "a shadow itself is"
            say(where, f"{name}.shadow: {what} '{main}'", closest(main, others, f"Name one of {', '.join(others)}."))
        elif {name, main} <= kinds.keys() and not _compared(kinds[name], kinds[main]):
            say(where, f"{name}.shadow: it makes no results that '{main}' makes too", "Write `shadow: true`.")
    for edge in spec.edges:
        if edge.source in shadows and edge.target in spec.nodes and edge.target not in shadows:
            what = f"{edge.target}.inputs.{edge.input}: '{edge.source}' is a shadow: nothing may rest on it"
            say(edge.where, what, f"Make '{edge.target}' a shadow too, or take another node.")
        if edge.target in shadows and edge.source not in shadows and edge.policy is Policy.BLOCK:
            what = f"{edge.target}.inputs.{edge.input}: a shadow may not hold '{edge.source}' back"
            say(edge.where, what, "Take latest or drop_oldest.")
    for name in shadows:
        group = spec.nodes[name].process or name
        beside = [n for n, node in spec.nodes.items() if n not in shadows and (node.process or n) == group]
        if beside:
            what = f"{name}.process: a shadow cannot share the process of '{beside[0]}'"
            say(spec.nodes[name].where, what, "Give it one of its own.")


def _compared(kind: type[Node], main: type[Node]) -> list[str]:
    """Return the results that both make."""
    return [port for port in results_of(kind) if port in results_of(main)]


def policy(spec: GraphSpec, edge: EdgeSpec) -> Policy | None:
    """Return the policy of an edge that leads from the rest of a graph into a shadow; None for other edges."""
    if spec.nodes[edge.target].shadow is None or spec.nodes[edge.source].shadow is not None:
        return None
    return Policy.DROP_OLDEST if edge.policy is Policy.DROP_OLDEST else Policy.LATEST


def with_agreements(spec: GraphSpec, kinds: Mapping[str, type[Node]]) -> GraphSpec:
    """Return the graph with a node for each shadow that compares what it makes with what its main node makes.

    Args:
        spec: The graph as written.
        kinds: The class of each node, as far as they are found.
    """
    if all(node.shadow is None for node in spec.nodes.values()):
        return spec
    nodes, edges = dict(spec.nodes), list(spec.edges)
    private = privacy.kept_back(privacy.follow(spec, kinds))
    for name, node in spec.nodes.items():
        main = node.shadow or ALONE
        for port in _compared(kinds[name], kinds[main]) if {name, main} <= kinds.keys() else ():
            if private.keys() & {f"{name}.{port}", f"{main}.{port}"}:
                continue  # a report would tell of them
            comparing = f"{AGREEMENT}{name}.{port}"
            process = node.process or name
            nodes[comparing] = NodeSpec(comparing, TYPE, {}, process=process, where=node.where, shadow=ALONE)
            edges.append(EdgeSpec(name, port, comparing, "shadow", where=node.where))
            edges.append(EdgeSpec(main, port, comparing, "main", Policy.DROP_OLDEST, WAITING, where=node.where))
    return dataclasses.replace(spec, nodes=nodes, edges=tuple(edges))


def without_shadows(spec: GraphSpec) -> GraphSpec:
    """Return the graph without its shadows, and what is left of it the same."""
    return spec.without([name for name, node in spec.nodes.items() if node.shadow is not None])


def told(
    graph: Graph, nodes: Mapping[str, Mapping[str, Any]], reports: Mapping[str, Mapping[str, Any]]
) -> Sequence[str]:
    """Return a line for each comparison of a run: how often both agreed, what either needed.

    Args:
        graph: What ran.
        nodes: Node -> its figures, as in a snapshot.
        reports: Node -> what it reported at its end.
    """
    lines = []
    for name in graph.nodes:
        if name.startswith(AGREEMENT):
            shadow, main = (edge.source for edge in graph.inputs_of(name))
            report = reports.get(name, {})
            same = f"{report['agreement']:.1%} of {report['compared']}" if report.get("compared") else "none of 0"
            line = f"shadow '{shadow}' beside '{main}': the same in {same} results"
            line += f", {report['missing']} not compared" if report.get("missing") else ""
            lines.append(line + "".join(f"; {each}" for each in _cost(nodes.get(shadow), nodes.get(main))))
    return lines


def _cost(shadow: Mapping[str, Any] | None, main: Mapping[str, Any] | None) -> list[str]:
    if not shadow or not main:
        return []
    return [
        f"{shadow['ms_p50']:.1f} against {main['ms_p50']:.1f} ms a packet (p50)",
        f"age {shadow['age_ms_p50']:.0f} against {main['age_ms_p50']:.0f} ms",
        f"CPU {shadow['cpu_s']:.1f} against {main['cpu_s']:.1f} s",
    ]
