"""What a graph file says, before anything is looked up; every part knows its place in the file."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sensegraph.label import Label


class Policy(enum.Enum):
    """What an edge does when its consumer is slower than its producer."""

    LATEST = "latest"
    """Only the newest packet waits; older ones are dropped and counted."""
    DROP_OLDEST = "drop_oldest"
    """`queue` packets wait; the oldest is dropped and counted."""
    BLOCK = "block"
    """Nothing is lost: the producer waits."""


class Transport(enum.Enum):
    """How the arrays of an edge between two processes may travel."""

    AUTO = "auto"
    """Through shared memory, or the socket where that cannot be; which it was is told."""
    SHM = "shm!"
    """Through shared memory, or the run does not start, or fails."""


class Medium(enum.Enum):
    """What the shared memory of a run is made of."""

    MEMORY = "memory"
    """Nameless memory, which goes with its last process."""
    FILES = "files"
    """Files in the run folder, where the system has no nameless memory."""
    NONE = ""
    """There is none: one process, or a system without."""


class Pace(enum.Enum):
    """How fast a graph runs."""

    LIVE = "live"
    """In real time, with bounded age: what comes too late is dropped and counted."""
    FAST = "fast"
    """As fast as the machine allows, nothing is dropped, the same bytes on every run."""


@dataclass(frozen=True, slots=True)
class ParamSpec:
    """A parameter of the whole graph, set by a flag of the same name."""

    name: str
    default: Any
    help: str = ""
    unit: str = ""
    min: float | None = None
    max: float | None = None
    choices: tuple[Any, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class EdgeSpec:
    """A connection as written at the consumer: `input: {from: node.port, policy: ..., queue: ...}`.

    Attributes:
        sample: Every so many-th packet is sent.
    """

    source: str
    output: str
    target: str
    input: str
    policy: Policy | None = None
    queue: int | None = None
    expire_ms: float | None = None
    sample: int = 1
    transport: Transport = Transport.AUTO
    where: str = ""


@dataclass(frozen=True, slots=True)
class NodeSpec:
    """A node as written.

    Attributes:
        params: Plain values; `$name` has been replaced by the graph parameter's value.
        ladder: Parameters that it runs with, the best first, then what it may step down to.
        shadow: The node that it stands beside as a shadow, `shadow.ALONE`, or None for one that is no shadow.
        tap: It is not in the graph file: a flag or command has put it there.
    """

    name: str
    type: str
    params: Mapping[str, Any] = field(default_factory=dict)
    process: str = ""
    where: str = ""
    param_where: Mapping[str, str] = field(default_factory=dict)
    ladder: tuple[Mapping[str, Any], ...] = ()
    shadow: str | None = None
    tap: bool = False

    @property
    def best(self) -> Mapping[str, Any]:
        """Its parameters on the best rung of its ladder."""
        return {**self.params, **self.ladder[0]} if self.ladder else self.params


@dataclass(frozen=True, slots=True)
class Budget:
    """How old a packet may be when it comes from a source to a node, in milliseconds since its capture."""

    source: str
    target: str
    ms: float
    where: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """How many packets of a node may be under way to another one."""

    source: str
    target: str
    in_flight: int
    where: str = ""


@dataclass(frozen=True, slots=True)
class Privacy:
    """The privacy labels that a graph file puts to an output, `node.port`."""

    stream: str
    labels: frozenset[Label]
    where: str = ""

    @property
    def node(self) -> str:
        """The node of the output."""
        return self.stream.partition(".")[0]


@dataclass(frozen=True, slots=True)
class GraphSpec:
    """A whole graph file.

    Attributes:
        path: The file, or None for a graph that was built in memory.
        doc: The comment at the head of the file.
    """

    path: Path | None
    params: Mapping[str, ParamSpec]
    nodes: Mapping[str, NodeSpec]
    edges: tuple[EdgeSpec, ...]
    doc: str = ""
    budgets: tuple[Budget, ...] = ()
    limits: tuple[Limit, ...] = ()
    privacy: tuple[Privacy, ...] = ()

    def without(self, gone: Collection[str]) -> GraphSpec:
        """Return the graph without some of its nodes, and without what it says of them."""

        def stays(each: EdgeSpec | Budget | Limit) -> bool:
            return each.source not in gone and each.target not in gone

        return replace(
            self,
            nodes={name: node for name, node in self.nodes.items() if name not in gone},
            edges=tuple(filter(stays, self.edges)),
            budgets=tuple(filter(stays, self.budgets)),
            limits=tuple(filter(stays, self.limits)),
            privacy=tuple(each for each in self.privacy if each.node not in gone),
        )
