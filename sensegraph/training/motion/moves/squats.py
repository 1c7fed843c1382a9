"""Squats, lunges and what is done out of a squat: jumps, kicks, punches, jacks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensegraph.training.motion.arms import clasped, hold_arms
from sensegraph.training.motion.body import Angles, Body, planted, pose
from sensegraph.training.motion.exercise import Exercise, Rng
from sensegraph.training.motion.moves.footing import above_floor, guard, loaded, look, on_foot, touch, uneven
from sensegraph.training.motion.moves.legs import front_kick
from sensegraph.training.motion.moves.phases import airborne, keyed, lopsided, turns, unhurried
from sensegraph.training.motion.rhythm import excursion

Array = NDArray[np.float64]


def sink(
    rng: Rng, body: Body, angles: Angles, depth: Array, thigh: float, stance: Array | float, spread: float = 24.0
) -> None:
    """Set legs and trunk of a squat: hips back and down, knees out, the trunk leaning so that the body balances.

    Args:
        rng: source of the style.
        body: segment lengths.
        angles: the body; legs and trunk are set.
        depth: course of the squat (frames,), 0 standing to 1 at the bottom.
        thigh: flexion of the thighs at the bottom, degrees.
        stance: abduction of the legs, degrees.
        spread: how far the knees may go out at the bottom, degrees.
    """
    u = rng.uniform
    soft, knee, shank = u(0, 12), u(0, 20), u(4, 48) * min(1, thigh / 70)
    out = u(0, spread) * min(1, thigh / 90)
    back = body.thigh * np.sin(np.radians(thigh)) - body.shank * np.sin(np.radians(shank))
    lean = np.degrees(np.arcsin(np.clip((back + u(-0.1, 0.1)) / (0.62 * body.trunk), 0.05, 0.85)))
    lean = lean if u() < 0.75 else u(5, 58)
    angles.set(thigh_flex=soft + depth * (thigh - soft), shank_flex=-knee - depth * (shank - knee))
    angles.set(thigh_abduct=stance + depth * out, shank_abduct=stance - depth * out * u(0.1, 1.1))
    angles.set(lean=u(-8, 8) * (1 - depth) + depth * lean, roll=u(-3, 3) + u(-5, 5) * depth, twist=u(-4, 4))
    heels = u(0, 0.07) * (u() < 0.2)
    angles.set(jump=depth * heels)


@unhurried
def squats(rng: Rng, body: Body, cycles: Array) -> Array:
    """Both knees bend, hips go back and down and up again; any arms, narrow to sumo stance, half to full depth."""
    u = rng.uniform
    angles = Angles(len(cycles))
    depth = excursion(lopsided(cycles, u(0.4, 0.62)), u(0, 0.3), u(0, 0.4))
    stance = u(0, 14) if u() < 0.7 else u(12, 26)
    sink(rng, body, angles, depth, u(50, 125), stance, 42)
    squat_arms(rng, angles, depth)
    return look(above_floor(planted(pose(body, uneven(rng, angles))), body), u(-12, 10) + depth * u(-5, 35))


def squat_arms(rng: Rng, angles: Angles, depth: Array) -> None:
    """Held or raised in any way; also fists before a wide-elbowed chest, a bar on the collarbones or overhead."""
    u = rng.uniform
    draw = u()
    if draw < 0.12:
        angles.set(upper_arm_flex=u(-25, 15), upper_arm_abduct=u(20, 52))
        angles.set(forearm_flex=u(60, 135), forearm_abduct=u(-10, 40))
    elif draw < 0.2:
        angles.set(upper_arm_flex=u(50, 100), upper_arm_abduct=u(-5, 25))
        angles.set(forearm_flex=u(135, 200), forearm_abduct=-u(0, 40))
    elif draw < 0.26:
        angles.set(upper_arm_flex=u(150, 185), upper_arm_abduct=u(0, 35), forearm_flex=u(155, 185))
        angles.set(forearm_abduct=u(-15, 30))
    elif draw < 0.34:
        clasped(rng, angles)
    else:
        hold_arms(rng, angles, depth)


@unhurried
def alternating_lunges(rng: Rng, body: Body, cycles: Array) -> Array:
    """Step out with one leg, go down, come back with the feet together; then the other leg.

    Forwards, backwards, or walking on (the feet come together in front); few always step with the same leg.
    """
    u = rng.uniform
    left, right = turns(cycles) if u() < 0.85 else (cycles * 0 + 1, cycles * 0)
    slower = lopsided(cycles, u(0.42, 0.58))
    held = u(0.15, 0.5)
    apart = excursion(slower, held, u(0, 0.25))
    drop = np.minimum(apart, excursion(slower, u(0, held), u(0, 0.5)))
    joints = pose(body, uneven(rng, lunge(rng, body, left, apart, drop)))
    ahead = np.where(left > 0, joints[:, 11, 2], joints[:, 12, 2])
    behind = np.where(left > 0, joints[:, 12, 2], joints[:, 11, 2])
    kind = rng.integers(4)
    if kind == 0:
        shift = -ahead
    elif kind == 1 and right.any():
        second = slower % 1 >= 0.5
        deepest = np.argmax(drop)
        shift = np.where(second, ahead[deepest] - behind[deepest] - ahead, -behind)
        shift += np.floor(cycles) * (ahead[deepest] - behind[deepest])
    else:
        shift = -behind
    joints[..., 2] += shift[:, None]
    return look(above_floor(joints, body), u(-10, 25))


@unhurried
def stationary_lunges(rng: Rng, body: Body, cycles: Array) -> Array:
    """Split squats: the feet stay apart, one before the other; the body goes down and up."""
    u = rng.uniform
    depth = excursion(lopsided(cycles, u(0.4, 0.6)), u(0, 0.3), u(0, 0.35))
    still = np.ones(len(cycles))
    angles = lunge(rng, body, still * rng.integers(2), still, depth)
    return look(above_floor(planted(pose(body, uneven(rng, angles))), body), u(-10, 25))


def lunge(rng: Rng, body: Body, left: Array, apart: Array, drop: Array, arms: bool = True) -> Angles:
    """Angles of a lunge, small or deep.

    Args:
        rng: source of the style.
        body: segment lengths.
        left: 1 where the left leg is in front, 0 where the right one is; between while they change (frames,).
        apart: 0 with the feet together, 1 with the feet apart (frames,).
        drop: 0 with the legs long, 1 at the bottom (frames,).
        arms: draw a way of holding the arms, too.
    """
    u = rng.uniform
    angles = Angles(len(left))
    shin, heel = u(-10, 26), u(0.02, 0.16)
    high, low = (u(14, 34), -u(12, 32)), (u(48, 98), -u(-2, 34))
    knee_up = (body.thigh * np.cos(np.radians(low[0])) + body.shank * np.cos(np.radians(shin)) - 0.06) / body.thigh
    low = (low[0], min(low[1], -np.degrees(np.arccos(np.clip(knee_up, 0, 1)))))
    back_high, back_low = (
        -rear_shank(body, front, shank, back, heel) for (front, back), shank in ((high, u(0, 8)), (low, shin))
    )
    lift = 4 * apart * (1 - apart) * u(4, 22)
    courses = {
        "thigh_flex": (apart * high[0] + drop * (low[0] - high[0]) + lift, apart * high[1] + drop * (low[1] - high[1])),
        "shank_flex": (-drop * shin - lift, apart * back_high + drop * (back_low - back_high)),
    }
    for name, (front, back) in courses.items():
        angles.values[name + "L"] = left * front + (1 - left) * back
        angles.values[name + "R"] = (1 - left) * front + left * back
    angles.set(thigh_abduct=u(0, 9) + drop * u(-2, 6), shank_abduct=u(-1, 6), lean=u(-6, 8) + drop * u(-5, 28))
    angles.set(roll=u(-3, 3) * drop, twist=u(-8, 8) * drop)
    if arms:
        hold_arms(rng, angles, drop)
    return angles


def rear_shank(body: Body, front_deg: float, shank_deg: float, back_deg: float, heel_m: float) -> float:
    """How far the rear shank points backwards, degrees, when the front ankle is on the floor and the rear heel up."""
    hip = body.thigh * np.cos(np.radians(front_deg)) + body.shank * np.cos(np.radians(shank_deg))
    knee = hip - body.thigh * np.cos(np.radians(back_deg))
    return float(np.degrees(np.arccos(np.clip((knee - heel_m) / body.shank, -0.35, 0.99))))


@unhurried
def squat_jumps(rng: Rng, body: Body, cycles: Array) -> Array:
    """Down into a squat and off the floor; arms swing up, or stay."""
    u = rng.uniform
    angles = Angles(len(cycles))
    rest, bottom = u(0, 0.2), u(0.3, 0.48)
    off = u(bottom + 0.16, 0.72)
    depth = keyed(cycles, [rest / 2, bottom, bottom + u(0, 0.06), off, 0.92 - rest / 2], [u(0, 0.25), 1, 1, 0, 0])
    sink(rng, body, angles, depth, u(48, 115), u(2, 18), 26)
    jump_arms(rng, angles, depth, keyed(cycles, [bottom, off + 0.06, 0.95], [0, 1, 0.1]))
    middle = (off + 0.97 - rest / 2) / 2
    height, _ = airborne(cycles, middle, u(0.22, 0.5), 2 * (middle - off) + 0.06)
    angles.set(jump=height)
    return look(above_floor(planted(pose(body, uneven(rng, angles))), body), u(-12, 15))


def jump_arms(rng: Rng, angles: Angles, depth: Array, throw: Array) -> None:
    """Arms behind the body at the bottom and thrown up in the jump, down in the jump, or held."""
    u = rng.uniform
    draw = u()
    if draw < 0.55:
        back, up, bent = -u(0, 60), u(25, 178), u(0, 40)
        angles.set(upper_arm_flex=back * depth + throw * up, upper_arm_abduct=u(3, 25))
        angles.set(forearm_flex=back * depth * 0.8 + 10 + throw * (up + bent), forearm_abduct=u(-15, 12))
    elif draw < 0.75:
        front, bent = u(40, 100), u(10, 80)
        angles.set(upper_arm_flex=depth * front - throw * u(0, 45), upper_arm_abduct=u(3, 25))
        angles.set(forearm_flex=depth * (front + bent) + 5 - throw * u(0, 30), forearm_abduct=-depth * u(0, 45))
    else:
        hold_arms(rng, angles)


@unhurried
def squat_kicks(rng: Rng, body: Body, cycles: Array) -> Array:
    """Down into a squat; on rising one leg kicks to the front, mostly the other one the next time."""
    u = rng.uniform
    angles = Angles(len(cycles))
    left, right = turns(cycles) if u() < 0.88 else (cycles * 0 + 1, cycles * 0)
    rest, bottom, stance = u(0, 0.1), u(0.24, 0.34), u(3, 18)
    up = bottom + u(0.16, 0.24)
    depth = keyed(cycles, [rest, bottom, bottom + 0.03, up], [0, 1, 1, 0])
    sink(rng, body, angles, depth, u(50, 115), stance, 24)
    legs = Angles(len(cycles))
    kick = front_kick(rng, legs, cycles, (left, right), (up - u(0.04, 0.1), 1.0), stance, u(0, 14))
    for name in legs.values:
        angles.values[name] = angles.get(name) * (1 - np.clip(3 * kick, 0, 1)) + legs.get(name)
    for side in ("L", "R"):
        angles.values["shank_abduct" + side] = angles.get("thigh_abduct" + side) - depth * u(0, 12)
    angles.set(lean=angles.get("lean") + kick * u(-18, 14))
    guard(rng, angles) if u() < 0.45 else hold_arms(rng, angles, depth)
    joints = on_foot(pose(body, uneven(rng, angles)), body, stance, loaded(left * kick, right * kick))
    return look(above_floor(joints, body), u(-10, 15))


@unhurried
def squat_punches(rng: Rng, body: Body, cycles: Array) -> Array:
    """A squat and straight punches: one or two on rising or at the bottom, or all the time in a held squat."""
    u = rng.uniform
    angles = Angles(len(cycles))
    base = u(0.45, 1) if u() < 0.25 else 0.0
    above = u() < 0.6
    bottom, top = (u(0.22, 0.34), u(0.46, 0.56)) if above else (u(0.14, 0.26), u(0.7, 0.86))
    depth = (
        keyed(cycles, [0, bottom, bottom + 0.05, top], [0, 1, 1, 0])
        if above
        else keyed(cycles, [0, bottom, top, 0.97], [0, 1, 1, 0])
    )
    depth = base + (1 - base) * depth
    sink(rng, body, angles, depth, u(50, 112), u(6, 24), 26)
    left, right = punches(rng, cycles, (top - 0.06, 1.0) if above else (bottom, top + 0.04))
    guard(rng, angles)
    height, inward = u(70, 110), u(-4, 22)
    for side, out in (("L", left), ("R", right)):
        for part, fully in (("upper_arm", height), ("forearm", height + u(-8, 8))):
            angles.values[f"{part}_flex{side}"] = angles.get(f"{part}_flex{side}") * (1 - out) + out * fully
            angles.values[f"{part}_abduct{side}"] = angles.get(f"{part}_abduct{side}") * (1 - out) - out * inward
    angles.set(twist=(left - right) * -u(0, 32) + u(-4, 4), lean=angles.get("lean") + (left + right) * u(-4, 6))
    return look(planted(pose(body, uneven(rng, angles))), u(-10, 15))


def punches(rng: Rng, cycles: Array, span: tuple[float, float]) -> tuple[Array, Array]:
    """How far the left and the right fist are out (frames,), 0..1: two punches in a span of the cycle, or one."""
    begin, length = span[0], span[1] - span[0]
    if rng.uniform() < 0.6:
        middle = begin + 0.5 * length
        return (
            keyed(cycles, [begin, begin + 0.25 * length, middle], [0, 1, 0]),
            keyed(cycles, [middle, begin + 0.75 * length, begin + length], [0, 1, 0]),
        )
    out = keyed(cycles, [begin, begin + rng.uniform(0.35, 0.5) * length, begin + length], [0, 1, 0])
    return tuple(turn * out for turn in turns(cycles)) if rng.uniform() < 0.8 else (out, out)  # type: ignore[return-value]


@unhurried
def squat_jacks(rng: Rng, body: Body, cycles: Array) -> Array:
    """Jump with the feet apart into a squat and together again; hands at the chest, to the floor or swinging."""
    u = rng.uniform
    angles = Angles(len(cycles))
    open_ = excursion(lopsided(cycles, u(0.42, 0.58)), u(0, 0.35), u(0, 0.3))
    base, narrow, wide = u(0.3, 0.7) if u() < 0.35 else u(0, 0.15), u(1, 5), u(14, 34)
    depth = base + (1 - base) * open_
    sink(rng, body, angles, depth, u(45, 108), narrow + open_ * (wide - narrow), 18)
    air = u(0.08, 0.3)
    angles.set(jump=airborne(cycles * 2, 0.5, air)[0])
    style, reach = rng.integers(5), 0.0
    if style == 0:
        angles.set(upper_arm_flex=u(120, 178) * (1 - open_), upper_arm_abduct=u(0, 25))
        angles.set(forearm_flex=u(10, 40) + u(120, 150) * (1 - open_), forearm_abduct=u(-15, 15))
    elif style <= 2:
        guard(rng, angles) if u() < 0.5 else hold_arms(rng, angles)
        reach = u(0.75, 1)
        angles.set(lean=angles.get("lean") + open_ * u(5, 25))
    else:
        guard(rng, angles) if style == 3 else hold_arms(rng, angles, open_)
    joints = above_floor(planted(pose(body, uneven(rng, angles))), body)
    if reach:
        left, right = turns(cycles) if u() < 0.6 else (cycles * 0 + 1, cycles * 0 + (u() < 0.6))
        for side, which in ((0, left), (1, right)):
            level = np.clip(open_ * 1.6 - 0.6, 0, 1) * reach * which
            touch(
                joints, body, side, level, u(-0.12, 0.15) * (1 - 2 * side), joints[:, [11, 12], 2].mean(1) + u(0, 0.2)
            )
    return look(joints, u(-10, 10) + open_ * u(0, 25))


MOVES: dict[str, Exercise] = {
    "Squats": Exercise(squats, (1.0, 4.0)),
    "Lunges (alternating)": Exercise(alternating_lunges, (1.2, 4.0)),
    "Lunges (stationary)": Exercise(stationary_lunges, (1.0, 4.0)),
    "Squat Jumps": Exercise(squat_jumps, (1.0, 3.4)),
    "Squat Kicks": Exercise(squat_kicks, (1.3, 3.8)),
    "Squat Punches": Exercise(squat_punches, (1.1, 3.8)),
    "Squat Jacks": Exercise(squat_jacks, (0.8, 2.2)),
}
