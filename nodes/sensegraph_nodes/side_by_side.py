"""SideBySide: two pictures in one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import cv2
import numpy as np
from pydantic import Field

from sensegraph.node import Node, Port, pictures
from sensegraph_nodes.decode import Picture


class SideBySide(Node):
    """Puts two streams of pictures side by side, scaled to the same height.

    The left one sets the pace. Until the right one has a picture its half is black; when it falls behind,
    its last picture stays.

    Args:
        height: Height of the result in pixels; 0 = that of the left picture.
    """

    inputs: ClassVar[Mapping[str, Port]] = {
        "left": pictures("sets the pace"),
        "right": pictures(join="nearest", tolerance_s=0.1),
    }
    outputs: ClassVar[Mapping[str, Port]] = {"frames": pictures("both pictures")}

    def __init__(self, height: Annotated[int, Field(ge=0, le=8192)] = 0) -> None:
        self.height = height
        self._right: Picture | None = None

    def process(self, left: Picture, right: Picture | None) -> Mapping[str, Any]:
        """Return both in one.

        Args:
            left: uint8 (H, W, 3) BGR.
            right: The same, of any size; None when there is none near in time.

        Returns:
            frames: uint8 (height, width of both, 3) BGR.
        """
        height = self.height or left.shape[0]
        self._right = self._right if right is None else right
        other = np.zeros_like(left) if self._right is None else self._right
        return {"frames": np.hstack([_scaled(left, height), _scaled(other, height)])}


def _scaled(picture: Picture, height: int) -> Picture:
    if picture.shape[0] == height:
        return picture
    width = max(1, round(picture.shape[1] * height / picture.shape[0]))
    way = cv2.INTER_AREA if height < picture.shape[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (width, height), interpolation=way), np.uint8)
