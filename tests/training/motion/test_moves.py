"""What holds for every exercise of the library, whatever it is."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from numpy.typing import NDArray

from sensegraph.models.skeleton import RATE_FPS
from sensegraph.training.motion.body import HIPS, SHOULDERS, Body
from sensegraph.training.motion.exercise import perform
from sensegraph.training.motion.exercises import EXERCISES

Array = NDArray[np.float64]

BONES = ((1, 3), (3, 5), (2, 4), (4, 6), (7, 9), (9, 11), (8, 10), (10, 12), (1, 2), (7, 8))
ROUNDED = {"Cat-Cow Pose": 0.1}
"""A rounded back brings shoulders and hips together."""
FASTEST_M_S = 9.0
every_exercise = pytest.mark.parametrize("label", EXERCISES)


@functools.cache
def performances(label: str) -> tuple[Array, ...]:
    """Joints (frames, 13, 3) of two repetitions by eight drawn bodies; every other one as fast as it goes."""
    drawn = []
    for seed in range(8):
        rng, exercise = np.random.default_rng(seed), EXERCISES[label]
        period = exercise.period_s[0] if seed % 2 == 0 else rng.uniform(*exercise.period_s)
        cycles = np.arange(round(2 * period * RATE_FPS) + 1) / (period * RATE_FPS)
        drawn.append(perform(rng, exercise, Body.draw(rng), cycles))
    return tuple(drawn)


@every_exercise
def test_bones_keep_their_length(label: str) -> None:
    """Arms, legs, shoulders, hips and trunk stay as long as they are, within 2 %."""
    for joints in performances(label):
        assert np.isfinite(joints).all()
        for start, end in BONES:
            length = np.linalg.norm(joints[:, end] - joints[:, start], axis=-1)
            assert np.ptp(length) < 0.02 * length.mean(), (start, end)
        trunk = np.linalg.norm(joints[:, SHOULDERS].mean(axis=1) - joints[:, HIPS].mean(axis=1), axis=-1)
        assert np.ptp(trunk) < ROUNDED.get(label, 0.02) * trunk.mean()


@every_exercise
def test_nothing_is_in_the_floor_or_far_above_it(label: str) -> None:
    """No joint is more than 3 cm below the floor, and the body comes down to it."""
    for joints in performances(label):
        assert -0.03 < joints[..., 1].min() < 0.5


@every_exercise
def test_no_joint_is_faster_than_a_person(label: str) -> None:
    """At the highest tempo, too, joints move at human speeds, without jumps between frames."""
    for joints in performances(label):
        assert np.linalg.norm(np.diff(joints, axis=0), axis=-1).max() * RATE_FPS < FASTEST_M_S


@every_exercise
def test_styles_differ(label: str) -> None:
    """Two seeds give two ways of doing it, of the same body."""
    cycles = np.linspace(0, 1, 20)
    first, second = (EXERCISES[label].move(np.random.default_rng(seed), Body(), cycles) for seed in (1, 2))
    assert np.abs(first - second).max() > 0.02
