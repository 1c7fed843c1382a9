"""Shadow boxing: single punches, combinations of two, and bouncing on the spot.

The left hand leads (orthodox stance); labels that name no side are mirrored at random, which gives the southpaws.
Jab: the leading hand straight ahead with little turn of the shoulders. Cross: the rear hand straight, driven by the
hips and shoulders. Hook: bent arm, swung in from the side at shoulder height. Uppercut: bent arm, from below.
A second punch comes from the other hand (cross, then lead hook or lead uppercut; jab, then rear uppercut). "Jab-Hook"
does not say which hand hooks: mostly the rear one, as in the other pairs, at times the leading one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensegraph.training.motion.body import Body
from sensegraph.training.motion.exercise import Exercise, Move, Rng
from sensegraph.training.motion.limbs import ANKLE_HEIGHT_M, LEFT, RIGHT, point, point_arm, unit
from sensegraph.training.motion.moves.phases import keyed, pace_s, to_and_fro, unhurried
from sensegraph.training.motion.moves.upright import SIGN, Way, about, over, seen_from_chest, upright
from sensegraph.training.motion.rhythm import wander

Array = NDArray[np.float64]
Punch = tuple[str, int]
"""Kind (jab, cross, hook, uppercut) and hand (LEFT, RIGHT)."""

GUARDS: tuple[tuple[Way, Way], ...] = (
    ((0.2, -0.93, 0.3), (-0.2, 0.9, 0.4)),  # fists at the chin
    ((0.15, -0.85, 0.5), (-0.25, 0.75, 0.6)),  # a little away from it
    ((0.3, -0.95, 0.1), (-0.35, 0.5, 0.8)),  # before the chest
    ((0.25, -0.95, 0.0), (-0.1, 0.15, 1.0)),  # low and lazy
)
WINDUPS: dict[str, tuple[Way, Way]] = {
    "jab": ((0.25, -0.95, 0.1), (-0.1, 0.7, 0.7)),
    "cross": ((0.35, -0.9, -0.2), (-0.15, 0.75, 0.65)),
    "hook": ((0.8, -0.55, 0.15), (-0.1, 0.3, 0.9)),
    "uppercut": ((0.2, -0.95, -0.3), (-0.05, -0.25, 0.95)),
}
HITS: dict[str, tuple[Way, Way]] = {
    "jab": ((-0.08, 0.0, 1), (-0.08, 0.02, 1)),
    "cross": ((-0.12, 0.0, 1), (-0.12, 0.02, 1)),
    "hook": ((0.5, 0.02, 0.85), (-0.95, 0.05, 0.3)),
    "uppercut": ((-0.05, -0.3, 0.95), (-0.2, 0.93, 0.3)),
}
"""Upper arm and forearm as directions: of the chest, or of the room for the straight punches."""
STRAIGHT = ("jab", "cross")
TURNS_DEG = {"jab": (2, 20), "cross": (28, 75), "hook": (25, 80), "uppercut": (18, 60)}
LOADS_DEG = {"jab": (0, 5), "cross": (0, 10), "hook": (3, 28), "uppercut": (3, 22)}
"""Turn of the shoulders with the hit, and against it before."""
SHORTEST_S = 0.55
"""Of a punch, there and back."""


@dataclass(frozen=True)
class Stance:
    """How somebody stands in guard: ankles (3,) in metres, the trunk's turn to the left, how straight the legs are."""

    ankles: tuple[Array, Array]
    yaw_deg: float
    stretch: float


def draw_stance(rng: Rng, body: Body, leads: int = LEFT) -> Stance:
    """Draw a boxer's stance with one foot ahead, or the parallel one of a gym class."""
    u = rng.uniform
    square = u() < 0.35
    half, ahead = body.hips * u(0.6, 1.6), u(0, 0.05) if square else u(0.1, 0.36)
    yaw = u(0, 14) if square else u(12, 50)
    sign = SIGN[leads]
    ankles = (
        np.array([half, ANKLE_HEIGHT_M, sign * ahead]),
        np.array([-half, ANKLE_HEIGHT_M, -sign * ahead]),
    )
    return Stance(ankles, -sign * yaw, u(0.89, 0.985))


def guards(rng: Rng) -> dict[int, tuple[Array, Array]]:
    """Directions of upper arm and forearm in the chest for each hand, drawn a little apart."""
    upper, fore = GUARDS[rng.choice(len(GUARDS), p=(0.4, 0.25, 0.2, 0.15))]
    near = about(rng, upper, 0.12), about(rng, fore, 0.12)
    return {side: (about(rng, tuple(near[0]), 0.1), about(rng, tuple(near[1]), 0.15)) for side in SIGN}


