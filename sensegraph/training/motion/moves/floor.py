"""What the movements on the floor share: turning head and shoulders, timing, and whose turn it is.

Axes and joint order as in `body`; joints are (frames, 13, 3) in metres, angles in degrees. Whatever turns something
does so in place, before hands and feet are put where they belong.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensegraph.training.motion.body import Body
from sensegraph.training.motion.limbs import LEFT, RIGHT, point, point_arm, reach, unit
from sensegraph.training.motion.rhythm import excursion, wander

Array = NDArray[np.float64]
Rng = np.random.Generator

SIDES = ((LEFT, 1.0), (RIGHT, -1.0))
FACE_HEIGHT_M, ELBOW_HEIGHT_M = 0.04, 0.04


def neck(joints: Array) -> Array:
    """The middle between the shoulders (frames, 3)."""
    return np.asarray(joints[:, [1, 2]].mean(axis=1))


def spine(joints: Array) -> Array:
    """Unit vectors (frames, 3) from the hips to the neck."""
    return unit(neck(joints) - joints[:, [7, 8]].mean(axis=1))


def leftward(joints: Array, shoulders: bool = True) -> Array:
    """Unit vectors (frames, 3) to the left along the line of the shoulders, or of the hips."""
    return unit(joints[:, 1] - joints[:, 2] if shoulders else joints[:, 7] - joints[:, 8])


def chest(joints: Array) -> Array:
    """Unit vectors (frames, 3) out of the chest."""
    return unit(np.cross(leftward(joints), spine(joints)))


def rotated(vectors: Array, axis: Array, degrees: ArrayLike) -> Array:
    """Vectors (frames, ..., 3) turned about unit axes (frames, 3) by the right-hand rule; Rodrigues' formula."""
    between = (1,) * (vectors.ndim - 2)
    angle = np.broadcast_to(np.radians(degrees), (len(vectors),)).reshape(-1, *between, 1)
    axis = axis.reshape(-1, *between, 3)
    along = (axis * vectors).sum(axis=-1, keepdims=True) * axis
    return np.asarray(along + (vectors - along) * np.cos(angle) + np.cross(axis, vectors) * np.sin(angle))


def nod(joints: Array, degrees: ArrayLike, turn: ArrayLike = 0.0) -> None:
    """Turn the head about the neck: `degrees` lower the chin, `turn` looks to the left; never into the floor."""
    at = neck(joints)
    face = rotated(joints[:, 0] - at, leftward(joints), degrees)
    joints[:, 0] = at + rotated(face, spine(joints), turn)
    joints[:, 0, 1] = np.maximum(joints[:, 0, 1], FACE_HEIGHT_M)


def twist(joints: Array, degrees: ArrayLike) -> None:
    """Turn shoulders, arms and head about the spine, to the left."""
    at = neck(joints)[:, None]
    joints[:, :7] = at + rotated(joints[:, :7] - at, spine(joints), degrees)


def mix(start: ArrayLike, end: ArrayLike, share: ArrayLike) -> Array:
    """Points or vectors (frames, 3) on the way from `start` (0) to `end` (1); share (frames,)."""
    a, b = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
    return np.asarray(a + (b - a) * np.asarray(share, dtype=np.float64)[..., None])


def off_floor(joints: Array, lowest_m: float = 0.04) -> Array:
    """Joints whose elbows and knees are above the floor: those below turn about the line between the limb's ends."""
    out = joints.copy()
    for start, middle, end in ((1, 3, 5), (2, 4, 6), (7, 9, 11), (8, 10, 12)):
        along = unit(joints[:, end] - joints[:, start])
        rest = joints[:, middle] - joints[:, start]
        centre = joints[:, start] + along * (rest * along).sum(axis=1, keepdims=True)
        arm = joints[:, middle] - centre
        size = np.linalg.norm(arm, axis=1)
        up = unit(np.array([0.0, 1.0, 0.0]) - along * along[:, 1:2])
        side = np.cross(along, up)
        sine, cosine = (arm * side).sum(axis=1), (arm * up).sum(axis=1) / np.maximum(size, 1e-9)
        needed = np.clip((lowest_m - centre[:, 1]) / np.maximum(size * up[:, 1], 1e-6), -1, 1)
        share = np.clip(np.maximum(cosine, needed), -1, 1)
        turned = up * share[:, None] + side * (np.where(sine < 0, -1, 1) * np.sqrt(1 - share**2))[:, None]
        out[:, middle] = np.where((needed > cosine)[:, None], centre + turned * size[:, None], joints[:, middle])
    return out


def on_forearm(joints: Array, body: Body, side: int, sign: float, inward: float) -> None:
    """Rest an arm on its forearm, which points to +z, in place; the elbow gives way where the shoulder is low."""
    down = np.minimum(joints[:, 1 + side, 1] - ELBOW_HEIGHT_M, body.upper_arm * 0.999)
    out = np.sqrt(body.upper_arm**2 - down**2)
    point_arm(joints, body, side, point(sign * 0.8 * out, -down, 0.6 * out), [-sign * inward, 0, 1])


def behind_head(joints: Array, body: Body, side: int, sign: float, close: float = 0.0) -> None:
    """Put a hand to the back of the head; `close` 0 opens the elbow to the side, 1 brings it forward."""
    out = sign * leftward(joints)
    head = body.head * (0.65 * spine(joints) - (0.2 - 0.3 * close) * chest(joints)) + out * 0.07
    reach(joints, body, side, neck(joints) + head, out + close * chest(joints) + 0.35 * spine(joints))


def repetition(rng: Rng, cycles: Array, pause: float = 0.3) -> Array:
    """A course 0..1..0 per cycle (frames,) with drawn pauses; out and back may differ in speed."""
    early = rng.uniform(0.75, 1.35)
    course = np.floor(cycles) + (cycles % 1.0) ** early
    return excursion(course, rng.uniform(0, pause), rng.uniform(0, pause))


def stroke(cycles: Array, width: float) -> Array:
    """A smooth 0..1..0 (frames,) in the middle of every even cycle, `width` cycles long."""
    away = np.abs((cycles + 0.5) % 2.0 - 1.0)
    return np.asarray(0.5 + 0.5 * np.cos(np.pi * np.clip(away / width * 2, 0, 1)))


def strokes(rng: Rng, cycles: Array, widest: float = 2.0) -> tuple[Array, Array]:
    """The course of the left limb, in even cycles, and of the right one, in odd cycles; apart or overlapping."""
    width = rng.uniform(0.9, widest)
    return stroke(cycles, width), stroke(cycles - 1, width)


def blocks(rng: Rng, cycles: Array) -> Array:
    """Whose turn it is (frames,), 1 the left: several repetitions of one side, then of the other."""
    return np.asarray(np.floor(cycles / rng.integers(3, 12)) % 2)


def tremble(rng: Rng, frames: int, size: float = 0.006) -> Array:
    """The small shaking of a held pose (frames,), metres."""
    size *= rng.uniform(0, 1)
    return wander(rng, frames, -size, size, 0.4)
