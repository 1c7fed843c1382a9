"""What a worker is told when it starts: plain values, so that it can be sent to a fresh process."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypedDict

from sensegraph.graph import Edge, Graph, GraphNode
from sensegraph.join import Join
from sensegraph.label import Label
from sensegraph.node import Node
from sensegraph.recording.tape import Tape
from sensegraph.registry import find
from sensegraph.spec import Limit, Medium, Pace, Policy, Transport
from sensegraph.transport.pool import Pool
from sensegraph.transport.reader import Inbox
from sensegraph.transport.shared import RETAINED, Shared
from sensegraph.transport.writer import Writer
from sensegraph.way import lies_on

PATIENCE_S = 0.1
"""How long a picture waits for its results in live pace before it is drawn with the last known ones."""

BEING_MADE = 2
"""Payloads that a node has on loan, or has just placed, besides those that its edges hold."""


class NodePlan(TypedDict):
    """One node of a worker.

    `params` are plain values, `untold` its outputs that nobody else may see, `ladder` what it may step down to, the
    best first.
    """

    name: str
    type: str
    params: dict[str, Any]
    untold: list[str]
    ladder: list[dict[str, Any]]


class EdgePlan(TypedDict):
    """One edge that touches a worker; `edge` is its number in the graph, `shadow` whether it leads to a shadow."""

    edge: int
    source: str
    output: str
    source_type: str
    source_worker: int
    target: str
    input: str
    target_worker: int
    policy: str
    queue: int
    expire_ms: float | None
    sample: int
    transport: str
    shadow: bool
    privacy: list[str]


class LimitPlan(TypedDict):
    """How many packets of a node may be under way to another one; `edges` are those where the ways begin."""

    limit: int
    source_worker: int
    target: str
    target_worker: int
    in_flight: int
    edges: list[str]


class WorkerPlan(TypedDict):
    """Everything a worker needs to know.

    `workers` is how many there are, `shadow` whether this one runs shadows, `medium` a `spec.Medium`, `tape` a `Tape`;
    `poison` are packets (node, source, media time) on which a node failed twice.
    """

    run: bytes
    folder: str
    base: str
    worker: int
    workers: int
    shadow: bool
    medium: str
    epoch: int
    pace: str
    tape: dict[str, Any]
    poison: list[tuple[str, str, int]]
    nodes: list[NodePlan]
    edges: list[EdgePlan]
    limits: list[LimitPlan]


def worker_plans(
    graph: Graph, pace: Pace, folder: Path, run: bytes, medium: Medium = Medium.NONE, tape: Tape | None = None
) -> list[WorkerPlan]:
    """Return one plan for each process of a graph, from the sources to the sinks."""
    processes = graph.processes()
    number = {node.name: i for i, nodes in enumerate(processes.values()) for node in nodes}
    edges = [_edge_plan(graph, i, edge, number) for i, edge in enumerate(graph.edges)]
    limits = [_limit_plan(graph, i, limit, number) for i, limit in enumerate(graph.limits)]
    return [
        {
            "run": run,
            "folder": str(folder),
            "base": str(graph.base),
            "worker": worker,
            "workers": len(processes),
            "shadow": any(node.shadow for node in nodes),
            "medium": medium.value,
            "epoch": 0,
            "pace": pace.value,
            "tape": asdict(tape or Tape()),
            "poison": [],
            "nodes": [_node_plan(graph, node) for node in nodes],
            "edges": [e for e in edges if worker in (e["source_worker"], e["target_worker"])],
            "limits": [e for e in limits if worker in (e["source_worker"], e["target_worker"])],
        }
        for worker, nodes in enumerate(processes.values())
    ]


def _node_plan(graph: Graph, node: GraphNode) -> NodePlan:
    untold = [port for port in node.type.outputs if Label.NO_TAP in graph.privacy.get(f"{node.name}.{port}", ())]
    return {
        "name": node.name, "type": node.type_name, "params": dict(node.params), "untold": untold,
        "ladder": [dict(rung) for rung in node.ladder],
    }  # fmt: skip


def _edge_plan(graph: Graph, index: int, edge: Edge, number: dict[str, int]) -> EdgePlan:
    return {
        "edge": index,
        "source": edge.source,
        "output": edge.output,
        "source_type": graph.nodes[edge.source].type_name,
        "source_worker": number[edge.source],
        "target": edge.target,
        "input": edge.input,
        "target_worker": number[edge.target],
        "policy": edge.policy.value,
        "queue": edge.queue,
        "expire_ms": edge.expire_ms,
        "sample": edge.sample,
        "transport": edge.transport.value,
        "shadow": graph.nodes[edge.target].shadow,
        "privacy": sorted(graph.privacy.get(edge.stream, ())),
    }


def _limit_plan(graph: Graph, index: int, limit: Limit, number: dict[str, int]) -> LimitPlan:
    begin = [edge for edge in graph.outputs_of(limit.source) if lies_on(limit, graph.network, edge.source, edge.target)]
    return {
        "limit": index,
        "source_worker": number[limit.source],
        "target": limit.target,
        "target_worker": number[limit.target],
        "in_flight": limit.in_flight,
        "edges": [edge.name for edge in begin],
    }


def edge_name(edge: EdgePlan) -> str:
    """Return `camera.frames>resample.frames`."""
    return f"{edge['source']}.{edge['output']}>{edge['target']}.{edge['input']}"


def make_node(plan: NodePlan, base: Path) -> Node:
    """Return a node that is not yet opened."""
    return find(plan["type"], base)(**plan["params"])


def make_writer(edge: EdgePlan, clock: Callable[[], int] = time.monotonic_ns) -> Writer:
    """Return the producer's end of an edge, not yet connected; packets are captured by `clock`."""
    expire_ms, sample = edge["expire_ms"], edge["sample"]
    return Writer(Policy(edge["policy"]), edge["queue"], expire_ms=expire_ms, sample=sample, clock=clock)


