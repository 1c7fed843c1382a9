"""What a node must not lose when its process dies: its state after each of its last packets, in the run folder.

A packet is finished when its outputs were sent, its state is saved and its producer was told. A process may die between
any two of these; its producer then sends again what was not told to be finished. So several states are kept: a new
process goes on from the one before the first packet that comes, whichever that is, and counts every packet once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgpack

from sensegraph.codec import decode, encode
from sensegraph.errors import TransportError
from sensegraph.packet import Packet, Stamp


class Savepoints:
    """The states of one node.

    Args:
        folder: The run folder.
        node: The node's name.
        run: 16 bytes that name the run.
        keep: How many packets its producers may send again, at least.
    """

    def __init__(self, folder: Path, node: str, run: bytes, keep: int) -> None:
        self._folder, self._node, self._run, self._keep = folder, node, run, keep + 2
        self._next = 0

    def save(self, time_ns: int, state: Mapping[str, Any]) -> None:
        """Keep the state after the packet of a media time: written whole or not at all.

        Raises:
            OSError: It cannot be written.
            TransportError: It holds what cannot travel.
        """
        parts = [bytes(part) for part in encode(Packet(dict(state), Stamp(time_ns)), self._run, 0)]
        self._write(self._next % self._keep, msgpack.packb(parts))
        self._next += 1

    def before(self, time_ns: int) -> Mapping[str, Any] | None:
        """Return the newest state from before a media time; None where there is none.

        What is damaged counts as absent. New states take the places of the oldest ones.
        """
        found = {}
        for place in range(self._keep):
            with contextlib.suppress(OSError, ValueError, TypeError, TransportError, msgpack.UnpackException):
                item, _ = decode(msgpack.unpackb(self._read(place)), dict, self._run)
                if isinstance(item, Packet):
                    found[item.stamp.time_ns] = place, item.payload
        chosen = max((each for each in found if each < time_ns), default=None)
        if chosen is None:
            return None
        place, state = found[chosen]
        self._next = place + 1
        return dict(state)

    def _write(self, place: int, content: bytes) -> None:
        path = self._path(place)
        new = path.with_suffix(".new")
        new.write_bytes(content)
        new.replace(path)

    def _read(self, place: int) -> bytes:
        return self._path(place).read_bytes()

    def _path(self, place: int) -> Path:
        return self._folder / f"state-{self._node}-{place}"
