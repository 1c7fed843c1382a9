"""Nodes for the graphs that are played in the tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from sensegraph import Node, Packet, Port, Source, Stamp, Stop

LATE_NS = 1 << 50
"""When a node sends what it has at the end: after all that it promised."""


class Numbers(Source):
    """0, 1, 2, ... at 10 Hz of media time."""

    outputs: ClassVar[Mapping[str, Port]] = {"n": Port(int)}

    def __init__(self, count: int = 40) -> None:
        self.count = count

    def read(self) -> Iterator[dict[str, Any]]:
        for n in range(self.count):
            yield {"n": Packet(n, Stamp(n * 100_000_000, frame=n))}


class Sum(Node):
    """The sum so far, and how many there were; raises at a number, each time or once."""

    inputs: ClassVar[Mapping[str, Port]] = {"n": Port(int)}
    outputs: ClassVar[Mapping[str, Port]] = {"n": Port(int), "count": Port(int)}

    def __init__(self, at: int = -1, stop_at: int = -1) -> None:
        self.at, self.stop_at = at, stop_at

    def open(self) -> None:
        self.sum = self.seen = self.time_ns = 0

    def state(self) -> dict[str, int]:
        return {"sum": self.sum, "seen": self.seen, "time_ns": self.time_ns}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.sum, self.seen, self.time_ns = state["sum"], state["seen"], state["time_ns"]

    def process(self, n: int, stamp: Stamp) -> dict[str, int]:
        if n == self.at:
            raise ValueError("a bad number")
        if n == self.stop_at:
            raise Stop
        self.sum += n
        self.seen += 1
        self.time_ns = stamp.time_ns
        return {"n": self.sum, "count": self.seen}

    def finish(self) -> dict[str, Any]:
        return {"n": Packet(-self.sum, Stamp(max(LATE_NS, self.time_ns + 1)))}

    def report(self) -> dict[str, int]:
        return {"seen": self.seen}


class Even(Node):
    """Passes on even numbers."""

    inputs: ClassVar[Mapping[str, Port]] = {"n": Port(int)}
    outputs: ClassVar[Mapping[str, Port]] = {"n": Port(int)}

    def process(self, n: int) -> dict[str, int] | None:
        return {"n": n} if n % 2 == 0 else None


class Add(Node):
    """Adds the newest of another stream."""

    inputs: ClassVar[Mapping[str, Port]] = {"n": Port(int), "other": Port(int, join="hold")}
    outputs: ClassVar[Mapping[str, Port]] = {"n": Port(int)}

    def process(self, n: int, other: int | None) -> dict[str, int]:
        return {"n": n + (other or 0)}


class Gather(Node):
    """Counts what came on another stream since the last number."""

    inputs: ClassVar[Mapping[str, Port]] = {"n": Port(int), "other": Port(int, join="since")}
    outputs: ClassVar[Mapping[str, Port]] = {"n": Port(int)}

    def process(self, n: int, other: Sequence[int]) -> dict[str, int]:
        return {"n": n + len(other)}


class AtTheEnd(Node):
    """Sends one number, when all have come, and promises nothing before."""

    inputs: ClassVar[Mapping[str, Port]] = {"n": Port(int)}
    outputs: ClassVar[Mapping[str, Port]] = {"n": Port(int)}
    restamps: ClassVar[bool] = True

    def process(self, n: int) -> None:
        pass

    def finish(self) -> dict[str, Any]:
        return {"n": Packet(0, Stamp(LATE_NS))}


class Hear(Node):
    """Keeps what comes in `HEARD`, under a name."""

    inputs: ClassVar[Mapping[str, Port]] = {"n": Port(int)}

    def __init__(self, name: str = "") -> None:
        self.name = name

    def process(self, n: int, stamp: Stamp) -> None:
        HEARD.setdefault(self.name, []).append((n, stamp.time_ns))


HEARD: dict[str, list[tuple[int, int]]] = {}
"""What was heard: name of the node -> numbers and their times."""


class Every(Node):
    """Takes any streams and sends nothing."""

    inputs: ClassVar[Mapping[str, Port]] = {"*": Port(int)}

    def process(self, **numbers: int) -> None:
        pass
