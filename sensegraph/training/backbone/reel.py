"""The pictures of a clip at 16 a second, as a graph would see them."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sensegraph.errors import SourceError
from sensegraph.models.pixel.architecture import SIZE
from sensegraph.models.pixel.prepare import prepare
from sensegraph.packet import NANOSECONDS, Stamp
from sensegraph.training.backbone.clip import Clip
from sensegraph.training.project.footage import ENDLESS_S, node, shown

Picture = NDArray[np.uint8]
Shape = Callable[[Picture], Picture]
"""Makes the square picture of a network of one of a video, uint8 BGR."""

RATE_HZ = 16


class Reel:
    """A clip that is being read.

    Args:
        clip: The clip.
        speed: How much faster than it was recorded it is shown.

    Attributes:
        frames: How many pictures it gives at 16 a second, by the length that its file tells; 0 where that is unknown.
        damage: What was wrong with the file, as far as it was read; empty when nothing was.
    """

    def __init__(self, clip: Clip, speed: float = 1.0) -> None:
        self.clip = clip
        self.frames = math.ceil(clip.length_s / speed * RATE_HZ)
        self.damage = ""
        self._speed = speed

    def cut(self, shape: Shape, start: int, frames: int) -> Picture:
        """Return successive pictures, uint8 BGR (T, S, S, 3), 1 <= T <= `frames`.

        Args:
            shape: Makes the square picture; called once for each picture of the file.
            start: Number of the first one. Where the clip is shorter than its file tells, its last ones are taken.
            frames: How many.

        Raises:
            SourceError: The clip cannot be read.
        """
        kept: deque[Picture] = deque(maxlen=frames)
        before: Picture | None = None
        for number, picture in enumerate(self._pictures()):
            kept.append(kept[-1] if picture is before else shape(picture))  # slow films show a picture several times
            before = picture
            if number + 1 >= start + frames:
                break
        return np.stack(kept)

    def _pictures(self) -> Iterator[Picture]:
        """Yield the pictures at 16 a second; a hole in the file is filled with the picture before it."""
        clip = self.clip
        camera = node("CameraSource", source=str(Path(clip.path).absolute()), fps=clip.picture_fps)
        resampler = node("Resampler16fps", gap_s=ENDLESS_S)
        begin_ns = round(clip.start_s * NANOSECONDS)
        end_ns = math.inf if clip.end_s is None else round(clip.end_s * NANOSECONDS)
        with shown(camera) as frames:
            last_ns = -1
            for picture, stamp in frames:
                if stamp.time_ns >= end_ns:
                    break
                if stamp.time_ns >= begin_ns:
                    last_ns = max(last_ns + 1, round((stamp.time_ns - begin_ns) / self._speed))
                    yield from _payloads(resampler.process(frames=picture, stamp=Stamp(last_ns)))
            if last_ns < 0:
                raise SourceError(f"{clip}: there is no picture in this stretch")
            yield from _payloads(resampler.finish())
        self.damage = "; ".join(camera.report().get("warnings", ())).replace(f"{clip.path.absolute()}: ", "")


def _payloads(results: Any) -> Iterator[Picture]:
    return (result["frames"].payload for result in results)


def exact(size: int) -> Shape:
    """Return what makes pictures as a graph makes them for its network; another size than 256 is scaled down after."""
    return lambda picture: scaled(prepare(picture), size)


def scaled(picture: Picture, size: int) -> Picture:
    """Return a picture of 256x256 in another size; itself where that is the same."""
    if size == SIZE:
        return picture
    return np.ascontiguousarray(cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA), np.uint8)


def held(pictures: Picture, frames: int, behind: int = 0) -> Picture:
    """Return a clip of at least so many pictures: the first one is held in front, and the last one behind.

    Args:
        pictures: uint8 (T, S, S, 3), T >= 1.
        frames: How many are wanted.
        behind: How many of those that are missing come behind.
    """
    missing = max(0, frames - len(pictures))
    after = min(behind, missing)
    return np.concatenate([pictures[:1].repeat(missing - after, 0), pictures, pictures[-1:].repeat(after, 0)])
