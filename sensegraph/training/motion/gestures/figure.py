"""A figure that gesticulates: arms, hands, head and trunk over time, to points in space.

Axes: x to the person's left, y up, z forward; metres; angles in degrees. The origin is the middle of the shoulders of
the upright figure.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from sensegraph.training.motion.gestures.hand import SHAPE_SIZE, hand_joints, unit
from sensegraph.training.motion.styles import reserved

Array = NDArray[np.float64]

PLACE, FINGERS, PALM, SHAPE = slice(0, 3), slice(3, 6), slice(6, 9), slice(9, 9 + SHAPE_SIZE)
ARM_SIZE = 9 + SHAPE_SIZE

NECK = np.array([0.0, 0.085, -0.01])
EAR, EYE = np.array([0.074, 0.12, 0.02]), np.array([0.032, 0.145, 0.10])
NOSE, MOUTH = np.array([0.0, 0.11, 0.13]), np.array([0.027, 0.06, 0.11])
HIP = np.array([0.11, -0.50, 0.0])
MIRROR = np.array([-1.0, 1.0, 1.0])
FACE = np.array([NOSE, EYE, EYE * MIRROR, EAR, EAR * MIRROR, MOUTH, MOUTH * MIRROR])
"""Points of the face from the neck on, in the order of `sensegraph.models.gesture.POINTS`."""


def moved(point: Array, *by: float) -> Array:
    """A point, or another vector, moved by as many numbers."""
    return np.asarray(point + np.array(by))


@dataclass(frozen=True)
class Build:
    """How a figure is built.

    Attributes:
        shoulders: width, metres.
        upper_arm: metres.
        forearm: metres.
        head: size, 1 = usual.
        hand: size, 1 = usual.
        elbow: where the elbows go, degrees from straight down to straight out.
        hips: height under the shoulders, metres.
    """

    shoulders: float = 0.36
    upper_arm: float = 0.30
    forearm: float = 0.255
    head: float = 1.0
    hand: float = 1.0
    elbow: float = 30.0
    hips: float = 0.53

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Build:
        """Draw proportions of grown people, all of one stature: the camera's distance makes it up."""
        u = rng.uniform
        arm = u(0.92, 1.08)
        return cls(
            shoulders=reserved(rng, 0.315, 0.41),
            upper_arm=0.30 * arm * u(0.96, 1.04),
            forearm=0.255 * arm * u(0.96, 1.04),
            head=u(0.9, 1.12),
            hand=reserved(rng, 0.88, 1.12) * (0.5 + 0.5 * arm),
            elbow=u(10, 60),
            hips=u(0.48, 0.58),
        )


