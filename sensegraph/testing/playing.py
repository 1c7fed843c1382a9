"""Playing a graph: its real nodes, joins and edges on virtual time, in one thread, the same every time."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sensegraph.check import check, mismatch
from sensegraph.errors import GraphError, Problem, closest
from sensegraph.flags import with_sinks
from sensegraph.graph import Graph, GraphNode
from sensegraph.load import find_graph, load, load_text
from sensegraph.node import Node, Source
from sensegraph.spec import GraphSpec, Pace
from sensegraph.testing.faults import Backwards, Fault, Kill, Slow
from sensegraph.testing.played import Played
from sensegraph.testing.script import Script, scripted
from sensegraph.testing.stage import Stage


def play(
    graph: str | Path | GraphSpec | Graph,
    sources: Mapping[str, Script] | None = None,
    *,
    faults: Sequence[Fault] = (),
    nodes: Mapping[str, Node] | None = None,
    pace: str = "live",
    rate_hz: float = 16.0,
    restart: bool = False,
    **params: Any,
) -> Played:
    """Run a graph to its end on virtual time, without processes, threads, sockets or clocks.

    Loops, joins, edges with their policies, budgets, limits, states and restarts are those of a run; only time is made
    up: a node takes none, unless a fault says so. The same arguments give the same result.

    Args:
        graph: Path of a graph file, name of a shipped graph, text of a graph file, or what was read or checked of one.
            Of a text the paths are relative to the present folder. Windows are taken out, as with `--headless`, also
            what leads only to them; not of a checked graph, whose pace must be that of its check.
        sources: Source -> what it sends, in the place of its camera or file: payloads or packets of its first output,
            or output -> those. In live pace each is sent at its media time.
        faults: What goes wrong: `Slow`, `Kill`, `Drop`, `Backwards`.
        nodes: Node -> what is put in its place, not yet opened; each start gets a copy of it.
        pace: `live` or `fast`. In fast pace nothing is dropped.
        rate_hz: Plain payloads of `sources` are stamped at this rate, from time 0.
        restart: A node that raises is started again as in a run, and a packet with which it raises twice is skipped;
            what ends a run is told in `error`. Without, what a node raises is raised here.
        params: The graph's parameters.

    Returns:
        What the nodes sent, and what became of each packet.

    Raises:
        GraphError: The graph, a parameter, a script or a fault is not usable.
        NodeError: The nodes wait for each other, or for what never comes.
        Exception: What a node raised, with a note that names the node and the frame.
    """
    scripts, stubs = sources or {}, nodes or {}
    checked = _with_stubs(_checked(graph, Pace(pace), stubs, params), stubs)
    _must_fit(checked, scripts, faults)
    jumps = [fault for fault in faults if isinstance(fault, Backwards)]

    def make(node: GraphNode) -> Node:
        if node.name in scripts:
            return scripted(node.name, node.type.outputs, scripts[node.name], rate_hz, jumps)
        return copy.copy(stubs[node.name]) if node.name in stubs else node.type(**node.params)

    return Stage(checked, Pace(pace), make, faults, restart=restart).run()


def _checked(
    graph: str | Path | GraphSpec | Graph, pace: Pace, stubs: Mapping[str, Node], params: Mapping[str, Any]
) -> Graph:
    if isinstance(graph, Graph | GraphSpec) and params:
        raise GraphError(f"{', '.join(params)}: parameters are for a graph that is yet to be read\n  Give its path.")
    if isinstance(graph, Graph):
        return graph
    if isinstance(graph, GraphSpec):
        spec = graph
    else:
        values = {name: str(value) for name, value in params.items()}
        is_text = isinstance(graph, str) and "\n" in graph
        spec = load_text(str(graph), Path("graph"), values, {}) if is_text else load(find_graph(str(graph)), values)
    without = with_sinks(spec, headless=True)
    return check(without if stubs.keys() <= without.nodes.keys() else spec, pace=pace)


def _with_stubs(graph: Graph, stubs: Mapping[str, Node]) -> Graph:
    """Return the graph with other nodes in the places of some.

    Raises:
        GraphError: There is no such place, or a node does not fit there.
    """
    nodes = dict(graph.nodes)
    for name, stub in stubs.items():
        _must_be_one(name, graph, "nodes")
        nodes[name] = dataclasses.replace(nodes[name], type=type(stub), params={})
    problems = []
    for edge in graph.edges:
        given, wanted = nodes[edge.source].type.outputs, nodes[edge.target].type.inputs
        if edge.output not in given:
            problems.append(Problem(edge.source, f"what is in its place has no output '{edge.output}'"))
        elif edge.input not in wanted and "*" not in wanted:
            problems.append(Problem(edge.target, f"what is in its place has no input '{edge.input}'"))
        elif differ := mismatch(given[edge.output], nodes[edge.target].input(edge.input)):
            what = f"{edge.source}.{edge.output} gives {differ[0]}, {edge.target}.{edge.input} takes {differ[1]}"
            problems.append(Problem(edge.name, what))
    if problems:
        raise GraphError(problems)
    return dataclasses.replace(graph, nodes=nodes)


def _must_fit(graph: Graph, scripts: Mapping[str, Script], faults: Sequence[Fault]) -> None:
    for name in scripts:
        _must_be_one(name, graph, "sources")
        if not issubclass(graph.nodes[name].type, Source):
            raise GraphError(f"sources: '{name}' is no source: it gets what comes on its inputs")
    for fault in faults:
        if isinstance(fault, Slow | Kill):
            _must_be_one(fault.node, graph, type(fault).__name__)
        elif isinstance(fault, Backwards) and fault.source not in scripts:
            raise GraphError(f"Backwards: '{fault.source}' has no script\n  Give it one in `sources`.")


def _must_be_one(name: str, graph: Graph, what: str) -> None:
    if name not in graph.nodes:
        near = closest(name, graph.nodes, f"There are {', '.join(graph.nodes)}.")
        raise GraphError(f"{what}: there is no node '{name}' that is played\n  {near}")
