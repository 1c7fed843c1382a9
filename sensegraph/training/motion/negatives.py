"""What people do in front of a camera besides the exercises."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sensegraph.training.motion.body import Body
from sensegraph.training.motion.exercise import perform
from sensegraph.training.motion.exercises import EXERCISES
from sensegraph.training.motion.moving import bend, get_down, jump, on_floor, sit_or_stand, step_aside, walk
from sensegraph.training.motion.rhythm import once, wander
from sensegraph.training.motion.standing import (
    arm_drill,
    cheer,
    flail,
    hands_busy,
    lift_weights,
    still,
    stretch,
)

Array = NDArray[np.float64]
Rng = np.random.Generator
Movement = Callable[[Rng, Body, int], Array]
"""Randomness, a body and a number of frames -> joints (frames, 13, 3) in metres."""

STANDING_MOVES = (
    "Squats", "Jumping Jacks", "Lunges (alternating)", "Lunges (stationary)", "High Knees", "Squat Jumps",
    "Squat Kicks", "Standing Kicks (left)", "Hip Abductions", "Jump Lunges", "Butt Kickers", "Good Mornings",
)  # fmt: skip
"""Exercises of which a single slow half is no exercise: a pose that is taken and kept, or given up."""


def half_done(rng: Rng, body: Body, frames: int) -> Array:
    """Go into a part of an exercise and stay there, or come out of it: sitting half down, an arm left up."""
    exercise = EXERCISES[STANDING_MOVES[rng.integers(len(STANDING_MOVES))]]
    start = np.floor(rng.uniform(0, 4)) + (0.0 if rng.uniform() < 0.5 else 0.5)
    course = once(rng, frames, 0.5, 2.0) * rng.uniform(0.1, 0.5)
    sway = wander(rng, frames, -0.01, 0.01, 1.0)
    return perform(rng, exercise, body, start + course + sway)


OTHER: dict[Movement, float] = {
    hands_busy: 2, arm_drill: 1.5, lift_weights: 1.5, stretch: 1.5, flail: 1.5, cheer: 1.5, walk: 3, sit_or_stand: 4.5,
    bend: 2.5, step_aside: 2, jump: 1, on_floor: 1.2, get_down: 1.2, half_done: 1.5,
}  # fmt: skip


def nothing(rng: Rng, body: Body, frames: int) -> Array:
    """Stand or sit still."""
    return still(rng, body, frames)


def other(rng: Rng, body: Body, frames: int) -> Array:
    """Draw one of the everyday movements, by weight."""
    weights = np.array(list(OTHER.values()))
    return list(OTHER)[rng.choice(len(OTHER), p=weights / weights.sum())](rng, body, frames)
