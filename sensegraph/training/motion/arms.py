"""The ways people hold their arms while something else moves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensegraph.training.motion.body import Angles
from sensegraph.training.motion.rhythm import wander

Array = NDArray[np.float64]


def hold_arms(rng: np.random.Generator, angles: Angles, depth: Array | None = None) -> None:
    """Draw a way of holding the arms; with a depth (frames,) of the repetition the arms may follow it."""
    styles = [hanging, clasped, in_front, behind_head, on_hips, crossed]
    if depth is not None and rng.uniform() < 0.4:
        raised_with(rng, angles, depth)
    else:
        styles[rng.integers(len(styles))](rng, angles)


def hanging(rng: np.random.Generator, angles: Angles) -> None:
    """Arms down, perhaps with something in the hands."""
    u = rng.uniform
    angles.set(upper_arm_flex=u(-12, 18), upper_arm_abduct=u(3, 18), forearm_flex=u(-2, 35), forearm_abduct=u(-2, 12))


def clasped(rng: np.random.Generator, angles: Angles) -> None:
    """Hands together before the chest."""
    u = rng.uniform
    angles.set(
        upper_arm_flex=u(10, 60),
        upper_arm_abduct=u(5, 35),
        forearm_flex=u(105, 165),
        forearm_abduct=-u(5, 55),
    )


def in_front(rng: np.random.Generator, angles: Angles) -> None:
    """Arms straight to the front."""
    u = rng.uniform
    angles.set(
        upper_arm_flex=u(70, 105),
        upper_arm_abduct=u(0, 14),
        forearm_flex=u(70, 110),
        forearm_abduct=u(-10, 8),
    )


def behind_head(rng: np.random.Generator, angles: Angles) -> None:
    """Hands behind the head or on a bar over the shoulders."""
    u = rng.uniform
    angles.set(
        upper_arm_flex=u(-20, 30),
        upper_arm_abduct=u(40, 110),
        forearm_flex=u(145, 190),
        forearm_abduct=-u(5, 55),
    )


def on_hips(rng: np.random.Generator, angles: Angles) -> None:
    """Hands on the hips."""
    u = rng.uniform
    angles.set(upper_arm_flex=-u(5, 40), upper_arm_abduct=u(22, 48), forearm_flex=u(5, 50), forearm_abduct=-u(25, 60))


def crossed(rng: np.random.Generator, angles: Angles) -> None:
    """Arms crossed before the body."""
    u = rng.uniform
    angles.set(upper_arm_flex=u(5, 35), upper_arm_abduct=u(5, 20), forearm_flex=u(70, 110), forearm_abduct=-u(40, 75))


def raised_with(rng: np.random.Generator, angles: Angles, depth: Array) -> None:
    """Arms that come to the front, or together, as the body goes down."""
    u = rng.uniform
    lift = u(40, 110)
    bend = u(0, 60)
    angles.set(upper_arm_flex=depth * lift, upper_arm_abduct=u(3, 25))
    angles.set(forearm_flex=u(0, 25) + depth * (lift + bend), forearm_abduct=-u(0, 35) * depth)


def busy(rng: np.random.Generator, angles: Angles, period_s: float, both: bool = True) -> None:
    """Hands that sign, talk, type, handle or drink: every arm wanders on its own."""
    u = rng.uniform
    reach = u(20, 110)
    for side in ("L", "R") if both else (("L",), ("R",))[rng.integers(2)]:
        flex = wander(rng, angles.frames, -10, reach, period_s)
        angles.values["upper_arm_flex" + side] = flex
        angles.values["upper_arm_abduct" + side] = wander(rng, angles.frames, 0, u(15, 60), period_s)
        angles.values["forearm_flex" + side] = flex + wander(rng, angles.frames, 10, 145, period_s)
        angles.values["forearm_abduct" + side] = wander(rng, angles.frames, -60, 25, period_s)
