"""Find the most evident person in a picture with BlazePose's detector."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sensegraph.models.crop import Crop
from sensegraph.models.detector import Detector

SIZE_PX = 224
STRIDES = (8, 16, 32, 32, 32)
FOUND = math.log(0.6 / 0.4)  # least score 0.6, as a logit: tables and lamps reach 0.55, people mostly 0.9
CENTRE, EDGE = 0, 1  # of the four points of a detection


class PersonDetector:
    """Looks at the whole picture, every time anew."""

    def __init__(self, path: str | Path) -> None:
        self._detector = Detector(path, SIZE_PX, STRIDES, signed=True)

    def detect(self, frame_bgr: npt.NDArray[np.uint8]) -> Crop | None:
        """Return where to look for the landmarks of the most evident person, None when there is nobody.

        Args:
            frame_bgr: uint8 BGR image, shape (H, W, 3).
        """
        found = self._detector.detect(frame_bgr, least=FOUND)
        return Crop.around(found[0].points[CENTRE], found[0].points[EDGE]) if found else None
