"""Make the picture that a pixel network sees: black around it to a square, then bilinear to 256x256."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.pixel.architecture import SIZE

Pixels = NDArray[np.uint8]

EXACT_SIDE = 1 << 15
"""Up to this side of the square OpenCV's float32 sample positions, multiples of 1/512, are exact."""


def prepare(frame: NDArray[np.uint8]) -> Pixels:
    """Pad a picture to a centred square and scale it to 256x256, byte for byte as the reference does.

    The reference (20BN sense, `controller.py` and `camera.py`) pads with black, `int(difference / 2)` rows above or
    columns on the left and the rest on the other side, then calls `cv2.resize` with its default, bilinear. Values
    stay bytes; the division by 255 is part of the networks. The picture is not mirrored.

    Args:
        frame: uint8 BGR picture, shape (H, W, 3), at least 1x1; only read.

    Returns:
        uint8 BGR picture, shape (256, 256, 3), contiguous, owned by the caller.

    Raises:
        ValueError: The array is not such a picture.
    """
    if not isinstance(frame, np.ndarray) or frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3:
        raise ValueError(f"a frame must be a uint8 array of shape (H, W, 3) in BGR, but got {describe(frame)}")
    height, width = frame.shape[:2]
    if not height or not width:
        raise ValueError(f"a frame must have pixels, but its shape is {frame.shape}")
    import cv2  # 15 MB that a process with prepared pictures does without

    frame = np.ascontiguousarray(frame)
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    canvas: Pixels = np.zeros((SIZE, SIZE, 3), dtype=np.uint8)
    if side == SIZE:
        canvas[top : top + height, left : left + width] = frame
        return canvas
    if scales_alone(height, width):
        y, x, rows, columns = (value * SIZE // side for value in (top, left, height, width))
        canvas[y : y + rows, x : x + columns] = cv2.resize(frame, (columns, rows))
        return canvas
    square = cv2.copyMakeBorder(
        frame, top, side - height - top, left, side - width - left, cv2.BORDER_CONSTANT, value=(0, 0, 0)
    )
    cv2.resize(square, (SIZE, SIZE), dst=canvas)
    return canvas


def scales_alone(height: int, width: int) -> bool:
    """Whether the picture may be scaled without its border, for the same bytes and a fraction of the work.

    It may where picture and border both cover whole pixels of the result and nothing is enlarged: then no pixel of
    the result is interpolated between picture and border, and the sample positions within the picture are the same.
    """
    side = max(height, width)
    whole = all(value * SIZE % side == 0 for value in (height, width, (side - height) // 2, (side - width) // 2))
    return SIZE <= side <= EXACT_SIDE and whole


def describe(value: object) -> str:
    """Return what was given instead of an array, e.g. `float64 of shape (4, 4)`."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} of shape {value.shape}"
    return type(value).__name__
