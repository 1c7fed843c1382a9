"""A posture in a few numbers (pelvis, feet, trunk and arm angles) and the 13 joints it stands for.

Joints: nose, then left and right shoulder, elbow, wrist, hip, knee, ankle; metres, y up, the floor at 0.
"""

from dataclasses import dataclass, field, fields

import numpy as np

from sensegraph.training.render.array import Array
from sensegraph.training.render.rotation import heading, unit

THIGH, SHANK, TRUNK, UPPER_ARM, FOREARM = 0.430, 0.430, 0.50, 0.295, 0.262
SHOULDERS, HIPS, HEAD = 0.365, 0.185, 0.26
ANKLE = 0.085  # height of the ankle over the floor
STANDING = ANKLE + (THIGH + SHANK) * 0.996  # height of the hips with soft knees
SIDES = ((0, 1), (1, -1))  # index of a limb, sign of its side


def _arms() -> Array:
    return np.array([[2.0, 8, 10, 4], [2, 8, 10, 4]])


@dataclass
class Posture:
    """A standing person.

    Attributes:
        pelvis: Middle of the hips, (3,), metres.
        feet: Left and right ankle, (2,3), metres; out of reach they are pulled in.
        turn: Heading in degrees, positive to the person's left; [heading, gaze relative to it], (2,).
        trunk: Lean forward, roll to the left, twist of the shoulders, degrees, (3,).
        arms: Left and right (2,4): upper arm flexion and abduction, forearm flexion and abduction, degrees.
    """

    pelvis: Array = field(default_factory=lambda: np.array([0.0, STANDING, 0]))
    feet: Array = field(default_factory=lambda: np.array([[0.13, ANKLE, 0], [-0.13, ANKLE, 0]]))
    turn: Array = field(default_factory=lambda: np.zeros(2))
    trunk: Array = field(default_factory=lambda: np.zeros(3))
    arms: Array = field(default_factory=_arms)


def blend(first: Posture, second: Posture, share: float) -> Posture:
    """Mix two postures number by number; `share` 0 is the first, 1 the second."""
    values = {f.name: getattr(first, f.name) * (1 - share) + getattr(second, f.name) * share for f in fields(Posture)}
    return Posture(**values)


def direction(flexion: float, abduction: float, side: int) -> Array:
    """Unit vector (3,) of a limb that hangs down at 0 and 0 degrees; `side` is 1 left, -1 right."""
    f, b = np.radians(flexion), np.radians(abduction)
    return np.array([side * np.sin(b), -np.cos(b) * np.cos(f), np.cos(b) * np.sin(f)])


def two_links(start: Array, end: Array, upper: float, lower: float, hint: Array) -> tuple[Array, Array]:
    """Middle joint and end of a limb that bends towards `hint`; the end is pulled within reach."""
    reach = (upper + lower) * 0.999
    way = end - start
    distance = float(np.linalg.norm(way))
    if distance > reach:
        end, distance = start + way / distance * reach, reach
    along = unit(end - start)
    c = np.clip((upper**2 + distance**2 - lower**2) / (2 * upper * distance), -1, 1)
    out = unit(hint - along * (hint @ along))
    return start + along * upper * c + out * upper * np.sqrt(1 - c * c), end


def joints(posture: Posture) -> Array:
    """The 13 joints (13,3) of a standing posture."""
    lean, roll, twist = np.radians(posture.trunk)
    turn = heading(posture.turn[0])
    up = np.array([np.sin(roll), np.cos(lean) * np.cos(roll), np.sin(lean) * np.cos(roll)])
    across = np.array([np.cos(twist) * np.cos(roll), -np.sin(roll), -np.sin(twist)])
    out = np.zeros((13, 3))
    neck = posture.pelvis + turn @ up * TRUNK
    look = heading(float(posture.turn.sum())) @ np.array([0, 0, HEAD * 0.6])
    out[0] = neck + turn @ up * HEAD * 0.8 + look
    for i, side in SIDES:
        flex, abduct, fore_flex, fore_abduct = posture.arms[i]
        out[1 + i] = neck + turn @ across * side * SHOULDERS / 2
        out[3 + i] = out[1 + i] + turn @ direction(flex, abduct, side) * UPPER_ARM
        out[5 + i] = out[3 + i] + turn @ direction(fore_flex, fore_abduct, side) * FOREARM
        out[7 + i] = posture.pelvis + turn @ np.array([side * HIPS / 2, 0, 0])
        hint = turn @ np.array([side * 0.20, 0, 1])
        out[9 + i], out[11 + i] = two_links(out[7 + i], posture.feet[i], THIGH, SHANK, hint)
    return out
