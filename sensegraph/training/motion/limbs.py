"""A skeleton put together from where its parts are: trunk, hands and feet, instead of limb angles.

For bodies on the floor: say where the hips are, which way the trunk and its left side point, and where hands and feet
rest; elbows and knees follow. Axes and joint order as in `body`; every argument is (frames, 3) or broadcasts to it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensegraph.training.motion.body import Body

Array = NDArray[np.float64]

LEFT, RIGHT = 0, 1
ANKLE_HEIGHT_M = 0.08
WRIST_HEIGHT_M = 0.03


def unit(vectors: ArrayLike) -> Array:
    """Vectors (..., 3) at length 1."""
    array = np.asarray(vectors, dtype=np.float64)
    return np.asarray(array / np.maximum(np.linalg.norm(array, axis=-1, keepdims=True), 1e-9))


def pitched(degrees: ArrayLike) -> Array:
    """Unit vectors (..., 3) in the plane of y and z: 0 points up, 90 forward (+z), -90 backward, 180 down."""
    angle = np.radians(np.asarray(degrees, dtype=np.float64))
    return np.stack([np.zeros_like(angle), np.cos(angle), np.sin(angle)], axis=-1)


def point(x: ArrayLike, y: ArrayLike, z: ArrayLike) -> Array:
    """Points (frames, 3) from coordinates that are numbers or arrays (frames,)."""
    return np.stack(np.broadcast_arrays(*(np.asarray(each, dtype=np.float64) for each in (x, y, z))), axis=-1)


def torso(body: Body, hips: ArrayLike, up: ArrayLike, left: ArrayLike, look: ArrayLike | None = None) -> Array:
    """Joints (frames, 13, 3) with trunk and head; the limbs are still folded into shoulders and hips.

    Args:
        body: segment lengths.
        hips: the middle between the hips, metres.
        up: direction from the hips to the neck.
        left: direction to the person's left shoulder and hip.
        look: where the face points; across the trunk to the front when None.
    """
    place, spine = np.broadcast_arrays(np.asarray(hips, dtype=np.float64), unit(up))
    frames = len(place)
    side = np.broadcast_to(unit(left), (frames, 3))
    front = np.cross(side, spine) if look is None else np.broadcast_to(unit(look), (frames, 3))
    neck = place + spine * body.trunk
    joints = np.zeros((frames, 13, 3))
    joints[:, 0] = neck + spine * body.head * 0.8 + front * body.head * 0.6
    for i, sign in ((LEFT, 1.0), (RIGHT, -1.0)):
        joints[:, [1 + i, 3 + i, 5 + i]] = (neck + sign * side * body.shoulders / 2)[:, None]
        joints[:, [7 + i, 9 + i, 11 + i]] = (place + sign * side * body.hips / 2)[:, None]
    return joints


def bend(start: Array, end: ArrayLike, first: float, second: float, outward: ArrayLike) -> tuple[Array, Array]:
    """Middle joint and end (frames, 3) of a limb that bends towards `outward`; an end out of reach is pulled in."""
    way = np.asarray(end, dtype=np.float64) - start
    distance = np.linalg.norm(way, axis=-1, keepdims=True).clip(1e-6)
    along = np.where(distance > 1e-5, way / distance, [0.0, -1, 0])
    distance = distance.clip(abs(first - second) * 1.001 + 1e-6, (first + second) * 0.999)
    cosine = ((first**2 + distance**2 - second**2) / (2 * first * distance)).clip(-1, 1)
    out = np.broadcast_to(np.asarray(outward, dtype=np.float64), start.shape)
    out = out - along * (along * out).sum(axis=-1, keepdims=True)
    across = np.cross(along, np.where(np.abs(along[..., :1]) < 0.9, [1.0, 0, 0], [0.0, 0, 1]))
    out = unit(np.where(np.linalg.norm(out, axis=-1, keepdims=True) > 1e-5, out, across))
    middle = start + along * first * cosine + out * first * np.sqrt(1 - cosine**2)
    return middle, start + along * distance


def reach(joints: Array, body: Body, side: int, hand: ArrayLike, elbow: ArrayLike) -> None:
    """Put a wrist at `hand`, in place; the elbow bends towards the direction `elbow`. `side` is LEFT or RIGHT."""
    joints[:, 3 + side], joints[:, 5 + side] = bend(joints[:, 1 + side], hand, body.upper_arm, body.forearm, elbow)


def step(joints: Array, body: Body, side: int, ankle: ArrayLike, knee: ArrayLike) -> None:
    """Put an ankle at `ankle`, in place; the knee bends towards the direction `knee`. `side` is LEFT or RIGHT."""
    joints[:, 9 + side], joints[:, 11 + side] = bend(joints[:, 7 + side], ankle, body.thigh, body.shank, knee)


def point_arm(joints: Array, body: Body, side: int, upper: ArrayLike, fore: ArrayLike | None = None) -> None:
    """Point an arm along directions, in place; straight when `fore` is None."""
    joints[:, 3 + side] = joints[:, 1 + side] + unit(upper) * body.upper_arm
    joints[:, 5 + side] = joints[:, 3 + side] + unit(upper if fore is None else fore) * body.forearm


def point_leg(joints: Array, body: Body, side: int, thigh: ArrayLike, shank: ArrayLike | None = None) -> None:
    """Point a leg along directions, in place; straight when `shank` is None."""
    joints[:, 9 + side] = joints[:, 7 + side] + unit(thigh) * body.thigh
    joints[:, 11 + side] = joints[:, 9 + side] + unit(thigh if shank is None else shank) * body.shank


def grounded(joints: Array, lowest_m: float = 0.05) -> Array:
    """Joints lifted or lowered in every frame so that the lowest of them is at a height."""
    out = joints.copy()
    out[..., 1] += lowest_m - joints[..., 1].min(axis=1)[:, None]
    return out


def turned(joints: Array, degrees: ArrayLike) -> Array:
    """Joints turned about the vertical axis through the middle of the hips, towards the person's left."""
    angle = np.radians(np.broadcast_to(np.asarray(degrees, dtype=np.float64), (len(joints),)))[:, None]
    middle = joints[:, [7, 8]].mean(axis=1, keepdims=True)
    rest = joints - middle
    out = rest.copy()
    out[..., 0] = rest[..., 0] * np.cos(angle) + rest[..., 2] * np.sin(angle)
    out[..., 2] = rest[..., 2] * np.cos(angle) - rest[..., 0] * np.sin(angle)
    return np.asarray(out + middle)
