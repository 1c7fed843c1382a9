"""What people do in front of a camera besides the exercises."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensegraph.training.motion.body import Body
from sensegraph.training.motion.exercises import Movement
from sensegraph.training.motion.moving import bend, butt_kicks, jump, on_floor, sit_or_stand, step_aside, walk
from sensegraph.training.motion.standing import arm_drill, cheer, flail, hands_busy, still

Array = NDArray[np.float64]
Rng = np.random.Generator

OTHER: dict[Movement, float] = {
    hands_busy: 2, arm_drill: 1.5, flail: 1.5, cheer: 1.5, walk: 3, sit_or_stand: 2.5, bend: 2, step_aside: 2,
    jump: 1.5, butt_kicks: 0.7, on_floor: 1.2,
}  # fmt: skip


def nothing(rng: Rng, body: Body, frames: int) -> Array:
    """Stand or sit still."""
    return still(rng, body, frames)


def other(rng: Rng, body: Body, frames: int) -> Array:
    """Draw one of the everyday movements, by weight."""
    weights = np.array(list(OTHER.values()))
    return list(OTHER)[rng.choice(len(OTHER), p=weights / weights.sum())](rng, body, frames)
