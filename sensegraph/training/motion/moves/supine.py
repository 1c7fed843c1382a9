"""Movements on the back; the head points to -z, the legs to +z, the face up.

Leg pitches are degrees from straight up: 90 lies on the floor, 0 points to the ceiling, below 0 towards the head.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensegraph.training.motion.body import Body
from sensegraph.training.motion.exercise import Exercise
from sensegraph.training.motion.limbs import LEFT, RIGHT, pitched, point, point_arm, point_leg, reach, step, torso
from sensegraph.training.motion.moves.floor import (
    SIDES,
    behind_head,
    neck,
    nod,
    off_floor,
    repetition,
    strokes,
    twist,
)
from sensegraph.training.motion.rhythm import wander

Array = NDArray[np.float64]
Rng = np.random.Generator

BACK_HEIGHT_M = 0.1


def lying(body: Body, frames: int, curl: ArrayLike = 0.0, lift: ArrayLike = 0.0) -> Array:
    """Trunk of somebody on the back (frames, 13, 3).

    Args:
        body: segment lengths.
        frames: number of frames.
        curl: degrees by which the shoulders come off the floor, the hips staying.
        lift: degrees by which the hips come off the floor, the shoulders staying.
    """
    up = np.broadcast_to(pitched(np.asarray(curl) - np.asarray(lift) - 90), (frames, 3))
    raised = np.broadcast_to(np.sin(np.radians(lift)) * body.trunk, (frames,))
    away = np.broadcast_to((1 - np.cos(np.radians(lift))) * body.trunk, (frames,))
    joints = torso(body, point(0, BACK_HEIGHT_M + raised, -away), up, point(1, 0, 0))
    nod(joints, np.asarray(curl) * 0.8 + 5)
    return joints


def leg(joints: Array, body: Body, side: int, thigh: ArrayLike, shank: ArrayLike, spread: float = 0.0) -> None:
    """Point a leg by the pitches of thigh and shank in degrees (frames,), in place; `spread` moves it outwards."""
    out = point(SIDES[side][1] * spread, 0, 0)
    high = joints[:, 7 + side, 1] - 0.06  # neither knee nor heel goes into the floor
    most = np.degrees(np.arccos(np.clip(-high / body.thigh, -1, 1)))
    thigh = np.minimum(np.asarray(thigh, dtype=np.float64), most)
    high = high + body.thigh * np.cos(np.radians(thigh)) * 0.97
    most = np.degrees(np.arccos(np.clip(-high / body.shank, -1, 1)))
    point_leg(joints, body, side, pitched(thigh) + out, pitched(np.minimum(shank, most)) + out)


def arms_on_floor(rng: Rng, joints: Array, body: Body) -> None:
    """Arms beside the body, spread, under the hips, or back beyond the head, in place."""
    u = rng.uniform
    style = rng.choice(["beside", "spread", "under", "beyond"], p=[0.6, 0.15, 0.15, 0.1])
    hips = joints[:, [7, 8]].mean(axis=1) * [1, 0, 1]
    for side, sign in SIDES:
        if style == "under":
            hand, elbow = hips + point(sign * u(0.02, 0.1), 0.05, u(-0.05, 0.05)), [sign, -0.2, 0]
        elif style == "beyond":
            hand, elbow = (
                neck(joints) * [1, 0, 1] + point(sign * u(0.1, 0.3), u(0.04, 0.2), -u(0.3, 0.45)),
                [sign, 0.6, 0],
            )
        else:
            away = u(0.6, 0.9) if style == "spread" else u(0.0, 0.35)
            hand = joints[:, 1 + side] * [1, 0, 1]
            hand = hand + point(sign * away * 0.5, 0.04, 0.55 * np.sqrt(1 - away**2))
            elbow = [sign, u(-0.1, 0.3), 0]
        reach(joints, body, side, hand, elbow)


def bicycle_crunches(rng: Rng, body: Body, cycles: Array) -> Array:
    """Elbow to the opposite knee while the other leg stretches, left knee in even cycles; hands at the head.

    Beginners keep the feet near the floor, barely twist, or move one leg at a time.
    """
    u = rng.uniform
    turn, near, far = u(8, 50), u(-35, 15), u(48, 84)
    drives = strokes(rng, cycles, 2.0)
    if u() < 0.2:  # the feet rest on the floor, the knees bent, in between
        far, stretch = u(40, 60), u(70, 100)
    else:
        stretch = u(-5, 30)
    both = np.clip(drives[0] + drives[1], 0, 1)
    curl = u(8, 38) + u(-8, 10) * both
    joints = lying(body, len(cycles), curl, u(0, 6))
    twist(joints, turn * (drives[0] - drives[1]))
    fold, lag, close = u(75, 125), u(-15, 25), u(0, 0.9)
    for side, sign in SIDES:
        drive = drives[side]
        thigh = far + (near - far) * drive
        shank = far + stretch + (near + fold - far - stretch) * drive + lag * np.sin(np.pi * drive)
        leg(joints, body, side, thigh, shank, u(0, 0.08))
        behind_head(joints, body, side, sign, close)
    return off_floor(joints)


def reverse_crunches(rng: Rng, body: Body, cycles: Array) -> Array:
    """Both knees come to the chest and the hips leave the floor; head and shoulders mostly stay down."""
    u = rng.uniform
    near, far, lift = u(-60, -15), u(-5, 80), (u(0, 10) if u() < 0.3 else u(8, 48))
    depth = repetition(rng, cycles, 0.25)
    fold, rest = u(55, 120), u(5, 110)
    if u() < 0.2:
        fold, rest = u(5, 35), u(0, 20)  # with nearly straight legs
        far = min(far, 45)
    joints = lying(body, len(cycles), u(10, 25) if u() < 0.1 else 0.0, depth**1.5 * lift)
    nod(joints, u(-20, 20) + u(0, 15) * depth)
    thigh = far + (near - far) * depth
    shank = thigh + rest + (fold - rest) * depth
    spread = u(0, 0.1)
    for side in (LEFT, RIGHT):
        leg(joints, body, side, thigh, shank, spread)
    arms_on_floor(rng, joints, body)
    return off_floor(joints)


def raised_leg_circles(rng: Rng, body: Body, cycles: Array) -> Array:
    """One raised leg, or both together, draws a circle, either way round; the other leg lies or stands bent."""
    u = rng.uniform
    wide, high = u(6, 34), u(5, 32)
    both = u() < 0.35
    middle = u(15, 62) if both else u(-8, 40)
    way, opposite = rng.choice([-1, 1]), u() < 0.25
    joints = lying(body, len(cycles), 0.0, u(0, 3))
    nod(joints, u(-10, 30))
    angle = 2 * np.pi * cycles + u(0, 2 * np.pi)
    soft, offset = u(0, 28), u(-8, 10)
    for side, sign in SIDES:
        if side == LEFT or both:
            direction = way * (sign if opposite else 1)
            pitch = np.minimum(middle + high * np.sin(angle), 84)
            across = np.tan(np.radians(direction * wide * np.cos(angle) + (offset if not both else 0)))
            if opposite and both:
                across = across + sign * np.tan(np.radians(wide))
            way_of = pitched(pitch) + point(across, 0, 0)
            point_leg(joints, body, side, way_of, pitched(pitch + soft * 0.7) + point(across, 0, 0))
        elif u() < 0.6:
            leg(joints, body, side, 90 - u(-4, 14), 91, u(0, 0.15))
        else:
            step(joints, body, side, point(sign * u(0.06, 0.15), 0.07, u(0.3, 0.6)), [sign * u(0, 0.3), 1, 0.3])
    arms_on_floor(rng, joints, body)
    return off_floor(joints)


def the_hundred(rng: Rng, body: Body, cycles: Array) -> Array:
    """Legs and shoulders held off the floor while the arms beside the body beat up and down, a beat a cycle."""
    u, frames = rng.uniform, len(cycles)
    beat, legs = u(0.06, 0.34), u(22, 72)
    curl = u(10, 36) + wander(rng, frames, -4, 2, 2)
    style = rng.choice(["straight", "table", "floor"], p=[0.62, 0.28, 0.1])
    joints = lying(body, frames, curl, u(0, 4))
    nod(joints, u(-15, 20))
    pitch = legs + wander(rng, frames, -3, 4, u(1, 3))
    spread = u(0, 0.06)
    for side, sign in SIDES:
        if style == "straight":
            leg(joints, body, side, pitch, pitch + u(0, 12), spread)
        elif style == "table":
            leg(joints, body, side, pitch * 0.4 - 10, pitch * 0.2 + 75, spread)
        else:
            step(joints, body, side, point(sign * (0.08 + spread), 0.07, 0.1 + legs / 120), [0, 1, 0.3])
    low, out, bent = u(0.0, 0.12), u(0.02, 0.2), u(0, 0.25)
    up = beat * (0.5 - 0.5 * np.cos(2 * np.pi * cycles))
    for side, sign in SIDES:
        arm = body.upper_arm + body.forearm
        height = low + up - (joints[:, 1 + side, 1] - 0.06)
        along = np.sqrt(np.maximum(arm**2 - height**2, 0.04))
        upper = point(sign * out, height, along)
        point_arm(joints, body, side, upper, upper + point(0, bent * up, 0))
    return joints


MOVES: dict[str, Exercise] = {
    "Bicycle Crunches": Exercise(bicycle_crunches, (0.45, 2.2)),
    "Reverse Crunches": Exercise(reverse_crunches, (1.2, 4.0)),
    "Raised Leg Circles": Exercise(raised_leg_circles, (1.0, 4.5)),
    "The Hundred": Exercise(the_hundred, (0.3, 0.9), counted=False),
}
