"""The folder of one run: sockets of its workers, mode 0700, swept when its owner is gone."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sensegraph.errors import SensegraphError

PREFIX = "sensegraph-"
ABOUT = "run.json"


LONGEST_PARENT = 60
"""Bytes: the path of a Unix socket has at most 103 on macOS, 107 on Linux, and ours adds up to 40."""


def parents() -> list[Path]:
    """Return the folders that may hold run folders: the user's runtime folder, the temporary one, `/tmp`."""
    wished = [os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir(), "/tmp"]
    good = [each for each in wished if os.path.isabs(each) and len(os.fsencode(each)) <= LONGEST_PARENT]
    return [Path(each) for each in dict.fromkeys(good)]


def parent() -> Path:
    """Return the first folder of `parents` that can be written; `/tmp` where none can."""
    return next((each for each in parents() if each.is_dir() and os.access(each, os.W_OK)), Path("/tmp"))


@dataclass(frozen=True, slots=True)
class Run:
    """A run that goes on.

    Attributes:
        folder: Its run folder.
        graph: Name of its graph.
        pid: Process of its supervisor.
    """

    folder: Path
    graph: str
    pid: int


@contextlib.contextmanager
def run_folder(graph: str = "") -> Iterator[Path]:
    """Make a run folder, hold it locked, and remove it at the end.

    Folders that an earlier run left behind because it was killed are removed first: nobody holds their lock.

    Args:
        graph: Name of the graph, by which `running` tells one run from another.

    Raises:
        SensegraphError: There is no folder to make it in.
    """
    sweep()
    folder = _make()
    lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    (folder / ABOUT).write_text(json.dumps({"graph": graph, "pid": os.getpid()}))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _make() -> Path:
    """Make an empty folder in the first place that takes it."""
    reasons = []
    for parent in parents():
        try:
            return Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        except OSError as error:
            reasons.append(f"{parent}: {error.strerror}")
    raise SensegraphError(
        f"there is no place for the sockets of the run: {'; '.join(reasons)}\n"
        "  Set XDG_RUNTIME_DIR to a folder that can be written."
    )


def running() -> list[Run]:
    """Return the runs of this user that go on, oldest first."""
    found = []
    for folder in [folder for parent in parents() for folder in parent.glob(PREFIX + "*")]:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):  # another user's, just made, or just gone
            about = json.loads((folder / ABOUT).read_bytes())
            if folder.stat().st_uid == os.getuid() and _locked(folder):
                found.append((folder.stat().st_ctime_ns, Run(folder, str(about["graph"]), int(about["pid"]))))
    return [run for _, run in sorted(found, key=lambda each: each[0])]


def _locked(folder: Path) -> bool:
    lock = os.open(folder / "lock", os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def sweep() -> list[Path]:
    """Remove run folders whose owner is gone and return them."""
    swept = []
    for folder in [folder for parent in parents() for folder in parent.glob(PREFIX + "*")]:
        with contextlib.suppress(OSError):  # somebody else's, or gone meanwhile
            lock = os.open(folder / "lock", os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
                swept.append(folder)
            finally:
                os.close(lock)
    return swept
