"""Standing or sitting in one place: still, hands at work, arms that are raised, waved or swung."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensegraph.training.motion.arms import busy, hold_arms
from sensegraph.training.motion.body import Angles, Body, pose
from sensegraph.training.motion.rhythm import bump, excursion, once, phase, wander

Array = NDArray[np.float64]
Rng = np.random.Generator


FREE_RANGES = {
    "upper_arm_flex": (-30, 170), "forearm_flex": (-10, 180), "upper_arm_abduct": (0, 90),
    "forearm_abduct": (-40, 90), "thigh_flex": (-15, 50), "thigh_abduct": (0, 30), "shank_flex": (-45, 0),
}  # fmt: skip


def still(rng: Rng, body: Body, frames: int) -> Array:
    """Stand or sit with a little sway; any stance, any arms."""
    u = rng.uniform
    angles = Angles(frames)
    hold_arms(rng, angles)
    angles.set(lean=u(-5, 12) + wander(rng, frames, -2, 2, 1.2), roll=wander(rng, frames, -2, 2, 1.2))
    angles.set(thigh_abduct=u(1, 16), shank_abduct=u(0, 12), heading=u(-10, 10) + wander(rng, frames, -4, 4, 1.5))
    stance = rng.uniform()
    if stance < 0.25:
        angles.set(thigh_flex=u(70, 100), shank_flex=u(-25, 25), lean=u(-15, 25) + wander(rng, frames, -2, 2, 1.2))
    elif stance < 0.35:
        split = u(8, 34)
        angles.values |= {
            "thigh_flexL": split,
            "thigh_flexR": -split,
            "shank_flexL": u(0, split),
            "shank_flexR": -u(split, 45),
        }
    if u() < 0.4:
        busy(rng, angles, u(1.0, 2.5), both=False)
    angles.set(x=wander(rng, frames, -0.04, 0.04, 1.5))
    return pose(body, angles)


def hands_busy(rng: Rng, body: Body, frames: int) -> Array:
    """Sign, talk, wave, type, drink or handle things, standing or sitting."""
    u = rng.uniform
    angles = Angles(frames)
    angles.set(lean=u(-5, 20) + wander(rng, frames, -4, 4, 1), roll=wander(rng, frames, -5, 5, 1))
    angles.set(thigh_abduct=u(1, 14), shank_abduct=u(0, 10), heading=wander(rng, frames, -15, 15, 1))
    if u() < 0.5:
        angles.set(thigh_flex=u(70, 100), shank_flex=u(-25, 20))
    hold_arms(rng, angles)
    busy(rng, angles, u(0.25, 1.3), both=u() < 0.7)
    return pose(body, angles)


def arm_drill(rng: Rng, body: Body, frames: int) -> Array:
    """Raise both arms or one to the side, the front or overhead, once or again and again; legs stay or give a little.

    Arm circles, punches and jumping jacks are exercises; this is what looks like them.
    """
    u = rng.uniform
    angles = Angles(frames)
    cycles = phase(rng, frames, u(0.6, 2.6))
    level = (excursion(cycles, u(0, 0.3), u(0, 0.3)), once(rng, frames), bump(rng, frames))[rng.integers(3)]
    lift, stance, alone = u(50, 180), u(2, 22), u() < 0.4
    angles.set(thigh_abduct=stance, shank_abduct=stance)
    hold_arms(rng, angles)
    sides = ("L", "R") if not alone else (("L",), ("R",))[rng.integers(2)]
    plane = "abduct" if u() < 0.5 else "flex"
    for side in sides:
        angles.values[f"upper_arm_{plane}{side}"] = 5 + level * lift
        angles.values[f"forearm_{plane}{side}"] = 8 + level * (lift + u(-20, 30))
    if u() < 0.3:
        knees = u(0, 30) * np.abs(np.sin(2 * np.pi * cycles))
        angles.set(thigh_flex=knees, shank_flex=-knees)
    return pose(body, angles)


def lift_weights(rng: Rng, body: Body, frames: int) -> Array:
    """Curl, press overhead, row or raise weights sideways, with both arms or in turn; standing or sitting."""
    u = rng.uniform
    angles = Angles(frames)
    cycles = phase(rng, frames, u(1.0, 3.5))
    in_turn = u() < 0.4
    kind, top, lean = rng.integers(4), u(0.7, 1), u(25, 75)
    for side, shift in (("L", 0.0), ("R", 0.5 if in_turn else 0.0)):
        level = top * excursion(cycles + shift, u(0, 0.2), u(0, 0.5 if in_turn else 0.25))
        upper, upper_side, fore, fore_side = (
            (u(-8, 12) + level * u(0, 25), u(3, 15), 5 + level * 140, u(-15, 10)),
            (20 - level * 10, 40 + level * 130, 150 + level * 20, level * 165 - 10),
            (lean - level * (lean + u(10, 40)), u(5, 30), lean + level * u(0, 40), u(0, 10)),
            (u(0, 20), 6 + level * 85, u(0, 40), 6 + level * 85),
        )[kind]
        values = {"upper_arm_flex": upper, "upper_arm_abduct": upper_side}
        values |= {"forearm_flex": fore, "forearm_abduct": fore_side}
        angles.values |= {name + side: value for name, value in values.items()}
    stance = u(2, 15)
    angles.set(thigh_abduct=stance, shank_abduct=stance, lean=lean if kind == 2 else u(-6, 8))
    if kind == 2:
        angles.set(thigh_flex=u(0, 30), shank_flex=-u(5, 20))
    elif u() < 0.25:
        angles.set(thigh_flex=u(75, 100), shank_flex=u(-20, 20))
    return pose(body, angles)


def stretch(rng: Rng, body: Body, frames: int) -> Array:
    """Bend sideways, twist, reach up with one arm, lean back, shake out the limbs: what warms up but is no exercise."""
    u = rng.uniform
    angles = Angles(frames)
    cycles = phase(rng, frames, u(1.2, 4.0))
    swing = np.sin(2 * np.pi * cycles) if u() < 0.6 else 2 * once(rng, frames) - 1
    hold_arms(rng, angles)
    kind = rng.integers(4)
    if kind == 0:
        reach = u(60, 170)
        angles.set(roll=swing * u(12, 40))
        angles.values["upper_arm_abductL"] = 10 + np.clip(-swing, 0, 1) * reach
        angles.values["upper_arm_abductR"] = 10 + np.clip(swing, 0, 1) * reach
    elif kind == 1:
        bent, wide = u(0, 110), u(10, 90)
        angles.set(twist=swing * u(20, 65), upper_arm_abduct=wide, upper_arm_flex=20 + swing * u(0, 30))
        angles.set(forearm_flex=bent + swing * u(0, 30), forearm_abduct=wide * u(-0.5, 1))
    elif kind == 2:
        side = ("L", "R")[rng.integers(2)]
        angles.values["upper_arm_flex" + side] = 90 + 80 * np.abs(swing)
        angles.values["forearm_flex" + side] = 90 + 85 * np.abs(swing)
        angles.set(roll=swing * u(0, 12), lean=u(-15, 5))
    else:
        busy(rng, angles, u(0.2, 0.5))
        knees = u(0, 40) * np.clip(np.sin(2 * np.pi * cycles), 0, 1)
        angles.values |= {"thigh_flexL": knees, "shank_flexL": -knees}
    stance = u(2, 24)
    angles.set(thigh_abduct=stance, shank_abduct=stance, heading=wander(rng, frames, -10, 10, 1.5))
    return pose(body, angles)


def cheer(rng: Rng, body: Body, frames: int) -> Array:
    """Wave, signal, swing or throw up the arms out of time with the legs, which stand, step, bob or hop."""
    u = rng.uniform
    angles = Angles(frames)
    period = u(0.25, 1.2)
    together = wander(rng, frames, 5, u(60, 175), period)
    alone = u() < 0.5
    for side in ("L", "R"):
        raised = wander(rng, frames, 5, u(30, 178), period) if alone else together
        angles.values["upper_arm_abduct" + side] = raised
        angles.values["forearm_abduct" + side] = raised + wander(rng, frames, -60, 40, period)
        angles.values["upper_arm_flex" + side] = wander(rng, frames, -20, 30, period)
        angles.values["forearm_flex" + side] = wander(rng, frames, -20, 60, period)
    if u() < 0.3:
        hold_arms(rng, angles)
    spread = wander(rng, frames, 0, u(3, 28), u(0.4, 2.5)) if u() < 0.5 else u(2, 25)
    bent = wander(rng, frames, 0, u(0, 30), u(0.3, 1))
    hop = u(0, 0.3) * bump(rng, frames, 0.3, 0.7) if u() < 0.5 else 0.0
    angles.set(thigh_abduct=spread, shank_abduct=spread, thigh_flex=bent, shank_flex=-bent, jump=hop)
    angles.set(lean=wander(rng, frames, -8, 12, 1), roll=wander(rng, frames, -10, 10, 0.8))
    angles.set(heading=wander(rng, frames, -40, 40, 1.5), x=wander(rng, frames, -0.2, 0.2, 1))
    return pose(body, angles)


def flail(rng: Rng, body: Body, frames: int) -> Array:
    """Every limb wanders: dancing, stretching, playing."""
    u = rng.uniform
    angles = Angles(frames)
    period, amount = u(0.35, 1.5), u(0.3, 1)
    for side in ("L", "R"):
        for name, (low, high) in FREE_RANGES.items():
            angles.values[name + side] = wander(rng, frames, low * amount, high * amount, period)
    angles.set(lean=wander(rng, frames, -10, 45 * amount, period), roll=wander(rng, frames, -20, 20, period))
    angles.set(heading=wander(rng, frames, -90, 90, u(1, 3)), x=wander(rng, frames, -0.3, 0.3, 1))
    return pose(body, angles)
