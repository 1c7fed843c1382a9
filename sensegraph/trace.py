"""What happened to each packet, in a ring of the run folder: who worked on it when, which edge sent or dropped it.

Every worker writes its own ring, always, for about a microsecond an event; so a frame can be asked for after the fact,
even one that ended its worker.
"""

from __future__ import annotations

import enum
import itertools
import mmap
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sensegraph.packet import Stamp

RECORD = struct.Struct("<QqqqqqHHHBx")
"""Order, frame, media time, capture, begin, end; numbers of place, source and reason in the table of names; kind."""
KEPT = 4096
"""Events of a node or an edge that are kept, on the average: the last minute of an edge, at 30 frames a second."""
ROOM = 4096
"""Bytes for names of sources and reasons, besides those of the places."""
HEAD = struct.Struct("<I")
"""Bytes of the table of names; the records follow."""


class Kind(enum.IntEnum):
    """What happened: a source made a packet, a node worked on a set, an edge sent, finished or dropped a packet."""

    MADE = 1
    WORKED = 2
    SENT = 3
    FINISHED = 4
    DROPPED = 5


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a packet.

    Attributes:
        kind: What.
        place: The node, or the edge as `camera.frames>resample.frames`.
        source: Name of the source that the packet comes from.
        frame: Its number there, or at a resampler.
        time_ns: Its media time.
        capture_ns: When it was captured, by the host's monotonic clock: with `source`, what a frame and all that was
            made of it have in common.
        begin_ns: When it happened, by the same clock.
        end_ns: When that was over; for an edge the same as `begin_ns`.
        reason: Why it was dropped.
    """

    kind: Kind
    place: str
    source: str
    frame: int
    time_ns: int
    capture_ns: int
    begin_ns: int
    end_ns: int
    reason: str = ""


KINDS = frozenset(Kind)


class Trace:
    """The ring of one worker. Thread-safe.

    Args:
        folder: The run folder.
        worker: Number of the worker; what an earlier start of it wrote stays.
        places: Its nodes, and the edges that begin there.

    Raises:
        OSError: The file cannot be made.
    """

    def __init__(self, folder: Path, worker: int, places: Sequence[str]) -> None:
        self._table_bytes = ROOM + sum(len(place.encode()) + 1 for place in places)
        self._start = HEAD.size + self._table_bytes
        self._capacity = KEPT * max(1, len(places))
        size = self._start + self._capacity * RECORD.size
        path = _path(folder, worker)
        path.touch()
        with path.open("r+b") as file:
            file.truncate(size)
            self._memory = mmap.mmap(file.fileno(), size)
        HEAD.pack_into(self._memory, 0, self._table_bytes)
        self._lock = threading.Lock()
        self._numbers = {name: number for number, name in enumerate(_names(self._memory, self._table_bytes))}
        orders = (order for order, *_ in RECORD.iter_unpack(self._memory[self._start :]))
        self._orders = itertools.count(max(orders, default=0) + 1)
        for place in places:
            self._number(place)

    def of_node(self, name: str) -> Callable[[Kind, Stamp, int, int], None]:
        """Return what writes down what a node did: kind, stamp, from when to when."""
        number = self._numbers[name]
        return lambda kind, stamp, begin_ns, end_ns: self._note(kind, number, stamp, begin_ns, end_ns, "")

    def of_edge(self, name: str) -> Callable[[Kind, Stamp, str], None]:
        """Return what writes down what an edge does now: kind, stamp, reason."""
        number = self._numbers[name]

        def note(kind: Kind, stamp: Stamp, reason: str) -> None:
            now_ns = time.monotonic_ns()
            self._note(kind, number, stamp, now_ns, now_ns, reason)

        return note

    def _note(self, kind: Kind, place: int, stamp: Stamp, begin_ns: int, end_ns: int, reason: str) -> None:
        order, numbers = next(self._orders), self._numbers
        RECORD.pack_into(
            self._memory, self._start + order % self._capacity * RECORD.size, order, stamp.frame, stamp.time_ns,
            stamp.capture_ns, begin_ns, end_ns, place, numbers.get(stamp.source) or self._number(stamp.source),
            numbers[reason] if reason in numbers else self._number(reason), kind,
        )  # fmt: skip

    def _number(self, name: str) -> int:
        """Return the number of a name, which is put into the table where there is room; 0 is no name."""
        with self._lock:
            if name not in self._numbers:
                numbers = self._numbers | {name: len(self._numbers)}
                table = "\n".join(numbers).encode()
                if len(table) > self._table_bytes:
                    return 0
                self._memory[HEAD.size : HEAD.size + len(table)] = table
                self._numbers = numbers
            return self._numbers[name]


def read(folder: Path) -> list[Event]:
    """Return what the workers of a run wrote, in order of time.

    Raises:
        OSError: The folder cannot be read.
    """
    events = itertools.chain.from_iterable(map(_events, sorted(folder.glob("trace-*"))))
    return sorted(events, key=lambda event: (event.end_ns, event.kind))


def _events(path: Path) -> Iterator[Event]:
    content = path.read_bytes()
    table_bytes = HEAD.unpack_from(content)[0] if len(content) >= HEAD.size else 0
    if not table_bytes:  # its worker is just making it
        return
    names = dict(enumerate(_names(content, table_bytes)))
    records: Iterable[tuple[int, ...]] = RECORD.iter_unpack(content[HEAD.size + table_bytes :])
    for order, frame, time_ns, capture_ns, begin_ns, end_ns, place, source, reason, kind in records:
        if order and kind in KINDS:
            yield Event(Kind(kind), names.get(place, ""), names.get(source, ""), frame, time_ns, capture_ns, begin_ns,
                        end_ns, names.get(reason, ""))  # fmt: skip


def _names(memory: bytes | mmap.mmap, table_bytes: int) -> list[str]:
    table = bytes(memory[HEAD.size : HEAD.size + table_bytes])
    return table.rstrip(b"\0").decode(errors="replace").split("\n")


def _path(folder: Path, worker: int) -> Path:
    return folder / f"trace-{worker}"
