"""`project.json`: read whole, replaced whole, by one process at a time."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from sensegraph.errors import Problem, SinkError
from sensegraph.training.project.error import ProjectError, refused
from sensegraph.training.project.record import Record

NAME = "project.json"
LOCK = ".lock"
VERSION = 1
PATIENCE_S = 30.0
POLL_S = 0.02
MOST_PROBLEMS = 10


def is_project(path: Path) -> bool:
    """Whether a folder holds a project."""
    return os.path.isfile(path / NAME)  # unlike Path.is_file also when it cannot be a path at all


def read(folder: Path) -> Record:
    """Read the record of a project.

    Raises:
        ProjectError: There is none, it is damaged, or of a newer version.
    """
    path = folder / NAME
    try:
        data = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise refused(folder, "is no project", f"Make one: sensegraph project new {folder}") from None
    except (OSError, ValueError) as error:  # ValueError: no JSON, no UTF-8, or no path
        what = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        raise refused(path, what, "Take it from a copy; the clips beside it are not touched.") from None
    version = data.get("version") if isinstance(data, dict) else None
    if isinstance(version, int) and version > VERSION:
        raise refused(path, f"is of version {version}; this program knows {VERSION}", "Use a newer sensegraph.")
    try:
        return Record.model_validate(data)
    except ValidationError as error:
        raise ProjectError(_problems(path, error)) from None


def _problems(path: Path, error: ValidationError) -> list[Problem]:
    found = [
        Problem(str(path), f"{'.'.join(map(str, each['loc'])) or 'record'}: {each['msg']}")
        for each in error.errors(include_url=False)[:MOST_PROBLEMS]
    ]
    last = found.pop()
    return [*found, Problem(last.where, last.what, "Take it from a copy; the clips beside it are not touched.")]


def write(folder: Path, record: Record) -> None:
    """Replace the record of a project; whoever reads sees the old or the new one, whatever happens.

    Raises:
        SinkError: It cannot be written; the old one is still there.
    """
    replace_file(folder / NAME, record.model_dump_json(indent=1) + "\n")


def replace_file(path: Path, content: str | bytes | memoryview) -> None:
    """Write a file in one step: it is the old or the new one at any moment, after `kill -9` too.

    One process at a time may do that with a file: whoever does holds the lock of the project.

    Args:
        path: The file.
        content: Bytes, or a text that is written as UTF-8.

    Raises:
        SinkError: It cannot be written; the old one is still there.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        sync(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise unwritable(path, error) from error


def unwritable(path: object, error: OSError) -> SinkError:
    """Return the error of what cannot be written."""
    return SinkError(f"{path}: it cannot be written: {error.strerror or error}\n  Free space, or write elsewhere.")


def sync(path: Path) -> None:
    """Have a file, or the entries of a folder, on the disk before what follows."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def lock(path: Path, *, shared: bool = False, patience_s: float = 0.0) -> IO[bytes] | None:
    """Take the lock file `path` and return it, or None where another process keeps it.

    The lock is held until the file is closed; the kernel does that when the process ends, however it ends.

    Args:
        path: Made when it is not there, never removed.
        shared: Let others share it.
        patience_s: So long another holder is waited for.

    Raises:
        SinkError: It cannot be made.
    """
    try:
        file = path.open("ab")
    except OSError as error:
        raise unwritable(path.parent, error) from error
    until = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            return file
        except BlockingIOError:
            if time.monotonic() >= until:
                file.close()
                return None
            time.sleep(POLL_S)


@contextlib.contextmanager
def changing(folder: Path) -> Iterator[Record]:
    """Give the record as it is on the disk, and let nobody else change it meanwhile.

    Raises:
        ProjectError: It cannot be read, or another process keeps it.
        SinkError: The folder cannot be written to.
    """
    read(folder)  # no lock file is left where there is no project
    held = lock(folder / LOCK, patience_s=PATIENCE_S)
    if held is None:
        what = f"another program has been changing it for {PATIENCE_S:g} s"
        raise refused(folder, what, "Wait until it is done, or end it.")
    with held:
        yield read(folder)
