"""Hands of many people in a few shapes, seen by a camera: open, fist, pointer and others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.hand_state import SHAPES
from sensegraph.training.render.hand import FINGERS

Array = NDArray[np.float64]
Rng = np.random.Generator

THUMB_BASE_AXIS, THUMB_AXIS = np.array([0.15, -0.95, -0.25]), np.array([0.55, -0.45, -0.70])
STRAIGHT, FOLDED, HALF = (-10, 38), (30, 100), (30, 50)
"""Curl of a finger's knuckle in degrees; the joints beyond follow it."""


def turns(axis: Array, degrees: Array) -> Array:
    """Rotations (n, 3, 3) about one axis (3,) or axes (n, 3)."""
    x, y, z = np.broadcast_to(axis / np.linalg.norm(axis, axis=-1, keepdims=True), (len(degrees), 3)).T
    zero = np.zeros_like(x)
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=1).reshape(-1, 3, 3)
    angle = np.radians(degrees)[:, None, None]
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * (cross @ cross))


def hand_joints(curls: Array, spread: Array, thumb: Array) -> Array:
    """Joints (n, 21, 3) of right hands in metres: x to the thumb, y to the finger tips, z out of the palm.

    Args:
        curls: (n, 4, 3) degrees of the three joints of index, middle, ring and little finger.
        spread: (n,) degrees between the fingers.
        thumb: (n, 4) degrees: three joints and abduction.
    """
    count, x, z = len(curls), np.array([1.0, 0, 0]), np.array([0.0, 0, 1])
    joints = np.zeros((count, 21, 3))
    for finger in range(5):
        place, turn = np.tile(FINGERS[finger, 0], (count, 1)), np.tile(np.eye(3), (count, 1, 1))
        joints[:, 1 + 4 * finger] = place
        for k in range(3):
            if finger == 0:
                bend = turns(THUMB_AXIS if k else THUMB_BASE_AXIS, thumb[:, k])
                bend = bend if k else turns(z, -thumb[:, 3]) @ bend
            else:
                bend = turns(x, curls[:, finger - 1, k])
                bend = bend if k else bend @ turns(z, -spread * (2.2 - finger) * 0.6)
            turn = turn @ bend
            place = place + turn @ (FINGERS[finger, k + 1] - FINGERS[finger, k])
            joints[:, 2 + 4 * finger + k] = place
    return joints


def draw_curls(rng: Rng, straight: NDArray[np.bool_]) -> Array:
    """Curls (n, 4, 3) of fingers that are straight or folded, (n, 4); folded ones a little differently each."""
    shape = straight.shape
    knuckle = np.where(straight, rng.uniform(*STRAIGHT, shape), rng.uniform(*FOLDED, shape))
    middle = np.where(straight, rng.uniform(-4, 36, shape), rng.uniform(62, 115, shape))
    together = rng.uniform(0, 1, (len(straight), 1))
    mean = np.where(straight, knuckle, knuckle[:, :1] * 0 + knuckle.mean(axis=1, keepdims=True))
    knuckle = knuckle * (1 - together * 0.6) + mean * together * 0.6
    return np.stack([knuckle, middle, middle * rng.uniform(0.4, 0.8, shape)], axis=-1)


def draw_shapes(rng: Rng, size: int) -> tuple[Array, NDArray[np.int64]]:
    """Draw hands as landmarks in a picture, and the indices of their `SHAPES`.

    Hands of other proportions, left and right, turned any way in the picture, tilted up to 75 degrees out of it, palm
    or back to the camera, with the jitter of a tracker.

    Returns:
        (size, 21, 2) in hand lengths, y down; (size,).
    """
    labels = np.minimum(np.arange(size) % (4 * len(SHAPES) - 3) // 4, len(SHAPES) - 1)
    straight = np.zeros((size, 4), bool)
    straight[labels == SHAPES.index("open")] = True
    straight[labels == SHAPES.index("pointer"), 0] = True
    other = labels == SHAPES.index("other")
    patterns = np.array([(1, 1, 0, 0), (0, 1, 1, 1), (1, 1, 1, 0), (1, 0, 0, 1), (0, 0, 0, 1), (0, 1, 0, 0)], bool)
    straight[other] = patterns[rng.integers(len(patterns), size=int(other.sum()))]
    curls = draw_curls(rng, straight)
    pointing = labels == SHAPES.index("pointer")
    count = int(pointing.sum())
    curls[pointing, 0, 0] = rng.uniform(-10, 70, count)  # a straight finger, down from the knuckles too
    curls[pointing, 0, 1:] = rng.uniform(-4, 24, (count, 1)) * rng.uniform(0.5, 1.2, (count, 2))
    loose = other & (rng.uniform(size=size) < 0.15)
    curls[loose] = rng.uniform(*HALF, (int(loose.sum()), 1, 1)) * rng.uniform(0.8, 1.2, (int(loose.sum()), 4, 3))
    thumb = np.stack([rng.uniform(-5, 45, size), rng.uniform(-5, 50, size), rng.uniform(-5, 60, size)], axis=1)
    thumb = np.concatenate([thumb, rng.uniform(-15, 25, (size, 1))], axis=1)
    joints = hand_joints(curls, rng.uniform(-2, 16, size), thumb)
    joints *= rng.uniform(0.88, 1.12, (size, 1, 3)) * rng.uniform(0.97, 1.03, (size, 21, 1))
    return film_hands(rng, joints), labels.astype(np.int64)


def film_hands(rng: Rng, joints: Array) -> Array:
    """Look at hands (n, 21, 3) from anywhere in front of palm or back -> (n, 21, 2), y down, in hand lengths."""
    count = len(joints)
    views = turns(np.array([0.0, 0, 1]), rng.uniform(-180, 180, count))
    tilt = np.stack([np.cos(a := rng.uniform(0, 2 * np.pi, count)), np.sin(a), np.zeros(count)], axis=1)
    views = views @ turns(tilt, rng.uniform(0, 75, count))
    placed = (views[:, None] @ joints[..., None])[..., 0]
    placed[..., 0] *= rng.choice([-1.0, 1.0], (count, 1))
    depth = rng.uniform(0.35, 1.5, (count, 1)) - placed[..., 2]
    flat = placed[..., :2] / depth[..., None]
    flat /= np.linalg.norm(np.ptp(flat, axis=1), axis=1)[:, None, None]
    noise = rng.normal(0, 1, flat.shape) * rng.uniform(0.004, 0.03, (count, 1, 1))
    whole = rng.normal(0, 1, (count, 5, 1, 2)) * rng.uniform(0, 0.04, (count, 1, 1, 1))  # a finger that is guessed
    noise[:, 1:] += (whole * np.array([0.2, 0.6, 0.9, 1.0])[:, None]).reshape(count, 20, 2)
    return flat * [1, -1] + noise
