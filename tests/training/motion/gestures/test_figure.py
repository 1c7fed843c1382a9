"""The figure that gesticulates."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest

from sensegraph.models.gesture import POINTS
from sensegraph.training.motion.gestures.figure import PLACE, Build, Gesticulation
from sensegraph.training.motion.gestures.resting import draw_home

NUMBER = {name: number for number, name in enumerate(POINTS)}


@pytest.fixture
def figure() -> Gesticulation:
    """Hands at rest, head and trunk turned a little, 5 frames."""
    rng = np.random.default_rng(3)
    arms = np.repeat(draw_home(rng)[None], 5, axis=0)
    return Gesticulation(arms, rng.normal(0, 8, (5, 3)), rng.normal(0, 3, (5, 5)) * 0.01, np.array(astuple(Build())))


def test_arms_keep_their_length(figure: Gesticulation) -> None:
    """Upper arm and forearm are as long as the build says, also when the place is out of reach."""
    figure.arms[2, 1, PLACE] = [-2.0, 1.0, 2.0]
    points, _ = figure.joints()
    elbow, wrist = points[:, NUMBER["r_elbow"]], points[:, NUMBER["r_wrist"]]
    np.testing.assert_allclose(np.linalg.norm(wrist - elbow, axis=1), Build().forearm, atol=1e-6)


def test_hands_begin_at_the_wrists(figure: Gesticulation) -> None:
    """The first joint of each hand is the wrist of its arm."""
    points, hands = figure.joints()
    np.testing.assert_allclose(hands[:, :, 0], points[:, [NUMBER["l_wrist"], NUMBER["r_wrist"]]], atol=1e-12)


def test_mirrored_figure_has_mirrored_points(figure: Gesticulation) -> None:
    """Left and right change places and sides."""
    points, hands = figure.joints()
    swapped = [NUMBER[name.replace("l_", "R_").replace("r_", "l_").replace("R_", "r_")] for name in POINTS]
    other_points, other_hands = figure.mirrored().joints()
    np.testing.assert_allclose(other_points, points[:, swapped] * [-1, 1, 1], atol=1e-9)
    np.testing.assert_allclose(other_hands, hands[:, ::-1] * [-1, 1, 1], atol=1e-9)


@pytest.mark.parametrize(("axis", "coordinate", "sign"), [(0, 0, 1), (1, 1, -1)])
def test_head_turns_to_the_left_and_down(figure: Gesticulation, axis: int, coordinate: int, sign: int) -> None:
    """More yaw moves the nose to the person's left, more pitch moves it down."""
    before, _ = figure.joints()
    figure.head[..., axis] += 15
    after, _ = figure.joints()
    assert ((after - before)[:, NUMBER["nose"], coordinate] * sign > 0.01).all()
