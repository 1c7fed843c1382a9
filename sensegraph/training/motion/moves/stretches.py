"""Mobility and stretching on the feet: circles of arms, neck, hips and knees, and stretches that are held."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensegraph.training.motion.body import Body
from sensegraph.training.motion.exercise import Exercise, Rng, right_handed
from sensegraph.training.motion.limbs import ANKLE_HEIGHT_M, LEFT, RIGHT, bend, point, reach, step, unit
from sensegraph.training.motion.moves.phases import lopsided, unhurried
from sensegraph.training.motion.moves.upright import (
    SIGN,
    about,
    carry,
    feet,
    hold,
    on_hips,
    over,
    seen_from_chest,
    upright,
)
from sensegraph.training.motion.rhythm import excursion, wander

Array = NDArray[np.float64]


def standing(rng: Rng, body: Body, frames: int, narrow: float = 0.4, wide: float = 3.0) -> Array:
    """Joints (frames, 13, 3) of somebody who stands nearly still, arms not yet placed; stance in hip widths."""
    u = rng.uniform
    ankles = feet(rng, body, narrow, wide)
    sway = [wander(rng, frames, -1, 1, 2.0) for _ in range(4)]
    soft = u(0, 0.06) * (u() < 0.5)
    hips = over(body, ankles, 0.012 * sway[0], u(-0.04, 0.04) + 0.012 * sway[1], 0.99 - soft, (LEFT, RIGHT))
    joints = upright(body, hips, ankles, u(-8, 8) + sway[2], u(-3, 3) + sway[3], u(-4, 4), knees_out=u(0, 30))
    return nodded(joints, u(-10, 18), u(-6, 6))


def nodded(joints: Array, forward: float | Array, left: float | Array) -> Array:
    """Tip the head about the neck, in place; degrees to the front and to the left, numbers or (frames,)."""
    neck = joints[:, [1, 2]].mean(axis=1)
    side = unit(joints[:, 1] - joints[:, 2])
    up = unit(neck - joints[:, [7, 8]].mean(axis=1))
    front = np.cross(side, up)
    pitch, roll = (np.broadcast_to(np.radians(each), (len(joints),))[:, None] for each in (forward, left))
    nose = joints[:, 0] - neck
    high, ahead = ((nose * axis).sum(axis=-1, keepdims=True) for axis in (up, front))
    ahead, high = ahead * np.cos(pitch) + high * np.sin(pitch), high * np.cos(pitch) - ahead * np.sin(pitch)
    joints[:, 0] = neck + front * ahead + up * high * np.cos(roll) + side * high * np.sin(roll)
    return joints


@unhurried
def arm_circles(rng: Rng, body: Body, cycles: Array) -> Array:
    """Both arms draw circles about an axis to the sides: tiny to wide ones, or windmills through down, front, up, back.

    Forward or backward, arms straight or a little bent, or elbows circling with the hands on the shoulders; rarely one
    arm is half a turn behind. Unlike in jumping jacks the hands pass before and behind the body and the feet stay.
    """
    u = rng.uniform
    joints = standing(rng, body, len(cycles))
    mill = u() < 0.35
    radius = u(48, 82) if mill else u(8, 48)
    up, ahead = (u(-0.2, 0.25), u(-0.05, 0.45)) if mill else (u(-0.35, 0.2), u(-0.15, 0.45))
    flat, spin, behind = u(0.75, 1.1), rng.choice((-1, 1)), 0.5 if mill and u() < 0.15 else u(-0.06, 0.06)
    elbow, on_shoulders, lag = u(0, 40), u() < 0.1, u(0, 0.06)
    for side in SIGN:
        turn = 2 * np.pi * spin * (cycles + behind * side)

        def cone(angle: Array, wide: float) -> Array:
            """Directions from the chest on a cone about the arm's axis."""
            rise, swing = -np.cos(angle) * np.sin(np.radians(wide)), np.sin(angle) * np.sin(np.radians(wide)) * flat
            return point(np.cos(np.radians(wide)), rise + up, swing + ahead)

        upper, fore = unit(cone(turn, radius)), unit(cone(turn - lag * 2 * np.pi * spin, radius + u(-3, 6)))
        if on_shoulders:
            fore = unit(-upper * 1.0 + np.array([0.1, 0.35, 0.5]))
        else:
            fore = unit(fore + np.tan(np.radians(elbow)) * np.array([-0.35, 0.25, 0.75]))
        carry(joints, body, side, upper, fore)
    return joints


