"""A piece of shared memory that holds payloads: slots, and who still reads which.

Layout: one block of `mmap.ALLOCATIONGRANULARITY` bytes or more, then the slots, each a whole number of pages.

    magic 8 | run 16 | serial 8 | retired u32 | slots u32 | readers u32 | owner u32 | slot bytes u64 | epoch u32
    turn of each slot, u64           how often it has been filled; a message names the turn that it means
    leases, u32 slots x readers      cell (s, r): the epoch + 1 of worker r while it reads slot s, else 0

Every cell has one writer, the worker of its column: so there are no locks and no atomic operations in it. The owner
only reads the leases: a slot is free when nothing of its own process refers to it and no live reader leases it.

The segment has no name where the system allows it (memfd): with the last process that maps it, it is gone, whoever was
killed. Others open it as `/proc/<pid>/fd/<number>` of any process that has it open. Elsewhere it is a file in the run
folder.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import re
import secrets
import struct
import threading
import weakref
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from sensegraph.errors import TransportError
from sensegraph.spec import Medium

Bytes = npt.NDArray[np.uint8]
Floors = npt.NDArray[np.uint32]
Address = list[Any]
"""`[serial, pid, number of the file descriptor]`, or `[serial, 0, name in the run folder]`."""

MAGIC: Final = b"sgpool\x00\x01"
HEAD: Final = struct.Struct("<8s16s8sIIIIQI")
HEAD_BYTES: Final = 64
RETIRED_AT: Final = 32
MOST_SLOTS: Final = 4096
MOST_READERS: Final = 1024
FILE_NAME: Final = re.compile(r"pool-[0-9a-f]{16}")


class Stale(Exception):
    """Whoever was to give the segment is gone."""


class Unmappable(TransportError):
    """A segment is there, but this process may or can not map it."""


class Segment:
    """One mapped segment; made by `create` (the owner) or `attach` (a reader).

    Attributes:
        serial: 8 random bytes that name it.
        slots: How many.
        slot_bytes: Size of a slot.
        owner: Worker that fills it, started for the `epoch`-th time.
        start: Address of the first slot in this process; the slots lie one after the other up to `end`.
        turns: How often each slot has been filled.
        leases: uint32 (slots, readers); `cells` is the same memory in one row, which is quicker for one cell.
        views: For each slot the array that stands for it in this process, as long as anything made of it lives.
        held: How many slots this process has leased.
        address: Where another process finds it: with us, so that it does not matter who else is still there.
    """

    def __init__(self, fd: int, name: str, run: bytes, *, owner: bool) -> None:
        head = HEAD.unpack(os.pread(fd, HEAD.size, 0))
        magic, of_run, self.serial, _, self.slots, self.readers, self.owner, self.slot_bytes, self.epoch = head
        if magic != MAGIC or of_run != run or not (0 < self.slots <= MOST_SLOTS and 0 < self.readers <= MOST_READERS):
            raise ValueError("it is no segment of this run")
        start = _head_bytes(self.slots, self.readers)
        if os.fstat(fd).st_size != start + self.slots * self.slot_bytes or self.slot_bytes % mmap.PAGESIZE:
            raise ValueError("its size is wrong")
        populate = getattr(mmap, "MAP_POPULATE", 0)  # no page faults on the first lap
        block = mmap.mmap(fd, start)
        access = mmap.PROT_READ | (mmap.PROT_WRITE if owner else 0)
        self._data = mmap.mmap(fd, self.slots * self.slot_bytes, mmap.MAP_SHARED | populate, access, offset=start)
        self._block = block
        self._cells_at = HEAD_BYTES + 8 * self.slots
        self.turns = memoryview(block)[HEAD_BYTES : self._cells_at].cast("Q")
        self.cells = memoryview(block)[self._cells_at : self._cells_at + 4 * self.slots * self.readers].cast("I")
        self.leases = np.frombuffer(self.cells, np.uint32).reshape(self.slots, self.readers)
        self._unread = bytes(4 * self.readers)
        self.start = np.frombuffer(self._data, np.uint8).__array_interface__["data"][0]
        self.end = self.start + self.slots * self.slot_bytes
        self.views: list[weakref.ref[Bytes] | None] = [None] * self.slots
        self.held = 0
        self.foreign = not owner
        self.address: Address = [self.serial, 0, name] if name else [self.serial, os.getpid(), fd]
        self._name, self._fd = name, fd  # from here on it is ours to close

    def __del__(self) -> None:
        if getattr(self, "_fd", -1) >= 0:
            os.close(self._fd)

    @classmethod
    def create(
        cls, run: bytes, owner: int, epoch: int, slots: int, readers: int, nbytes: int, folder: Path | None
    ) -> Self:
        """Return a new segment, its memory already taken.

        Args:
            run: 16 bytes that name the run.
            owner: Number of this worker.
            epoch: How often it has been started.
            slots: How many.
            readers: How many workers the run has.
            nbytes: What a slot must hold.
            folder: Where to make a file; None makes one without a name, in memory.

        Raises:
            OSError: There is not enough memory.
        """
        serial = secrets.token_bytes(8)
        step = -(-nbytes // mmap.PAGESIZE) * mmap.PAGESIZE
        size = _head_bytes(slots, readers) + slots * step
        name = "" if folder is None else f"pool-{serial.hex()}"
        fd = _memory() if folder is None else os.open(folder / name, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        try:
            _allocate(fd, size)
            os.pwrite(fd, HEAD.pack(MAGIC, run, serial, 0, slots, readers, owner, step, epoch), 0)
            if folder is None:
                fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW)
            return cls(fd, name, run, owner=True)
        except BaseException:
            os.close(fd)
            if folder is not None:
                (folder / name).unlink()
            raise

    @classmethod
    def attach(cls, address: Address, run: bytes, folder: Path) -> Self:
        """Return a segment that another process holds.

        Raises:
            Stale: That process is gone.
            Unmappable: It cannot be mapped.
            ValueError: The address is not one of ours, or what is there is not what it names.
        """
        serial, pid, where = address
        if pid:
            path = f"/proc/{int(pid)}/fd/{int(where)}"
        elif FILE_NAME.fullmatch(str(where)):
            path = str(folder / where)
        else:
            raise ValueError(f"{where!r} is no name of a segment")
        try:
            if pid and not os.readlink(path).startswith("/memfd:sensegraph"):
                raise Stale(path)  # the number has been given to another process
            fd = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW * (not pid))
        except (FileNotFoundError, ProcessLookupError) as error:
            raise Stale(path) from error
        except OSError as error:
            raise Unmappable(f"{path}: shared memory of another node cannot be opened: {error.strerror}") from error
        try:
            segment = cls(fd, "" if pid else str(where), run, owner=False)
        except ValueError as error:
            os.close(fd)
            raise Stale(path) from error
        except OSError as error:
            os.close(fd)
            raise Unmappable(f"{path}: shared memory of another node cannot be mapped: {error.strerror}") from error
        if segment.serial != serial:
            raise Stale(path)
        return segment

    @property
    def retired(self) -> bool:
        """Whether its owner fills it no more."""
        return bool(self._block[RETIRED_AT])

    def retire(self) -> None:
        """Say that it is filled no more; who maps it may let go of it."""
        self._block[RETIRED_AT] = 1

    def view(self, slot: int) -> Bytes:
        """Return the bytes of a slot, read-only unless this is the owner; every array made of it keeps it alive."""
        return np.frombuffer(self._data, np.uint8, self.slot_bytes, slot * self.slot_bytes)

    def alive(self, slot: int) -> Bytes | None:
        """Return the view of a slot that this process refers to, if it does."""
        reference = self.views[slot]
        return None if reference is None else reference()

    def fill(self, floors: Floors) -> Bytes | None:
        """Take the lowest free slot, which is the one most likely in the cache, for new content.

        Args:
            floors: For each worker the lowest epoch + 1 that still lives; leases of earlier ones are void.

        Returns:
            Its bytes, to be written; the slot is taken as long as any array made of them lives. None when no slot is
            free.
        """
        for slot in range(self.slots):
            if self.alive(slot) is not None or self._leased(slot, floors):
                continue
            self.turns[slot] += 1
            fence()
            if self._leased(slot, floors):  # a reader came in between: it has seen the old turn, and may stay
                self.turns[slot] -= 1
                continue
            view = self.view(slot)
            self.views[slot] = weakref.ref(view)
            return view
        return None

    def _leased(self, slot: int, floors: Floors) -> bool:
        at = self._cells_at + 4 * self.readers * slot
        if self._block[at : at + 4 * self.readers] == self._unread:
            return False
        return bool((self.leases[slot] >= floors).any())

    def unlink(self, folder: Path) -> None:
        """Remove its file, where it is one; who maps it keeps it."""
        if self._name:
            (folder / self._name).unlink(missing_ok=True)

    def idle(self, floors: Floors) -> bool:
        """Whether nobody refers to any slot."""
        return not any(self.alive(slot) is not None or self._leased(slot, floors) for slot in range(self.slots))


def available_medium() -> Medium:
    """Return what segments can be made of here: they must also be openable by other processes."""
    if not hasattr(mmap, "MAP_SHARED"):
        return Medium.NONE
    try:
        fd = _memory()
        try:
            os.close(os.open(f"/proc/{os.getpid()}/fd/{fd}", os.O_RDWR | os.O_CLOEXEC))
        finally:
            os.close(fd)
    except (AttributeError, OSError):  # macOS; a hidden /proc
        return Medium.FILES
    return Medium.MEMORY


def fence() -> None:
    """Let what was stored before be seen before what is read after, on every processor: taking a lock does."""
    with _FENCE:
        pass


_FENCE = threading.Lock()


def _memory() -> int:
    return os.memfd_create("sensegraph", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)


def _head_bytes(slots: int, readers: int) -> int:
    block = mmap.ALLOCATIONGRANULARITY
    return -(-(HEAD_BYTES + 8 * slots + 4 * slots * readers) // block) * block


def _allocate(fd: int, size: int) -> None:
    """Take the memory now: a file that is only made long enough ends its reader with SIGBUS when memory is short."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(fd, 0, size)
        return
    zeros = bytes(1 << 20)  # macOS has no such call
    for at in range(0, size, len(zeros)):
        os.pwrite(fd, zeros[: size - at], at)
