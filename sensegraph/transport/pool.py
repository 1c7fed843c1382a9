"""The shared memory of one output port: what the node sends is put there once, whoever and how many read it.

A slot stays taken as long as an array made of it lives in this process: in the writers (waiting, or sent and not yet
finished by its consumer), in nodes of the same process, in the node that has it on loan. So lossless edges, repeats
after a consumer's death and fan-out need no account of their own, and nothing has to be given back by hand.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sensegraph.codec import INLINE_BYTES, arrays_of, with_arrays
from sensegraph.errors import TransportError
from sensegraph.packet import Packet
from sensegraph.resources import memory_available
from sensegraph.transport.segment import Bytes, Segment
from sensegraph.transport.shared import Shared

Array = npt.NDArray[Any]

ALIGNMENT = 64
"""Bytes between the starts of the arrays of one payload are a multiple of this: a cache line."""
MOST_BYTES = 1 << 30
"""No port takes more than this; what is sent beyond it goes through the socket, and that is told."""
MOST_FREE_SHARE = 0.5
"""Share of the memory that is available which one growth may take."""


class Pool:
    """Slots for the payloads of one output port. Thread-safe.

    It is made empty; the first payload decides how large a slot is. A larger payload, or one for which no slot is free,
    makes it grow by a further segment: nothing ever waits for a slot.

    Args:
        name: What to call it in messages, `camera.frames`.
        shared: The shared memory of this process.
        slots: How many payloads are on their way at most, as far as that is known: those that the edges let wait or be
            unfinished, and the ones being made.
        required: An edge insists on shared memory: a fall-back is an error.
    """

    def __init__(self, name: str, shared: Shared, slots: int, *, required: bool = False) -> None:
        self._name, self._shared, self._slots, self._required = name, shared, slots, required
        self._segments: list[Segment] = []
        self._retired: list[Segment] = []
        self._told = False
        self._lock = threading.Lock()

    def place(self, packet: Packet[Any]) -> tuple[Packet[Any], int]:
        """Return a packet whose large arrays lie in shared memory, and how many bytes were copied for that.

        Arrays that lie there already, on loan or on their way from another node, stay where they are.

        Raises:
            TransportError: There is no shared memory for it, and an edge insists.
        """
        large = [each for each in arrays_of(packet.payload) if each.nbytes >= INLINE_BYTES and self._outside(each)]
        starts, end = _layout(large)
        slot = self._take(end) if large else None
        if slot is None:
            return packet, 0
        placed = {}
        for array, start in zip(large, starts, strict=True):
            placed[id(array)] = copy = _part(slot, start, array.shape, array.dtype)
            np.copyto(copy, array)
            copy.flags.writeable = False
        payload = with_arrays(packet.payload, lambda each: placed.get(id(each), each))
        return Packet(payload, packet.stamp), sum(each.nbytes for each in large)

    def lend(self, shape: Sequence[int], dtype: npt.DTypeLike) -> Array:
        """Return an array to be filled and sent without a copy; its content is undefined.

        It is an ordinary array where there is no shared memory for it. Not sending it gives it back.
        """
        kind = np.dtype(dtype)
        nbytes = math.prod(shape) * kind.itemsize
        slot = self._take(nbytes) if nbytes >= INLINE_BYTES else None
        return np.empty(shape, kind) if slot is None else _part(slot, 0, tuple(shape), kind)

    def _outside(self, array: Array) -> bool:
        if self._shared.locate(array) is None:
            return not array.dtype.hasobject
        array.flags.writeable = False
        return False

    def _take(self, nbytes: int) -> Bytes | None:
        with self._lock:
            self._retire(nbytes)
            for segment in self._segments:
                if (slot := segment.fill(self._shared.floors)) is not None:
                    return slot
            grown = self._grow(nbytes)
            return None if grown is None else grown.fill(self._shared.floors)

    def _retire(self, nbytes: int) -> None:
        """Fill segments with too small slots no more, and let go of those that nobody refers to."""
        for segment in [each for each in self._segments if each.slot_bytes < nbytes]:
            segment.retire()
            self._segments.remove(segment)
            self._retired.append(segment)
        for segment in [each for each in self._retired if each.idle(self._shared.floors)]:
            self._retired.remove(segment)
            self._shared.forget(segment)

    def _grow(self, nbytes: int) -> Segment | None:
        slots = max(2, self._slots // 2) if self._segments else self._slots
        reason = self._too_much(slots * nbytes)
        if not reason:
            try:
                self._segments.append(self._shared.create(slots, nbytes))
            except OSError as error:
                reason = f"{slots * nbytes >> 20} MB cannot be had: {error.strerror}"
            else:
                return self._segments[-1]
        self._fall_back(reason)
        return None

    def _too_much(self, need: int) -> str:
        """Return why so much must not be taken; empty when it may be."""
        taken = sum(each.slots * each.slot_bytes for each in self._segments + self._retired)
        if taken + need > MOST_BYTES:
            return f"it has {taken >> 20} MB of at most {MOST_BYTES >> 20} MB, and needs {need >> 20} MB more"
        available = memory_available()
        if available is not None and need > available * MOST_FREE_SHARE:
            return f"it needs {need >> 20} MB more, and {available >> 20} MB are available"
        return ""

    def _fall_back(self, reason: str) -> None:
        text = f"there is no shared memory for '{self._name}': {reason}"
        if self._required:
            raise TransportError(f"{text}\n  An edge asks for it (transport: shm!). Free memory, or leave that out.")
        if not self._told:
            self._told = True
            self._shared.notes.append(f"{text}; it goes through the socket, several times slower")


def _layout(arrays: Sequence[Array]) -> tuple[list[int], int]:
    """Return where each array starts in a slot, and the end of the last."""
    starts, end = [], 0
    for array in arrays:
        starts.append(end)
        end += -(-array.nbytes // ALIGNMENT) * ALIGNMENT
    return starts, end


def _part(slot: Bytes, start: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    end = start + math.prod(shape) * dtype.itemsize
    return slot[start:end].view(dtype).reshape(shape)