def schedule(rng: Rng, cycles: Array, number: int) -> list[tuple[Array, Array]]:
    """Courses 0..1 of winding up and of hitting, each (frames,), for punches one after another."""
    u = rng.uniform
    busy = u(np.clip(number * SHORTEST_S / pace_s(cycles), 0.55, 0.95), 1)
    overlap, peak, stay = u(0, 0.12) if number > 1 else 0.0, u(0.4, 0.52), u(0, 0.1)
    courses = []
    for turn in range(number):
        begin = busy * max(0.0, turn / number - overlap)
        length = busy * min(1.0, (turn + 1) / number + overlap) - begin
        places = [begin + length * share for share in (0, peak * 0.4, peak - stay / 2, peak + stay / 2, 0.999)]
        courses.append((keyed(cycles, places, [0, 1, 0, 0, 0]), keyed(cycles, places, [0, 0, 1, 1, 0])))
    return courses


def combination(*punches: Punch, either: float = 0.0) -> Move:
    """The movement of punches from the guard and back to it.

    Args:
        *punches: kinds and hands, in order.
        either: chance that the last punch comes from the hand of the first one.
    """

    @unhurried
    def move(rng: Rng, body: Body, cycles: Array) -> Array:
        u = rng.uniform
        named = all(kind not in STRAIGHT for kind, _ in punches)  # hooks and uppercuts are told by hand: any stance
        stance = draw_stance(rng, body, RIGHT if named and u() < 0.15 else LEFT)
        chosen = [*punches[:-1], (punches[-1][0], punches[0][1])] if u() < either else list(punches)
        courses = schedule(rng, cycles, len(chosen))
        shoulders, weight = np.full(len(cycles), stance.yaw_deg), np.full(len(cycles), u(0.4, 0.58))
        dip, roll, effort = np.zeros(len(cycles)), np.zeros(len(cycles)), u(0.55, 1)
        for (kind, hand), (windup, hit) in zip(chosen, courses, strict=True):
            swing = hit * effort * u(*TURNS_DEG[kind]) - windup * u(*LOADS_DEG[kind])
            shoulders = shoulders - SIGN[hand] * swing
            weight = weight - SIGN[hand] * (hit - windup) * u(-0.02, 0.2) * (-1 if kind == "jab" else 1)
            low = kind == "uppercut"
            dip = dip + windup * (u(0, 0.08) if low else u(0, 0.03)) + hit * u(-0.01, 0.03)
            roll = roll + SIGN[hand] * windup * (u(0, 14) if low else u(0, 5)) - SIGN[hand] * hit * u(-3, 6)
        joints = boxer(rng, body, cycles, stance, shoulders, weight, dip, roll)
        arms(rng, body, joints, chosen, courses)
        return joints

    return move


def boxer(
    rng: Rng, body: Body, cycles: Array, stance: Stance, shoulders: Array, weight: Array, dip: Array, roll: Array
) -> Array:
    """Joints without arms for courses (frames,): turn of the shoulders, roll (degrees), weight, dip (shares)."""
    u = rng.uniform
    bob = u(0, 0.05) * (u() < 0.6) * (0.5 - 0.5 * np.cos(2 * np.pi * cycles * rng.integers(1, 3)))
    pelvis = stance.yaw_deg * u(0.5, 1) + (shoulders - stance.yaw_deg) * u(0.25, 0.75)
    heel = u(0, 0.07) * np.clip(np.abs(shoulders - stance.yaw_deg) / 50, 0, 1)  # of the foot that pushes
    ankles = []
    for side, sign in SIGN.items():
        pushing = heel * (np.sign(shoulders - stance.yaw_deg) == -sign)
        ankles.append(stance.ankles[side] + point(0.0, pushing, pushing * 0.6))
    share = np.clip(weight, 0.2, 0.8)[:, None]
    place = stance.ankles[LEFT] * share + stance.ankles[RIGHT] * (1 - share)
    feet = ankles[LEFT], ankles[RIGHT]
    stretch = np.clip(stance.stretch - dip - bob, 0.75, 0.99)
    hips = over(body, feet, place[:, 0], place[:, 2] + u(-0.06, 0.03), stretch, (LEFT, RIGHT))
    lean = u(-3, 18) + u(0, 60) * dip
    follow = np.radians(shoulders * u(0, 0.35))
    look = point(np.sin(follow), -u(0, 0.45), np.cos(follow))
    return upright(body, hips, feet, lean, roll + u(-4, 4), shoulders, pelvis, u(0, 25), unit(look))


def arms(
    rng: Rng, body: Body, joints: Array, punches: list[Punch], courses: list[tuple[Array, Array]], drift: float = 0.06
) -> None:
    """Fists in guard, wound up and hitting in their courses, in place; beginners do not reach all the way."""
    u = rng.uniform
    for side, kept in guards(rng).items():
        parts = [seen_from_chest(joints, side, way + wandering(rng, len(joints), drift)) for way in kept]
        for (kind, hand), (windup, hit) in zip(punches, courses, strict=True):
            if hand != side:
                continue
            wound, reached = windup * u(0.1, 1), hit * (u(0.62, 1) if kind in STRAIGHT else u(0.8, 1))
            height = [0, u(-0.2, 0.15), 0]
            for i in (0, 1):
                back = seen_from_chest(joints, side, about(rng, WINDUPS[kind][i], 0.12))
                way = about(rng, HITS[kind][i], 0.1 if kind != "hook" else 0.22) + height
                goal = way * [SIGN[side], 1, 1] if kind in STRAIGHT else seen_from_chest(joints, side, way)
                parts[i] = unit(parts[i] * (1 - wound)[:, None] + back * wound[:, None])
                parts[i] = unit(parts[i] * (1 - reached)[:, None] + unit(goal) * reached[:, None])
        point_arm(joints, body, side, parts[0], parts[1])


