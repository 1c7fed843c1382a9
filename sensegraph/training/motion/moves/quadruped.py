"""Movements on hands and knees; the head points to +z, the knees stay near z = 0."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensegraph.training.motion.body import Body
from sensegraph.training.motion.exercise import Exercise
from sensegraph.training.motion.limbs import LEFT, RIGHT, pitched, point, point_leg, reach, torso
from sensegraph.training.motion.moves.floor import (
    SIDES,
    behind_head,
    blocks,
    nod,
    off_floor,
    on_forearm,
    repetition,
    rotated,
    spine,
    strokes,
    twist,
)

Array = NDArray[np.float64]
Rng = np.random.Generator

KNEE_HEIGHT_M = 0.05


@dataclass(frozen=True)
class AllFours:
    """How somebody stands on hands and knees: lengths in metres, angles in degrees.

    Attributes:
        back: how far the hips are before the knees; below 0 they are back towards the heels.
        knees: distance of the knees from the middle.
        toes: height of the ankles.
        hands: distance of the hands, or elbows, from the middle.
        ahead: how far before the shoulders they are.
        top: height of the neck.
        forearms: on the forearms instead of the hands.
        head: degrees by which the chin goes to the chest; below 0 looks ahead.
    """

    back: float
    knees: float
    toes: float
    hands: float
    ahead: float
    top: float
    forearms: bool
    head: float

    @classmethod
    def draw(cls, rng: Rng, body: Body, forearms: float = 0.0, back: tuple[float, float] = (-0.1, 0.08)) -> AllFours:
        """Draw a way of being on all fours; `forearms` is the share on the forearms."""
        u = rng.uniform
        behind, low, ahead = u(*back), u() < forearms, u(-0.08, 0.14)
        knees, hands = u(0.05, 0.2), body.shoulders / 2 * u(0.7, 1.3)
        arm = body.upper_arm if low else body.upper_arm + body.forearm
        drop = np.sqrt((arm * u(0.94, 0.99)) ** 2 - ahead**2 - (hands - body.shoulders / 2) ** 2)
        return cls(behind, knees, u(0.05, 0.11), hands, ahead, (0.04 if low else 0.03) + drop, low, u(-40, 40))

    def hips(self, body: Body, forward: ArrayLike = 0.0) -> Array:
        """The middle of the hips (frames, 3) over knees that stay, shifted forward by metres (frames,)."""
        z = self.back + np.asarray(forward, dtype=np.float64)
        across = self.knees - body.hips / 2
        return point(0, KNEE_HEIGHT_M + np.sqrt(np.maximum(body.thigh**2 - across**2 - z**2, 0.01)), z)

    def trunk(
        self, body: Body, frames: int, forward: ArrayLike = 0.0, rise: ArrayLike = 0.0, sway: ArrayLike = 0.0,
        roll: ArrayLike = 0.0,
    ) -> Array:  # fmt: skip
        """Joints with the trunk; `rise` lifts the shoulders, `sway` shifts to the left, `roll` lifts the left hip."""
        hips = np.broadcast_to(self.hips(body, forward), (frames, 3))
        climb = self.top + np.asarray(rise, dtype=np.float64) - hips[:, 1]
        up = pitched(90 - np.degrees(np.arcsin(np.clip(climb / body.trunk, -0.9, 0.9))))
        left = rotated(np.broadcast_to([1.0, 0.0, 0.0], (frames, 3)), up, roll)
        joints = torso(body, hips + point(sway, 0, 0), up, left)
        twist(joints, -np.asarray(roll) * 0.6)
        nod(joints, self.head)
        return joints

    def hand(self, body: Body, sign: float) -> Array:
        """Where a hand, or an elbow, rests, (3,)."""
        _, height, place = self.hips(body)
        shoulders = place + np.sqrt(
            body.trunk**2 - np.clip(self.top - height, -0.9 * body.trunk, 0.9 * body.trunk) ** 2
        )
        return np.array([sign * self.hands, 0.04 if self.forearms else 0.03, shoulders + self.ahead])

    def stand(self, joints: Array, body: Body, arms: tuple[int, ...] = (0, 1), legs: tuple[int, ...] = (0, 1)) -> Array:
        """The joints with hands and knees on their places, for the given sides."""
        for side in arms:
            sign, spot = SIDES[side][1], self.hand(body, SIDES[side][1])
            if self.forearms:
                on_forearm(joints, body, side, sign, 0.25)
            else:
                reach(joints, body, side, spot, [sign * 0.6, 0, -0.8])
        for side in legs:
            spot = point(SIDES[side][1] * self.knees, KNEE_HEIGHT_M, 0)
            point_leg(joints, body, side, spot - joints[:, 7 + side], [0, self.toes - KNEE_HEIGHT_M, -body.shank])
        return joints

    def lift_leg(self, joints: Array, body: Body, side: int, thigh: Array, shank: Array) -> None:
        """Turn a leg backwards and up from where it kneels, in place, by degrees (frames,) for thigh and shank."""
        axis = np.broadcast_to([1.0, 0.0, 0.0], (len(joints), 3))
        rest = point(SIDES[side][1] * self.knees, KNEE_HEIGHT_M, 0) - joints[:, 7 + side]
        lower = np.broadcast_to([0, self.toes - KNEE_HEIGHT_M, -body.shank], rest.shape)
        upper = rotated(rest, axis, thigh)
        height = joints[:, 7 + side, 1] + upper[:, 1] - 0.05  # the foot does not go into the floor
        deepest = np.degrees(np.arcsin(np.clip(height / body.shank, 0, 1)))
        point_leg(joints, body, side, upper, rotated(lower, axis, np.maximum(shank, -deepest)))


def bird_dog(rng: Rng, body: Body, cycles: Array) -> Array:
    """One arm stretches forward while the leg of the other side stretches back, then the other pair.

    Distinct from donkey kicks by the arm and the straight leg. Some do several of a pair; some bring elbow and knee
    together under the belly in between.
    """
    u = rng.uniform
    up, high = u(65, 102), u(55, 112)
    style = AllFours.draw(rng, body)
    stretch = strokes(rng, cycles, 1.0)
    if u() < 0.25:
        left = blocks(rng, cycles)
        once = repetition(rng, cycles, 0.4)
        stretch = (once * left, once * (1 - left))
    tuck = u(10, 45) if u() < 0.3 else 0.0
    sway, roll = u(0, 0.06), u(-4, 12)
    joints = style.trunk(
        body, len(cycles), u(0, 0.03) * (stretch[0] + stretch[1]), u(-0.02, 0.03), sway * (stretch[1] - stretch[0]),
        roll * (stretch[0] - stretch[1]),
    )  # fmt: skip
    nod(joints, u(-20, 15) * (stretch[0] + stretch[1]))
    style.stand(joints, body)
    across, soft, flex = u(-0.15, 0.08), u(0.0, 0.3), u(-8, 25)
    for side, sign in SIDES:
        out, lifted = stretch[side], stretch[1 - side]
        curl = tuck * np.sin(np.pi * np.clip(out * 2, 0, 1)) ** 2 * (out < 0.5)
        knee = up * out - curl
        style.lift_leg(joints, body, side, knee, (up - 90 - flex) * out)
        arm = np.broadcast_to(style.hand(body, sign), (len(cycles), 3)) - joints[:, 1 + side]
        axis = np.broadcast_to([1.0, 0.0, 0.0], arm.shape)
        lift = rotated(arm, axis, -high * lifted) * (1 - soft * np.sin(np.pi * lifted))[:, None]
        hand = joints[:, 1 + side] + lift + point(-sign * across * lifted, 0, 0)
        reach(joints, body, side, hand, [sign * 0.6, -0.2, -0.8])
    return joints


def donkey_kicks(rng: Rng, body: Body, cycles: Array) -> Array:
    """One bent leg kicks back and up to the ceiling, several times, then the other; both hands or forearms stay."""
    u = rng.uniform
    high = u(55, 122)
    style = AllFours.draw(rng, body, 0.3)
    kick, tuck = repetition(rng, cycles, 0.35), u(5, 50)
    left = blocks(rng, cycles)
    if u() < 0.5:
        tuck = 0.0  # the knee touches the floor in between
    else:
        left = np.full(len(cycles), float(rng.integers(2)))
    fold = u(-20, 12) if u() < 0.75 else -u(45, 85)  # the knee stays bent, or straightens at the top
    way = kick * (high + tuck) - tuck
    roll, sway, dip = u(-2, 14), u(0, 0.05), u(0, 0.05)
    side = 2 * left - 1
    joints = style.trunk(body, len(cycles), u(-0.03, 0.05) * kick, -dip * kick, -sway * side * kick, roll * kick * side)
    nod(joints, u(-25, 10) * kick)
    style.stand(joints, body)
    for limb in (LEFT, RIGHT):
        own = left if limb == LEFT else 1 - left
        style.lift_leg(joints, body, limb, way * own, (np.maximum(way, 0) + kick * fold) * own)
    return joints


def cat_cow(rng: Rng, body: Body, cycles: Array) -> Array:
    """Hands and knees stay while the back rounds with the chin to the chest, then hollows with the head up.

    Thirteen joints have no spine: it shows in the head, in shoulders that rise and sink between the arms, in hips that
    rock, and in shoulders and hips that come nearer when the back is round.
    """
    u = rng.uniform
    down, up = u(25, 75), u(10, 65)
    style = AllFours.draw(rng, body)
    round_ = repetition(rng, cycles, 0.45)
    if u() < 0.5:
        round_ = 1 - round_
    style = replace(style, head=u(-10, 15), top=style.top - 0.02)
    rise = u(0.005, 0.05) * (round_ - 0.6)
    rock = u(-0.03, 0.07) * (round_ - 0.5)
    joints = style.trunk(body, len(cycles), rock, rise)
    late = u(0, 1) * 0.08
    lag = np.clip(round_ + late * np.sin(2 * np.pi * round_), 0, 1)
    nod(joints, down * lag - up * (1 - lag))
    joints[:, 7:] += spine(joints)[:, None] * (u(0, 0.08) * body.trunk * round_)[:, None, None]
    return style.stand(joints, body)


def thoracic_rotations(rng: Rng, body: Body, cycles: Array) -> Array:
    """One hand behind the head, its elbow opens to the ceiling and comes back down, several times on a side.

    The chest turns with it; the other hand, or forearm, stays; hips over the knees or back on the heels.
    """
    u = rng.uniform
    open_, under = u(25, 80), u(-5, 40)
    sit = u() < 0.3
    under = min(under, 12) if sit else under
    style = AllFours.draw(rng, body, 0.45 if sit else 0.1, (-0.32, -0.18) if sit else (-0.14, 0.06))
    left, turn = rng.integers(2), repetition(rng, cycles, 0.35)
    which = 2 * left - 1
    angle = turn * (open_ + under) - under
    rise = body.shoulders / 2 * np.sin(np.radians(angle)) * u(0.6, 1)  # the arm that stays is kept straight
    joints = style.trunk(
        body,
        len(cycles),
        u(-0.04, 0.02) * turn,
        rise,
        -which * u(0, 0.06) * turn,
        which * angle * u(0, 0.2),
    )
    twist(joints, which * angle * 0.9)
    nod(joints, u(-10, 20), -which * (u(-10, 25) * (1 - turn) - u(0, 25) * turn))
    style.stand(joints, body)
    free = LEFT if left else RIGHT
    behind_head(joints, body, free, SIDES[free][1], u(0, 0.7))
    return off_floor(joints)


MOVES: dict[str, Exercise] = {
    "Bird Dog": Exercise(bird_dog, (1.2, 5.0)),
    "Donkey Kicks": Exercise(donkey_kicks, (1.2, 4.0)),
    "Cat-Cow Pose": Exercise(cat_cow, (2.5, 9.0)),
    "Quadruped Thoracic Spine Rotations": Exercise(thoracic_rotations, (1.5, 6.0)),
}