def most_again(edges: Sequence[EdgePlan]) -> int:
    """Return how many packets may come again, at most, over the one or the other of these edges after a restart."""
    return max((make_writer(edge).capacity for edge in edges), default=0)


def make_shared(plan: WorkerPlan) -> Shared | None:
    """Return the shared memory of a worker; None where the run has none.

    A worker may hold at once what its edges let it have, and `RETAINED` more that its nodes keep.
    """
    medium = Medium(plan["medium"])
    if medium is Medium.NONE:
        return None
    most_held = sum(make_writer(edge).capacity for edge in plan["edges"]) + RETAINED
    return Shared(
        plan["run"], plan["worker"], plan["workers"], plan["epoch"], Path(plan["folder"]),
        named=medium is Medium.FILES, most_held=most_held,
    )  # fmt: skip


def make_pools(plan: WorkerPlan, shared: Shared | None, nodes: Mapping[str, Node]) -> dict[str, dict[str, Pool]]:
    """Return node -> output -> the shared memory of each output with arrays that another worker reads.

    What may not be written to a disk goes through the socket where that memory is made of files.
    """
    pools: dict[str, dict[str, Pool]] = {}
    own = [edge for edge in plan["edges"] if edge["source_worker"] == plan["worker"]]
    for edge in own:
        node, output = edge["source"], edge["output"]
        within = edge["target_worker"] == plan["worker"] or not nodes[node].outputs[output].holds_arrays
        on_disk = plan["medium"] == Medium.FILES.value and Label.NO_RECORD in edge["privacy"]
        if shared is None or within or on_disk or output in pools.get(node, ()):
            continue
        beside = [each for each in own if (each["source"], each["output"]) == (node, output)]
        slots = sum(make_writer(each).capacity for each in beside) + BEING_MADE
        required = any(each["transport"] == Transport.SHM.value for each in beside)
        pools.setdefault(node, {})[output] = Pool(f"{node}.{output}", shared, slots, required=required)
    return pools


def make_inbox(
    node: Node, edges: list[EdgePlan], pace: Pace, join: Join | None = None,
    clock: Callable[[], int] = time.monotonic_ns,
) -> Inbox | None:  # fmt: skip
    """Return the inbox for the edges into a node, with a join of its own where it has one; None for a source."""
    if not edges:
        return None
    patience_s = PATIENCE_S if pace is Pace.LIVE else None
    return Inbox(node.inputs, [edge["input"] for edge in edges], patience_s, join, clock)
