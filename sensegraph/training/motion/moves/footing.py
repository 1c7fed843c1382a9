"""What keeps a standing body credible: feet that stay, hands that end at the floor, hips that do not sink, a head."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensegraph.training.motion.arms import hold_arms
from sensegraph.training.motion.body import ANKLES, HIPS, SHOULDERS, Angles, Body
from sensegraph.training.motion.limbs import WRIST_HEIGHT_M, point, reach, unit

Array = NDArray[np.float64]
Rng = np.random.Generator


def on_foot(joints: Array, body: Body, stance_deg: float, left: ArrayLike) -> Array:
    """Shift every frame so that the loaded foot stays where it stands.

    Args:
        joints: (frames, 13, 3) metres.
        body: segment lengths.
        stance_deg: abduction of both legs at rest; it gives the places of the feet.
        left: share of the weight on the left foot (frames,), 0..1.
    """
    half = body.hips / 2 + (body.thigh + body.shank) * np.sin(np.radians(stance_deg))
    share = np.broadcast_to(np.asarray(left, dtype=np.float64), (len(joints),))[:, None]
    way = [np.array([sign * half, 0, 0]) - joints[:, ankle] for sign, ankle in zip((1, -1), ANKLES, strict=True)]
    shift = (share * way[0] + (1 - share) * way[1]) * [1, 0, 1]
    return np.asarray(joints + shift[:, None])


def loaded(left_up: Array, right_up: Array) -> Array:
    """Share of the weight on the left foot (frames,) while legs are lifted by 0..1."""
    return np.asarray(0.5 + 0.5 * np.clip(3 * (right_up - left_up), -1, 1))


def carried(joints: Array, share: float = 0.97) -> Array:
    """Lift the frames in which both legs are drawn up, as in running: the hips keep a share of their height."""
    height = joints[:, HIPS, 1].mean(axis=1)
    return np.asarray(joints + np.maximum(0, share * height.max() - height)[:, None, None] * [0, 1, 0])


def touch(joints: Array, body: Body, side: int, level: Array, x: ArrayLike, z: ArrayLike) -> None:
    """Lead a hand to a place on the floor, in place; `level` (frames,) 0..1 is how near it comes."""
    floor = point(x, np.full(len(joints), WRIST_HEIGHT_M), z)
    hand = joints[:, 5 + side] + (floor - joints[:, 5 + side]) * level[:, None]
    sideways = np.array([0.6 if side == 0 else -0.6, 0.1, -0.3])
    reach(joints, body, side, hand, elbow_way(joints, side) + sideways * level[:, None])


def elbow_way(joints: Array, side: int) -> Array:
    """Where an elbow points (frames, 3): from the line between shoulder and wrist."""
    line = unit(joints[:, 5 + side] - joints[:, 1 + side])
    elbow = joints[:, 3 + side] - joints[:, 1 + side]
    return np.asarray(elbow - line * (elbow * line).sum(axis=-1, keepdims=True) + [0, 0, -1e-3])


def above_floor(joints: Array, body: Body) -> Array:
    """Put hands that would be in the floor on it, in place."""
    for side in (0, 1):
        hand = joints[:, 5 + side].copy()
        low = hand[:, 1] < WRIST_HEIGHT_M
        if low.any():
            hand[:, 1] = np.maximum(hand[:, 1], WRIST_HEIGHT_M)
            aside = np.array([0.05 if side == 0 else -0.05, 0, -0.05])
            fixed = joints.copy()
            reach(fixed, body, side, hand, elbow_way(joints, side) + aside)
            joints[low] = fixed[low]
    return joints


def look(joints: Array, down_deg: ArrayLike, left_deg: ArrayLike = 0.0) -> Array:
    """Turn the head (the nose, about the neck) down and to the left, in place."""
    neck = joints[:, SHOULDERS].mean(axis=1)
    side = unit(joints[:, 1] - joints[:, 2])
    up = unit(neck - joints[:, HIPS].mean(axis=1))
    nose = joints[:, 0] - neck
    for axis, degrees in ((side, down_deg), (up, left_deg)):
        angle = np.radians(np.broadcast_to(np.asarray(degrees, dtype=np.float64), (len(joints),)))[:, None]
        along = axis * (axis * nose).sum(axis=-1, keepdims=True)
        nose = along + (nose - along) * np.cos(angle) + np.cross(axis, nose) * np.sin(angle)
    joints[:, 0] = neck + nose
    return joints


def uneven(rng: Rng, angles: Angles) -> Angles:
    """Shift each limb angle that is set by a few degrees of its own, in place: nobody moves both sides alike."""
    most = rng.uniform(0, 7)
    for name in angles.values:
        if name[-1] in "LR":
            angles.values[name] = np.asarray(angles.values[name]) + rng.uniform(-most, most)
    return angles


def guard(rng: Rng, angles: Angles) -> None:
    """Fists before the chin or the chest."""
    u = rng.uniform
    angles.set(upper_arm_flex=u(5, 50), upper_arm_abduct=u(3, 28))
    angles.set(forearm_flex=u(105, 160), forearm_abduct=-u(-5, 35))


def swing_arms(rng: Rng, angles: Angles, left: Array, right: Array) -> None:
    """Arms of a runner: each goes forward with the other leg; `left` and `right` (frames,) are the lifts 0..1."""
    u = rng.uniform
    back, ahead, elbow, across = -u(5, 40), u(10, 65), u(15, 115), u(-8, 25)
    angles.set(upper_arm_abduct=u(3, 22), forearm_abduct=-across)
    for side, arm in (("L", right - left), ("R", left - right)):
        flex = (ahead + back) / 2 + arm * (ahead - back) / 2
        angles.values["upper_arm_flex" + side] = flex
        angles.values["forearm_flex" + side] = flex + elbow + arm * u(0, 25)


def workout_arms(rng: Rng, angles: Angles, left: Array, right: Array) -> None:
    """Arms while the legs are lifted in turn: swinging, in guard or held in any way."""
    draw = rng.uniform()
    if draw < 0.45:
        swing_arms(rng, angles, left, right)
    elif draw < 0.65:
        guard(rng, angles)
    else:
        hold_arms(rng, angles)