def deltoid_stretch(rng: Rng, body: Body, cycles: Array) -> Array:
    """The left arm is pulled straight across the chest by the right one (hooked, or gripping); held, with a pulse."""
    u = rng.uniform
    joints = standing(rng, body, len(cycles))
    near = 1 - u(0, 0.4) * excursion(cycles) if u() < 0.4 else wander(rng, len(cycles), u(0.75, 0.95), 1.0, 2.0)
    slack, height = np.array([0.1, -0.35, 1.0]), u(-0.35, 0.2)
    across = np.array([-u(0.75, 1.6), height, u(0.45, 0.8)])
    bent = np.array([-u(0, 0.5), u(-0.1, 0.25), -u(0, 0.25)])
    way = unit(slack * (1 - near)[:, None] + across * near[:, None])
    carry(joints, body, LEFT, way, way + bent)
    grip = u(-0.35, 0.6)  # on the arm: below 0 above the elbow, else towards the wrist
    start, end = joints[:, 3], joints[:, 5] if grip > 0 else joints[:, 1]
    place = start + (end - start) * abs(grip) + seen_from_chest(joints, LEFT, (0, u(-0.3, 0.6), 1)) * u(0.04, 0.08)
    if u() < 0.5:  # hooked: the arm lies in the crook of the elbow, the forearm points up
        place = place + seen_from_chest(joints, RIGHT, (u(-0.2, 0.3), 1, 0)) * u(0.05, 0.14)
    reach(joints, body, RIGHT, place, seen_from_chest(joints, RIGHT, (u(0.2, 0.8), -1, u(-0.1, 0.4))))
    return nodded(joints, u(-5, 15), u(-15, 10))


def tricep_stretch(rng: Rng, body: Body, cycles: Array) -> Array:
    """One elbow points up beside the head, its hand hangs behind the neck, the other hand pulls the elbow; held."""
    u = rng.uniform
    joints = standing(rng, body, len(cycles))
    near = wander(rng, len(cycles), u(0.5, 0.9), 1.0, 2.0)[:, None]
    upper = unit(np.array([0.6, 0.75, 0.35]) * (1 - near) + np.array([u(-0.25, 0.25), 1, u(-0.15, 0.3)]) * near)
    carry(joints, body, LEFT, upper, (-u(0.1, 0.7), -u(0.6, 1), -u(0.25, 0.7)))
    draw = u()
    if draw < 0.8:
        place = joints[:, 3] + seen_from_chest(joints, RIGHT, (0.6, 0.3, u(-0.6, 0.4))) * u(0.04, 0.11)
        reach(joints, body, RIGHT, place, seen_from_chest(joints, RIGHT, (1, u(0.1, 0.8), u(-0.2, 0.4))))
    elif draw < 0.9:  # fingers meet behind the back
        carry(joints, body, RIGHT, about(rng, (0.3, -0.9, -0.35), 0.1), about(rng, (-0.5, 0.7, -0.5), 0.1))
    else:
        hold(rng, joints, body, "hanging", "on the hips", sides=(RIGHT,))
    return nodded(joints, u(-5, 30), u(-20, 5))


def quad_stretch(rng: Rng, body: Body, cycles: Array) -> Array:
    """Standing on the right leg, the left heel is held at the seat by a hand; held, with swaying.

    Unlike in butt kickers it stays there; the knee points down, unlike in a tree pose, where the foot rests on the leg.
    """
    u = rng.uniform
    frames = len(cycles)
    ankles = feet(rng, body, 0.5, 1.4)
    sway = [wander(rng, frames, -1, 1, u(0.8, 2.5)) * u(0.2, 1) for _ in range(4)]
    hips = over(body, ankles, ankles[RIGHT][0] * u(0.5, 1) + 0.02 * sway[0], u(-0.05, 0.03), u(0.96, 0.99), (RIGHT,))
    lean = u(-6, 12) if u() < 0.75 else u(10, 35)
    joints = upright(body, hips, ankles, lean + 2 * sway[1], u(-5, 8) + 2 * sway[2], u(-10, 6), u(-8, 4))
    heel = point(u(-0.06, 0.05) + 0.01 * sway[3], -u(0.0, 0.16) + 0.01 * sway[2], -u(0.13, 0.27))
    step(joints, body, LEFT, joints[:, 7] + heel, (u(-0.05, 0.25), -1, u(-0.3, 0.5)))
    ankle = joints[:, 11]
    held = ankle + [0, 0.06, 0] + 0.05 * unit(joints[:, 1] - ankle)
    draw = u()
    if draw < 0.88:
        reach(joints, body, LEFT, held, (u(0.1, 0.8), 0, -1))
    if draw > 0.76:
        reach(joints, body, RIGHT, held, (-u(0.3, 0.8), 0.1, -1))
    else:
        hold(rng, joints, body, "hanging", "sideways", "to the front", "on the hips", "overhead", sides=(RIGHT,))
    if draw >= 0.88:
        hold(rng, joints, body, "hanging", "sideways", "to the front", "on the hips", sides=(LEFT,))
    return nodded(joints, u(-8, 25), u(-5, 5))


