"""The hand: finger joints at rest, hand shapes, and the bones of a shape."""

from dataclasses import dataclass

import numpy as np

from sensegraph.training.render.array import Array
from sensegraph.training.render.rotation import rotation

FINGERS = np.array(  # thumb, index ... little; four joints each; right hand, metres from the wrist
    [
        [(0.024, 0.026, 0.010), (0.046, 0.056, 0.016), (0.066, 0.084, 0.018), (0.080, 0.107, 0.018)],
        [(0.027, 0.090, 0), (0.030, 0.132, 0), (0.032, 0.157, 0), (0.033, 0.179, 0)],
        [(0.006, 0.094, 0), (0.006, 0.140, 0), (0.006, 0.168, 0), (0.006, 0.190, 0)],
        [(-0.014, 0.089, 0), (-0.017, 0.131, 0), (-0.019, 0.157, 0), (-0.020, 0.178, 0)],
        [(-0.032, 0.079, 0), (-0.039, 0.113, 0), (-0.042, 0.132, 0), (-0.045, 0.151, 0)],
    ]
)
WIDTH = np.array(  # radius at the four joints, metres
    [
        [0.0150, 0.0125, 0.0115, 0.0090],
        [0.0108, 0.0096, 0.0088, 0.0076],
        [0.0112, 0.0100, 0.0090, 0.0078],
        [0.0106, 0.0094, 0.0085, 0.0074],
        [0.0094, 0.0084, 0.0076, 0.0068],
    ]
)
BONES = 16  # the palm, then three for each finger


@dataclass(frozen=True)
class HandShape:
    """Angles in degrees: curl of the three finger joints, spread, curl and abduction of the thumb.

    `fingers` says how much of the curl index, middle, ring and little finger take, 0 straight to 1.
    """

    curl: tuple[float, float, float]
    spread: float
    thumb: tuple[float, float, float]
    abduct: float
    fingers: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)


OPEN = HandShape((4, 5, 4), 9, (0, 0, 0), 6)
FLAT = HandShape((4, 5, 4), 6, (0, 0, 0), 6)
RELAXED = HandShape((24, 30, 18), 1, (18, 12, 10), -6)


def hand_bones(shape: HandShape, side: int) -> list[tuple[Array, Array]]:
    """Local transforms (rotation (3,3), offset (3,)) of the 16 bones; side 0 is the left hand, mirrored."""
    flip = -1 if side == 0 else 1
    mirror = np.array([flip, 1.0, 1.0])
    out = [(np.eye(3), np.zeros(3))]
    for finger in range(5):
        turn, place = np.eye(3), FINGERS[finger, 0] * mirror
        for k in range(3):
            turn = turn @ _joint(shape, finger, k, flip)
            start = FINGERS[finger, k] * mirror
            out.append((turn, place - turn @ start))
            place = turn @ (FINGERS[finger, k + 1] * mirror - start) + place
    return out


def _joint(shape: HandShape, finger: int, k: int, flip: int) -> Array:
    if finger:
        curl = shape.curl[k] * (1 + 0.04 * (finger - 2)) * shape.fingers[finger - 1]
        bend = rotation(np.array([1.0, 0, 0]), curl)
        spread = rotation(np.array([0.0, 0, 1]), flip * -shape.spread * (2.2 - finger) * 0.6)
        return bend if k else bend @ spread
    axis = np.array([0.55, -0.45, -0.70]) if k else np.array([0.15, -0.95, -0.25])
    bend = rotation(axis * [1, flip, flip], shape.thumb[k])
    return bend if k else rotation(np.array([0.0, 0, flip]), -shape.abduct) @ bend
