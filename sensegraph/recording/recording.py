"""A recording that is there: its head, its streams and decisions, its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgpack

from sensegraph.errors import SourceError, TransportError
from sensegraph.packet import Packet
from sensegraph.recording.file import Kind, Record, RecordReader
from sensegraph.recording.head import Ending, Head, from_bytes
from sensegraph.recording.picture import PictureCoder
from sensegraph.recording.script import Wanted
from sensegraph.recording.stored import PLACE, place, unpack
from sensegraph.recording.tape import RECORDER

MAX_DECISION_BYTES = 1 << 20
Placed = tuple[int, Record]
"""Media time of a packet, and where it lies."""


class Recording:
    """Reads a recording; one that was cut off is read as far as it goes.

    Args:
        path: The file.

    Attributes:
        path: The file.
        head: How the run was started.

    Raises:
        SourceError: It is no recording, or its head cannot be read.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        self._reader = RecordReader(path)
        self._coder = PictureCoder()
        first = next(self._reader.scan(Kind.HEAD), None)
        if first is None:
            raise SourceError(f"{path}: the recording ends before it began\n  Record again.")
        self.head = from_bytes(Head, self._reader.body(first), self.path)

    def ending(self) -> Ending | None:
        """Return how the run ended; None when it was killed, or goes on."""
        ends = list(self._reader.scan(Kind.END))
        return from_bytes(Ending, self._reader.body(ends[-1]), self.path) if ends else None

    def index(self, streams: Sequence[str]) -> dict[str, list[Placed]]:
        """Return stream -> its packets, in the order of time; what a restarted recorder wrote again is left out."""
        found: dict[str, list[Placed]] = {name: [] for name in streams}
        for record in self._reader.scan(Kind.PACKET):
            number, time_ns = place(self._reader.body(record, PLACE.size))
            packets = found.get(self.head.streams[number]) if number < len(self.head.streams) else None
            if packets is not None and (not packets or time_ns > packets[-1][0]):
                packets.append((time_ns, record))
        return found

    def damage(self) -> tuple[int, int] | None:
        """Return where the last scan met something that is no record, and how many bytes of that there are."""
        torn_at = self._reader.torn_at
        return None if torn_at is None else (torn_at, self._reader.torn)

    def packet(self, record: Record, hint: Any) -> Packet[Any]:
        """Return a packet.

        Args:
            record: Where it lies.
            hint: Type of the payload as the producer's port declares it.

        Raises:
            SourceError: It cannot be read as that.
        """
        try:
            return unpack(self._reader.body(record), hint, self._coder)
        except TransportError as error:
            raise SourceError(f"{self.path}: at byte {record.at}: {error}\n  Record again.") from error

    def sets(self, nodes: Sequence[str]) -> dict[str, list[Wanted]]:
        """Return node -> the sets that it got, in order; of nodes of which there is any.

        Raises:
            SourceError: One of them does not fit the wiring of the graph.
        """
        found: dict[str, list[Wanted]] = {}
        for node, times in self._decisions(Kind.SET, 2):
            if node not in nodes:
                continue
            try:
                wanted = {str(name): [int(each) for each in several] for name, several in times}
                fits = wanted.keys() <= self.head.wiring[node].keys() and len(next(iter(wanted.values()))) == 1
            except (TypeError, ValueError, KeyError, StopIteration):
                fits = False
            if not fits:
                raise SourceError(f"{self.path}: a set of '{node}' does not fit its inputs\n  Record again.")
            found.setdefault(node, []).append(wanted)
        return found

    def drops(self) -> Iterator[tuple[str, str, list[int]]]:
        """Yield edge, reason and media times of the packets that were dropped."""
        for edge, reason, times in self._decisions(Kind.DROP, 3):
            yield str(edge), str(reason), list(times)

    def lost(self) -> dict[str, set[int]]:
        """Return stream -> media times of its packets that came too fast to be recorded."""
        found: dict[str, set[int]] = {}
        for edge, _, times in self.drops():
            stream, _, target = edge.partition(">")
            if target.startswith(RECORDER):
                found.setdefault(stream, set()).update(times)
        return found

    def _decisions(self, kind: Kind, length: int) -> Iterator[list[Any]]:
        for record in self._reader.scan(kind):
            try:
                if record.length > MAX_DECISION_BYTES:
                    raise ValueError("it is too long")
                fields = msgpack.unpackb(self._reader.body(record), max_ext_len=0)
                if not isinstance(fields, list) or len(fields) != length or not isinstance(fields[-1], list):
                    raise ValueError("it has other fields")
            except (ValueError, msgpack.UnpackException) as error:
                text = f"{self.path}: a decision at byte {record.at} cannot be read: {error}\n  Record again."
                raise SourceError(text) from error
            yield fields
