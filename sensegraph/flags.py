"""The flags that every graph has: `--results`, `--out`, `--headless` change the graph before it is checked."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Collection, Mapping
from pathlib import Path

from sensegraph import privacy
from sensegraph.errors import GraphError, Problem
from sensegraph.label import Label
from sensegraph.node import Node, results_of
from sensegraph.registry import find
from sensegraph.spec import EdgeSpec, GraphSpec, NodeSpec


def with_sinks(
    spec: GraphSpec, *, results: str | None = None, out: str | None = None, headless: bool = False
) -> GraphSpec:
    """Return the graph with the sinks that the common flags ask for.

    Args:
        spec: The graph as written.
        results: A JsonlSink on every output whose payload is a result, but those that are `withheld`; its streams are
            named by the nodes.
        out: A VideoSink on what a window shows, else on a renderer's pictures, else on the last pictures.
        headless: Nodes that need a display are taken out, and what then leads nowhere.

    Raises:
        GraphError: `out` is asked for and the graph makes no pictures.
    """
    kinds = kinds_of(spec)
    if results:
        spec = _with_results(spec, kinds, results)
    if out:
        spec = _with_recording(spec, kinds, out)
    return _without_windows(spec, kinds) if headless else spec


def kinds_of(spec: GraphSpec) -> dict[str, type[Node]]:
    """Return the class of each node; those that cannot be found are left out: the check tells of them."""
    base = spec.path.parent if spec.path else Path()
    kinds = {}
    for name, node in spec.nodes.items():
        with contextlib.suppress(GraphError):
            kinds[name] = find(node.type, base)
    return kinds


def withheld(spec: GraphSpec, kinds: Mapping[str, type[Node]]) -> dict[str, Collection[Label]]:
    """Return the results that `--results` leaves out -> the labels that forbid it; `kinds` are those of its nodes."""
    private = privacy.kept_back(privacy.follow(spec, kinds))
    return {
        stream: private[stream]
        for name, kind in kinds.items()
        for port in results_of(kind)
        if (stream := f"{name}.{port}") in private
    }


def _free_name(spec: GraphSpec, name: str) -> str:
    while name in spec.nodes:
        name += "_"
    return name


def _add(spec: GraphSpec, node: NodeSpec, edges: list[EdgeSpec]) -> GraphSpec:
    return dataclasses.replace(spec, nodes={**spec.nodes, node.name: node}, edges=(*spec.edges, *edges))


def _with_results(spec: GraphSpec, kinds: dict[str, type[Node]], path: str) -> GraphSpec:
    name, private = _free_name(spec, "results"), withheld(spec, kinds)
    edges = []
    for source, kind in kinds.items():
        ports = results_of(kind) if spec.nodes[source].shadow is None else []
        for port in [each for each in ports if f"{source}.{each}" not in private]:
            stream = source if port == ports[0] else f"{source}_{port}"
            edges.append(EdgeSpec(source, port, name, stream, where="--results"))
    if not edges and len(kinds) < len(spec.nodes):
        return spec  # the check tells what is wrong with the others
    if not edges:
        why = f": {'; '.join(privacy.told(private))}" if private else ""
        raise GraphError([Problem("--results", f"no node of this graph makes results{why}", "Leave the flag out.")])
    return _add(spec, NodeSpec(name, "JsonlSink", {"path": path}, where="--results", tap=True), edges)


def _with_recording(spec: GraphSpec, kinds: dict[str, type[Node]], path: str) -> GraphSpec:
    shown = [(e.source, e.output) for e in spec.edges if e.target in kinds and kinds[e.target].needs_display]
    rendered = [(name, "frames") for name, node in spec.nodes.items() if node.type == "Renderer"]
    pictures = [
        (name, port) for name, kind in kinds.items() for port, each in kind.outputs.items() if each.colour is not None
    ]
    candidates = shown or rendered or pictures[-1:]
    if not candidates and len(kinds) < len(spec.nodes):
        return spec  # the check tells what is wrong with the others
    if not candidates:
        raise GraphError([Problem("--out", "this graph makes no pictures to record", "Leave the flag out.")])
    name = _free_name(spec, "recording")
    edge = EdgeSpec(*candidates[0], name, "frames", where="--out")
    return _add(spec, NodeSpec(name, "VideoSink", {"path": path}, where="--out", tap=True), [edge])


def _without_windows(spec: GraphSpec, kinds: dict[str, type[Node]]) -> GraphSpec:
    gone = {name for name, kind in kinds.items() if kind.needs_display}
    before = None
    while before != gone:
        before = set(gone)
        feeding = {edge.source for edge in spec.edges if edge.target in gone}
        feeding_on = {edge.source for edge in spec.edges if edge.target not in gone}
        gone |= {
            name for name in feeding - feeding_on
            if name in kinds and all(port.colour is not None for port in kinds[name].outputs.values())
        }  # fmt: skip
    return spec.without(gone)
