"""Captured bodies as figures before a webcam."""

from __future__ import annotations

import numpy as np
import pytest

from sensegraph.models.gesture import POINTS
from sensegraph.models.skeleton import WINDOW_FRAMES
from sensegraph.training.motion.body import Angles, Body, pose
from sensegraph.training.motion.capture import Take
from sensegraph.training.motion.gestures.captured import captured
from sensegraph.training.motion.gestures.figure import Build


@pytest.mark.parametrize("heading", [0.0, 70.0, 200.0])
def test_arms_reach_where_the_captured_ones_do(heading: float) -> None:
    """A person who holds both arms ahead does so as a figure, whichever way the body was turned in the room."""
    angles = Angles(120, {"heading": heading})
    angles.set(upper_arm_flex=90, forearm_flex=90, upper_arm_abduct=0, forearm_abduct=0)
    take = Take("cmu_01_01", "Doing other things", pose(Body(), angles))
    points, _ = captured(np.random.default_rng(0), take, Build()).joints()
    reach = points[:, POINTS.index("l_wrist")] - points[:, POINTS.index("l_shoulder")]
    assert points.shape == (WINDOW_FRAMES, len(POINTS), 3)
    assert (reach[:, 2] > 0.4).all()
    assert (np.abs(reach[:, :2]) < 0.15).all()
