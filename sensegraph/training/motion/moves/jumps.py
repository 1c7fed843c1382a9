"""Jumping exercises and running on the spot."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensegraph.training.motion.arms import clasped, hold_arms
from sensegraph.training.motion.body import Angles, Body, planted, pose
from sensegraph.training.motion.exercise import Exercise, Rng
from sensegraph.training.motion.limbs import turned
from sensegraph.training.motion.moves.footing import (
    above_floor,
    carried,
    guard,
    loaded,
    look,
    on_foot,
    swing_arms,
    touch,
    uneven,
    workout_arms,
)
from sensegraph.training.motion.moves.legs import oblique_crunches
from sensegraph.training.motion.moves.phases import airborne, lopsided, striding, to_and_fro, turns, unhurried
from sensegraph.training.motion.moves.squats import lunge, sink
from sensegraph.training.motion.rhythm import excursion, wander

Array = NDArray[np.float64]


@unhurried
def jumping_jacks(rng: Rng, body: Body, cycles: Array) -> Array:
    """Arms go up sideways while the legs jump apart, and back; half jacks, bent arms, or stepping with one leg."""
    u = rng.uniform
    angles = Angles(len(cycles))
    open_ = excursion(lopsided(cycles, u(0.42, 0.58)), u(0, 0.3), u(0, 0.3))
    top, rest = u(78, 182) if u() < 0.8 else u(75, 105), u(0, 25)
    elbow = u(-15, 30) if u() < 0.6 else u(20, 100)
    ahead = u(-5, 35) if u() < 0.6 else u(20, 90)
    angles.set(upper_arm_abduct=rest + open_ * (top - rest), upper_arm_flex=u(-20, 18))
    crook = u(0, 75) * (u() < 0.4) * 4 * open_ * (1 - open_)
    angles.set(forearm_abduct=rest * 0.5 + open_ ** u(0.5, 1.1) * (min(top + elbow, 205) - rest) + crook)
    angles.set(forearm_flex=ahead * (1 - open_) + open_ * u(-25, 20))
    spread, soft, give = u(8, 36), u(0, 22), u(0, 22)
    bend = soft * u(0.3, 1) + give * (0.5 + 0.5 * np.cos(4 * np.pi * cycles))
    angles.set(thigh_flex=bend * u(0.5, 1), shank_flex=-bend * u(0.9, 1.4) - u(0, 14), lean=u(-14, 10))
    narrow = u(-5, 6)
    if u() < 0.22:
        left, right = turns(cycles)
        for side, out in (("L", left), ("R", right)):
            angles.values["thigh_abduct" + side] = narrow + open_ * out * spread
            angles.values["shank_abduct" + side] = narrow + open_ * out * spread * 1.1
        return look(
            on_foot(pose(body, uneven(rng, angles)), body, narrow, loaded(left * open_, right * open_)), u(-12, 12)
        )
    angles.set(thigh_abduct=narrow + open_ * spread, shank_abduct=u(-4, 8) + open_ * spread * u(0.8, 1.25))
    angles.set(jump=airborne(cycles * 2, 0.5, u(0.05, 0.36), 0.7)[0], roll=u(-6, 6))
    return look(pose(body, uneven(rng, angles)), u(-12, 12))


@unhurried
def high_knees(rng: Rng, body: Body, cycles: Array) -> Array:
    """Running or marching on the spot with the knees near hip height."""
    u = rng.uniform
    angles = Angles(len(cycles))
    left, right = striding(cycles, u(0.45, 0.8), u(0.75, 1.3))
    lift, lower, soft = u(62, 118), u(-0.1, 0.45), u(0, 12)
    for side, up in (("L", left), ("R", right)):
        angles.values["thigh_flex" + side] = up * lift + (1 - up) * soft
        angles.values["shank_flex" + side] = -up * lift * lower - (1 - up) * soft
    angles.set(thigh_abduct=u(0, 8), lean=u(-10, 14), roll=(right - left) * u(-2, 6), twist=(left - right) * u(0, 14))
    angles.set(jump=airborne(cycles, 0.0, u(0, 0.2) * (u() < 0.75))[0])
    style = rng.integers(4)
    if style == 1:
        angles.set(upper_arm_flex=u(0, 20), forearm_flex=u(70, 105))
    elif style == 2:
        hold_arms(rng, angles)
    else:
        workout_arms(rng, angles, left, right)
    return look(carried(pose(body, uneven(rng, angles)), u(0.9, 0.99)), u(-10, 15))


@unhurried
def butt_kickers(rng: Rng, body: Body, cycles: Array) -> Array:
    """Running on the spot, thighs hanging, each heel up to the buttock."""
    u = rng.uniform
    angles = Angles(len(cycles))
    left, right = striding(cycles, u(0.45, 0.8), u(0.75, 1.4))
    fold, ahead, soft = u(90, 145), u(-15, 32), u(0, 14)
    for side, up in (("L", left), ("R", right)):
        angles.values["thigh_flex" + side] = up * ahead + (1 - up) * soft
        angles.values["shank_flex" + side] = -up * (fold - max(ahead, 0) * 0.3) - (1 - up) * soft
    angles.set(thigh_abduct=u(0, 10), shank_abduct=u(-4, 8), lean=u(-6, 22), roll=(right - left) * u(-2, 6))
    angles.set(twist=(left - right) * u(0, 14), jump=airborne(cycles, 0.0, u(0, 0.2) * (u() < 0.75))[0])
    if u() < 0.2:  # hands behind the body, palms to the heels
        angles.set(
            upper_arm_flex=-u(10, 45), upper_arm_abduct=u(10, 35), forearm_flex=-u(5, 45), forearm_abduct=-u(0, 35)
        )
    else:
        workout_arms(rng, angles, left, right)
    return look(carried(pose(body, uneven(rng, angles)), u(0.92, 0.99)), u(-10, 20))


@unhurried
def quick_feet(rng: Rng, body: Body, cycles: Array) -> Array:
    """Very fast small steps in a half squat, feet apart; a cycle is a step left and a step right."""
    u = rng.uniform
    angles = Angles(len(cycles))
    left, right = striding(2 * cycles, u(0.45, 0.7))
    thigh, shank, stance, lift, tuck = u(14, 62), u(8, 40), u(4, 24), u(5, 26), u(0, 24)
    sway = wander(rng, len(cycles), -4, 6, 0.8)
    for side, up in (("L", left), ("R", right)):
        angles.values["thigh_flex" + side] = thigh + sway + up * lift
        angles.values["shank_flex" + side] = -shank - up * tuck
    angles.set(thigh_abduct=stance, shank_abduct=stance * u(0.4, 1), lean=u(8, 48) + sway)
    angles.set(roll=(right - left) * u(0, 5), twist=(left - right) * u(0, 10))
    draw = u()
    if draw < 0.45:
        guard(rng, angles)
    elif draw < 0.7:
        small = u(0.1, 0.6)
        swing_arms(rng, angles, left * small, right * small)
    elif draw < 0.85:
        angles.set(
            upper_arm_flex=u(0, 55), upper_arm_abduct=u(5, 35), forearm_flex=u(50, 110), forearm_abduct=u(-20, 35)
        )
    else:
        hold_arms(rng, angles)
    joints = carried(pose(body, uneven(rng, angles)), 0.985)
    joints[..., 0] += wander(rng, len(cycles), -0.06, 0.06, 1.2)[:, None]
    return look(joints, u(-25, 15))


@unhurried
def air_jump_rope(rng: Rng, body: Body, cycles: Array) -> Array:
    """Small jumps over a rope that is not there: hands beside the hips circle once per jump."""
    u = rng.uniform
    angles = Angles(len(cycles))
    landing = excursion(cycles + 0.5)
    soft, give, stance = u(0, 16), u(3, 20), u(0, 7)
    bend = soft + landing * give
    thigh, shank = {"L": bend, "R": bend}, {"L": -bend * u(0.8, 1.5), "R": -bend * u(0.8, 1.5)}
    middle = 0.5
    if u() < 0.4:  # one foot after the other: in the air while they change
        middle, (left, right) = 0.0, striding(cycles, u(0.5, 0.75))
        lift, heel = u(4, 55), u(0, 75)
        for side, up in (("L", left), ("R", right)):
            thigh[side], shank[side] = thigh[side] + up * lift, shank[side] - up * heel
    for side in ("L", "R"):
        angles.values["thigh_flex" + side], angles.values["shank_flex" + side] = thigh[side], shank[side]
    angles.set(
        thigh_abduct=stance, shank_abduct=stance, lean=u(-6, 10), jump=airborne(cycles, middle, u(0.12, 0.38), 0.7)[0]
    )
    turn, size, flat = 2 * np.pi * (cycles + u()), u(5, 32), u(0.5, 1.2)
    flex, out = u(5, 82), u(8, 62)
    angles.set(upper_arm_flex=u(-28, 18) + np.sin(turn) * u(0, 8), upper_arm_abduct=u(3, 38) + np.cos(turn) * u(0, 6))
    angles.set(forearm_flex=flex + size * np.sin(turn), forearm_abduct=out + size * flat * np.cos(turn))
    return look(carried(pose(body, uneven(rng, angles)), u(0.9, 0.97)), u(-8, 14))


@unhurried
def bunny_hops(rng: Rng, body: Body, cycles: Array) -> Array:
    """Small hops, feet together, hands still before the chest; on the spot, to and fro, or on and on."""
    u = rng.uniform
    angles = Angles(len(cycles))
    height, hops = airborne(cycles, 0.5, u(0.14, 0.42), 0.6)
    landing = excursion(cycles + 0.5, 0, u(0, 0.3))
    thigh, shank, tuck, stance = u(5, 62), u(5, 42), u(0, 45), u(-1, 5)
    low = u(0.2, 0.7) + landing * u(0.15, 0.5)
    angles.set(thigh_flex=thigh * low + (1 - landing) * tuck * 0.6, shank_flex=-shank * low - (1 - landing) * tuck)
    angles.set(thigh_abduct=stance, shank_abduct=stance * u(0, 1), lean=u(-4, 12) + low * thigh * u(0.1, 0.7))
    way, step = u(), u(0.1, 0.5)
    path = step * (to_and_fro(hops) if way < 0.6 else hops * 0 if way < 0.8 else hops)
    angles.set(jump=height + (1 - landing) * 0.01, **{"x" if 0.45 < way < 0.6 else "z": path})
    bob = (1 - landing) * u(-8, 14)
    if u() < 0.7:  # paws
        angles.set(upper_arm_flex=u(5, 50), upper_arm_abduct=u(0, 28), forearm_flex=u(75, 150) + bob)
        angles.set(forearm_abduct=-u(-8, 40))
    elif u() < 0.6:
        clasped(rng, angles)
    else:
        angles.set(upper_arm_flex=u(-25, 25), upper_arm_abduct=u(3, 20), forearm_flex=u(10, 100) + bob)
    return look(pose(body, uneven(rng, angles)), u(-10, 15))


@unhurried
def jump_lunges(rng: Rng, body: Body, cycles: Array) -> Array:
    """A lunge, and another one with the legs exchanged in the air; the lowest place is at whole cycles."""
    u = rng.uniform
    height, switches = airborne(cycles, 0.5, u(0.2, 0.48), 0.5)
    drop = u(0.7, 1) * excursion(cycles + 0.5, u(0, 0.35), u(0, 0.15)) + u(0, 0.15)
    left = 1 - to_and_fro(switches)
    angles = lunge(rng, body, left, np.ones(len(cycles)), drop)
    if u() < 0.45:
        swing_arms(rng, angles, left, 1 - left)
    elif u() < 0.4:
        throw, up = 1 - drop, u(-30, 130)
        angles.set(
            upper_arm_flex=u(-30, 30) + throw * up, forearm_flex=u(0, 60) + throw * up, forearm_abduct=u(-15, 10)
        )
    angles.set(jump=height)
    return look(above_floor(planted(pose(body, uneven(rng, angles))), body), u(-10, 20))


@unhurried
def jumping_oblique_crunches(rng: Rng, body: Body, cycles: Array) -> Array:
    """Knee to the elbow of the same side, hands at the head, left and right, hopping on the other foot."""
    left, right = turns(cycles)
    return oblique_crunches(rng, body, cycles, left, right, hop_s=rng.uniform(0.14, 0.36))


@unhurried
def puddle_jumps(rng: Rng, body: Body, cycles: Array) -> Array:
    """Wide leaps from side to side, landing on the outer leg or on both, arms swinging; landings at whole cycles."""
    u = rng.uniform
    angles = Angles(len(cycles))
    air = u(0.22, 0.48)
    height, leaps = airborne(cycles, 0.5, air, 0.6)
    side_left = 1 - to_and_fro(leaps)  # 1 standing at the left end
    landing = excursion(cycles + 0.5, u(0, 0.25), u(0, 0.1))
    soft, give, out = u(8, 30), u(10, 50), u(4, 30)
    bend = soft + landing * give
    single = u() < 0.65
    trail, fold, cross = u(-28, 35), u(25, 100), u(-14, 14)
    for side, here in (("L", side_left), ("R", 1 - side_left)):
        free = landing * (1 - here) * single
        angles.values["thigh_flex" + side] = bend * (1 - free) + trail * free
        angles.values["shank_flex" + side] = -bend * u(0.45, 0.85) * (1 - free) + (trail - fold) * free
        legs_apart = u(1, 9) + (1 - landing) * out
        angles.values["thigh_abduct" + side] = legs_apart * (1 - free) + cross * free
        angles.values["shank_abduct" + side] = legs_apart * (1 - free) + cross * free
    tilt = (2 * side_left - 1) * landing
    angles.set(lean=u(-2, 14) + landing * u(0, 38), roll=-tilt * u(-10, 10), twist=-tilt * u(-10, 25))
    leap = min(u(0.35, 1.2), 3.2 * air)
    angles.set(jump=height, x=leap * (side_left - 0.5))
    style = rng.integers(4)
    if style <= 1:
        swing_arms(rng, angles, 1 - side_left, side_left)
    elif style == 2:
        throw, up = 1 - landing, u(20, 120)
        angles.set(upper_arm_flex=-u(0, 35) + throw * up, upper_arm_abduct=u(5, 40) + throw * u(0, 25))
        angles.set(forearm_flex=u(0, 45) + throw * up, forearm_abduct=u(-10, 30))
    else:
        workout_arms(rng, angles, 1 - side_left, side_left)
    return look(above_floor(pose(body, uneven(rng, angles)), body), u(-5, 25))


@unhurried
def snowboarders(rng: Rng, body: Body, cycles: Array) -> Array:
    """Half turns in the air between low wide squats, one hand to the floor at each landing (whole cycles)."""
    u = rng.uniform
    angles = Angles(len(cycles))
    height, leaps = airborne(cycles, 0.5, u(0.26, 0.5), 0.6)
    landing = excursion(cycles + 0.5, u(0, 0.4), 0)
    depth = u(0, 0.2) + 0.8 * landing
    sink(rng, body, angles, depth, u(85, 122), u(8, 26), 24)
    angles.set(lean=angles.get("lean") + depth * u(0, 26), jump=height)
    if u() < 0.5:
        lift = u(0, 90)
        angles.set(upper_arm_flex=(1 - depth) * lift + depth * u(0, 60), upper_arm_abduct=u(10, 75))
        angles.set(forearm_flex=u(10, 60) + (1 - depth) * lift, forearm_abduct=u(0, 60))
    else:
        hold_arms(rng, angles)
    left, right = turns(cycles + 0.5) if u() < 0.6 else (cycles * 0 + 1, cycles * 0)
    angles.set(roll=(left - right) * landing * u(0, 25))
    joints = above_floor(planted(pose(body, uneven(rng, angles))), body)
    near, place, ahead = u(0.85, 1), u(-0.05, 0.3), u(0.05, 0.3)
    feet = joints[:, [11, 12]].mean(axis=1)
    roll_in = np.clip(1.7 * landing - 0.7, 0, 1) * near
    for side, which in ((0, left), (1, right)):
        touch(joints, body, side, roll_in * which, place * (1 - 2 * side), feet[:, 2] + ahead)
    turn = 180 * (to_and_fro(leaps) if u() < 0.8 else leaps)
    return look(turned(joints, turn + u(-40, 40)), u(-10, 20))


MOVES: dict[str, Exercise] = {
    "Jumping Jacks": Exercise(jumping_jacks, (0.65, 2.2)),
    "High Knees": Exercise(high_knees, (0.22, 0.9)),
    "Butt Kickers": Exercise(butt_kickers, (0.25, 0.8)),
    "Quick Feet": Exercise(quick_feet, (0.22, 0.6), counted=False),
    "Air Jump Rope": Exercise(air_jump_rope, (0.33, 0.85)),
    "Bunny Hops": Exercise(bunny_hops, (0.38, 1.3)),
    "Jump Lunges": Exercise(jump_lunges, (0.7, 2.2)),
    "Jumping Oblique Crunches": Exercise(jumping_oblique_crunches, (0.5, 1.4)),
    "Puddle Jumps": Exercise(puddle_jumps, (0.65, 2.0)),
    "Snowboarders": Exercise(snowboarders, (0.95, 2.6)),
}