def wandering(rng: Rng, frames: int, most: float) -> Array:
    """Small changes (frames, 3) of a direction over time."""
    return np.stack([wander(rng, frames, -most, most, 1.0) for _ in range(3)], axis=-1)


@unhurried
def bounce_steps(rng: Rng, body: Body, cycles: Array) -> Array:
    """In guard, light hops forward and back, or from side to side; no punches. A repetition is out and back.

    Both feet hop together, or one goes ahead and the other follows; unlike in quick feet they never take turns.
    """
    u = rng.uniform
    stance = draw_stance(rng, body)
    way, length = np.radians(u(-25, 25) + (90 if u() < 0.45 else 0)), u(0.05, 0.35)
    lag, fly = (u(0.1, 0.35), u(0.02, 0.05)) if u() < 0.4 else (0.0, u(0.0, 0.07))
    first = rng.integers(2)
    ankles = []
    for side in SIGN:
        steps = cycles * 2 - (lag if side != first else 0.0)
        air = (steps % 1.0 - 0.5) / 0.35
        flight = fly * np.clip(1 - air**2, 0, 1)
        done = np.floor(steps) + 0.5 + 0.5 * np.sin(np.pi / 2 * np.clip(air, -1, 1))
        shift = length * to_and_fro(done)
        ankles.append(stance.ankles[side] + point(np.sin(way) * shift, flight, np.cos(way) * shift))
    feet = ankles[LEFT], ankles[RIGHT]
    share = u(0.42, 0.58)
    middle = share * feet[LEFT] + (1 - share) * feet[RIGHT]
    give = u(0.01, 0.06) * (0.5 + 0.5 * np.cos(4 * np.pi * cycles))
    hips = over(body, feet, middle[:, 0], middle[:, 2], np.clip(stance.stretch - give, 0.75, 0.985), (LEFT, RIGHT))
    sway = u(0, 6) * np.sin(2 * np.pi * cycles + u(0, 6))
    yaw = stance.yaw_deg + sway
    face = unit((0.0, -u(0, 0.4), 1.0))
    joints = upright(body, hips, feet, u(-2, 18) + sway, u(-4, 4), yaw, yaw * u(0.5, 1), u(0, 22), face)
    arms(rng, body, joints, [], [], drift=u(0.03, 0.15))
    return joints


def single(kind: str, hand: int) -> Exercise:
    """One punch, again and again; the hand is told apart only where the label names it."""
    return Exercise(combination((kind, hand)), (0.75, 2.2), sided=kind not in STRAIGHT)


def double(first: Punch, second: Punch, either: float = 0.0) -> Exercise:
    """Two punches as one repetition; the hands are told apart only where the label names them."""
    sided = first[0] not in STRAIGHT
    return Exercise(combination(first, second, either=either), (1.1, 2.8), sided=sided)


MOVES: dict[str, Exercise] = {
    "Boxing Bounce Steps": Exercise(bounce_steps, (0.7, 1.6)),
    "Boxing: Cross": single("cross", RIGHT),
    "Boxing: Cross-Hook": double(("cross", RIGHT), ("hook", LEFT)),
    "Boxing: Cross-Uppercut": double(("cross", RIGHT), ("uppercut", LEFT)),
    "Boxing: Hook Left": single("hook", LEFT),
    "Boxing: Hook Left-Hook Right": double(("hook", LEFT), ("hook", RIGHT)),
    "Boxing: Hook Left-Uppercut Right": double(("hook", LEFT), ("uppercut", RIGHT)),
    "Boxing: Hook Right": single("hook", RIGHT),
    "Boxing: Hook Right-Uppercut Left": double(("hook", RIGHT), ("uppercut", LEFT)),
    "Boxing: Jab": single("jab", LEFT),
    "Boxing: Jab-Cross": double(("jab", LEFT), ("cross", RIGHT)),
    "Boxing: Jab-Hook": double(("jab", LEFT), ("hook", RIGHT), either=0.3),
    "Boxing: Jab-Uppercut": double(("jab", LEFT), ("uppercut", RIGHT)),
    "Boxing: Uppercut Left": single("uppercut", LEFT),
    "Boxing: Uppercut Left-Uppercut Right": double(("uppercut", LEFT), ("uppercut", RIGHT)),
    "Boxing: Uppercut Right": single("uppercut", RIGHT),
}
