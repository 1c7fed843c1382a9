"""Videos made for the tests: every frame carries its number as a grey level."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

STEP = 4
"""Grey levels between one frame and the next, so that the number survives compression."""


def picture(number: int, size: tuple[int, int] = (64, 48)) -> np.ndarray:
    """Return a uint8 (H, W, 3) BGR picture that carries a number below 60."""
    return np.full((size[1], size[0], 3), 10 + STEP * (number % 60), np.uint8)


def number_of(frame: np.ndarray) -> int:
    """Return the number that a picture carries."""
    return round((float(frame.mean()) - 10) / STEP)


def write_video(
    path: Path,
    count: int = 30,
    *,
    size: tuple[int, int] = (64, 48),
    rate: int = 30,
    times_ms: Sequence[int] | None = None,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    pictures: Iterable[np.ndarray] | None = None,
) -> Path:
    """Write a video of numbered frames, at `rate` or at the times given, and return its path."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=rate, options={"crf": "5", **(options or {})})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 90_000)
        times = times_ms or [round(i * 1000 / rate) for i in range(count)]
        shown = pictures or (picture(i, size) for i in range(len(times)))
        for time_ms, array in zip(times, shown, strict=True):
            planes: Any = cv2.cvtColor(array, cv2.COLOR_BGR2YUV_I420)
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.pts, frame.time_base = time_ms * 90, Fraction(1, 90_000)
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return path


def read_back(path: Path) -> list[tuple[float, int]]:
    """Return time in seconds and number of each frame of a video."""
    with av.open(str(path)) as container:
        return [(frame.time, number_of(frame.to_ndarray(format="bgr24"))) for frame in container.decode(video=0)]
