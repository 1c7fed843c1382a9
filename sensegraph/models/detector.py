"""A detector net of MediaPipe's kind: a square picture in, a box with a few points at each anchor out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from sensegraph.models.session import load_session

Floats = npt.NDArray[np.float32]
Frame = npt.NDArray[np.uint8]

ANCHORS_PER_CELL = 2


def anchors(size_px: int, strides: Sequence[int]) -> Floats:
    """Return the centres of the anchors, (N, 2) x and y in 0..1; layers of one stride share a grid."""
    layers = []
    for stride in sorted(set(strides)):
        cells = size_px // stride
        y, x = np.mgrid[0:cells, 0:cells]
        centres = (np.stack([x, y], axis=-1).reshape(-1, 2) + 0.5) / cells
        layers.append(np.repeat(centres, ANCHORS_PER_CELL * strides.count(stride), axis=0))
    return np.concatenate(layers).astype(np.float32)


class Letterbox:
    """A black square into which whole pictures are shrunk, whatever their shape.

    Attributes:
        square: uint8 (size, size, 3); the newest picture, in the middle.
    """

    def __init__(self, size_px: int) -> None:
        self.size_px = size_px
        self.square: Frame = np.zeros((size_px, size_px, 3), np.uint8)

    def shrink(self, frame: Frame) -> tuple[int, int]:
        """Shrink a picture (H, W, 3) into the square; return where its corner is, x and y in px of the square."""
        height, width = frame.shape[:2]
        scale = self.size_px / max(width, height)
        inner_width, inner_height = max(round(width * scale), 1), max(round(height * scale), 1)
        left, top = (self.size_px - inner_width) // 2, (self.size_px - inner_height) // 2
        self.square[:] = 0
        inner = self.square[top : top + inner_height, left : left + inner_width]
        cv2.resize(frame, (inner_width, inner_height), dst=inner)
        return left, top


@dataclass(frozen=True, slots=True)
class Detection:
    """Something that was found.

    Attributes:
        logit: How sure the net is, before the sigmoid.
        centre: (2,) px of the frame, of the box.
        size: (2,) px, width and height of the box.
        points: (K, 2) px of the frame.
    """

    logit: float
    centre: npt.NDArray[np.floating]
    size: npt.NDArray[np.floating]
    points: npt.NDArray[np.floating]


class Detector:
    """Looks at the whole picture, every time anew.

    Args:
        path: ONNX file.
        size_px: Side of the net's input.
        strides: Of its layers, in px.
        signed: Whether the input is in -1..1, not in 0..1.
    """

    def __init__(self, path: str | Path, size_px: int, strides: Sequence[int], *, signed: bool) -> None:
        self._session = load_session(path)
        self._input = self._session.get_inputs()[0].name
        self._anchors = anchors(size_px, strides) * size_px
        self._letterbox = Letterbox(size_px)
        self._grey = 127.5 if signed else 0.0
        self._scale = 1 / 127.5 if signed else 1 / 255

    def detect(self, frame_bgr: Frame, least: float, most: int = 1) -> list[Detection]:
        """Return what is seen, the surest first; one thing may be among it several times.

        Args:
            frame_bgr: uint8 BGR image, shape (H, W, 3).
            least: Least logit.
            most: Greatest number of detections.
        """
        corner = np.array(self._letterbox.shrink(frame_bgr))
        mean = (self._grey,) * 3
        blob = cv2.dnn.blobFromImage(self._letterbox.square, scalefactor=self._scale, mean=mean, swapRB=True)
        boxes, scores = self._session.run(None, {self._input: blob})
        logits = scores[0, :, 0]
        best = np.argsort(-logits, kind="stable")[:most]
        px = max(frame_bgr.shape[:2]) / self._letterbox.size_px  # of the frame, in one of the square
        found = []
        for index in best[logits[best] >= least]:
            offsets = boxes[0, index].reshape(-1, 2)  # the centre, the size, the points
            places = (offsets + self._anchors[index] - corner) * px
            found.append(Detection(float(logits[index]), places[0], offsets[1] * px, places[2:]))
        return found
