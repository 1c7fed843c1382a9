"""Skeletons from where their parts are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensegraph.training.motion.body import Body
from sensegraph.training.motion.exercises import EXERCISES
from sensegraph.training.motion.limbs import LEFT, RIGHT, bend, grounded, pitched, point_leg, reach, step, torso, turned
from sensegraph.training.motion.sheet import VIEWS_DEG, contact_sheet

LEFTWARD, AHEAD = (1.0, 0, 0), (0.0, 0, 1)
BODY = Body()


def standing() -> np.ndarray:
    """Somebody upright with arms and legs put in place."""
    joints = torso(BODY, np.array([[0.0, 0.9, 0]]), pitched(0), LEFTWARD)
    for side, sign in ((LEFT, 1), (RIGHT, -1)):
        reach(joints, BODY, side, (sign * 0.25, 0.9, 0.1), (0, 0, -1))
        step(joints, BODY, side, (sign * 0.1, 0.08, 0), AHEAD)
    return joints


@given(st.tuples(*[st.floats(-2, 2)] * 3), st.tuples(*[st.floats(-1, 1)] * 3))
def test_a_limb_keeps_its_length_wherever_it_goes(end: tuple[float, ...], outward: tuple[float, ...]) -> None:
    """Both bones have their lengths, also when the place is out of reach or the direction is none."""
    start = np.zeros((1, 3))
    middle, tip = bend(start, np.array([end]), 0.3, 0.25, outward)
    assert np.linalg.norm(middle - start) == pytest.approx(0.3, rel=0.02)
    assert np.linalg.norm(tip - middle) == pytest.approx(0.25, rel=0.02)


def test_a_hand_within_reach_is_where_it_was_put() -> None:
    """Wrists and ankles are at their places, elbows and knees bend to the side that was said."""
    joints = standing()[0]
    np.testing.assert_allclose(joints[5], (0.25, 0.9, 0.1), atol=1e-6)
    np.testing.assert_allclose(joints[11], (0.1, 0.08, 0), atol=1e-6)
    assert joints[3, 2] < joints[5, 2]
    assert joints[9, 2] > joints[11, 2]


def test_left_is_left() -> None:
    """The left side of somebody who looks ahead is at positive x."""
    joints = standing()[0]
    assert (joints[[1, 3, 5, 7, 9, 11], 0] > joints[[2, 4, 6, 8, 10, 12], 0]).all()
    assert joints[0, 2] > 0


def test_a_turn_keeps_the_body_as_it_is() -> None:
    """Turned by 90 degrees to the left the face looks to positive x, and the heights stay."""
    joints = standing()
    after = turned(joints, 90)
    assert after[0, 0, 0] - after[0, [7, 8], 0].mean() == pytest.approx(joints[0, 0, 2] - joints[0, [7, 8], 2].mean())
    np.testing.assert_allclose(after[..., 1], joints[..., 1])


def test_a_body_is_put_on_the_floor() -> None:
    """The lowest joint is at the height that was said."""
    joints = standing()
    point_leg(joints, BODY, LEFT, AHEAD)
    assert grounded(joints, 0.02)[..., 1].min() == pytest.approx(0.02)


def test_a_sheet_has_a_strip_for_each_exercise() -> None:
    """Three exercises in two columns fill two lines, with a row for each view."""
    chosen = {label: EXERCISES[label] for label in ("Squats", "Plank", "Jumping Jacks")}
    sheet = contact_sheet(chosen, columns=2)
    assert sheet.shape == (2 * len(VIEWS_DEG) * 110, 2 * 8 * 110, 3)
    assert (sheet[-110:, -110:] == 255).all()
