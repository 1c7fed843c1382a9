"""Small clips for the tests of projects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.nodes.videos import picture, write_video

MakeClip = Callable[..., Path]
"""Makes a clip of a name: `make_clip("in/wave/a.mp4", number=3, frames=16)`."""


def clip_maker(folder: Path) -> MakeClip:
    """Return what writes a video of a name below a folder; other numbers give other content."""

    def make(name: str, number: int = 0, frames: int = 8) -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return write_video(path, frames, rate=16, pictures=[picture(i + number) for i in range(frames)])

    return make