def neck_rolls(rng: Rng, body: Body, cycles: Array) -> Array:
    """The head circles slowly, chin over chest and ear over shoulder; whole circles, or half ones at the front.

    Shoulders and trunk stay. Standing, or sitting on a chair; arms down, on the hips, folded or behind the back.
    """
    u = rng.uniform
    frames = len(cycles)
    joints = standing(rng, body, frames, wide=2.5)
    if u() < 0.15:
        seat(rng, joints, body)
    hold(rng, joints, body, "hanging", "hanging", "on the hips", "behind the back", "folded")
    front, back, aside, drop = u(25, 60), u(8, 40), u(18, 45), u(-6, 8)
    if u() < 0.4:
        angle = np.pi * (excursion(cycles, u(0, 0.2), u(0, 0.2)) - 0.5)
    else:
        angle = 2 * np.pi * rng.choice((-1, 1)) * lopsided(cycles, u(0.4, 0.6))
    pitch = np.cos(angle) * np.where(np.cos(angle) > 0, front, back)
    return nodded(joints, pitch + drop, np.sin(angle) * aside)


def seat(rng: Rng, joints: Array, body: Body) -> None:
    """Sit a standing body down on a chair, in place; the arms stay folded into the shoulders."""
    u = rng.uniform
    places = joints[:, [7, 8]].mean(axis=0)
    height, apart = body.shank * u(0.95, 1.1) + ANKLE_HEIGHT_M, u(0.8, 1.8)
    joints[:, :9, 1] += height - joints[:, [7, 8], 1].mean(axis=1)[:, None]
    ahead = body.thigh * u(0.7, 1.05)
    for side, sign in SIGN.items():
        ankle = places[side] * [1, 0, 1] + [sign * (apart - 1) * body.hips / 2, ANKLE_HEIGHT_M, ahead]
        step(joints, body, side, ankle, (sign * 0.2, 0.6, 1))


@unhurried
def shoulder_gators(rng: Rng, body: Body, cycles: Array) -> Array:
    """Straight arms open and close before the body like the jaws of an alligator.

    Our reading of the name: mostly one arm goes up and one down and they clap in the middle; or on a slant, or apart
    to the sides. A repetition is open and shut.
    """
    u = rng.uniform
    joints = standing(rng, body, len(cycles), wide=3.5)
    wide = excursion(lopsided(cycles, u(0.42, 0.58)), u(0, 0.2), u(0, 0.25))
    slant, swaps = (u(-15, 15) if u() < 0.65 else u(15, 75)) if u() < 0.8 else u(75, 95), u() < 0.25
    upward, downward = np.radians(u(35, 88)), np.radians(u(25, 75))
    aim, gap, elbow = np.radians(u(-25, 25) if u() < 0.8 else u(-60, 60)), u(-0.03, 0.1), u(0, 0.35)
    level = u(-0.2, 0.25)
    over_ = np.where(np.floor(cycles) % 2 == 1, -1, 1) if swaps else np.ones(len(cycles))
    for side, sign in SIGN.items():
        above = sign * over_  # which arm is the upper jaw
        angle = wide * np.where(above > 0, upward, downward)
        rise = np.sin(angle) * np.cos(np.radians(slant)) * above
        out = np.sin(angle) * np.sin(np.radians(slant))
        ahead = np.cos(angle)
        left = np.sin(aim) * ahead - (body.shoulders / 2 - gap) * 1.6 * (1 - wide) * sign  # hands meet before the chest
        way = unit(point(left * sign + out, rise + level * ahead, np.cos(aim) * ahead))
        carry(joints, body, side, way, way + elbow * np.array([-0.4, 0.2, 0.4]))
    return joints


