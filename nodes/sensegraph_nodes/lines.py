"""Files of lines that hold no half line, whatever happens."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sensegraph.errors import SinkError
from sensegraph.packet import Stamp
from sensegraph.payload import Result

TERMINAL = "-"
DIGITS = 6


def row_of(stream: str, payload: Any, stamp: Stamp) -> dict[str, Any]:
    """Return the fields of a line: time, frame (where the row has one), stream, then the rest of the row.

    Args:
        stream: Name of the stream.
        payload: A result, or a mapping, or any other value (becomes the field `value`).
        stamp: Its stamp.
    """
    if isinstance(payload, Result):
        row = dict(payload.row())
    elif isinstance(payload, Mapping):
        row = dict(payload)
    else:
        row = {"value": payload}
    frame = {"frame": row.pop("frame")} if "frame" in row else {}
    head = {"time": round(stamp.time_s, DIGITS)} | frame | {"stream": stream}
    return head | {name: value for name, value in row.items() if name not in head}


class LineFile:
    """A file that is written line by line, each at once.

    Args:
        path: The file; its folder is made; `-` is the standard output.
        resume: Go on at the end of what is there (without its last line, if that is not whole), else
        replace it.

    Attributes:
        lines: How many lines it holds.

    Raises:
        SinkError: It cannot be created.
    """

    def __init__(self, path: str, *, resume: bool = False) -> None:
        self.path = path
        self.lines = 0
        self._size = 0
        self._number = 1
        if path == TERMINAL:
            return
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | (0 if resume else os.O_TRUNC)
            self._number = os.open(path, flags, 0o666)
        except OSError as error:
            raise SinkError(f"{path}: it cannot be written: {error.strerror}\n  Write elsewhere.") from error
        if resume:
            for line in self.read():
                self._size += len(line.encode("utf-8", "surrogateescape"))
                self.lines += 1
            os.ftruncate(self._number, self._size)

    def read(self) -> list[str]:
        """Return the whole lines that are there, with their ends."""
        if self.path == TERMINAL:
            return []
        with open(self.path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            return [line for line in file if line.endswith("\n")]

    def write(self, line: str) -> None:
        """Append a line, which ends with a newline.

        Raises:
            SinkError: The disk is full or the reader is gone; what was written so far holds whole lines.
        """
        data = line.encode("utf-8", "replace")
        written = 0
        try:
            while written < len(data):
                written += os.write(self._number, data[written:])
        except OSError as error:
            if self.path != TERMINAL:
                with contextlib.suppress(OSError):
                    os.ftruncate(self._number, self._size)
            raise SinkError(
                f"{self.path}: {error.strerror}; it has {self.lines} lines\n  Free space, or write elsewhere."
            ) from error
        self._size += len(data)
        self.lines += 1

    def close(self) -> None:
        """Close it; may be called twice."""
        if self._number > 2:
            os.close(self._number)
            self._number = -1


class Written:
    """What is already in a file that is resumed: repeats after a restart are not written again."""

    def __init__(self) -> None:
        self._until_s: dict[str, float] = {}

    def add(self, stream: str, time_s: float) -> None:
        """Remember a line that is there."""
        self._until_s[stream] = max(time_s, self._until_s.get(stream, time_s))

    def has(self, stream: str, stamp: Stamp) -> bool:
        """Whether this packet is in the file: times on one stream increase."""
        return round(stamp.time_s, DIGITS) <= self._until_s.get(stream, -1.0)
