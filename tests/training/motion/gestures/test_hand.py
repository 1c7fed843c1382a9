"""Hand shapes to joints."""

from __future__ import annotations

import numpy as np
import pytest

from sensegraph.training.motion.gestures import hand
from sensegraph.training.motion.gestures.hand import hand_joints, local_joints

UP, AHEAD = np.array([0.0, 1, 0]), np.array([0.0, 0, 1])
TIPS = [4, 8, 12, 16, 20]


@pytest.mark.parametrize(
    ("name", "straight"),
    [("OPEN", {8, 12, 16, 20}), ("FIST", set()), ("POINT", {8}), ("TWO", {8, 12}), ("MIDDLE", {12}), ("LITTLE", {20})],
)
def test_straight_fingers_reach_beyond_their_middle_joints(name: str, straight: set[int]) -> None:
    """Only the straight fingers of a shape have their tips farther from the wrist than their middle joints."""
    joints = local_joints(np.array(getattr(hand, name)))
    far = np.linalg.norm(joints, axis=1)
    assert {tip for tip in TIPS[1:] if far[tip] > far[tip - 2]} == straight


def test_left_hand_is_the_mirrored_right_one() -> None:
    """Two hands with the palms ahead and the fingers up have their thumbs towards each other."""
    right, left = (hand_joints(np.array(hand.OPEN), np.zeros(3), UP, AHEAD, np.array(side)) for side in (False, True))
    np.testing.assert_allclose(left, right * [-1, 1, 1], atol=1e-12)
    assert right[4, 0] > 0


def test_bones_keep_their_length() -> None:
    """However a finger bends, its bones are as long as before."""
    lengths = [
        np.linalg.norm(np.diff(local_joints(np.array(shape))[5:9], axis=0), axis=1) for shape in (hand.OPEN, hand.FIST)
    ]
    np.testing.assert_allclose(lengths[0], lengths[1])


def test_shapes_work_in_batches() -> None:
    """A batch of hands gives what each gives alone."""
    rng = np.random.default_rng(0)
    shapes, ways = rng.uniform(0, 1, (4, 3, 2, 7)), rng.normal(0, 1, (2, 4, 3, 2, 3))
    sides = np.array([True, False])
    joints = hand_joints(shapes, np.zeros(3), ways[0], ways[1], sides)
    alone = hand_joints(shapes[1, 2, 0], np.zeros(3), ways[0, 1, 2, 0], ways[1, 1, 2, 0], sides[0])
    np.testing.assert_allclose(joints[1, 2, 0], alone)