def hip_circles(rng: Rng, body: Body, cycles: Array) -> Array:
    """The pelvis circles over feet that stay, hands mostly on the hips; the head hardly moves."""
    u = rng.uniform
    ankles = feet(rng, body, 1.0, 3.6)
    angle = 2 * np.pi * rng.choice((-1, 1)) * lopsided(cycles, u(0.44, 0.56))
    aside, ahead = u(0.05, 0.17), u(0.04, 0.15)
    x, z = aside * np.sin(angle), -ahead * np.cos(angle) + u(-0.03, 0.05)
    hips = over(body, ankles, x, z, u(0.93, 0.99) - u(0, 0.02) * (1 + np.cos(angle)), (LEFT, RIGHT))
    still = u(0.5, 1.1)  # how well the shoulders stay where they are
    lean, roll = (np.degrees(np.arcsin(np.clip(-still * each / body.trunk, -0.6, 0.6))) for each in (z, x))
    turn = u(0, 10) * np.cos(angle)
    joints = upright(body, hips, ankles, lean + u(-3, 10), roll, turn * 0.3, turn, u(0, 25))
    if u() < 0.82:
        on_hips(rng, joints, body)
    else:
        hold(rng, joints, body, "behind head", "folded", "sideways", "before the chest", "hanging")
    return nodded(joints, u(-10, 15), -roll * u(0, 0.8))


def knee_circles(rng: Rng, body: Body, cycles: Array) -> Array:
    """Half bent, hands on the knees, feet close: both knees circle together, bending in front and stretching behind."""
    u = rng.uniform
    ankles = feet(rng, body, 0.35, 1.5)
    angle = 2 * np.pi * rng.choice((-1, 1)) * lopsided(cycles, u(0.44, 0.56))
    aside, swing, mid, deep = u(0.02, 0.07), u(0.15, 0.55), u(0.8, 0.92), u(0.03, 0.07)
    x, z = aside * np.sin(angle), -u(0.02, 0.15) + u(0, 0.06) * np.cos(angle)
    hips = over(body, ankles, x, z, np.clip(mid - deep * np.cos(angle), 0.7, 0.98), (LEFT, RIGHT))
    joints = upright(body, hips, ankles)
    for side, sign in SIGN.items():
        step(joints, body, side, ankles[side], point(swing * np.sin(angle) + sign * u(0, 0.15), 0.0, 1.0))
    hands = {side: joints[:, 9 + side] + [SIGN[side] * u(-0.04, 0.05), u(0, 0.06), 0.04] for side in SIGN}
    arm = (body.upper_arm + body.forearm) * u(0.85, 0.97)
    neck, _ = bend(hips, (hands[LEFT] + hands[RIGHT]) / 2, body.trunk, arm, np.array([0, 1, 0.2]))
    spine = unit(neck - hips)
    lean = np.degrees(np.arctan2(spine[:, 2], spine[:, 1]))
    legs = joints[:, 9:].copy()
    joints = upright(body, hips, ankles, lean, np.degrees(np.arcsin(spine[:, 0])))
    joints[:, 9:] = legs
    for side, sign in SIGN.items():
        reach(joints, body, side, hands[side], (sign, 0.1, -u(0, 0.6)))
    return nodded(joints, -u(0, 45), 0.0)


DELTOID = Exercise(deltoid_stretch, (3.0, 6.0), counted=False, sided=True)
QUAD = Exercise(quad_stretch, (3.0, 6.0), counted=False, sided=True)

MOVES: dict[str, Exercise] = {
    "Arm Circles": Exercise(arm_circles, (0.7, 2.6)),
    "Deltoid Stretch (left)": DELTOID,
    "Deltoid Stretch (right)": right_handed(DELTOID),
    "Hip Circles": Exercise(hip_circles, (1.2, 4.0)),
    "Knee Circles": Exercise(knee_circles, (1.2, 4.0)),
    "Neck Rolls": Exercise(neck_rolls, (2.2, 6.0), counted=False),
    "Quad Stretch (left)": QUAD,
    "Quad Stretch (right)": right_handed(QUAD),
    "Shoulder Gators": Exercise(shoulder_gators, (0.8, 2.6)),
    "Tricep Stretch": Exercise(tricep_stretch, (3.0, 6.0), counted=False),
}
