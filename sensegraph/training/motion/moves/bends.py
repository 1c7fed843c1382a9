"""Standing exercises in which the trunk bends forward: good mornings, floor touches, toe touchers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensegraph.training.motion.body import Body
from sensegraph.training.motion.exercise import Exercise, Rng
from sensegraph.training.motion.limbs import LEFT, RIGHT, WRIST_HEIGHT_M, bend, point, reach, unit
from sensegraph.training.motion.moves.phases import lopsided, turns, unhurried
from sensegraph.training.motion.moves.stretches import nodded
from sensegraph.training.motion.moves.upright import HELD, SIGN, about, feet, hold, over, seen_from_chest, upright
from sensegraph.training.motion.rhythm import excursion

Array = NDArray[np.float64]

SIDEWAYS = np.array([1.0, 0.0, 0.0])


def depth_of(rng: Rng, cycles: Array) -> Array:
    """How far down (frames,) 0..1: quick or slow on the way down, with pauses at both ends."""
    u = rng.uniform
    return excursion(lopsided(cycles, u(0.38, 0.6)), u(0, 0.25), u(0, 0.3))


def natural(rng: Rng, joints: Array, side: int, name: str) -> tuple[Array, Array]:
    """Directions (frames, 3) in the room of upper arm and forearm in one of the ways of `HELD`."""
    upper, fore = (seen_from_chest(joints, side, about(rng, way, 0.12)) for way in HELD[name])
    return upper, fore


def lead(
    joints: Array, body: Body, side: int, ways: tuple[Array, Array], place: Array, near: Array, elbow: Array
) -> None:
    """Move a hand from where directions hold it to a place, in place, as `near` (frames,) goes from 0 to 1."""
    hand = joints[:, 1 + side] + ways[0] * body.upper_arm + ways[1] * body.forearm
    bent = ways[0] - ways[1]
    out = bent * (1 - near)[:, None] + elbow * near[:, None]
    reach(joints, body, side, hand + (place - hand) * near[:, None], out)


def good_mornings(rng: Rng, body: Body, cycles: Array) -> Array:
    """The trunk hinges at the hips with a flat back, hips go back, knees hardly bend; hands at the head, chest or hips.

    The hands never go to the floor, unlike in floor touches; the trunk comes up tall each time, unlike a halfway lift.
    """
    u = rng.uniform
    ankles = feet(rng, body, 0.7, 3.2)
    depth = depth_of(rng, cycles)
    back, soft = u(0.05, 0.2), u(0, 0.07)
    hips = over(body, ankles, 0.0, u(-0.02, 0.03) - back * depth, 0.985 - u(0, 0.03) - soft * depth, (LEFT, RIGHT))
    joints = upright(body, hips, ankles, u(-6, 6) + depth * u(38, 95), u(-3, 3), u(-3, 3), knees_out=u(0, 20))
    draw = u()
    names = ("behind head",) if draw < 0.6 else ("crossed on the chest", "before the chest", "on the hips", "folded")
    hold(rng, joints, body, *(names if draw < 0.92 else ("sideways", "overhead", "behind the back")))
    return nodded(joints, -depth * u(-5, 50) + u(-8, 8), 0.0)


@unhurried
def floor_touches(rng: Rng, body: Body, cycles: Array) -> Array:
    """From standing tall, arms down or overhead, both hands go to the floor before the feet and back up.

    Straight or bent knees; beginners stop at the shins. Both hands together and to the middle, unlike the toe toucher.
    """
    u = rng.uniform
    frames = len(cycles)
    ankles = feet(rng, body, 0.4, 3.4)
    depth = depth_of(rng, cycles)
    knees = u(0, 0.06) if u() < 0.5 else u(0.06, 0.38)
    back = u(0.02, 0.16)
    hips = over(body, ankles, 0.0, u(-0.02, 0.03) - back * depth, 0.985 - u(0, 0.02) - knees * depth, (LEFT, RIGHT))
    low = u(0, 0.08) if u() < 0.7 else u(0.08, 0.3)
    place = np.array([0, WRIST_HEIGHT_M + low, ankles[LEFT][2] + u(0.02, 0.32)])
    arm = (body.upper_arm + body.forearm) * u(0.9, 0.99)
    deepest = hips[[depth.argmax()]] if depth.max() > 0.5 else hips[:1] - [[0, knees, back]]
    neck, _ = bend(deepest, place[None], body.trunk, arm, np.array([0, 0.5, 1.0]))
    lean = np.degrees(np.arctan2(neck[0, 2] - deepest[0, 2], neck[0, 1] - deepest[0, 1]))
    joints = upright(body, hips, ankles, u(-8, 4) * (1 - depth) + depth * lean, knees_out=u(0, 35))
    apart = u(0.02, 0.28)
    near = np.clip(depth * u(1, 1.15), 0, 1) ** u(0.9, 1.6)
    top = "overhead" if u() < 0.5 else "hanging"
    for side, sign in SIGN.items():
        elbow = np.broadcast_to(unit((sign, 0.1, u(-0.6, 0.3))), (frames, 3))
        lead(joints, body, side, natural(rng, joints, side, top), place + sign * apart * SIDEWAYS, near, elbow)
    return nodded(joints, -depth * u(-15, 45) + u(-8, 8), 0.0)


@unhurried
def toe_toucher(rng: Rng, body: Body, cycles: Array) -> Array:
    """In a wide stance each hand goes to the opposite foot in turn, the other arm swings up behind; each one counts.

    Rising in between or staying low like a windmill, knees straight or giving; a variant leads both hands to one foot.
    """
    u = rng.uniform
    frames = len(cycles)
    ankles = feet(rng, body, 2.2, 5.5)
    left, right = turns(cycles)
    depth = depth_of(rng, cycles)
    aim = (left - right) * depth  # 1 at the left foot, -1 at the right one
    stays, both = u(0.45, 0.75) if u() < 0.25 else 0.0, u() < 0.25
    down = stays + (1 - stays) * depth
    soft = u(0, 0.06)
    shift = u(0, 0.35) * aim * ankles[LEFT][0]
    hips = over(body, ankles, shift, u(-0.02, 0.02) - u(0.03, 0.15) * down, 0.985 - soft * down, (LEFT, RIGHT))
    lean, twist, roll = u(68, 108), u(15, 50) * (0.4 if both else 1.0), u(4, 22)
    joints = upright(body, hips, ankles, down * lean, aim * roll, aim * twist, aim * u(0, 20), u(0, 20))
    low, ahead = (u(0, 0.1) if u() < 0.65 else u(0.1, 0.3)), u(0.0, 0.14)
    top = "sideways" if u() < 0.7 and not both else "hanging"
    behind = about(rng, (1, 0.0, -0.3), 0.2)
    for side, sign in SIGN.items():
        near = np.clip(-sign * aim, 0, 1) if not both else depth
        place = np.where(aim[:, None] > 0, ankles[LEFT], ankles[RIGHT]) + np.array([0.02 * sign, low, ahead])
        upper, fore = natural(rng, joints, side, top)
        swing = np.clip(sign * aim, 0, 1)[:, None] * (not both) * (1.0 if top == "sideways" else u(0.2, 1))
        free = seen_from_chest(joints, side, behind)
        ways = unit(upper * (1 - swing) + free * swing), unit(fore * (1 - swing) + free * swing)
        elbow = point(sign, 0.3, -0.3)
        lead(joints, body, side, ways, place, near ** u(0.8, 1.4), np.broadcast_to(unit(elbow), (frames, 3)))
    return nodded(joints, u(-25, 10) * down, 0.0)


MOVES: dict[str, Exercise] = {
    "Floor Touches": Exercise(floor_touches, (1.3, 4.0)),
    "Good Mornings": Exercise(good_mornings, (1.5, 4.5)),
    "Toe Toucher": Exercise(toe_toucher, (1.0, 2.8)),
}
