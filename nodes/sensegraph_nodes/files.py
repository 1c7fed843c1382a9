"""Local sources: video files and folders of pictures, checked before they are opened."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from sensegraph.errors import SourceError
from sensegraph.packet import NANOSECONDS
from sensegraph_nodes.decode import FORMATS, PICTURES, Shot, VideoFile

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff")
LONGEST_NAME = 400
"""So much of a name that is too long for a file is told."""
PLAYLISTS = (b"#EXTM3U", b"ffconcat", b"v=0", b"[playlist]", b"<?xml", b"<MPD")


def open_file(path: Path, max_pixels: int) -> VideoFile:
    """Open a video file, or a single picture.

    Raises:
        SourceError: It cannot be; the text says why.
    """
    _check(path)
    with path.open("rb") as file:
        head = file.read(16)
    if not head:
        raise SourceError(f"{path}: the file is empty\n  Copy or record it again.")
    if head.startswith(PLAYLISTS):
        raise SourceError(f"{path}: it is a playlist, not a video\n  Name the video itself.")
    picture = next((form for magic, form in PICTURES.items() if head.startswith(magic)), None)
    if picture == "webp_pipe" and head[8:12] != b"WEBP":
        picture = None  # RIFF is also the beginning of an AVI
    limits = {"protocol_whitelist": "file"} | ({} if picture else {"format_whitelist": FORMATS})
    return VideoFile(str(path), f"file:{path}", options=limits, max_pixels=max_pixels, form=picture)


def _check(path: Path) -> None:
    """Refuse what is missing, may not be read or would block, without opening it."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise SourceError(f"{path}: there is no such file or folder\n  You are in {Path.cwd()}.") from None
    except (OSError, ValueError) as error:
        name = str(path) if len(str(path)) < LONGEST_NAME else f"{str(path)[:LONGEST_NAME]}..."
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(f"{name}: {reason}\n  Check the name, and that you may open its folder.") from error
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise SourceError(f"{path}: it is neither a file nor a folder\n  Save the video to a file first.")
    if not os.access(path, os.R_OK):
        raise SourceError(f"{path}: you may not read it\n  Change its permissions: chmod u+r.")


class PictureFolder:
    """A folder of pictures as a video, in the order of their names (numbers in them count as numbers).

    Args:
        path: The folder.
        rate_hz: Pictures per second.
        max_pixels: Larger pictures are refused before they are decoded.

    Attributes:
        length_s: Length in seconds.
        damaged: How many pictures could not be read; they are left out.
        broken: Always empty.

    Raises:
        SourceError: It cannot be read, or holds no pictures.
    """

    def __init__(self, path: Path, rate_hz: float, max_pixels: int) -> None:
        _check(path)
        self.name = str(path)
        self.rate_hz = rate_hz
        self.damaged = 0
        self.broken = ""
        self._max_pixels = max_pixels
        try:
            self._paths = sorted((p for p in path.iterdir() if p.suffix.lower() in SUFFIXES), key=_natural)
        except OSError as error:
            raise SourceError(f"{path}: {error.strerror}") from error
        if not self._paths:
            kinds = ", ".join(SUFFIXES)
            raise SourceError(f"{path}: there are no pictures in the folder\n  Looked for {kinds}.")
        self.length_s: float | None = len(self._paths) / rate_hz

    def shots(self) -> Iterator[Shot]:
        """Yield the pictures; those that cannot be read are counted in `damaged`."""
        for index, path in enumerate(self._paths):
            shot = self._read(path)
            if shot is None:
                self.damaged += 1
            else:
                yield Shot(shot.picture, round(index * NANOSECONDS / self.rate_hz))

    def _read(self, path: Path) -> Shot | None:
        try:
            file = open_file(path, self._max_pixels)
        except SourceError:
            return None
        try:
            return next(file.shots(), None)
        except SourceError:
            return None
        finally:
            file.close()

    def cut_off(self, last_ns: int) -> bool:
        """A folder is never cut off."""
        return False

    def close(self) -> None:
        """There is nothing to close."""


def _natural(path: Path) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", path.name)]
