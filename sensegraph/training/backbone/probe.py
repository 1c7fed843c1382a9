"""Open every clip of a dataset once: can it be read, and how long is it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from sensegraph.errors import SourceError
from sensegraph.training.backbone.clip import Clip
from sensegraph.training.project.footage import node, shown

THREADS = 8
"""Most of the time is spent waiting for the disk."""

Progress = Callable[[int, int], None]
"""Called with how many are done, and of how many."""


def probe(clips: Sequence[Clip], progress: Progress | None = None) -> tuple[list[Clip], dict[str, str]]:
    """Return the clips that can be opened, with their lengths, and those that cannot with the reason, in order.

    The first picture of each is decoded, not more: a clip that is damaged further on is found when it is read.
    """
    good, broken = [], {}
    with ThreadPoolExecutor(THREADS) as pool:
        for number, (clip, found) in enumerate(zip(clips, pool.map(_length_s, clips), strict=True), 1):
            if isinstance(found, str):
                broken[str(clip)] = found
            else:
                good.append(replace(clip, length_s=found))
            if progress:
                progress(number, len(clips))
    return good, broken


def _length_s(clip: Clip) -> float | str:
    """Return the length of a clip in seconds, 0 where it is not known, or why it cannot be read."""
    try:
        camera = node("CameraSource", source=str(clip.path.absolute()), fps=clip.picture_fps)
        with shown(camera) as frames:
            next(frames)
            length_s = camera.length_s() or 0.0
    except SourceError as error:
        return str(error).split("\n")[0].removeprefix(f"{clip.path.absolute()}: ")
    if length_s and clip.start_s >= length_s:
        return f"it is {length_s:g} s long, and the clip begins at {clip.start_s:g} s"
    end_s = length_s if clip.end_s is None else min(clip.end_s, length_s or clip.end_s)
    return max(0.0, end_s - clip.start_s)


def hush() -> None:
    """Leave the warnings about damaged files to the figures of the training, which name every file once."""
    logging.getLogger("sensegraph_nodes.camera").setLevel(logging.ERROR)
