"""What 13 joints leave open: the height over the floor, and how head, hands and feet are turned."""

import numpy as np

from sensegraph.training.render.array import Array
from sensegraph.training.render.pose import Palm
from sensegraph.training.render.posture import ANKLE
from sensegraph.training.render.rotation import UP

THICKNESS = np.array([0.06, *[0.07] * 2, *[0.045] * 2, *[0.035] * 2, *[0.12] * 2, *[0.06] * 2, *[0.05] * 2])
"""Height of each joint over the floor when that part of the body lies on it, metres."""
NOSE_UP, NOSE_AHEAD = 0.8, 0.6  # direction of the nose from between the shoulders, in the head's axes
RELAXED, FOOT = np.radians(25), 0.15  # angle of a hanging foot to the shin's front; ankle to toes, metres
BENT = np.radians([-35, 85])  # how far the ankle bends up and down
SUPPORT = 0.09  # a wrist below this height rests on its hand, metres


def on_floor(joints: Array) -> Array:
    """Raise or lower a whole motion (T,13,3) until its lowest part lies on the floor at 0."""
    shank = _unit(joints[:, 11:] - joints[:, 9:11])
    need = np.broadcast_to(THICKNESS, joints.shape[:2]).copy()
    need[:, 11:] += (ANKLE - THICKNESS[11]) * np.clip(-2 * shank[..., 1], 0, 1)
    lift = np.quantile((need - joints[..., 1]).max(1), 0.95)
    return np.asarray(joints + lift * UP)


def heads(joints: Array) -> Array:
    """Turn of the head (T,3,3), columns left, crown and look, that puts the nose where it is."""
    neck, hip = joints[:, [1, 2]].mean(1), joints[:, [7, 8]].mean(1)
    nose, spine = _unit(joints[:, 0] - neck), _unit(neck - hip)
    shoulders = _unit(joints[:, 1] - joints[:, 2])
    turned = np.cross(spine, nose)
    turned *= np.where((turned * shoulders).sum(1, keepdims=True) < 0, -1, 1)  # nobody looks backwards
    sure = np.linalg.norm(turned, axis=1, keepdims=True)
    left = turned + shoulders * np.clip(0.4 - sure, 0, 1)
    left = _unit(left - nose * (left * nose).sum(1, keepdims=True))
    below = np.cross(left, nose)
    crown, look = nose * NOSE_UP - below * NOSE_AHEAD, nose * NOSE_AHEAD + below * NOSE_UP
    return np.stack([left, crown, look], -1)


def palms(joints: Array) -> list[tuple[Palm | None, Palm | None]]:
    """For every frame, the palms that rest on the floor; None for a hand that does not."""
    ahead = joints[:, [1, 2]].mean(1) - joints[:, [7, 8]].mean(1)
    sides: list[list[Palm | None]] = []
    for i in (0, 1):
        fore = _unit(joints[:, 5 + i] - joints[:, 3 + i])
        shallow = (fore * fore * [1, 0, 1]).sum(1, keepdims=True)
        fingers = _unit((3 * shallow * fore + _unit(ahead)) * [1, 0, 1])
        down = joints[:, 5 + i, 1] < SUPPORT
        sides.append([(way, -UP) if rests else None for way, rests in zip(fingers, down, strict=True)])
    return list(zip(sides[0], sides[1], strict=True))


def feet(joints: Array) -> Array:
    """Turn of both feet (T,2,3,3), columns left, up and toes: they hang relaxed unless the floor bends them."""
    hips = _unit(joints[:, 7] - joints[:, 8])
    return np.stack([_foot(joints[:, 7 + i], joints[:, 9 + i], joints[:, 11 + i], hips) for i in (0, 1)], 1)


def _foot(hip: Array, knee: Array, ankle: Array, left: Array) -> Array:
    shank = _unit(ankle - knee)
    hinge = np.cross(_unit(knee - hip), shank) + 0.15 * left
    hinge = _unit(hinge - shank * (hinge * shank).sum(1, keepdims=True))
    shin = np.cross(shank, hinge)  # forward from the shin
    over = np.clip((ankle[:, 1] - ANKLE) / FOOT, -0.3, 1)
    bend = _bend(shin[:, 1], shank[:, 1], -over)[:, None]
    toes = shin * np.cos(bend) + shank * np.sin(bend)
    flat = np.clip(1.5 - 4 * over, 0, 1) * np.clip(-3 * shank[:, 1] - 0.9, 0, 1)
    across = hinge + flat[:, None] * (_unit(np.cross(np.broadcast_to(UP, toes.shape), toes)) - hinge)
    across = _unit(across - toes * (across * toes).sum(1, keepdims=True))
    return np.stack([across, np.cross(toes, across), toes], -1)


def _bend(shin: Array, shank: Array, lowest: Array) -> Array:
    """Angle (T,) of the foot from the shin's front towards the shank, radians.

    Args:
        shin: Height y of the unit vector forward from the shin (T,).
        shank: Height y of the unit vector down the shank (T,).
        lowest: Least height y of the unit vector to the toes, which the floor allows (T,).
    """
    size, phase = np.hypot(shin, shank), np.arctan2(shank, shin)
    touch = np.arccos(np.clip(lowest / np.maximum(size, 1e-9), -1, 1))
    ways = np.stack([phase + touch, phase - touch])
    ways = (ways - RELAXED + np.pi) % (2 * np.pi) - np.pi + RELAXED
    nearest = np.where(np.abs(ways[0] - RELAXED) < np.abs(ways[1] - RELAXED), ways[0], ways[1])
    free = shin * np.cos(RELAXED) + shank * np.sin(RELAXED) >= lowest
    return np.clip(np.where(free, RELAXED, nearest), *BENT)


def _unit(vectors: Array) -> Array:
    """Vectors (...,3) at length 1."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9))
