"""A standing body put together from its feet up: where the feet are, the hips over them, how the trunk is turned."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensegraph.training.motion.body import HIPS, SHOULDERS, Body
from sensegraph.training.motion.exercise import Rng
from sensegraph.training.motion.limbs import ANKLE_HEIGHT_M, LEFT, RIGHT, point, point_arm, reach, step, torso, unit

Array = NDArray[np.float64]
Way = tuple[float, float, float]
"""A direction seen from the chest: outwards (to the arm's own side), up along the spine, to the front."""

SIGN = {LEFT: 1.0, RIGHT: -1.0}


def feet(rng: Rng, body: Body, narrow: float, wide: float) -> tuple[Array, Array]:
    """Places (3,) of the left and right ankle, metres; a stance of `narrow` to `wide` hip widths, a little uneven."""
    half = rng.uniform(narrow, wide) * body.hips / 2
    behind = rng.uniform(-0.04, 0.04)
    return np.array([half, ANKLE_HEIGHT_M, behind]), np.array([-half, ANKLE_HEIGHT_M, -behind])


def over(
    body: Body, ankles: tuple[Array, Array], x: ArrayLike, z: ArrayLike, stretch: ArrayLike, loaded: tuple[int, ...]
) -> Array:
    """Hips (frames, 3) above a place of the floor, as high as the straightest of the loaded legs lets them be.

    Args:
        body: segment lengths.
        ankles: left and right, (3,) or (frames, 3).
        x: of the middle of the hips, metres, a number or (frames,).
        z: likewise.
        stretch: length of that leg as a share of its full length, below 1.
        loaded: legs that carry the body, LEFT and RIGHT or one of them.
    """
    hips = point(x, 0.0, z)
    tops = []
    for side in loaded:
        way = hips + np.array([SIGN[side] * body.hips / 2, 0, 0]) - ankles[side]
        leg = np.asarray(stretch) * (body.thigh + body.shank)
        tops.append(ankles[side][..., 1] + np.sqrt(np.maximum(leg**2 - way[..., 0] ** 2 - way[..., 2] ** 2, 0.01)))
    return np.asarray(hips + np.minimum.reduce(np.broadcast_arrays(*tops))[..., None] * [0, 1, 0])


def upright(
    body: Body,
    hips: Array,
    ankles: tuple[Array, Array],
    lean: ArrayLike = 0.0,
    roll: ArrayLike = 0.0,
    twist: ArrayLike = 0.0,
    pelvis: ArrayLike = 0.0,
    knees_out: ArrayLike = 12.0,
    look: ArrayLike | None = None,
) -> Array:
    """Joints (frames, 13, 3) of a body on its feet; the arms are still folded into the shoulders.

    Args:
        body: segment lengths.
        hips: middle of the hips (frames, 3).
        ankles: left and right, (3,) or (frames, 3).
        lean: of the trunk to the front, degrees; every angle is a number or (frames,).
        roll: of the trunk to the left.
        twist: of the shoulders about the spine, to the left.
        pelvis: turn of the hips about the vertical axis, to the left.
        knees_out: where both knees point: outwards from the front.
        look: where the face points; to the front of the chest when None.
    """
    frames = len(hips)
    lean, roll, twist, pelvis, out = (
        np.broadcast_to(np.radians(np.asarray(each, dtype=np.float64)), (frames,))
        for each in (lean, roll, twist, pelvis, knees_out)
    )
    up = point(np.sin(roll), np.cos(lean) * np.cos(roll), np.sin(lean) * np.cos(roll))
    level = unit(np.array([1.0, 0, 0]) - up * up[:, :1])
    left = level * np.cos(twist)[:, None] - np.cross(level, up) * np.sin(twist)[:, None]
    joints = torso(body, hips, up, left, look)
    across = point(np.cos(pelvis), 0.0, -np.sin(pelvis)) * body.hips / 2
    for side, sign in SIGN.items():
        joints[:, 7 + side] = hips + sign * across
        turn = pelvis / 2 + sign * out
        step(joints, body, side, np.broadcast_to(ankles[side], (frames, 3)), point(np.sin(turn), 0.0, np.cos(turn)))
    return joints


def seen_from_chest(joints: Array, side: int, way: ArrayLike) -> Array:
    """A direction of the chest, `Way` or (frames, 3), as unit vectors (frames, 3) of the room."""
    neck, hips = joints[:, SHOULDERS].mean(axis=1), joints[:, HIPS].mean(axis=1)
    left, up = unit(joints[:, 1] - joints[:, 2]), unit(neck - hips)
    share = np.broadcast_to(unit(way), (len(joints), 3))
    front = np.cross(left, up)
    return share[:, :1] * SIGN[side] * left + share[:, 1:2] * up + share[:, 2:] * front


def carry(joints: Array, body: Body, side: int, upper: ArrayLike, fore: ArrayLike) -> None:
    """Hold an arm along two directions of the chest, in place; each a `Way` or (frames, 3)."""
    point_arm(joints, body, side, seen_from_chest(joints, side, upper), seen_from_chest(joints, side, fore))


def about(rng: Rng, way: Way, spread: float) -> Array:
    """A direction near another one, each part changed by up to `spread`."""
    return np.array(way) + rng.uniform(-spread, spread, 3)


HELD: dict[str, tuple[Way, Way]] = {
    "hanging": ((0.14, -1, 0.03), (0.08, -1, 0.16)),
    "behind head": ((0.85, 0.35, 0.15), (-0.65, 0.7, -0.25)),
    "crossed on the chest": ((0.3, -0.85, 0.4), (-0.8, 0.45, 0.3)),
    "folded": ((0.25, -0.95, 0.2), (-0.8, 0.1, 0.55)),
    "before the chest": ((0.3, -0.85, 0.4), (-0.45, 0.55, 0.7)),
    "behind the back": ((0.3, -0.9, -0.35), (-0.6, -0.6, -0.3)),
    "sideways": ((1, -0.05, 0.05), (1, 0, 0.1)),
    "to the front": ((0.05, -0.05, 1), (-0.05, 0, 1)),
    "overhead": ((0.15, 1, 0.05), (0, 1, 0.1)),
}
"""Ways of holding both arms, as directions of the upper arm and the forearm."""


def hold(rng: Rng, joints: Array, body: Body, *names: str, sides: tuple[int, ...] = (LEFT, RIGHT)) -> None:
    """Draw one of some ways of `HELD` (or "on the hips") for the arms of some sides, in place."""
    name = names[rng.integers(len(names))]
    if name == "on the hips":
        on_hips(rng, joints, body, sides)
        return
    upper, fore = (about(rng, way, 0.14) for way in HELD[name])
    for side in sides:
        carry(joints, body, side, about(rng, tuple(upper), 0.04), about(rng, tuple(fore), 0.06))


def on_hips(rng: Rng, joints: Array, body: Body, sides: tuple[int, ...] = (LEFT, RIGHT)) -> None:
    """Hands on the hips, in place; elbows out to the sides or back."""
    up, front, back = rng.uniform(0.02, 0.16), rng.uniform(-0.08, 0.06), rng.uniform(0.2, 1.2)
    for side in sides:
        place = joints[:, 7 + side] + seen_from_chest(joints, side, (0.07, up, front)) * np.hypot(0.07, up)
        reach(joints, body, side, place, seen_from_chest(joints, side, (1, 0, -back)))
