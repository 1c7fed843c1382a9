"""The webcam before the figure, and what the trackers see."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest

from sensegraph.models.gesture import POINTS
from sensegraph.training.motion.gestures.camera import Camera, Landmarks, film, project
from sensegraph.training.motion.gestures.figure import Build, Gesticulation
from sensegraph.training.motion.gestures.hand import OPEN
from sensegraph.training.motion.gestures.performer import arm_value

FRONT = Camera(0, 0, 1.2, 0, 0.6, 0.32, 0, 0)
WINDOWS = 60


def filmed(place: tuple[float, float, float], seed: int = 0) -> Landmarks:
    """Windows of a person who holds the right hand at a place, and lets the left one hang out of the picture."""
    arms = np.stack([arm_value((0.3, -0.6, 0), (0, -1, 0), (-1, 0, 0)), arm_value(place, (0, 1, 0), (0, 0, 1), OPEN)])
    figure = Gesticulation(
        np.broadcast_to(arms, (WINDOWS, 40, 2, 16)), np.zeros((WINDOWS, 40, 3)), np.zeros((WINDOWS, 40, 5)),
        np.tile(astuple(Build()), (WINDOWS, 1)),
    )  # fmt: skip
    return film(np.random.default_rng(seed), np.tile(astuple(FRONT), (WINDOWS, 1)), *figure.joints())


def test_person_is_not_mirrored() -> None:
    """The person's left is on the right of the picture, and up is up."""
    points = np.array([[[[0.2, 0.1, 0.0], [-0.2, -0.1, 0.0]]]])
    left, right = project(np.array([astuple(FRONT)]), points)[0, 0]
    assert left[0] > right[0]
    assert left[1] < right[1]


def test_camera_shows_the_head() -> None:
    """The crown of the head, 0.28 m over the shoulders, is in the picture of every camera."""
    rng = np.random.default_rng(0)
    for roomy in (False, True):
        for _ in range(200):
            camera = Camera.draw(rng, roomy)
            assert (camera.above + camera.half_height) * camera.distance > 0.28


def test_hand_is_found_inside_the_picture_only() -> None:
    """A still open hand before the chest is found in most frames, a hand below the picture hardly ever."""
    found = filmed((-0.2, -0.05, 0.3)).found
    assert found[..., 1].mean() > 0.7
    assert found[..., 0].mean() < 0.03


def test_landmarks_are_near_the_truth() -> None:
    """The shoulders of a person before the camera are off by a few hundredths of their width at most."""
    points = filmed((-0.2, -0.05, 0.3)).points
    width = points[..., POINTS.index("l_shoulder"), 0] - points[..., POINTS.index("r_shoulder"), 0]
    assert np.median(width) == pytest.approx(0.36 / 1.2, rel=0.05)


def test_points_outside_the_picture_are_less_visible() -> None:
    """A wrist that hangs below the picture is less visible than one before the chest."""
    visibility = filmed((-0.2, -0.05, 0.3)).points[..., 2]
    assert visibility[..., POINTS.index("l_wrist")].mean() < visibility[..., POINTS.index("r_wrist")].mean() - 0.1