@dataclass(frozen=True)
class Gesticulation:
    """What a figure does, frame by frame; leading axes (...) for batches.

    Attributes:
        arms: (..., T, 2, 16) of the left and the right arm: place of the wrist, direction of the fingers, direction
            of the palm, shape of the hand.
        head: (..., T, 3) yaw to the person's left, pitch down, roll to the person's left.
        trunk: (..., T, 5) shift to the left and forward in metres, lean forward, bend to the left, turn to the left.
        build: (..., 7) fields of `Build`.
    """

    arms: Array
    head: Array
    trunk: Array
    build: Array

    def mirrored(self) -> Gesticulation:
        """The same with left and right exchanged."""
        arms = self.arms[..., ::-1, :].copy()
        arms[..., [0, 3, 6]] *= -1
        return replace(self, arms=arms, head=self.head * [-1, 1, -1], trunk=self.trunk * [-1, 1, 1, -1, -1])

    def joints(self) -> tuple[Array, Array]:
        """Points (..., T, 15, 3) of face, arms and hips and joints (..., T, 2, 21, 3) of the hands, metres.

        The points are in the order of `sensegraph.models.gesture.POINTS`.
        """
        shoulders, elbows, wrists = self._arms()
        points = np.empty((*self.head.shape[:-1], 15, 3))
        turned = _turn(FACE * self._of("head"), self.head)
        points[..., :7, :] = NECK + turned
        points[..., 7:9, :], points[..., 9:11, :], points[..., 11:13, :] = shoulders, elbows, wrists
        points[..., 13:, :] = np.stack([HIP, HIP * MIRROR]) * [1, 0, 1]
        points[..., 13:, 1] = -self._of("hips")[..., 0]
        hands = hand_joints(
            self.arms[..., SHAPE], np.zeros(3), self.arms[..., FINGERS], self.arms[..., PALM], np.array([True, False])
        )
        hands = wrists[..., None, :] + hands * self._of("hand")[..., None]
        return self._leaned(points), self._leaned(hands.reshape(*hands.shape[:-3], 42, 3)).reshape(hands.shape)

    def _of(self, name: str) -> Array:
        """One field of the build with axes for time, points and coordinates."""
        index = [field.name for field in fields(Build)].index(name)
        return self.build[..., None, None, None, index]

    def _arms(self) -> tuple[Array, Array, Array]:
        """Shoulders, elbows and wrists, each (..., T, 2, 3); a wrist out of reach is drawn in."""
        side = np.array([[1.0], [-1.0]])
        upper, fore = self._of("upper_arm"), self._of("forearm")
        way = self.arms[..., PLACE] - self._of("shoulders") / 2 * side * [1, 0, 0]
        high = np.clip(way[..., 1:2] * 0.06, -0.01, 0.05)  # a raised arm lifts its shoulder
        forward = np.clip(way[..., 2:3] * 0.08, -0.02, 0.03)
        lifted = np.concatenate([np.zeros_like(high), high, forward], axis=-1)
        shoulders = self._of("shoulders") / 2 * side * [1, 0, 0] + lifted
        way = self.arms[..., PLACE] - shoulders
        length = np.sqrt((way * way).sum(-1, keepdims=True)) + 1e-9
        along, reach = way / length, np.clip(length, 0.08, (upper + fore) * 0.995)
        share = (reach**2 + upper**2 - fore**2) / (2 * reach)
        angle = np.radians(self._of("elbow"))
        out = np.concatenate(np.broadcast_arrays(np.sin(angle), -np.cos(angle), -0.15 + 0 * angle), axis=-1)
        out = out * np.concatenate([side, np.ones((2, 2))], axis=-1)
        aside = unit(out - (out * along).sum(-1, keepdims=True) * along)
        elbows = shoulders + along * share + aside * np.sqrt(np.maximum(upper**2 - share**2, 0))
        return shoulders, elbows, shoulders + along * reach

    def _leaned(self, points: Array) -> Array:
        """Lean, bend and turn points (..., T, P, 3) about the hips, and shift them."""
        hips = np.zeros_like(points)
        hips[..., 1] = -self._of("hips")[..., 0]
        angles = np.stack([self.trunk[..., 4], self.trunk[..., 2], self.trunk[..., 3]], axis=-1)
        moved = _turn(points - hips, angles) + hips
        moved[..., 0] += self.trunk[..., 0, None]
        moved[..., 2] += self.trunk[..., 1, None]
        return moved


def _turn(points: Array, angles: Array) -> Array:
    """Turn points (..., P, 3) by yaw to the left, pitch down and roll to the left, degrees (..., 3)."""
    yaw, pitch, roll = np.moveaxis(np.radians(angles), -1, 0)
    cy, sy, cp, sp, cr, sr = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch), np.cos(roll), np.sin(roll)
    rows = [  # yaw about y after pitch about x after roll about z, transposed for points @ matrix
        [cy * cr + sy * sp * -sr, cp * -sr, -sy * cr - cy * sp * sr],
        [cy * sr + sy * sp * cr, cp * cr, -sy * sr + cy * sp * cr],
        [sy * cp, -sp, cy * cp],
    ]
    matrix = np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)
    return np.asarray(points @ matrix)
