"""The place where clips are made before they are part of a project."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sensegraph.training.project import document
from sensegraph.training.project.error import refused

INCOMING = "incoming"


@contextlib.contextmanager
def staging(project: Path) -> Iterator[Path]:
    """Give a folder in which a clip is made; it is gone in the end unless it was moved away.

    What a killed process left is removed first, if nobody else is at work: all who are share one lock.

    Raises:
        SinkError: It cannot be made.
    """
    incoming = project / INCOMING
    try:
        incoming.mkdir(exist_ok=True)
    except OSError as error:
        raise document.unwritable(incoming, error) from error
    if (alone := document.lock(incoming / document.LOCK)) is not None:
        with alone:
            _sweep(incoming)
    held = document.lock(incoming / document.LOCK, shared=True, patience_s=document.PATIENCE_S)
    if held is None:
        raise refused(project, "another program keeps it locked", "Wait until it is done, or end it.")
    with held:
        try:
            folder = Path(tempfile.mkdtemp(dir=incoming))
            folder.chmod(0o755)
        except OSError as error:
            raise document.unwritable(incoming, error) from error
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _sweep(incoming: Path) -> None:
    for left in incoming.iterdir():
        if left.name != document.LOCK:
            shutil.rmtree(left, ignore_errors=True)


def settle(folder: Path, place: Path) -> None:
    """Move a complete clip to its place; what a process that was killed right then had put there gives way.

    Raises:
        SinkError: It cannot be moved.
    """
    try:
        place.parent.mkdir(exist_ok=True)
        shutil.rmtree(place, ignore_errors=True)
        folder.rename(place)
        document.sync(place)
        document.sync(place.parent)
    except OSError as error:
        raise document.unwritable(place, error) from error


def discard(project: Path, place: Path) -> Path | None:
    """Move a clip away from its place, to be removed by whoever comes first; None where it is gone already.

    Raises:
        SinkError: It cannot be moved.
    """
    incoming = project / INCOMING
    try:
        incoming.mkdir(exist_ok=True)
        gone = incoming / f"gone-{place.name}-{os.getpid()}"
        place.rename(gone)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise document.unwritable(place, error) from error
    return gone
