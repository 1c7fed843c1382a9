"""How a body is held face down on hands and toes or knees; the head points to +z, the toes stay near z = 0."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensegraph.training.motion.body import Body
from sensegraph.training.motion.limbs import pitched, point, point_leg, reach, step, torso
from sensegraph.training.motion.moves.floor import SIDES, nod, rotated, twist

Array = NDArray[np.float64]
Rng = np.random.Generator

STRAIGHT = 0.998
"""Share of its length that a straight leg reaches."""


def slopes(rise: ArrayLike, pike: ArrayLike, leg: float, trunk: float) -> tuple[Array, Array]:
    """Elevations of legs and trunk in degrees, when both together rise by `rise` metres.

    The legs are steeper than the trunk by `pike` degrees: above 0 the hips are high, below 0 they sag. With R and d
    the length and angle of leg + trunk * exp(-i pike), leg sin(a) + trunk sin(a - pike) = R sin(a - d) = rise.
    """
    bend = np.radians(np.asarray(pike, dtype=np.float64))
    along, across = leg + trunk * np.cos(bend), trunk * np.sin(bend)
    sine = np.clip(np.asarray(rise, dtype=np.float64) / np.hypot(along, across), -0.98, 0.98)
    legs = np.degrees(np.arcsin(sine) + np.arctan2(across, along))
    return legs, legs - np.degrees(bend)


@dataclass(frozen=True)
class Prone:
    """How somebody holds the plank: lengths in metres, angles in degrees.

    Attributes:
        knees: on the knees instead of the toes.
        feet: distance of the feet, or knees, from the middle.
        toes: height of the ankles, or knees.
        shanks: direction of the shanks when on the knees, degrees above the floor.
        pike: how much the hips are lifted (above 0) or sag.
        hands: distance of the hands from the middle.
        ahead: how far before the shoulders the hands are.
        bench: height of what the hands stand on.
        top: height of the neck with the arms straight.
        head: degrees by which the chin goes to the chest; below 0 looks ahead.
        flare: 0 elbows along the body, 1 to the side.
    """

    knees: bool
    feet: float
    toes: float
    shanks: float
    pike: float
    hands: float
    ahead: float
    bench: float
    top: float
    head: float
    flare: float

    @classmethod
    def draw(
        cls, rng: Rng, body: Body, knees: float = 0.1, bench: float = 0.0, width: tuple[float, float] = (0.8, 1.5)
    ) -> Prone:
        """Draw a way of holding the plank; `knees` is the share on the knees, `width` in halves of the shoulders."""
        u = rng.uniform
        pike, on_knees = u(-12, 22), u() < knees
        hands, ahead = body.shoulders / 2 * u(*width), u(-0.06, 0.1)
        arm = (body.upper_arm + body.forearm) * u(0.95, 0.995)
        drop = np.sqrt(arm**2 - (hands - body.shoulders / 2) ** 2 - ahead**2)
        feet = u(0.04, 0.16) if u() < 0.7 else u(0.1, 0.3)
        return cls(
            knees=on_knees, feet=feet, toes=0.05 if on_knees else u(0.07, 0.15), shanks=u(-2, 75),
            pike=pike, hands=hands, ahead=ahead, bench=bench, top=bench + 0.03 + drop,
            head=u(-40, 35), flare=u(0, 1),
        )  # fmt: skip

    def hips(self, body: Body, height: ArrayLike, pike: ArrayLike | None = None) -> tuple[Array, Array]:
        """Where the hips are (frames, 3) and the trunk's direction, for a height of the neck (frames,)."""
        full = body.thigh if self.knees else (body.thigh + body.shank) * STRAIGHT
        leg = float(np.sqrt(full**2 - (self.feet - body.hips / 2) ** 2))
        rise = np.asarray(height, dtype=np.float64) - self.toes
        legs, trunk = slopes(rise, self.pike if pike is None else pike, leg, body.trunk)
        return point(0, self.toes, 0) + pitched(90 - legs) * leg, pitched(90 - trunk)

    def trunk(
        self, body: Body, height: ArrayLike, pike: ArrayLike | None = None, sway: ArrayLike = 0.0, roll: ArrayLike = 0.0
    ) -> Array:
        """Joints with trunk and legs; `sway` moves hips and shoulders to the left, `roll` lifts the left shoulder."""
        hips, up = self.hips(body, height, pike)
        half = np.asarray(roll, dtype=np.float64) / 2
        left = rotated(np.broadcast_to([1.0, 0.0, 0.0], up.shape), up, half)
        joints = torso(body, hips + point(sway, 0, 0), up, left)
        twist(joints, half)
        nod(joints, self.head)
        for side, sign in SIDES:
            spot = point(sign * self.feet, self.toes, 0)
            if self.knees:
                shank = [0, np.sin(np.radians(self.shanks)), -np.cos(np.radians(self.shanks))]
                point_leg(joints, body, side, spot - joints[:, 7 + side], shank)
            else:
                step(joints, body, side, spot, [0, -1, 0.3])
        return joints

    def hand(self, body: Body, sign: float) -> Array:
        """Where the left (sign 1) or right (-1) hand rests, (3,)."""
        hips, up = self.hips(body, np.array([self.top]))
        return np.array([sign * self.hands, self.bench + 0.03, (hips + up * body.trunk)[0, 2] + self.ahead])

    def elbow(self, sign: float) -> Array:
        """The direction in which an elbow bends, (3,)."""
        return np.array([sign * (0.15 + self.flare), 0, self.flare - 1.2])

    def arms(self, joints: Array, body: Body) -> Array:
        """The joints with both hands on their places."""
        for side, sign in SIDES:
            reach(joints, body, side, self.hand(body, sign), self.elbow(sign))
        return joints
