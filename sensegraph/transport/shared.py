"""The shared memory that one worker process fills or reads: every segment, and its lease on what it reads."""

from __future__ import annotations

import functools
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sensegraph.transport.segment import Address, Bytes, Segment, Stale, fence

Array = npt.NDArray[Any]

RETAINED = 4
"""Slots that a worker may keep besides those that its edges let it have: what its nodes store for later."""


class Shared:
    """All segments that this process has mapped, its own and those it reads. Thread-safe.

    A slot that is read is leased as long as an array made of it lives here, so a node that keeps its input never sees
    it change. A node that keeps more than it may gets copies from then on: the producer is not starved either.

    Args:
        run: 16 bytes that name the run.
        worker: Number of this worker, its column of the lease matrices.
        workers: How many the run has.
        epoch: How often this worker has been started.
        folder: The run folder.
        named: Make files in the run folder instead of nameless memory.
        most_held: Slots that this worker may read at once.

    Attributes:
        floors: For each worker the lowest epoch + 1 that still lives; leases below are void.
        notes: What a user should be told, each once; taken by the worker.
        copied: Bytes that were copied because a node kept too much.
    """

    def __init__(
        self, run: bytes, worker: int, workers: int, epoch: int, folder: Path, *, named: bool = False,
        most_held: int = RETAINED + 2,
    ) -> None:  # fmt: skip
        self.run, self.worker, self.folder, self.named = run, worker, folder, named
        self.floors = np.ones(workers, np.uint32)
        self.notes: list[str] = []
        self.copied = 0
        self._tag = epoch + 1
        self._most_held, self._held = most_held, 0
        self._segments: tuple[Segment, ...] = ()  # replaced, never changed: `locate` goes through it without the lock
        # An array may die in the middle of anything, also of what is done under this lock by the same thread.
        self._lock = threading.RLock()

    def create(self, slots: int, nbytes: int) -> Segment:
        """Return a new segment of this worker.

        Raises:
            OSError: There is not enough memory.
        """
        folder = self.folder if self.named else None
        segment = Segment.create(self.run, self.worker, self._tag - 1, slots, len(self.floors), nbytes, folder)
        with self._lock:
            self._segments = (*self._segments, segment)
        return segment

    def forget(self, segment: Segment) -> None:
        """Let go of a segment of this worker that nobody refers to."""
        segment.unlink(self.folder)
        with self._lock:
            self._segments = tuple(each for each in self._segments if each is not segment)

    def gone(self, worker: int, epoch: int) -> None:
        """Note that every start of a worker before `epoch` is dead: its leases are void."""
        self.floors[worker] = max(int(self.floors[worker]), epoch + 1)

    def locate(self, array: Array) -> tuple[Segment, int, int] | None:
        """Return segment, slot and offset of an array that lies in shared memory in one piece, else None."""
        segments = self._segments
        if not segments or array.base is None or not array.flags.c_contiguous:
            return None
        at = array.__array_interface__["data"][0]
        for segment in segments:
            if segment.start <= at and at + array.nbytes <= segment.end:
                slot, offset = divmod(at - segment.start, segment.slot_bytes)
                return segment, slot, offset
        return None

    def describe(self, array: Array) -> list[Any] | None:
        """Return what tells another process where an array lies, `[address, slot, turn, offset]`, if it is shared."""
        place = self.locate(array)
        if place is None:
            return None
        segment, slot, offset = place
        return [segment.address, slot, segment.turns[slot], offset]

    def read(self, place: Sequence[Any], nbytes: int) -> Bytes | None:
        """Return the bytes that a description names, read-only and leased as long as an array made of them lives.

        Returns:
            uint8 (nbytes,), or None when they are there no more.

        Raises:
            Unmappable: They are there but cannot be mapped here.
            ValueError: It describes nothing that can be.
        """
        address, slot, turn, offset = place
        try:
            segment = self._attached(address)
        except Stale:
            return None
        if not (0 <= slot < segment.slots and offset >= 0 and offset + nbytes <= segment.slot_bytes):
            raise ValueError(f"slot {slot}, bytes {offset} to {offset + nbytes}: out of the segment")
        with self._lock:
            if (whole := segment.alive(slot)) is None:
                whole = self._lease(segment, slot)
            if segment.turns[slot] != turn:
                return None
            content: Bytes = whole[offset : offset + nbytes]
            if self._held > self._most_held:
                content = content.copy()
                self._tell_copied(nbytes)
        content.flags.writeable = False
        return content

    def _tell_copied(self, nbytes: int) -> None:
        if not self.copied:
            self.notes.append(f"keeps more than {self._most_held} payloads at a time; further ones are copied")
        self.copied += nbytes

    def _lease(self, segment: Segment, slot: int) -> Bytes:
        segment.cells[slot * segment.readers + self.worker] = self._tag
        fence()  # the lease is seen before the turn is read: the other half of `Segment.fill`
        whole = segment.view(slot)
        segment.views[slot] = weakref.ref(whole, functools.partial(self._release, segment, slot))
        segment.held += 1
        self._held += 1
        return whole

    def _release(self, segment: Segment, slot: int, reference: weakref.ref[Bytes]) -> None:
        with self._lock:
            segment.held -= 1
            self._held -= 1
            if segment.views[slot] is reference:  # else it has been leased anew already
                segment.views[slot] = None
                segment.cells[slot * segment.readers + self.worker] = 0

    def _attached(self, address: Address) -> Segment:
        serial = address[0]
        for segment in self._segments:
            if segment.serial == serial:
                return segment
        with self._lock:
            segment = Segment.attach(address, self.run, self.folder)
            if not (self.worker < segment.readers == len(self.floors) and segment.owner < segment.readers):
                raise ValueError("it is for other workers")
            segment.leases[:, self.worker] = 0  # what an earlier start of this worker left
            self._segments = (*(each for each in self._segments if not self._spent(each)), segment)
        return segment

    def _spent(self, segment: Segment) -> bool:
        over = segment.retired or segment.epoch + 1 < self.floors[segment.owner]
        return segment.foreign and over and segment.held == 0
