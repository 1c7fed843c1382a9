"""Where hands are when they do nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sensegraph.training.motion.gestures.figure import moved
from sensegraph.training.motion.gestures.hand import FIST, FLAT, LENGTH, RELAXED
from sensegraph.training.motion.gestures.performer import CHIN, RIGHT_CHEEK, arm_value, touch

Array = NDArray[np.float64]
Rng = np.random.Generator


def hanging(rng: Rng) -> Array:
    """Beside the body of a person who stands."""
    u = rng.uniform
    return arm_value((-u(0.2, 0.32), -u(0.46, 0.54), u(-0.03, 0.12)), (0.1, -1, u(0, 0.4)), (u(0.3, 1), 0, -u(0, 0.7)))


def lap(rng: Rng) -> Array:
    """On the thigh of a person who sits."""
    u = rng.uniform
    return arm_value((-u(0.06, 0.2), -u(0.38, 0.5), u(0.12, 0.3)), (u(0, 0.8), -0.2, 1), (0, -1, 0))


def desk(rng: Rng) -> Array:
    """On a desk, a keyboard or a mouse."""
    u = rng.uniform
    return arm_value(
        (-u(0.02, 0.26), -u(0.26, 0.42), u(0.2, 0.4)), (u(0, 0.6), u(-0.2, 0.15), 1), (0, -1, u(-0.2, 0.2))
    )


def folded(rng: Rng) -> Array:
    """Before the belly, as of hands that are folded."""
    u = rng.uniform
    return arm_value((-u(0.05, 0.12), -u(0.22, 0.45), u(0.15, 0.28)), (1, u(-0.1, 0.4), 0.5), (0.2, -0.5, -0.8))


def chest(rng: Rng) -> Array:
    """In the air before the chest, as while talking."""
    u = rng.uniform
    shape = np.array(RELAXED) * u(0.5, 1.5)
    return arm_value(
        (-u(0.05, 0.25), -u(0.1, 0.3), u(0.2, 0.35)),
        (u(0, 0.8), u(0, 1), 0.7),
        (u(0, 1), u(-0.7, 0.3), u(-0.6, 0.6)),
        shape,
    )


def chin(rng: Rng) -> Array:
    """The head leans on the hand."""
    shape = FIST if rng.uniform() < 0.5 else RELAXED
    fingers = np.array([0.15, 1.0, -0.2])
    target = RIGHT_CHEEK if rng.uniform() < 0.5 else CHIN
    return arm_value(moved(touch(target, fingers, LENGTH * 0.5), -0.01, -0.01, 0.03), fingers, (0.4, 0.1, -0.7), shape)


def hip(rng: Rng) -> Array:
    """On the hip."""
    return arm_value(
        (-rng.uniform(0.15, 0.22), -rng.uniform(0.36, 0.46), 0.08), (0.3, -0.6, 0.7), (0.7, -0.3, -0.5), FLAT
    )


RESTS: dict[Callable[[Rng], Array], float] = {hanging: 3, lap: 4, desk: 4, folded: 1.5, chest: 1.2, chin: 0.5, hip: 0.3}


def draw_home(rng: Rng) -> Array:
    """Where both hands rest, (2, 16): mostly at like places, and more or less mirrored."""
    weights = np.array(list(RESTS.values()))
    ways = list(RESTS)
    first = int(rng.choice(len(ways), p=weights / weights.sum()))
    second = first if rng.uniform() < 0.75 else int(rng.choice(len(ways), p=weights / weights.sum()))
    left, right = ways[second](rng), ways[first](rng)
    left[[0, 3, 6]] *= -1
    return np.stack([left, right])
