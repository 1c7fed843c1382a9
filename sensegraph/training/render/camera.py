"""A pinhole camera that stands still."""

import numpy as np

from sensegraph.training.render.array import Array
from sensegraph.training.render.distance import Point
from sensegraph.training.render.rotation import UP, unit


class Camera:
    """Looks from `eye` to `target`.

    Args:
        size: Width and height in pixels.
        eye: Position, metres.
        target: Point in the middle of the picture, metres.
        view: Vertical angle of view, degrees.
    """

    def __init__(self, size: tuple[int, int], eye: Point, target: Point, view: float) -> None:
        self.width, self.height = size
        self.eye, self.target, self.view = np.array(eye, float), np.array(target, float), view
        forward = unit(self.target - self.eye)
        right = unit(np.cross(forward, UP))
        self.axes = np.stack([right, -np.cross(right, forward), forward])  # rows: right, down, forward
        self.focal = self.height / 2 / np.tan(np.radians(view) / 2)

    def enlarged(self, factor: int) -> "Camera":
        """The same view with more pixels."""
        return Camera((self.width * factor, self.height * factor), self.eye, self.target, self.view)

    def project(self, points: Array) -> Array:
        """Points (...,3) in metres to pixels x, y and depth in metres (...,3)."""
        c = (points - self.eye) @ self.axes.T
        scale = self.focal / c[..., 2]
        x, y = c[..., 0] * scale + self.width / 2, c[..., 1] * scale + self.height / 2
        return np.stack([x, y, c[..., 2]], -1)

    def rays(self) -> Array:
        """Unit direction (H,W,3) through the middle of every pixel."""
        x, y = np.meshgrid(np.arange(self.width) + 0.5, np.arange(self.height) + 0.5)
        plane = [(x - self.width / 2) / self.focal, (y - self.height / 2) / self.focal, np.ones_like(x)]
        d = np.stack(plane, -1) @ self.axes
        return np.asarray(d / np.linalg.norm(d, axis=-1, keepdims=True))
