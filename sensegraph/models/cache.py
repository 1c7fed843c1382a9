"""The folder of the models as it is written: by one process at a time, and each file at once or not at all."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from sensegraph.errors import ModelError
from sensegraph.models import catalogue


@contextlib.contextmanager
def held(wait: Callable[[], None] = lambda: None) -> Iterator[Path]:
    """Hold the folder of the models, which is made if need be; waits while another process does.

    Args:
        wait: Told when there is something to wait for.

    Raises:
        ModelError: The folder cannot be written.
    """
    folder = catalogue.cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / ".lock", os.O_CREAT | os.O_RDWR, 0o644)
    except OSError as error:
        raise ModelError(
            f"the folder of the models cannot be written: {folder}: {error.strerror}\n"
            "  Set SENSEGRAPH_MODELS to a folder that can."
        ) from error
    try:
        if sys.platform != "win32":  # no lock there: files are replaced whole, so at worst the work is done twice
            import fcntl

            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                wait()
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(lock)


def replace(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees half of it.

    Raises:
        OSError: It cannot be written; what was there before still is.
    """
    partial = path.with_name(f".{path.name}.partial")  # one name, so a killed process leaves at most one behind
    try:
        write(partial, content)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def write(path: Path, content: bytes) -> None:
    """Write a new file, through to the disk."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
