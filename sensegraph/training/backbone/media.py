"""What lies below a folder: videos, and folders of pictures."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from sensegraph.training.backbone.error import refused

VIDEOS = frozenset(
    (".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv", ".flv", ".ts", ".3gp", ".ogv")
)
PICTURES = frozenset((".png", ".jpg", ".jpeg", ".bmp", ".webp"))
TABLES = frozenset((".csv", ".json", ".txt"))


@dataclass
class Media:
    """The clips below a folder, before anything is known of their labels.

    Attributes:
        root: The folder.
        paths: Videos, and folders that hold pictures and neither videos nor folders; relative to it, sorted.
        folders: Every other folder below it, relative, sorted.
        ignored: How many files of each suffix are no clips.
    """

    root: Path
    paths: list[PurePosixPath] = field(default_factory=list)
    folders: list[PurePosixPath] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    _named: dict[str, list[PurePosixPath]] | None = None

    def named(self, name: str) -> list[PurePosixPath]:
        """Return the clips that a table calls by this name: a path below the root, or a name with or without suffix."""
        if self._named is None:
            self._named = {}
            for path in self.paths:
                for key in {str(path), path.name, path.stem}:
                    self._named.setdefault(key, []).append(path)
        return self._named.get(name, [])


def look(root: Path) -> Media:
    """Find the clips below a folder; links are followed, hidden files and folders are passed over.

    Raises:
        DatasetError: A folder cannot be read.
    """
    media = Media(root)
    if not os.path.isdir(root):
        raise refused(root, "there is no such folder", f"You are in {Path.cwd()}.")
    try:
        for path, is_clip in _walk(root, PurePosixPath(), media.ignored, set()):
            (media.paths if is_clip else media.folders).append(path)
    except OSError as error:
        raise refused(error.filename or root, f"cannot be read: {error.strerror}", "Check its permissions.") from None
    media.paths.sort()
    media.folders.sort()
    return media


def _walk(
    root: Path, here: PurePosixPath, ignored: Counter[str], seen: set[tuple[int, int]]
) -> Iterator[tuple[PurePosixPath, bool]]:
    """Yield clips and, before what lies in them, other folders, with whether they are clips."""
    facts = (root / here).stat()
    if (facts.st_dev, facts.st_ino) in seen:  # a link to a folder around it
        return
    seen.add((facts.st_dev, facts.st_ino))
    folders, videos, pictures, others = [], [], 0, Counter[str]()
    with os.scandir(root / here) as entries:
        for entry in entries:
            suffix = os.path.splitext(entry.name)[1].lower()
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                folders.append(entry.name)
            elif suffix in VIDEOS:
                videos.append(entry.name)
            elif suffix in PICTURES:
                pictures += 1
                others[suffix] += 1
            else:
                others[suffix or entry.name] += 1
    if pictures and not folders and not videos and here.parts:
        yield here, True
        return
    ignored.update(others)
    if here.parts:
        yield here, False
    yield from ((here / name, True) for name in videos)
    for name in sorted(folders):
        yield from _walk(root, here / name, ignored, seen)
