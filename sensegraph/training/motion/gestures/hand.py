"""A hand: how far its fingers are bent, to the 21 joints of BlazeHand, for whole batches at once.

In the hand's own axes x goes from the palm to the thumb's side, y along the fingers, z out of the palm.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensegraph.training.render.hand import FINGERS

Array = NDArray[np.float64]

SHAPE_SIZE = 7
"""A shape: how far thumb, index, middle, ring and little finger are bent, 0 = straight, 1 = into the fist; how far the
fingers are spread, 0..1; how far the thumb stands off, 0..1. Values may leave 0..1 a little."""

OPEN = (0.0, 0.0, 0.0, 0.0, 0.0, 0.8, 0.9)
FLAT = (0.1, 0.02, 0.0, 0.0, 0.05, 0.15, 0.3)
RELAXED = (0.3, 0.22, 0.28, 0.33, 0.38, 0.15, 0.5)
CUP = (0.35, 0.42, 0.42, 0.42, 0.45, 0.1, 0.8)
CLAW = (0.3, 0.45, 0.45, 0.45, 0.45, 0.6, 0.8)
FIST = (1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0)
POINT = (0.9, 0.0, 1.0, 1.0, 1.0, 0.0, 0.1)
GUN = (0.1, 0.0, 1.0, 1.0, 1.0, 0.0, 0.9)
THUMB = (0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 1.3)
MIDDLE = (0.85, 0.95, 0.0, 1.0, 1.0, 0.0, 0.1)
TWO = (0.9, 0.0, 0.0, 1.0, 1.0, 0.6, 0.1)
BUNDLE = (0.55, 0.5, 0.5, 0.5, 0.5, 0.0, 0.5)
PINCH = (0.55, 0.5, 0.2, 0.25, 0.3, 0.2, 0.5)
PINCH_OPEN = (0.0, 0.0, 0.2, 0.25, 0.3, 0.3, 1.0)
PINCH_FIST = (0.5, 0.5, 0.95, 0.95, 0.95, 0.0, 0.5)
PINCH_FIST_OPEN = (0.0, 0.05, 0.95, 0.95, 0.95, 0.0, 1.0)
HORNS = (0.1, 1.0, 1.0, 1.0, 0.0, 0.3, 1.0)  # thumb and little finger
FLAT_O = (0.6, 0.45, 0.45, 0.45, 0.5, 0.0, 0.4)
BENT = (0.3, 0.3, 0.3, 0.3, 0.3, 0.0, 0.2)
HOOK = (0.8, 0.5, 1.0, 1.0, 1.0, 0.0, 0.1)
LITTLE = (0.8, 1.0, 1.0, 1.0, 0.0, 0.0, 0.1)
L_SHAPE = (0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.2)
SHAPES = (
    OPEN, FLAT, RELAXED, CUP, CLAW, FIST, POINT, GUN, THUMB, TWO, BUNDLE, PINCH, HORNS, FLAT_O, BENT, HOOK, LITTLE,
    L_SHAPE,
)  # fmt: skip
"""Shapes that hands take in talk, work and sign languages."""

CURL_DEG = np.array([78.0, 105.0, 62.0])  # of the three joints of a finger that is bent into the fist
SPREAD_DEG = np.array([11.0, 2.0, -6.0, -14.0])  # index to little finger, at spread 1
BONES = np.linalg.norm(np.diff(FINGERS, axis=1), axis=-1)  # (5, 3) metres
REST = np.diff(FINGERS[1:], axis=1)  # (4, 3, 3)
REST_ANGLE = np.arctan2(REST[..., 0], REST[..., 1]) * 0.35  # of the fingers to the hand's axis, nearly parallel
LENGTH = 0.19
"""From the wrist to the tip of the middle finger, metres."""

_THUMB = {  # directions of the three bones: (bent, standing off)
    (0, 0): [(0.45, 0.85, 0.25), (0.30, 0.93, 0.18), (0.20, 0.97, 0.10)],
    (0, 1): [(0.70, 0.68, 0.18), (0.85, 0.52, 0.05), (0.92, 0.38, -0.02)],
    (1, 0): [(0.45, 0.70, 0.55), (-0.15, 0.70, 0.70), (-0.75, 0.40, 0.45)],
    (1, 1): [(0.60, 0.65, 0.40), (0.45, 0.75, 0.50), (0.10, 0.85, 0.50)],
}
THUMB_WAYS = np.array([[_THUMB[bent, off] for off in (0, 1)] for bent in (0, 1)])  # (2, 2, 3, 3)


def unit(vectors: Array) -> Array:
    """Scale vectors (..., 3) to length 1."""
    return np.asarray(vectors / np.maximum(np.sqrt((vectors * vectors).sum(-1, keepdims=True)), 1e-9))


def local_joints(shape: Array) -> Array:
    """Joints (..., 21, 3) of a right hand in its own axes, in metres, of shapes (..., 7)."""
    curl = np.clip(shape[..., 1:5], -0.1, 1.1)
    bend = np.cumsum(np.radians(CURL_DEG) * curl[..., None], axis=-1)  # (..., 4, 3)
    aside = np.radians(SPREAD_DEG) * shape[..., 5:6] * (1 - 0.8 * curl.clip(0, 1)) + 0.0
    angle = REST_ANGLE + aside[..., None]
    along = np.cos(bend)
    bones = np.stack([np.sin(angle) * along, np.cos(angle) * along, np.sin(bend)], axis=-1) * BONES[1:, :, None]
    out = np.zeros((*shape.shape[:-1], 21, 3))
    fingers = out[..., 5:, :].reshape(*shape.shape[:-1], 4, 4, 3)
    fingers[...] = FINGERS[1:, :1]
    fingers[..., 1:, :] += np.cumsum(bones, axis=-2)
    out[..., 5:, :] = fingers.reshape(*shape.shape[:-1], 16, 3)
    bent, off = shape[..., 0, None, None].clip(-0.1, 1.1), shape[..., 6, None, None]
    straight = THUMB_WAYS[0, 0] * (1 - off) + THUMB_WAYS[0, 1] * off
    folded = THUMB_WAYS[1, 0] * (1 - off) + THUMB_WAYS[1, 1] * off
    thumb = unit(straight * (1 - bent) + folded * bent) * BONES[0, :, None]
    out[..., 1, :] = FINGERS[0, 0]
    out[..., 2:5, :] = FINGERS[0, 0] + np.cumsum(thumb, axis=-2)
    return out


def hand_joints(shape: Array, wrist: Array, fingers: Array, palm: Array, left: NDArray[np.bool_]) -> Array:
    """Joints (..., 21, 3) of hands in space, in metres.

    Args:
        shape: (..., 7).
        wrist: (..., 3) metres.
        fingers: (..., 3) where straight fingers point, any length.
        palm: (..., 3) where the palm looks; made perpendicular to the fingers.
        left: (...) whether it is a left hand.
    """
    y = unit(fingers)
    z = unit(palm - (palm * y).sum(-1, keepdims=True) * y)
    x = np.cross(y, z) * np.where(left, -1.0, 1.0)[..., None]
    axes = np.stack([x, y, z], axis=-2)
    return np.asarray(wrist[..., None, :] + local_joints(shape) @ axes)
