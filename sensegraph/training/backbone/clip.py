"""A clip of a dataset: where its pictures are and what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Split = Literal["train", "valid"]


@dataclass(frozen=True, slots=True)
class Clip:
    """A video, a stretch of one, or a folder of pictures, with its label.

    Attributes:
        path: The video file, or the folder of pictures.
        label: Name of the class.
        split: What it is used for.
        start_s: Where the stretch begins, in seconds of the video.
        end_s: Where it ends; None for the end of the video.
        picture_fps: Pictures per second of a folder.
        length_s: Length of the stretch in seconds, as the file tells; 0 where it is not known.
    """

    path: Path
    label: str
    split: Split
    start_s: float = 0.0
    end_s: float | None = None
    picture_fps: float = 12.0
    length_s: float = 0.0

    def __str__(self) -> str:
        if self.end_s is None:
            return str(self.path)
        return f"{self.path} ({self.start_s:g} to {self.end_s:g} s)"
