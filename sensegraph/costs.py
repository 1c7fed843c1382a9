"""What nodes cost on this machine: measured by `sensegraph profile`, kept, and used to predict runs."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sensegraph.errors import SensegraphError
from sensegraph.graph import Graph, GraphNode
from sensegraph.models.catalogue import cache_folder
from sensegraph.node import Source
from sensegraph.secrets import masked

HOP_MS = 0.4
"""From a producer's send to its consumer's begin: two wake-ups and a copy (`make bench-transport` measures it)."""

FILE = "costs.json"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one call of a node takes.

    Attributes:
        work_ms: Time in the call.
        cpu_ms: CPU time of the node's thread for one call, with receiving and sending.
        hold_ms: How long the node keeps a packet beyond its work before it passes it on (a resampler waits for the
            next picture), at the median.
        rate_hz: Packets per second of media time that a source makes; 0 for other nodes.
        outputs: Output port -> packets for each call.
    """

    work_ms: float
    cpu_ms: float
    hold_ms: float = 0.0
    rate_hz: float = 0.0
    outputs: Mapping[str, float] = field(default_factory=dict)


def key(node: GraphNode) -> str:
    """Return what a cost belongs to: the type of the node and its parameters."""
    return masked(f"{node.type_name} {json.dumps(dict(node.params), sort_keys=True, default=str)}")


def measure(graph: Graph, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Cost]:
    """Return node -> its cost between two snapshots of a live run (`summary.Snapshot` as plain values).

    Nodes that were not called are left out.
    """
    found = {}
    for name, node in graph.nodes.items():
        now, was = after["nodes"].get(name), before["nodes"].get(name)
        calls = now["packets"] - was["packets"] if now and was else 0
        if now is None or was is None or calls <= 0:
            continue
        made = {}
        for edge in graph.outputs_of(name):
            made[edge.output] = (after["edges"][edge.name]["made"] - before["edges"][edge.name]["made"]) / calls
        media_s = now["time_s"] - was["time_s"]
        cpu_ms = 1e3 * (now["cpu_s"] - was["cpu_s"]) / calls
        source = node.type(**node.params) if issubclass(node.type, Source) else None
        waits = isinstance(source, Source) and source.live()  # a camera's call lasts until there is a picture
        work_ms = cpu_ms if waits else 1e3 * (now["work_s"] - was["work_s"]) / calls
        found[name] = Cost(
            work_ms=work_ms,
            cpu_ms=cpu_ms,
            hold_ms=_hold_ms(graph, name, work_ms, after["nodes"]),
            rate_hz=calls / media_s if source and media_s > 0 else 0.0,
            outputs=made,
        )
    return found


def _hold_ms(graph: Graph, name: str, work_ms: float, nodes: Mapping[str, Any]) -> float:
    """Return what the age of a packet grows by in a node beyond its work, as its quickest consumer sees it."""
    paced = [e.target for e in graph.outputs_of(name) if graph.inputs_of(e.target)[0] == e and e.target in nodes]
    ages = [nodes[target]["age_ms_p50"] - nodes[name]["age_ms_p50"] for target in paced]
    return max(0.0, min(ages, default=0.0) - work_ms - HOP_MS)


class Costs:
    """The costs that are known on this machine.

    Args:
        path: Their file; in the user's cache when None.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or cache_folder() / FILE
        try:
            self._known = json.loads(self._path.read_bytes()) if self._path.exists() else {}
        except (OSError, ValueError) as error:
            raise SensegraphError(f"{self._path}: cannot be read: {error}\n  Remove it and profile again.") from error

    def add(self, graph: Graph, costs: Mapping[str, Cost]) -> Path:
        """Keep the costs of the nodes of a graph; returns the file."""
        for name, cost in costs.items():
            self._known[key(graph.nodes[name])] = asdict(cost)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        part = self._path.with_suffix(f".{os.getpid()}.part")
        part.write_text(json.dumps(self._known, indent=1, sort_keys=True))
        part.replace(self._path)
        return self._path

    def of(self, graph: Graph) -> dict[str, Cost]:
        """Return node -> its cost, of those that are known; other parameters of the same type are second best."""
        found = {}
        for name, node in graph.nodes.items():
            similar = [text for text in self._known if text.startswith(f"{node.type_name} ")]
            chosen = key(node) if key(node) in self._known else next(iter(similar), None)
            if chosen is not None:
                found[name] = Cost(**self._known[chosen])
        return found
