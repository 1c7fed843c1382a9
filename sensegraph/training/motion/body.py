"""A body of random proportions, and limb angles to joints.

Axes: x to the person's left, y up, z forward; metres; angles in degrees. A limb hangs down at flexion 0 and
abduction 0; flexion lifts it forward, abduction sideways. The order of the joints is that of
`sensegraph.models.skeleton.JOINTS`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensegraph.training.motion.styles import reserved

Array = NDArray[np.float64]

NOSE, SHOULDERS, ELBOWS, WRISTS, HIPS, KNEES, ANKLES = 0, [1, 2], [3, 4], [5, 6], [7, 8], [9, 10], [11, 12]
SIDES = (("L", 1.0, 0), ("R", -1.0, 1))

SEGMENT_SHARES = {
    "thigh": 0.245, "shank": 0.246, "trunk": 0.29, "upper_arm": 0.175,
    "forearm": 0.155, "shoulders": 0.21, "hips": 0.105, "head": 0.15,
}  # fmt: skip


@dataclass(frozen=True)
class Body:
    """Segment lengths in metres."""

    thigh: float = 0.42
    shank: float = 0.42
    trunk: float = 0.50
    upper_arm: float = 0.30
    forearm: float = 0.26
    shoulders: float = 0.36
    hips: float = 0.18
    head: float = 0.26

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Body:
        """Draw a stature of 1.5 to 1.95 m and segments within 8 % of their usual share."""
        stature = reserved(rng, 1.5, 1.95)
        return cls(**{name: stature * share * rng.uniform(0.92, 1.08) for name, share in SEGMENT_SHARES.items()})


@dataclass
class Angles:
    """Limb angles over time; every value is a number or an array (frames,).

    Keys: `upper_arm_flex`, `forearm_flex`, `thigh_flex`, `shank_flex` and the same with `_abduct`, each
    followed by `L` or `R`; `lean`, `roll`, `twist` of the trunk and `heading` of the whole body; `jump`, `x`
    and `z` in metres.
    """

    frames: int
    values: dict[str, ArrayLike] = field(default_factory=dict)

    def set(self, **values: ArrayLike) -> None:
        """Set angles; a limb's name without a side sets both sides."""
        for name, value in values.items():
            sided = name.endswith(("_flex", "_abduct"))
            for key in (name + "L", name + "R") if sided else (name,):
                self.values[key] = value

    def get(self, name: str, default: float = 0.0) -> Array:
        """Return one angle as an array (frames,)."""
        return np.broadcast_to(np.asarray(self.values.get(name, default), dtype=np.float64), (self.frames,))


def limb(flex_deg: Array, abduct_deg: Array, side: float) -> Array:
    """Unit vectors (n, 3) of a limb."""
    flex, abduct = np.radians(flex_deg), np.radians(abduct_deg)
    parts = [side * np.sin(abduct), -np.cos(abduct) * np.cos(flex), np.cos(abduct) * np.sin(flex)]
    return np.stack(parts, axis=-1)


def pose(body: Body, angles: Angles, grounded: bool = True) -> Array:
    """Joints (frames, 13, 3) in metres for limb angles.

    Args:
        body: segment lengths.
        angles: limb angles over time.
        grounded: put the lower ankle on the floor in every frame; otherwise the hips stay at height 0.
    """
    lean, roll, twist = (np.radians(angles.get(name)) for name in ("lean", "roll", "twist"))
    up = np.stack([np.sin(roll), np.cos(lean) * np.cos(roll), np.sin(lean) * np.cos(roll)], axis=-1)
    lateral = np.stack([np.cos(twist) * np.cos(roll), -np.sin(roll), -np.sin(twist)], axis=-1)
    joints = np.zeros((angles.frames, 13, 3))
    neck = up * body.trunk
    joints[:, NOSE] = neck + up * body.head * 0.8 + np.array([0, 0, body.head * 0.6])
    for name, side, i in SIDES:

        def reach(segment: str, abduct: float, name: str = name, side: float = side) -> Array:
            return limb(angles.get(f"{segment}_flex{name}"), angles.get(f"{segment}_abduct{name}", abduct), side)

        joints[:, 1 + i] = neck + side * lateral * body.shoulders / 2
        joints[:, 3 + i] = joints[:, 1 + i] + reach("upper_arm", 8) * body.upper_arm
        joints[:, 5 + i] = joints[:, 3 + i] + reach("forearm", 4) * body.forearm
        joints[:, 7 + i] = np.array([side * body.hips / 2, 0, 0])
        joints[:, 9 + i] = joints[:, 7 + i] + reach("thigh", 3) * body.thigh
        joints[:, 11 + i] = joints[:, 9 + i] + reach("shank", 3) * body.shank
    if grounded:
        joints[:, :, 1] -= joints[:, ANKLES, 1].min(axis=1)[:, None]
    joints[:, :, 1] += angles.get("jump")[:, None]
    return moved(joints, angles)


def moved(joints: Array, angles: Angles) -> Array:
    """Turn the body by its heading and shift it by `x` and `z`."""
    heading = np.radians(angles.get("heading"))[:, None]
    turned = joints.copy()
    turned[..., 0] = joints[..., 0] * np.cos(heading) + joints[..., 2] * np.sin(heading)
    turned[..., 2] = joints[..., 2] * np.cos(heading) - joints[..., 0] * np.sin(heading)
    turned[..., 0] += angles.get("x")[:, None]
    turned[..., 2] += angles.get("z")[:, None]
    return turned


def planted(joints: Array) -> Array:
    """Shift every frame so that the middle of the ankles stays where it is in the first frame."""
    shift = joints[:, ANKLES].mean(axis=1) - joints[:1, ANKLES].mean(axis=1)
    shift[:, 1] = 0
    return np.asarray(joints - shift[:, None])
