"""Cameras that have the whole of a motion in view, or the upper body close up."""

import numpy as np

from sensegraph.training.render.array import Array
from sensegraph.training.render.camera import Camera
from sensegraph.training.render.rotation import heading, moved

SIDES_DEG = {"front": 0.0, "45": 45.0, "side": 90.0}
VIEW_DEG = 32.5  # vertical angle of view
MARGIN = 0.06  # of the picture that stays free on every side
CROWN, SOLE = 0.20, 0.08  # metres: the crown over the nose, the soles under the ankles
BEYOND = 0.12  # how much further from the hips than wrists and ankles hands and feet reach, as a share


def turned(joints: Array, degrees: float) -> Array:
    """Turn a motion (T,13,3) about the place where it happens; 90 shows the person's right side."""
    middle = joints[:, [7, 8]].mean((0, 1)) * [1, 0, 1]
    return np.asarray((joints - middle) @ heading(degrees).T)


def whole_body(joints: Array, size: tuple[int, int]) -> Camera:
    """The nearest camera in front that shows all joints (T,13,3) and what is beyond them."""
    joints = joints[:: max(1, len(joints) // 200)]
    middle = joints[:, [7, 8]].mean(1, keepdims=True)
    points = np.concatenate([joints, joints + (joints - middle) * BEYOND], 1)
    points = np.concatenate([points, joints[:, :1] + [0, CROWN, 0], joints[:, 11:] - [0, SOLE, 0]], 1)
    points = points.reshape(-1, 3)
    low, high = points.min(0), points.max(0)
    centre = (low + high) / 2
    for away in np.geomspace(2.0, 9.0, 50):
        eye = (centre[0], max(centre[1] + 0.04 * away, 0.6), high[2] + away)
        camera = Camera(size, eye, centre, VIEW_DEG)
        x, y, _ = camera.project(points).T
        if _inside(x, size[0]) and _inside(y, size[1]):
            break
    return camera


def upper_body(joints: Array, size: tuple[int, int]) -> Camera:
    """Head to hips with both hands, as somebody sits before a webcam; joints (T,13,3)."""
    hip = joints[:, [7, 8]].mean((0, 1))
    chest = np.array([hip[0], (hip[1] + joints[:, 0, 1].mean()) / 2, hip[2]])
    away = 1.25 * (joints[:, 0, 1].mean() + 0.30 - hip[1]) / 2 / np.tan(np.radians(VIEW_DEG) / 2)
    return Camera(size, moved(chest, 0, 0.06, away), chest, VIEW_DEG)


def _inside(values: Array, limit: int) -> bool:
    return bool(values.min() > limit * MARGIN and values.max() < limit * (1 - MARGIN))
