"""Which packet each node of a worker is at, in a file of the run folder: it tells even of a worker that was killed."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Sequence
from pathlib import Path

from sensegraph.packet import Stamp

SLOT = struct.Struct("<?q64s")
"""Whether the node is at a packet, its media time in ns, and the name of its source."""
LONGEST = 64


class Whereabouts:
    """Written by a worker; one call before and one after each packet take less than a microsecond.

    Args:
        folder: The run folder.
        worker: Number of the worker; what an earlier start of it wrote is gone.
        nodes: How many nodes it has.

    Raises:
        OSError: The file cannot be made.
    """

    def __init__(self, folder: Path, worker: int, nodes: int) -> None:
        with _path(folder, worker).open("w+b") as file:
            file.truncate(nodes * SLOT.size)
            self._memory = mmap.mmap(file.fileno(), nodes * SLOT.size)

    def enter(self, node: int, stamp: Stamp) -> None:
        """Note that a node begins with a packet."""
        SLOT.pack_into(self._memory, node * SLOT.size, True, stamp.time_ns, stamp.source.encode()[:LONGEST])

    def leave(self, node: int) -> None:
        """Note that it has finished."""
        self._memory[node * SLOT.size] = 0


def read(folder: Path, worker: int, nodes: Sequence[str]) -> tuple[str, str, int] | None:
    """Return what a worker was at: node, source and media time; None where no node was, or several were."""
    try:
        content = _path(folder, worker).read_bytes()
    except OSError:
        return None
    slots = [SLOT.unpack_from(content, at) for at in range(0, len(content) - SLOT.size + 1, SLOT.size)]
    found = [(name, source, time_ns) for name, (at, time_ns, source) in zip(nodes, slots, strict=False) if at]
    if len(found) != 1:
        return None
    ((name, source, time_ns),) = found
    return name, source.rstrip(b"\0").decode(errors="replace"), time_ns


def _path(folder: Path, worker: int) -> Path:
    return folder / f"at-{worker}"
