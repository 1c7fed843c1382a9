"""Find the most evident person in a picture with BlazePose's detector."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from sensegraph.models.crop import Crop
from sensegraph.models.session import load_session

SIZE_PX = 224
STRIDES = (8, 16, 32, 32, 32)
ANCHORS_PER_CELL = 2
FOUND = math.log(0.6 / 0.4)  # least score 0.6, as a logit: tables and lamps reach 0.55, people mostly 0.9


def anchors() -> npt.NDArray[np.float32]:
    """Return the centres of the anchors, (2254, 2) x and y in 0..1; layers of one stride share a grid."""
    layers = []
    for stride in sorted(set(STRIDES)):
        cells = SIZE_PX // stride
        y, x = np.mgrid[0:cells, 0:cells]
        centres = (np.stack([x, y], axis=-1).reshape(-1, 2) + 0.5) / cells
        layers.append(np.repeat(centres, ANCHORS_PER_CELL * STRIDES.count(stride), axis=0))
    return np.concatenate(layers).astype(np.float32)


class PersonDetector:
    """Looks at the whole picture, every time anew."""

    def __init__(self, path: str | Path) -> None:
        self._session = load_session(path)
        self._input = self._session.get_inputs()[0].name
        self._anchors = anchors()
        self._square = np.zeros((SIZE_PX, SIZE_PX, 3), np.uint8)

    def detect(self, frame_bgr: npt.NDArray[np.uint8]) -> Crop | None:
        """Return where to look for the landmarks of the most evident person, None when there is nobody.

        Args:
            frame_bgr: uint8 BGR image, shape (H, W, 3).
        """
        height, width = frame_bgr.shape[:2]
        px = max(width, height) / SIZE_PX  # of the frame, in one of the detector
        corner = self._letterbox(frame_bgr)
        blob = cv2.dnn.blobFromImage(self._square, scalefactor=1 / 127.5, mean=(127.5,) * 3, swapRB=True)
        boxes, scores = self._session.run(None, {self._input: blob})
        best = int(scores[0, :, 0].argmax())
        if scores[0, best, 0] < FOUND:
            return None
        places = boxes[0, best, 4:8].reshape(2, 2) + self._anchors[best] * SIZE_PX
        centre, edge = (places - corner) * px
        return Crop.around(centre, edge)

    def _letterbox(self, frame_bgr: npt.NDArray[np.uint8]) -> tuple[int, int]:
        """Shrink a frame into the middle of the black square; return where its corner is, x and y in px."""
        height, width = frame_bgr.shape[:2]
        scale = SIZE_PX / max(width, height)
        inner_width, inner_height = max(round(width * scale), 1), max(round(height * scale), 1)
        left, top = (SIZE_PX - inner_width) // 2, (SIZE_PX - inner_height) // 2
        self._square[:] = 0
        inner = self._square[top : top + inner_height, left : left + inner_width]
        cv2.resize(frame_bgr, (inner_width, inner_height), dst=inner)
        return left, top
