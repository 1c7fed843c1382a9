"""What a worker is told when it starts: plain values, so that it can be sent to a fresh process."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypedDict

from sensegraph.graph import Edge, Graph
from sensegraph.node import Node
from sensegraph.registry import find
from sensegraph.spec import Pace, Policy
from sensegraph.transport.reader import Inbox
from sensegraph.transport.writer import Writer

PATIENCE_S = 0.1
"""How long a picture waits for its results in live pace before it is drawn with the last known ones."""


class NodePlan(TypedDict):
    """One node of a worker; `params` are plain values."""

    name: str
    type: str
    params: dict[str, Any]


class EdgePlan(TypedDict):
    """One edge that touches a worker; `edge` is its number in the graph."""

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


class WorkerPlan(TypedDict):
    """Everything a worker needs to know."""

    run: bytes
    folder: str
    base: str
    worker: int
    epoch: int
    pace: str
    nodes: list[NodePlan]
    edges: list[EdgePlan]


def worker_plans(graph: Graph, pace: Pace, folder: Path, run: bytes) -> list[WorkerPlan]:
    """Return one plan for each process of a graph, from the sources to the sinks."""
    processes = graph.processes()
    number = {node.name: i for i, nodes in enumerate(processes.values()) for node in nodes}
    edges = [_edge_plan(graph, i, edge, number) for i, edge in enumerate(graph.edges)]
    return [
        {
            "run": run,
            "folder": str(folder),
            "base": str(graph.base),
            "worker": worker,
            "epoch": 0,
            "pace": pace.value,
            "nodes": [{"name": n.name, "type": n.type_name, "params": dict(n.params)} for n in nodes],
            "edges": [e for e in edges if worker in (e["source_worker"], e["target_worker"])],
        }
        for worker, nodes in enumerate(processes.values())
    ]


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
    }


def edge_name(edge: EdgePlan) -> str:
    """Return `camera.frames>resample.frames`."""
    return f"{edge['source']}.{edge['output']}>{edge['target']}.{edge['input']}"


def make_node(plan: NodePlan, base: Path) -> Node:
    """Return a node that is not yet opened."""
    return find(plan["type"], base)(**plan["params"])


def make_writer(edge: EdgePlan) -> Writer:
    """Return the producer's end of an edge, not yet connected."""
    return Writer(Policy(edge["policy"]), edge["queue"], expire_ms=edge["expire_ms"])


def make_inbox(node: Node, edges: list[EdgePlan], pace: Pace) -> Inbox | None:
    """Return the inbox for the edges into a node; None for a source."""
    if not edges:
        return None
    return Inbox(node.inputs, [edge["input"] for edge in edges], PATIENCE_S if pace is Pace.LIVE else None)
