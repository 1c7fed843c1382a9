"""What may go wrong while a graph is played. All times are media times: they mean the same in either pace."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sensegraph.errors import GraphError, closest
from sensegraph.packet import NANOSECONDS, Stamp


@dataclass(frozen=True, slots=True)
class Slow:
    """A node takes time for each packet; without, it takes none.

    Attributes:
        node: Its name.
        by: Seconds, or a function of the packet's stamp that returns them.
    """

    node: str
    by: float | Callable[[Stamp], float]

    def work_ns(self, stamp: Stamp) -> int:
        """Return how long a packet takes."""
        return round((self.by(stamp) if callable(self.by) else self.by) * NANOSECONDS)


@dataclass(frozen=True, slots=True)
class Kill:
    """The process of a node is killed while the node works on a packet, before anything is sent of it.

    The other nodes of its `process` die with it. It is started again as in a run.

    Attributes:
        node: Its name.
        at_s: It is killed at its first packet of this media time or later.
    """

    node: str
    at_s: float


@dataclass(frozen=True, slots=True)
class Drop:
    """Packets are lost on their way, counted as `injected`.

    Attributes:
        where: The edges, as `camera.frames>resample.frames`; ports, or the part from `>` on, may be left out.
        every: Of each edge's packets within the time, every so many-th is lost.
        from_s: From this media time on.
        until_s: Before this one.
    """

    where: str
    every: int = 1
    from_s: float = 0.0
    until_s: float = float("inf")


@dataclass(frozen=True, slots=True)
class Backwards:
    """The times of a source jump.

    Attributes:
        source: Its name; it has a script.
        at_s: From this media time of the script on.
        by_s: So much earlier; later where it is negative.
    """

    source: str
    at_s: float
    by_s: float


Fault = Slow | Kill | Drop | Backwards


@dataclass(slots=True)
class Loss:
    """What `Drop` does to one edge: a `Gate`."""

    drop: Drop
    seen: int = field(default=0, init=False)
    reason: str = field(default="injected", init=False)

    def admits(self, time_ns: int) -> bool:
        """Return whether a packet gets through."""
        if not self.drop.from_s <= time_ns / NANOSECONDS < self.drop.until_s:
            return True
        self.seen += 1
        return self.seen % self.drop.every != 0


def edges_at(where: str, edges: Iterable[str]) -> list[str]:
    """Return the names of the edges that a place means, in their order.

    Args:
        where: `camera.frames>resample.frames`; ports, or the part from `>` on, may be left out. `->` is as good.
        edges: The names of all edges.

    Raises:
        GraphError: It means none.
    """
    names = list(edges)
    source, _, target = re.sub(r"\s*-?>\s*", ">", where.strip()).partition(">")
    found = [name for name in names if all(map(_within, (source, target), name.split(">")))]
    if not found:
        near = closest(where, names, f"The graph has {', '.join(names)}.")
        raise GraphError(f"no edge is '{where}'\n  {near}")
    return found


def _within(part: str, end: str) -> bool:
    """Whether a place names one end of an edge: all of it, its node, or nothing."""
    return part in ("", end, end.partition(".")[0])
