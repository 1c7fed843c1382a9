"""Exercises on one leg: kicks to the front, knee to elbow at the side, a leg lifted sideways."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensegraph.training.motion.arms import hold_arms
from sensegraph.training.motion.body import Angles, Body, pose
from sensegraph.training.motion.exercise import Exercise, Rng, right_handed
from sensegraph.training.motion.moves.footing import guard, loaded, look, on_foot, swing_arms, uneven
from sensegraph.training.motion.moves.phases import airborne, keyed, lopsided, turns, unhurried
from sensegraph.training.motion.rhythm import excursion

Array = NDArray[np.float64]


@unhurried
def kick_left(rng: Rng, body: Body, cycles: Array) -> Array:
    """The left leg swings or snaps to the front, knee nearly straight at the top; the other one stands.

    High knees keep the shin hanging; a squat kick begins with a squat.
    """
    return standing_kicks(rng, body, cycles, np.ones_like(cycles), np.zeros_like(cycles))


@unhurried
def kick_in_turn(rng: Rng, body: Body, cycles: Array) -> Array:
    """Kicks to the front, left and right in turn."""
    return standing_kicks(rng, body, cycles, *turns(cycles))


def standing_kicks(rng: Rng, body: Body, cycles: Array, left: Array, right: Array) -> Array:
    """Front kicks of the legs whose turn it is; `left` and `right` (frames,) are 0 or 1."""
    u = rng.uniform
    angles = Angles(len(cycles))
    stance, soft, behind = u(2, 12), u(0, 16), u(0, 28) * (u() < 0.3)
    rest = u(0, 0.35)
    level = front_kick(rng, angles, cycles, (left, right), (rest / 2, 1 - rest / 2), stance, soft)
    if right.max() == 0:  # a fighter's stance: the kicking leg starts from behind
        angles.values["thigh_flexL"] = angles.get("thigh_flexL") - behind * (1 - level)
        angles.values["shank_flexL"] = angles.get("shank_flexL") - behind * (1 - level)
    angles.set(lean=u(-6, 8) + level * u(-22, 22), roll=(right - left) * level * u(-2, 6))
    kick_arms(rng, angles, left * level, right * level)
    joints = pose(body, uneven(rng, angles))
    return look(on_foot(joints, body, stance, loaded(left * level, right * level)), u(-10, 25))


def front_kick(
    rng: Rng,
    angles: Angles,
    cycles: Array,
    whose: tuple[Array, Array],
    span: tuple[float, float],
    stance: float,
    soft: Array | float,
) -> Array:
    """Set the legs of a kick to the front between two places of the cycle; returns its level (frames,) 0..1.

    Args:
        rng: source of the style: straight or snapping, to knee or to chest height.
        angles: the body; thighs and shanks are set.
        cycles: phase in repetitions (frames,).
        whose: 1 while the left and the right leg kick (frames,).
        span: where in the cycle the foot leaves the floor and where it is back.
        stance: abduction of the legs at rest, degrees.
        soft: how much the standing knee gives, degrees (its thigh forward, its shank back).
    """
    u = rng.uniform
    begin, end = span

    def at(share: float) -> float:
        return begin + (end - begin) * share

    peak, top, hold = u(50, 112), u(0.38, 0.58), u(0.02, 0.08)
    thigh = keyed(cycles, [at(0), at(top - hold), at(top + hold), at(1)], [0, 1, 1, 0])
    if u() < 0.5:
        fold, back = u(10, 65), u(0, 60)
        shank = keyed(
            cycles, [at(0), at(top - 0.18), at(top), at(top + 0.2), at(1)], [0, -fold, peak * u(0.75, 1), -back, 0]
        )
    else:
        shank = thigh * peak * u(0.72, 1) - u(0, 45) * keyed(cycles, [at(0), at(top * 0.5), at(top)], [0, 1, 0])
    inward, turnout = stance + u(0, 6), u(-4, 8)
    for side, kicks, stands in (("L", whose[0], whose[1]), ("R", whose[1], whose[0])):
        angles.values["thigh_flex" + side] = kicks * thigh * peak + (1 - kicks * thigh) * soft
        angles.values["shank_flex" + side] = kicks * shank - (1 - kicks * thigh) * soft
        angles.values["thigh_abduct" + side] = stance + kicks * thigh * turnout - stands * thigh * inward
        angles.values["shank_abduct" + side] = angles.values["thigh_abduct" + side]
    return thigh


def kick_arms(rng: Rng, angles: Angles, left: Array, right: Array) -> None:
    """In guard, swinging, reaching for the toes with the other hand, spread for balance or held."""
    u = rng.uniform
    style = rng.integers(6)
    if style <= 1:
        guard(rng, angles)
    elif style == 2:
        swing_arms(rng, angles, left, right)
    elif style == 3:
        lift, rest = u(50, 110), u(-10, 110)
        angles.set(upper_arm_abduct=u(0, 20), forearm_abduct=u(-10, 15))
        for side, arm in (("L", right), ("R", left)):
            angles.values["upper_arm_flex" + side] = rest + arm * (lift - rest)
            angles.values["forearm_flex" + side] = rest + u(0, 30) + arm * (lift - rest)
    elif style == 4:
        angles.set(upper_arm_abduct=u(25, 95), forearm_abduct=u(10, 95), forearm_flex=u(0, 40))
    else:
        hold_arms(rng, angles)


@unhurried
def standing_oblique_crunches(rng: Rng, body: Body, cycles: Array) -> Array:
    """A knee comes up at the side and the elbow of the same side down to it; the other foot stays on the floor."""
    return oblique_crunches(
        rng, body, cycles, *(turns(cycles) if rng.uniform() < 0.6 else (cycles * 0 + 1, cycles * 0))
    )


def oblique_crunches(rng: Rng, body: Body, cycles: Array, left: Array, right: Array, hop_s: float = 0.0) -> Array:
    """Knee and elbow of one side meet beside the trunk, hands at the head.

    Args:
        rng: source of the style.
        body: segment lengths.
        cycles: phase in repetitions (frames,).
        left: 1 while it is the left side's turn (frames,).
        right: 1 while it is the right side's turn (frames,).
        hop_s: time of the standing leg in the air, seconds; 0 = it stands.
    """
    u = rng.uniform
    angles = Angles(len(cycles))
    shaped = lopsided(cycles, u(0.4, 0.6))
    level = excursion(shaped, u(0, 0.25), u(0, 0.3))
    stance, soft, inward = u(2, 16), u(0, 14), u(0, 6)
    give = soft + (u(8, 28) * excursion(cycles + 0.5) if hop_s else 0.0)
    thigh, open_, shank, shank_open = u(45, 100), u(18, 62), u(-25, 35), u(-5, 30)
    for side, up, stands in (("L", left * level, right * level), ("R", right * level, left * level)):
        angles.values["thigh_flex" + side] = (1 - up) * give + up * thigh
        angles.values["shank_flex" + side] = -(1 - up) * give + up * shank
        angles.values["thigh_abduct" + side] = stance + up * (open_ - stance) - stands * (stance + inward)
        angles.values["shank_abduct" + side] = stance + up * (shank_open - stance) - stands * (stance + inward)
    bow = level * u(12, 42)
    angles.set(roll=(left - right) * bow, lean=u(-4, 8) + level * u(-4, 22), twist=(right - left) * level * u(-5, 15))
    elbow_out, elbow_ahead, elbow_in, draw_in = u(45, 100), u(-15, 40), u(-5, 50), u(-10, 40)
    fore, fore_in = u(140, 185), u(10, 55)
    for side, up, other in (("L", left, right), ("R", right, left)):
        angles.values["upper_arm_abduct" + side] = elbow_out - up * level * (elbow_out - elbow_in) + other * bow
        angles.values["upper_arm_flex" + side] = elbow_ahead + up * level * draw_in
        angles.values["forearm_flex" + side] = fore - up * level * u(0, 20)
        angles.values["forearm_abduct" + side] = -fore_in - up * bow * 0.5 + other * bow * 0.5
    angles.set(jump=airborne(cycles, u(0.35, 0.5), hop_s)[0])
    joints = on_foot(pose(body, uneven(rng, angles)), body, stance, loaded(left * level, right * level))
    return look(joints, u(-8, 12) + level * u(0, 20), (left - right) * level * u(0, 30))


@unhurried
def hip_abductions(rng: Rng, body: Body, cycles: Array) -> Array:
    """One straight leg goes out to the side and back; trunk upright or leaning away, the other leg stands."""
    u = rng.uniform
    angles = Angles(len(cycles))
    left, right = turns(cycles) if u() < 0.15 else (cycles * 0 + 1, cycles * 0)
    level = excursion(lopsided(cycles, u(0.35, 0.65)), u(0, 0.35), u(0, 0.4))
    stance, soft, away, crossing = u(0, 8), u(0, 12), u(0, 9), u(0, 10) * (u() < 0.3)
    peak, bent, shift = stance + u(16, 52), u(0, 18), u(0, 0.5)
    ahead = peak * u(-0.35, 0.25)
    for side, up, stands in (("L", left, right), ("R", right, left)):
        out = stance + up * (level * (peak - stance) - (1 - level) * crossing) - stands * (shift + level) * away
        angles.values["thigh_abduct" + side] = out
        angles.values["shank_abduct" + side] = out + up * level * u(-8, 4)
        angles.values["thigh_flex" + side] = up * (level * ahead + (1 - level) * crossing) + (1 - up) * soft
        angles.values["shank_flex" + side] = up * (level * (ahead - bent) + (1 - level) * crossing) - (1 - up) * soft
    angles.set(roll=(right - left) * (u(-4, 5) + level * u(0, 26)), lean=u(-4, 10) + level * u(-3, 10))
    abduction_arms(rng, angles, level)
    weight = np.where(left > 0, 0.5 - 0.5 * np.clip(3 * level, 0, 1), 0.5 + 0.5 * np.clip(3 * level, 0, 1))
    return look(on_foot(pose(body, uneven(rng, angles)), body, stance, weight), u(-8, 25), u(-20, 20))


def abduction_arms(rng: Rng, angles: Angles, level: Array) -> None:
    """Held anyhow, spread with the leg, or one hand on a chair or a wall beside or before the body."""
    u = rng.uniform
    hold_arms(rng, angles)
    draw = u()
    if draw < 0.35:
        holding = "R" if u() < 0.8 else "L"
        angles.values["upper_arm_flex" + holding] = u(-5, 80)
        angles.values["upper_arm_abduct" + holding] = u(10, 75)
        angles.values["forearm_flex" + holding] = u(20, 95)
        angles.values["forearm_abduct" + holding] = u(5, 75)
    elif draw < 0.5:
        rest, spread = u(5, 85), u(0, 60)
        angles.set(
            upper_arm_abduct=rest + level * spread, forearm_abduct=rest + level * spread, upper_arm_flex=u(0, 20)
        )
        angles.set(forearm_flex=u(0, 40))


MOVES: dict[str, Exercise] = {
    "Standing Kicks (left)": Exercise(kick_left, (0.85, 2.6), sided=True),
    "Standing Kicks (right)": right_handed(Exercise(kick_left, (0.85, 2.6))),
    "Standing Kicks (alternating)": Exercise(kick_in_turn, (0.8, 2.4)),
    "Standing Oblique Crunches": Exercise(standing_oblique_crunches, (0.7, 2.6)),
    "Hip Abductions": Exercise(hip_abductions, (0.8, 3.2)),
}
