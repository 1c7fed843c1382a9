"""What flows on an edge: packets, bounds and the end of a stream."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

T = TypeVar("T")

NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Stamp:
    """When and from what a payload was made; copied to everything that is derived from it.

    Attributes:
        time_ns: Media time in nanoseconds: position in the file, or since the start of a live graph.
        capture_ns: The host's monotonic clock when the picture was captured (or decoded).
        source: Name of the source node.
        frame: Number of the frame at its source or resampler, from 0.
        gap: True when packets are missing in front of this one: a stateful node must start again.
        reduced: Which nodes on its way ran with less than their best, and with what (`ladder`).
    """

    time_ns: int
    capture_ns: int = 0
    source: str = ""
    frame: int = 0
    gap: bool = False
    reduced: str = ""

    @property
    def time_s(self) -> float:
        """Media time in seconds."""
        return self.time_ns / NANOSECONDS

    def at(self, time_ns: int, frame: int, *, gap: bool = False) -> Stamp:
        """Return this stamp moved to another media time and frame number (what a resampler does)."""
        return replace(self, time_ns=time_ns, frame=frame, gap=gap)


@dataclass(frozen=True, slots=True)
class Packet(Generic[T]):
    """One payload on a stream.

    A node returns plain payloads, which take the stamp of the packet that set it off; it returns
    packets where the time is its own (a source, a resampler). Times on one stream strictly increase.

    Attributes:
        payload: The value; read-only once sent.
        stamp: When and from what it was made.
        sequence: Position on its stream from 0, set by the writer.
    """

    payload: T
    stamp: Stamp
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Bound:
    """The promise that nothing with media time `time_ns` or earlier will come on a stream any more."""

    time_ns: int


@dataclass(frozen=True, slots=True)
class End:
    """The end of a stream: `made` packets were written to it in all."""

    made: int


Item = Packet[Any] | Bound | End
