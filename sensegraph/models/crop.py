"""The part of a frame that a landmark net looks at."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

PERSON_SCALE = 2.5  # side of the crop, in distances from the hips to the edge of the person
LEAST_SIDE_PX = 8


@dataclass(frozen=True, slots=True)
class Crop:
    """A rotated square of a frame: centre and side in px, angle in radians, clockwise in the picture."""

    x: float
    y: float
    side: float
    angle: float

    @classmethod
    def upright(cls, centre: npt.NDArray[np.floating], up: npt.NDArray[np.floating], side: float) -> Crop:
        """Return the crop around `centre`, (2,) px, whose upper edge lies in the direction `up`, (2,)."""
        return cls(float(centre[0]), float(centre[1]), side, math.atan2(float(up[1]), float(up[0])) + math.pi / 2)

    @classmethod
    def around(cls, centre: npt.NDArray[np.floating], edge: npt.NDArray[np.floating]) -> Crop:
        """Return the crop of a person with the head up.

        Args:
            centre: (2,) px, the point between the hips.
            edge: (2,) px, on the circle around the whole person, straight above the centre.
        """
        up = edge - centre
        return cls.upright(centre, up, PERSON_SCALE * math.hypot(float(up[0]), float(up[1])))

    def rotation(self) -> npt.NDArray[np.float64]:
        """Return the (2, 2) rotation from the axes of the crop to those of the frame."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        return np.array([[cos, -sin], [sin, cos]])

    def raised(self, share: float) -> Crop:
        """Return the crop moved by a share of its side towards its own upper edge."""
        x, y = self.rotation() @ [0.0, -share * self.side]
        return Crop(self.x + float(x), self.y + float(y), self.side, self.angle)

    def scaled(self, factor: float) -> Crop:
        """Return the crop enlarged around its centre."""
        return Crop(self.x, self.y, self.side * factor, self.angle)

    def to_frame(self, size: int) -> npt.NDArray[np.float64]:
        """Return the (2, 3) affine map to frame px from the px of the crop when it is `size` px wide."""
        matrix = self.rotation() * (self.side / size)
        origin = np.array([self.x, self.y]) - matrix @ [size / 2, size / 2]
        return np.column_stack([matrix, origin])

    def cut(self, frame: npt.NDArray[np.uint8], pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
        """Write the crop of a frame into `pixels`, black where it is outside.

        Args:
            frame: uint8 (H, W, 3).
            pixels: uint8 (size, size, 3); it is overwritten.

        Returns:
            The (2, 3) affine map from the px of `pixels` to those of the frame.
        """
        size = len(pixels)
        to_frame = self.to_frame(size)
        cv2.warpAffine(frame, to_frame, (size, size), dst=pixels, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        return to_frame

    def fits(self, width: int, height: int) -> bool:
        """Return whether the crop is a sensible part of a frame: not tiny, not huge, not far outside."""
        longest = max(width, height)
        near = -longest < self.x < width + longest and -longest < self.y < height + longest
        return near and LEAST_SIDE_PX < self.side < 8 * longest  # NaN does not fit either
