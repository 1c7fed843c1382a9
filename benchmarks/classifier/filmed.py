"""Pieces of real clips, two seconds each: some to learn from, others, of other people where there are any, to try."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

SECONDS = 2.0
TABLE = "Standing at the table"
"""Unknown to our nets: people who turn their back. It is learnt from three of them and tried on three others."""
OTHER = "Doing other things"
LEARN = {
    "Squats": [("squats_nowva.mp4", (0.2, 2.2, 4.2))],
    "Jumping Jacks": [("jacks_mrpose.mp4", (2.5, 4.5, 6.5))],
    TABLE: [("intel_persons.mp4", (10.0, 30.0, 37.0, 57.0, 62.0))],
}
TRY = {
    "Squats": [("squats_nowva.mp4", (6.2, 8.2, 10.2))],
    "Jumping Jacks": [("jacks_mrpose.mp4", (9.0, 11.0, 13.0, 15.3, 17.3, 19.3))],
    TABLE: [("intel_persons.mp4", (78.0, 82.0, 97.0, 103.0, 109.0, 127.0, 130.0))],
}
NOT = {
    OTHER: [
        ("body_temuge.mp4", (0.5, 2.5, 4.5, 6.5)),
        ("sports2d_demo.mp4", (0.5, 3.5, 5.5)),
        *((f"asl_{sign}.mkv", (0.2,)) for sign in ("again", "bird", "book", "eat", "help", "learn", "please")),
    ]
}


def cut(clips: Path, pieces: dict[str, list[tuple[str, Sequence[float]]]], out: Path) -> None:
    """Cut pieces of clips into `out/CLASS/`."""
    for label, files in pieces.items():
        for file, begins in files:
            for begin in begins:
                name = f"{Path(file).stem}_{begin:g}.mp4"
                write(out / label / name, *_between(clips / file, begin, begin + SECONDS))


def write(path: Path, pictures: Iterable[np.ndarray[Any, Any]], rate: Fraction) -> None:
    """Write BGR pictures as a film."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as film:
        stream: Any = None
        for picture in pictures:
            if stream is None:
                stream = film.add_stream("libx264", rate=rate, options={"crf": "18"})
                stream.height, stream.width = (side // 2 * 2 for side in picture.shape[:2])
                stream.pix_fmt = "yuv420p"
            frame = np.ascontiguousarray(picture[: stream.height, : stream.width])
            film.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="bgr24")))
        film.mux(stream.encode())


def _between(path: Path, begin: float, end: float) -> tuple[list[np.ndarray[Any, Any]], Fraction]:
    with av.open(str(path)) as film:
        rate = film.streams.video[0].average_rate or Fraction(25)
        frames = (frame for frame in film.decode(video=0) if frame.time is not None and begin <= frame.time < end)
        return [frame.to_ndarray(format="bgr24") for frame in frames], rate
