"""The original of a clip: a video file or a folder of pictures, known by its content and kept as it came."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import IO

import av

from sensegraph.training.project.document import sync, unwritable
from sensegraph.training.project.error import ProjectError, refused

PICTURES = frozenset((".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff"))
PICTURE_FPS = 16.0
"""Pictures per second of a folder, unless something else is said."""
ID_DIGITS = 20
BLOCK = 1 << 20
SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


def is_picture_folder(path: Path) -> bool:
    """Whether a folder holds pictures, and is a clip itself."""
    return path.is_dir() and bool(pictures_in(path))


def pictures_in(folder: Path) -> list[Path]:
    """Return the pictures of a folder, by name."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURES and not _hidden(path))


def _hidden(path: Path) -> bool:
    return path.name.startswith(".")


def identity(source: Path, picture_fps: float) -> str:
    """Return the id of a clip: the beginning of a SHA-256 of its content.

    Args:
        source: A video file, or a folder of pictures.
        picture_fps: Pictures per second of a folder: the same pictures at another rate are another clip.

    Raises:
        ProjectError: It is neither, or cannot be read.
    """
    digest = hashlib.sha256()
    try:
        if source.is_dir():
            digest.update(f"{picture_fps!r}".encode())
            for path in pictures_in(source):
                digest.update(f"\0{path.name}\0{path.stat().st_size}\0".encode("utf-8", "surrogateescape"))
                _absorb(path, digest.update)
        else:
            _absorb(source, digest.update)
    except (OSError, ValueError) as error:
        raise refused(
            source, f"cannot be read: {getattr(error, 'strerror', None) or error}", "Check the path."
        ) from None
    return digest.hexdigest()[:ID_DIGITS]


def _absorb(path: Path, take: Callable[[bytes], object]) -> None:
    with _regular(path) as file:
        while block := file.read(BLOCK):
            take(block)


def _regular(path: Path) -> IO[bytes]:
    """Open a file that is one: reading a pipe or a device might never end."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise ValueError("it is no regular file")
    return os.fdopen(handle, "rb")


def _unreadable(path: Path, error: Exception) -> ProjectError:
    return refused(path, f"cannot be read: {getattr(error, 'strerror', None) or error}", "Check the path.")


def keep(source: Path, folder: Path) -> str:
    """Copy an original into the folder of its clip and return what it is called there.

    Raises:
        SinkError: There is no room for it.
        ProjectError: It cannot be read.
    """
    suffix = source.suffix.lower()
    name = "original" + (suffix if SUFFIX.fullmatch(suffix) and not source.is_dir() else "")
    target = folder / name
    if not source.is_dir():
        _copy(source, target)
        return name
    target.mkdir()
    for path in pictures_in(source):
        _copy(path, target / path.name)
    sync(target)
    return name


def _copy(source: Path, target: Path) -> None:
    try:
        file = _regular(source)
    except (OSError, ValueError) as error:
        raise _unreadable(source, error) from None
    with file:
        try:
            with target.open("xb") as copy:
                shutil.copyfileobj(file, copy, BLOCK)
                copy.flush()
                os.fsync(copy.fileno())
        except OSError as error:
            raise unwritable(target, error) from error


def metadata(source: Path) -> dict[str, str]:
    """Return what the container of a video tells about it, e.g. `creation_time`; empty where it tells nothing."""
    if source.is_dir():
        return {}
    with (
        contextlib.suppress(av.FFmpegError, OSError, ValueError),
        av.open(str(source.absolute()), options={"protocol_whitelist": "file"}, metadata_errors="replace") as container,
    ):
        return dict(container.metadata)
    return {}
