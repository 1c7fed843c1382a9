"""A checked graph: nodes with their classes, edges with their policies, and the order of both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import networkx as nx

from sensegraph.label import Label
from sensegraph.node import EVERY, Node, Port
from sensegraph.spec import Budget, Limit, Policy, Transport


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A node that can be made: `type(**params)`.

    Attributes:
        type_name: The type as a worker can find it again: a registered name or `/absolute/file.py:Class`.
        process: Name of the worker that runs it.
        where: Its place in the graph file.
        shadow: It stands beside other nodes and may neither delay nor fail them.
        ladder: What it may run with, the best first, all of the same parameters; `params` has the best.
    """

    name: str
    type: type[Node]
    type_name: str
    params: Mapping[str, Any]
    process: str
    where: str
    shadow: bool = False
    ladder: tuple[Mapping[str, Any], ...] = ()

    def variants(self) -> list[Node]:
        """Return the node, not opened, with each set of parameters that it may run with."""
        return [self.type(**{**self.params, **rung}) for rung in self.ladder or ({},)]

    def input(self, name: str) -> Port:
        """Return the port of an input, also of one that the graph file named (`*`)."""
        ports = self.type.inputs
        return ports[name] if name in ports else ports[EVERY]


@dataclass(frozen=True, slots=True)
class Edge:
    """A connection with everything decided.

    Attributes:
        queue: Packets that wait at the producer under `drop_oldest`, or may be unfinished under `block`.
        sample: Every so many-th packet is sent.
    """

    source: str
    output: str
    target: str
    input: str
    policy: Policy
    queue: int
    expire_ms: float | None = None
    sample: int = 1
    transport: Transport = Transport.AUTO
    where: str = ""

    @property
    def stream(self) -> str:
        """`camera.frames`."""
        return f"{self.source}.{self.output}"

    @property
    def name(self) -> str:
        """`camera.frames>resample.frames`."""
        return f"{self.stream}>{self.target}.{self.input}"


@dataclass(frozen=True)
class Graph:
    """Checked nodes and edges.

    Attributes:
        name: Name of the graph, the stem of its file.
        base: Folder that relative paths of the graph file start from.
        network: The same as a networkx graph: node names, with `edge` on each connection.
        notes: What is worth telling before it runs, a line each.
        budgets: How old packets may become; none in fast pace, in which nothing is too late.
        limits: How many may be under way; none in fast pace, in which nothing is dropped.
        privacy: Stream -> its privacy labels, of those that bear any.
    """

    name: str
    base: Path
    nodes: Mapping[str, GraphNode]
    edges: tuple[Edge, ...]
    network: nx.MultiDiGraph[str]
    notes: tuple[str, ...] = ()
    budgets: tuple[Budget, ...] = ()
    limits: tuple[Limit, ...] = ()
    privacy: Mapping[str, frozenset[Label]] = field(default_factory=dict)

    def inputs_of(self, name: str) -> list[Edge]:
        """Return the edges into a node, in the order of its ports."""
        order = list(self.nodes[name].type.inputs)
        edges = [edge for edge in self.edges if edge.target == name]
        return sorted(edges, key=lambda e: order.index(e.input) if e.input in order else len(order))

    def outputs_of(self, name: str) -> list[Edge]:
        """Return the edges out of a node."""
        return [edge for edge in self.edges if edge.source == name]

    def in_order(self) -> Iterator[GraphNode]:
        """Yield the nodes from the sources to the sinks."""
        for name in nx.lexicographical_topological_sort(self.network, key=list(self.nodes).index):
            yield self.nodes[name]

    def processes(self) -> dict[str, list[GraphNode]]:
        """Return worker name -> its nodes, in order."""
        workers: dict[str, list[GraphNode]] = {}
        for node in self.in_order():
            workers.setdefault(node.process, []).append(node)
        return workers
