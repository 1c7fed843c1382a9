"""The folder of one run: sockets of its workers, mode 0700, swept when its owner is gone."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

PREFIX = "sensegraph-"


LONGEST_PARENT = 60
"""Characters: the path of a Unix socket has at most 103 on macOS, 107 on Linux, and ours adds up to 40."""


def parent() -> Path:
    """Return the folder that holds run folders: the user's runtime folder, else the temporary one, else `/tmp`."""
    wished = [os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir()]
    good = (each for each in wished if each and len(each) <= LONGEST_PARENT and os.access(each, os.W_OK))
    return Path(next(good, "/tmp"))


@contextlib.contextmanager
def run_folder() -> Iterator[Path]:
    """Make a run folder, hold it locked, and remove it at the end.

    Folders that an earlier run left behind because it was killed are removed first: nobody holds their lock.
    """
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent()))
    lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def sweep() -> list[Path]:
    """Remove run folders whose owner is gone and return them."""
    swept = []
    for folder in parent().glob(PREFIX + "*"):
        with contextlib.suppress(OSError):  # somebody else's, or gone meanwhile
            lock = os.open(folder / "lock", os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
                swept.append(folder)
            finally:
                os.close(lock)
    return swept
