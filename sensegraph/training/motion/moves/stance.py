"""Where the hips are over feet that stay: standing, and standing with one leg before the other.

Axes and joint order as in `body`; metres and degrees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensegraph.training.motion.body import Body
from sensegraph.training.motion.limbs import (
    ANKLE_HEIGHT_M,
    LEFT,
    RIGHT,
    bend,
    pitched,
    point,
    point_arm,
    reach,
    step,
    torso,
)
from sensegraph.training.motion.moves.floor import SIDES, chest, leftward, neck, spine
from sensegraph.training.motion.rhythm import wander

Array = NDArray[np.float64]
Rng = np.random.Generator


def standing(body: Body, hips: Array, up: ArrayLike, feet: float, knee_out: float = 0.1) -> Array:
    """Joints with trunk and legs over hips (frames, 3), the feet `feet` metres from the middle at z = 0."""
    joints = torso(body, hips, up, point(1, 0, 0))
    for side, sign in SIDES:
        step(joints, body, side, point(sign * feet, ANKLE_HEIGHT_M, 0), [sign * knee_out, 0, 1])
    return joints


@dataclass(frozen=True)
class Lunge:
    """The left leg bent in front, the right one stretched behind, or kneeling; the front ankle is at the origin.

    Attributes:
        forward: direction of the front foot (3,), level.
        left: direction of the left hip (3,), level.
        length: distance of the feet, or of the front foot and the back knee, metres.
        aside: how far the back foot is to the right of the line of the front one, metres.
        kneeling: whether the back knee is on the floor.
    """

    forward: Array
    left: Array
    length: float
    aside: float
    kneeling: bool

    @classmethod
    def draw(
        cls,
        rng: Rng,
        body: Body,
        tilt: float,
        turn: float,
        opened: float,
        shares: tuple[float, float],
        kneeling: bool = False,
    ) -> Lunge:
        """Draw a length as a share of the longest.

        Args:
            rng: source of the style.
            body: segment lengths.
            tilt: the usual lean of the front shank, degrees; it may lean 4 more.
            turn: degrees by which the front foot points to the left of +z.
            opened: degrees by which the hips are turned to the right of the front foot.
            shares: range of the length as a share of the longest that the legs allow.
            kneeling: whether the back knee is on the floor.
        """
        way, hip = np.radians(turn), np.radians(turn - opened)
        forward = np.array([np.sin(way), 0, np.cos(way)])
        left = np.array([np.cos(hip), 0, -np.sin(hip)])
        back = body.thigh if kneeling else body.thigh + body.shank
        longest = 0.97 * np.sqrt((body.thigh + back) ** 2 - body.shank**2) - body.shank * np.sin(np.radians(tilt + 4))
        aside = rng.uniform(-0.02, 0.12 if kneeling else 0.22)
        return cls(forward, left, longest * rng.uniform(*shares), aside, kneeling)

    def joints(self, body: Body, tilt: Array, up: Array, toes: float = 0.1) -> Array:
        """Joints with trunk and legs.

        Args:
            body: segment lengths.
            tilt: how far the front shank leans to the front, degrees (frames,).
            up: direction of the trunk (frames, 3).
            toes: height of the back ankle when kneeling.
        """
        across = np.cross([0.0, 1.0, 0.0], self.forward)
        ankle = np.array([0, ANKLE_HEIGHT_M, 0])
        lean = np.radians(tilt)[:, None]
        knee = ankle + body.shank * (np.cos(lean) * [0, 1, 0] + np.sin(lean) * self.forward)
        rear = -self.forward * self.length - across * self.aside
        rear = rear + point(0, 0.05 if self.kneeling else ANKLE_HEIGHT_M, 0)
        half = self.left * body.hips / 2
        back = body.thigh if self.kneeling else (body.thigh + body.shank) * 0.995
        hips, _ = bend(knee - half, rear + half, body.thigh, back, [0, 1, 0])
        joints = torso(body, hips, up, self.left)
        joints[:, 9 + LEFT], joints[:, 11 + LEFT] = knee, ankle
        if self.kneeling:
            joints[:, 9 + RIGHT] = rear
            flat = np.array([0, toes - 0.05, 0]) - self.forward * np.sqrt(body.shank**2 - (toes - 0.05) ** 2)
            joints[:, 11 + RIGHT] = rear + flat
        else:
            step(joints, body, RIGHT, rear, self.forward - point(0, 0.4, 0) - across * 0.3)
        return joints


def overhead(rng: Rng, joints: Array, body: Body, apart: float, stretch: float, back: float = 0.0) -> None:
    """Raise both arms, in place: hands `apart` metres from the middle, `stretch` the share of the arms' length."""
    arm, frames = body.upper_arm + body.forearm, len(joints)
    sway = wander(rng, frames, -0.02, 0.02, 2)
    hands = neck(joints) + spine(joints) * arm * stretch - chest(joints) * (back + sway)[:, None]
    for side, sign in SIDES:
        reach(
            joints, body, side, hands + sign * apart * leftward(joints), sign * leftward(joints) + 0.2 * chest(joints)
        )


def prayer(rng: Rng, joints: Array, body: Body, ahead: float, low: float) -> None:
    """Put the palms together, in place: `ahead` metres before the chest, `low` below the neck."""
    hands = neck(joints) + chest(joints) * ahead - spine(joints) * low
    drop = rng.uniform(-0.6, 0.1)
    for side, sign in SIDES:
        reach(joints, body, side, hands + sign * 0.03 * leftward(joints), sign * leftward(joints) + [0, drop, 0])


def on_hips(rng: Rng, joints: Array, body: Body) -> None:
    """Put the hands on the hips, in place."""
    back, high = rng.uniform(-0.2, 0.7), rng.uniform(0.03, 0.14)
    for side, sign in SIDES:
        hand = joints[:, 7 + side] + sign * 0.05 * leftward(joints, False) + spine(joints) * high
        reach(joints, body, side, hand, sign * leftward(joints) - back * chest(joints))


def sideways(rng: Rng, joints: Array, body: Body, height: float) -> None:
    """Stretch the arms to both sides, in place, `height` degrees above the level of the shoulders."""
    up = np.sin(np.radians(height + wander(rng, len(joints), -4, 4, 2)))[:, None] * [0, 1, 0]
    soft = rng.uniform(-0.2, 0.2)
    for side, sign in SIDES:
        out = sign * leftward(joints) + up
        point_arm(joints, body, side, out, out + soft * pitched(0))
