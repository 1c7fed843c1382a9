"""Find palms in a picture with BlazeHand's detector."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from sensegraph.models.crop import Crop
from sensegraph.models.detector import Detection, Detector

SIZE_PX = 192
STRIDES = (8, 16, 16, 16)
FOUND = 0.0  # least score 0.5, as a logit
CANDIDATES = 32
WRIST, MIDDLE_KNUCKLE = 0, 2  # of the seven points of a detection
HAND_SCALE, HAND_RAISE = 2.6, 0.5  # from the box of the palm to the crop of the hand: MediaPipe's hand graph
APART = 0.4  # two palms are nearer than this, in sides of the larger crop, only when they are one


class PalmDetector:
    """Looks at the whole picture, every time anew."""

    def __init__(self, path: str | Path) -> None:
        self._detector = Detector(path, SIZE_PX, STRIDES, signed=False)

    def detect(self, frame_bgr: npt.NDArray[np.uint8]) -> list[Crop]:
        """Return where to look for hands, the most evident first.

        Args:
            frame_bgr: uint8 BGR image, shape (H, W, 3).

        Returns:
            Crops with the fingers up, each of another palm.
        """
        crops: list[Crop] = []
        for palm in self._detector.detect(frame_bgr, least=FOUND, most=CANDIDATES):
            crop = _crop(palm)
            if all(np.hypot(crop.x - each.x, crop.y - each.y) > APART * max(crop.side, each.side) for each in crops):
                crops.append(crop)
        return crops


def _crop(palm: Detection) -> Crop:
    """Return the crop of the hand that a palm belongs to."""
    up = palm.points[MIDDLE_KNUCKLE] - palm.points[WRIST]
    return Crop.upright(palm.centre, up, float(palm.size.max())).raised(HAND_RAISE).scaled(HAND_SCALE)
