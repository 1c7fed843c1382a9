"""A recording on the disk: records one after another, each readable by itself.

    file   = OPENING record*
    record = MARK, kind (u8), length (u32), crc32 of the body, crc32 of what precedes, body        little endian

Every record is appended by one system call, so several processes write into one file, and one that is killed leaves
at most one record torn. What is torn is passed over and counted.
"""

from __future__ import annotations

import enum
import os
import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sensegraph.errors import GraphError, Problem, SinkError, SourceError

OPENING = b"sensegraph recording 1\n"
MARK = b"\xa5SGR"
HEAD = struct.Struct("<4sBII")
SUM = struct.Struct("<I")
HEAD_BYTES = HEAD.size + SUM.size
MAX_BODY_BYTES = 256 << 20
"""A longer record is taken for damage: a picture of 8192 x 8192 has 192 MiB."""
SEARCH_FACTOR, SEARCH_BYTES = 4, 64 << 20
"""Behind damage so many times the size of the file, and so much, is read in search of the next whole record."""
CHUNK_BYTES = 1 << 20
MARK_BYTES = CHUNK_BYTES // 256
"""What looking at one mark counts as."""


class Kind(enum.IntEnum):
    """What a record tells."""

    HEAD = 1
    """The run: graph, parameters, versions, streams. The first record."""
    PACKET = 2
    """A packet of a stream."""
    SET = 3
    """Which packets a node got together."""
    DROP = 4
    """Packets that an edge dropped, and why."""
    END = 5
    """The run has ended: its ledger. Missing when it was killed."""


class RecordFile:
    """Appends records. Thread-safe; other processes may append to the same file.

    Args:
        path: A file that `create` has made.

    Raises:
        SinkError: It cannot be opened.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = str(path)
        try:
            self._fd = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        except OSError as error:
            raise SinkError(f"{path}: cannot be written: {error.strerror}\n  Record somewhere else.") from error

    def append(self, kind: Kind, body: bytes) -> int:
        """Write one record and return its size in bytes.

        Raises:
            SinkError: The disk is full or gone, or the record is too long.
        """
        if len(body) > MAX_BODY_BYTES:
            raise SinkError(f"{self._path}: a record of {len(body) >> 20} MB is too long\n  Leave that stream out.")
        try:
            written = os.writev(self._fd, [head_of(kind, len(body), zlib.crc32(body)), body])
        except OSError as error:
            raise self._full(error.strerror or str(error)) from error
        if written < HEAD_BYTES + len(body):
            raise self._full("no space left on device")
        return written

    def _full(self, reason: str) -> SinkError:
        return SinkError(f"{self._path}: cannot be written any more: {reason}\n  Free space, or record elsewhere.")

    def close(self) -> None:
        """Close the file."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1


def head_of(kind: Kind, length: int, body_sum: int) -> bytes:
    """Return what stands before the body of a record."""
    head = HEAD.pack(MARK, kind, length, body_sum)
    return head + SUM.pack(zlib.crc32(head))


def create(path: Path) -> RecordFile:
    """Make an empty recording; an older recording of that name is replaced, any other file is not.

    Raises:
        GraphError: Something else is there, or it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(path):
            if not _is_recording(path):
                raise GraphError([Problem(str(path), "is there and is no recording", "Choose another name.")])
            path.unlink()  # a run that still records into it goes on doing so
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        try:
            os.write(fd, OPENING)
        finally:
            os.close(fd)
    except OSError as error:
        what = f"cannot be written: {error.strerror}"
        raise GraphError([Problem(str(path), what, "Record somewhere else.")]) from error
    return RecordFile(path)


def _is_recording(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(OPENING)) == OPENING


@dataclass(frozen=True, slots=True)
class Record:
    """Where a record lies.

    Attributes:
        at: Offset of its body.
        length: Bytes of its body.
        sum: CRC-32 of its body.
    """

    kind: Kind
    at: int
    length: int
    sum: int


class RecordReader:
    """Reads records, as far as the file went when it was opened; one that is still being written may be read.

    Args:
        path: The recording.

    Attributes:
        torn_at: Offset of the first place where no record could be read; None as long as none was met.
        torn: Bytes that could not be read so far.

    Raises:
        SourceError: It is not there, or no recording.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        self.torn_at: int | None = None
        self.torn = 0
        self._fd = -1
        try:
            self._fd = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
            about = os.fstat(self._fd)
            regular = stat.S_ISREG(about.st_mode)
            good = regular and os.pread(self._fd, len(OPENING), 0) == OPENING
        except OSError as error:
            raise SourceError(f"{path}: cannot be read: {error.strerror}\n  Check the path.") from error
        if not good:
            raise SourceError(f"{path}: is no recording\n  `sensegraph record` makes one.")
        self._size = about.st_size

    def __del__(self) -> None:
        if getattr(self, "_fd", -1) >= 0:
            os.close(self._fd)

    def scan(self, *kinds: Kind) -> Iterator[Record]:
        """Yield the records of some kinds, whole and in the order of the file; others are passed over unread."""
        at, self.torn_at, self.torn = len(OPENING), None, 0
        while at < self._size:
            record = self._record(at)
            if record is None or (record.kind in kinds and not self._sound(record)):
                start, at = at, self._search(at + 1)
                self.torn_at = start if self.torn_at is None else self.torn_at
                self.torn += at - start
                continue
            if record.kind in kinds:
                yield record
            at = record.at + record.length

    def body(self, record: Record, most: int = MAX_BODY_BYTES) -> bytes:
        """Return the body of a record, or its beginning, `most` bytes at most."""
        return os.pread(self._fd, min(record.length, most), record.at)

    def _record(self, at: int) -> Record | None:
        head = os.pread(self._fd, HEAD_BYTES, at)
        if len(head) < HEAD_BYTES or SUM.unpack(head[HEAD.size :])[0] != zlib.crc32(head[: HEAD.size]):
            return None
        mark, kind, length, body_sum = HEAD.unpack(head[: HEAD.size])
        known = mark == MARK and kind in Kind.__members__.values()
        if not known or length > min(MAX_BODY_BYTES, self._size - at - HEAD_BYTES):
            return None
        return Record(Kind(kind), at + HEAD_BYTES, length, body_sum)

    def _sound(self, record: Record) -> bool:
        total, at, end = 0, record.at, record.at + record.length
        while at < end:
            part = os.pread(self._fd, min(CHUNK_BYTES, end - at), at)
            if not part:
                return False
            total, at = zlib.crc32(part, total), at + len(part)
        return total == record.sum

    def _search(self, at: int) -> int:
        """Return where the next whole record begins, or the end of the file."""
        patience = (
            SEARCH_FACTOR * self._size + SEARCH_BYTES
        )  # else a hostile file of marks could be summed up for hours
        while at < self._size and patience > 0:
            part = os.pread(self._fd, CHUNK_BYTES, at)
            found = part.find(MARK)
            if found < 0:
                at += max(1, len(part) - len(MARK) + 1)
                continue
            at += found
            record = self._record(at)
            if record is not None:
                patience -= record.length
                if self._sound(record):
                    return at
            patience -= MARK_BYTES
            at += 1
        return self._size
