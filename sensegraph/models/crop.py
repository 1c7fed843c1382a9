"""The part of a frame that a landmark net looks at."""

from __future__ import annotations

import math
from dataclasses import dataclass

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
    def around(cls, centre: npt.NDArray[np.floating], edge: npt.NDArray[np.floating]) -> Crop:
        """Return the crop of a person with the head up.

        Args:
            centre: (2,) px, the point between the hips.
            edge: (2,) px, on the circle around the whole person, straight above the centre.
        """
        dx, dy = float(edge[0] - centre[0]), float(edge[1] - centre[1])
        side = PERSON_SCALE * math.hypot(dx, dy)
        return cls(float(centre[0]), float(centre[1]), side, math.atan2(dy, dx) + math.pi / 2)

    def rotation(self) -> npt.NDArray[np.float64]:
        """Return the (2, 2) rotation from the axes of the crop to those of the frame."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        return np.array([[cos, -sin], [sin, cos]])

    def to_frame(self, size: int) -> npt.NDArray[np.float64]:
        """Return the (2, 3) affine map to frame px from the px of the crop when it is `size` px wide."""
        matrix = self.rotation() * (self.side / size)
        origin = np.array([self.x, self.y]) - matrix @ [size / 2, size / 2]
        return np.column_stack([matrix, origin])

    def fits(self, width: int, height: int) -> bool:
        """Return whether the crop is a sensible part of a frame: not tiny, not huge, not far outside."""
        longest = max(width, height)
        near = -longest < self.x < width + longest and -longest < self.y < height + longest
        return near and LEAST_SIDE_PX < self.side < 8 * longest  # NaN does not fit either
