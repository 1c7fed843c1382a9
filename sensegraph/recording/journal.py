"""The journal of a run: which packets its nodes got together, and which its edges dropped.

A packet is named by its stream and its media time: times on one stream strictly increase, also over a restart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgpack

from sensegraph.join import Join, JoinedSet
from sensegraph.node import Port
from sensegraph.packet import Packet, Stamp
from sensegraph.recording.file import Kind, RecordFile


class Journal:
    """Writes decisions into a recording. Thread-safe.

    Args:
        path: The recording, which is there already.

    Raises:
        SinkError: It cannot be written; later also by the methods.
    """

    def __init__(self, path: str) -> None:
        self._file = RecordFile(path)

    def joined(self, node: str, names: Sequence[str], joined: JoinedSet) -> None:
        """Write down a set before its node gets it.

        Args:
            node: Name of the node.
            names: Its inputs that have an edge.
            joined: The set; its first stamp is that of the packet that set it off.
        """
        times = [[name, _times(stamp)] for name, stamp in joined.stamps.items() if name in names]
        self._file.append(Kind.SET, msgpack.packb([node, times]))

    def dropped(self, edge: str, packets: Iterable[Packet[Any]], reason: str) -> None:
        """Write down that an edge has dropped packets."""
        times = [packet.stamp.time_ns for packet in packets]
        self._file.append(Kind.DROP, msgpack.packb([edge, reason, times]))


def _times(stamp: Stamp | list[Stamp] | None) -> list[int]:
    if stamp is None:
        return []
    return [each.time_ns for each in stamp] if isinstance(stamp, list) else [stamp.time_ns]


class NotedJoin(Join):
    """A join that writes each of its sets into a journal.

    Args:
        ports: As of `Join`.
        connected: As of `Join`.
        journal: Where to.
        node: Name of the node.
    """

    def __init__(self, ports: Mapping[str, Port], connected: Sequence[str], journal: Journal, node: str) -> None:
        super().__init__(ports, connected)
        self._journal, self._node = journal, node

    def next(self, *, force: bool = False) -> JoinedSet | None:
        """Return the next set, as `Join` does."""
        joined = super().next(force=force)
        if joined is not None:
            self._journal.joined(self._node, self.names, joined)
        return joined
