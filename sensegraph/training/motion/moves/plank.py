"""Movements in the plank, face down on hands or forearms; the head points to +z, the toes stay near z = 0."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensegraph.training.motion.body import Body
from sensegraph.training.motion.exercise import Exercise
from sensegraph.training.motion.limbs import LEFT, pitched, point, point_arm, point_leg, reach, step, torso, unit
from sensegraph.training.motion.moves.floor import (
    SIDES,
    leftward,
    mix,
    neck,
    nod,
    off_floor,
    repetition,
    rotated,
    spine,
    strokes,
    tremble,
    twist,
)
from sensegraph.training.motion.moves.phases import keyed
from sensegraph.training.motion.moves.prone import Prone, slopes
from sensegraph.training.motion.rhythm import wander

Array = NDArray[np.float64]
Rng = np.random.Generator


def plank(rng: Rng, body: Body, cycles: Array) -> Array:
    """Held on straight arms or forearms, rarely on the knees; hips high or sagging, trembling, breathing."""
    u, frames = rng.uniform, len(cycles)
    style = Prone.draw(rng, body, 0.12)
    pike = style.pike + wander(rng, frames, -5, 5, u(1, 4))
    if u() < 0.4:
        height = style.top - np.abs(tremble(rng, frames, 0.01))
        return style.arms(style.trunk(body, height, pike, wander(rng, frames, -0.01, 0.01, 2)), body)
    tilt = u(-14, 14) + wander(rng, frames, -5, 5, u(2, 4))  # the upper arms rock about the elbows
    joints = style.trunk(body, 0.04 + body.upper_arm * np.cos(np.radians(tilt)) + tremble(rng, frames), pike)
    inward = u(-0.3, 0.75)
    for side, sign in SIDES:
        point_arm(joints, body, side, pitched(180 - tilt) + point(sign * u(-0.05, 0.15), 0, 0), [-sign * inward, 0, 1])
    return joints


def side_plank(rng: Rng, body: Body, cycles: Array) -> Array:
    """The body on its side, on the left hand or forearm, head to +x; the other arm up, on the hip or along."""
    u, frames = rng.uniform, len(cycles)
    dip = u(-12, 14)
    forearm, knees = u() < 0.55, u() < 0.2
    arm = body.upper_arm if forearm else (body.upper_arm + body.forearm) * 0.98
    leg = body.thigh if knees else body.thigh + body.shank
    sag = dip + wander(rng, frames, -6, 4, u(1, 3)) - (u(5, 18) * repetition(rng, cycles) if u() < 0.2 else 0)
    reclined = u(-8, 16)  # the supporting arm slants towards the feet
    support = 0.04 + arm * np.cos(np.radians(reclined))
    tilt = np.arctan2(support + body.shoulders * 0.45 - 0.1, leg + body.trunk)
    legs, trunk = slopes(support + body.shoulders / 2 * np.cos(tilt) - 0.1 + tremble(rng, frames), sag, leg, body.trunk)
    up = pitched(90 - trunk)[:, [2, 1, 0]]
    hips = point(0, 0.1, 0) + pitched(90 - legs)[:, [2, 1, 0]] * leg
    turn = u(-25, 22) + wander(rng, frames, -4, 4, u(1.5, 4))
    joints = torso(body, hips, up, rotated(np.cross(up, [0.0, 0.0, 1.0]), up, turn * 0.7))
    twist(joints, turn * 0.3)
    nod(joints, u(-15, 25), u(-45, 45))
    slant = np.sin(np.radians(reclined))
    forward = unit([u(-0.2, 0.9), 0, 1])
    point_arm(joints, body, LEFT, [slant, -1, u(-0.1, 0.15)], forward if forearm else None)
    free_arm(rng, joints, body)
    spread, lift = (u(-0.2, 0.25) if u() < 0.4 else 0.0), (u(10, 40) if u() < 0.1 else u(-2, 3))
    for side, sign in SIDES:
        way = -pitched(90 - legs)[:, [2, 1, 0]] + [0, 0, sign * spread]
        if side != LEFT:
            way = rotated(way, np.broadcast_to([0.0, 0.0, 1.0], way.shape), -lift)
        point_leg(joints, body, side, way, [-0.35, 0, -1] if knees else None)
    return joints


def free_arm(rng: Rng, joints: Array, body: Body) -> None:
    """The upper (right) arm of a side plank, in place: up, on the hip, along the body, to the floor or to the head."""
    u = rng.uniform
    out, along = -leftward(joints), spine(joints)
    style = rng.choice(["up", "hip", "along", "floor", "head"], p=[0.5, 0.25, 0.11, 0.07, 0.07])
    if style == "up":
        point_arm(joints, body, 1, out + along * u(-0.3, 0.4) + point(0, 0, u(-0.2, 0.3)))
    elif style == "hip":
        reach(joints, body, 1, joints[:, 8] + out * 0.05 + along * u(0, 0.12), out + point(0, 0, u(-0.6, 0.2)))
    elif style == "along":
        point_arm(joints, body, 1, -along + out * u(0, 0.2))
    elif style == "floor":
        reach(joints, body, 1, (neck(joints) - along * 0.15) * [1, 0, 1] + [0, 0.03, u(0.15, 0.3)], out)
    else:
        reach(joints, body, 1, joints[:, 0] - [0, 0, 0.15], out + along * 0.4)


def plank_taps(rng: Rng, body: Body, cycles: Array) -> Array:
    """In the plank one hand touches the other shoulder, then the other hand; the weight goes to the hand that stays."""
    u = rng.uniform
    style = Prone.draw(rng, body, 0.2)
    lifts = strokes(rng, cycles, 1.0)
    lean, roll = u(0, 0.06), u(-4, 14)
    height = style.top - u(0, 0.03) * (lifts[0] + lifts[1])
    joints = style.trunk(body, height, style.pike, lean * (lifts[1] - lifts[0]), roll * (lifts[0] - lifts[1]))
    lower, out, short = u(-0.04, 0.12), u(0.1, 0.8), u(0.75, 1)
    for side, sign in SIDES:
        goal = joints[:, 2 - side] + [sign * 0.05, -0.07, -lower]
        hand = mix(style.hand(body, sign), goal, lifts[side] * short) + point(sign * u(0, 0.03), 0, 0)
        reach(joints, body, side, hand, mix(style.elbow(sign), [sign * out, -0.5, -0.6], lifts[side]))
    return joints


def moving_plank(rng: Rng, body: Body, cycles: Array) -> Array:
    """From the hands to the forearms and up again, one arm after the other; the shoulders tilt in between."""
    u = rng.uniform
    style = Prone.draw(rng, body, 0.15)
    edges = np.sort(np.array([u(0.02, 0.2), u(0.22, 0.3), u(0.42, 0.55), u(0.6, 0.72)]))
    phase, first = cycles % 1.0, np.floor(cycles) % 2 if u() < 0.5 else np.zeros(len(cycles))
    lag, length = u(0.12, 0.2), u(0.18, 0.26)

    def ramp(begin: float) -> Array:
        return np.asarray(0.5 - 0.5 * np.cos(np.pi * np.clip((phase - begin) / length, 0, 1)))

    leading = ramp(edges[0]) - ramp(edges[2])
    following = ramp(edges[0] + lag) - ramp(min(edges[2] + lag, 1 - length))
    lows = [np.where(first == side, leading, following) for side in (0, 1)]
    drop = style.top - 0.04 - body.upper_arm * 0.98
    tilt = u(0.35, 0.7)
    heights = [style.top - drop * ((1 + tilt) / 2 * lows[i] + (1 - tilt) / 2 * lows[1 - i]) for i in (0, 1)]
    roll = np.degrees(np.arcsin(np.clip((heights[0] - heights[1]) / body.shoulders, -0.7, 0.7)))
    sway = u(0, 0.04) * (lows[0] - lows[1])
    joints = style.trunk(body, (heights[0] + heights[1]) / 2, style.pike + u(-5, 10) * lows[0] * lows[1], sway, roll)
    inward = u(0, 0.1)
    for side, sign in SIDES:
        high = style.hand(body, sign)
        low = high + point(-sign * inward, 0, body.forearm * 0.97 - style.ahead)
        lift = 0.05 * np.sin(np.pi * lows[side])
        reach(joints, body, side, mix(high, low, lows[side]) + point(0, lift, 0), [sign * 0.5, -1, -1])
    return joints


def pushups(rng: Rng, body: Body, cycles: Array) -> Array:
    """Hands fixed, the body goes down and up as a plank; on toes or knees, wide or narrow, deep or partial."""
    u = rng.uniform
    deep = u(0.4, 1)
    width = (0.5, 1.0) if u() < 0.2 else (0.9, 1.9)
    style = Prone.draw(rng, body, 0.28, u(0.1, 0.6) if u() < 0.15 else 0.0, width)
    depth = repetition(rng, cycles) * deep
    lowest = style.bench + u(0.1, 0.17)
    worm = u(-14, 10) * (depth * (1 - depth) if u() < 0.5 else depth)  # the hips follow late, or sink most
    joints = style.trunk(body, style.top - depth * (style.top - lowest), style.pike + worm)
    nod(joints, u(-25, 20) * depth)
    return off_floor(style.arms(joints, body))


def mountain_climbers(rng: Rng, body: Body, cycles: Array) -> Array:
    """The knees run to the chest in turn, the hands stay: slow or as a run, straight, outside or across."""
    u = rng.uniform
    style = Prone.draw(rng, body, 0, u(0.1, 0.5) if u() < 0.12 else 0.0)
    drives = strokes(rng, cycles, 2.0)
    both = drives[0] + drives[1]
    bounce = u(0, 9) * both
    pike = style.pike + u(0, 14) + bounce
    sway = u(-0.03, 0.03) * (drives[0] - drives[1])
    joints = style.trunk(body, style.top - u(0, 0.03) * both, pike, sway, u(-5, 5) * (drives[0] - drives[1]))
    hips, _ = style.hips(body, np.array([style.top]))
    depth, across, low, arc = u(0.6, 1.0), u(-0.22, 0.12), u(0.08, 0.24), u(0.0, 0.1)
    front = hips[0, 2] + u(-0.12, 0.12)
    for side, sign in SIDES:
        drive = drives[side]
        near = point(sign * (style.feet - min(across, style.feet + 0.06)), low, front)
        foot = mix(point(sign * style.feet, style.toes, 0), near, drive * depth)
        foot[:, 1] += arc * np.sin(np.pi * drive)
        step(joints, body, side, foot, [-sign * across, -1, 0.35] + drive[:, None] * [-sign * across * 3, 0.9, 1.2])
    return off_floor(style.arms(joints, body))


def burpees(rng: Rng, body: Body, cycles: Array) -> Array:
    """Stand, hands to the floor, feet back to the plank, perhaps a push-up, feet to the hands, jump with the arms up.

    Beginners step back and forth, one foot after the other, and stretch instead of jumping; some drop to the chest.
    """
    u = rng.uniform
    style = Prone.draw(rng, body, 0.0, width=(0.8, 1.6))
    fold, jump, pushup = u(62, 98), (0.0 if u() < 0.25 else u(0.03, 0.3)), (0.0 if u() < 0.4 else u(0.4, 1))
    stand, leg = u(0, 0.12), body.thigh + body.shank
    steps = u(0.3, 0.5) if u() < 0.3 else 0.0
    feet_s, hold = u(0.7, 0.9) * (1 + 1.6 * steps), u(0.9, 1.5) if pushup else u(0.1, 0.6)
    times = np.cumsum([stand, u(1.1, 1.5), feet_s, hold, feet_s * u(0.95, 1.2), u(1.9, 2.4), 0.9])
    times = times / times[-1] * u(0.9, 0.97)
    down, back, away, home, top, land = times[1:]
    at = [0.0, times[0], down, back, (back + away) / 2, away, home, top, land]

    shoulders = style.hand(body, 1)[2] - style.ahead
    crouch = np.array([0, style.top, shoulders]) - pitched(fold) * body.trunk
    feet, tall = crouch[2] + u(-0.02, 0.22), 0.08 + leg * 0.995
    low = style.top - pushup * (style.top - u(0.1, 0.16))
    places, ups = style.hips(body, np.array([style.top, low]))
    high, deep = np.column_stack([places[:, 1:], np.degrees(np.arctan2(ups[:, 2], ups[:, 1]))]).tolist()
    upright, folded = [tall, feet - 0.02, u(0, 8)], [crouch[1], crouch[2], fold]
    leap = [tall + jump, feet - 0.02, u(-6, 5)]
    keys = np.array([upright, upright, folded, high, deep, high, folded, leap, upright])
    height, place, pitch = (keyed(cycles, at, key.tolist()) for key in keys.T)
    joints = torso(body, point(0, height, place), pitched(pitch), point(1, 0, 0))
    nod(joints, keyed(cycles, at, [0, 0, *[style.head] * 5, -u(0, 30), 0]))

    wide, lift = u(0.06, 0.22), u(0.03, 0.12)
    swing = np.radians(10 + u(110, 168) * keyed(cycles, [0, home, top, 0.999], [0, 0, 1, 0]))
    for side, sign in SIDES:
        late, early = (steps, 0.0) if side == LEFT else (0.0, steps)
        leave, arrive = down + late * (back - down), back - early * (back - down)
        begin, end = away + late * (home - away), home - early * (home - away)
        out = keyed(cycles, [0, leave, arrive, begin, end], [0, 0, 1, 1, 0])
        foot = mix([sign * wide, 0.08, feet], [sign * style.feet, style.toes, 0], out)
        foot[:, 1] += lift * 4 * out * (1 - out) + keyed(cycles, [0, home, top, land], [0, 0, jump, 0])
        step(joints, body, side, foot, [sign * (0.1 + wide), 0.15, 1])
        on_floor = keyed(cycles, [times[0], down, home, home + (top - home) * 0.5], [0, 1, 1, 0])
        free = joints[:, 1 + side] + 0.96 * (body.upper_arm + body.forearm) * unit(
            point(sign * 0.15, -np.cos(swing), np.sin(swing))
        )
        hand = mix(free, style.hand(body, sign), on_floor)
        reach(joints, body, side, hand, mix([sign * 0.6, -0.3, -0.6], style.elbow(sign), on_floor))
    return off_floor(joints)


MOVES: dict[str, Exercise] = {
    "Plank": Exercise(plank, (3.0, 6.0), counted=False),
    "Side-Plank": Exercise(side_plank, (3.0, 6.0), counted=False),
    "Plank Taps": Exercise(plank_taps, (0.6, 2.2)),
    "Moving Plank": Exercise(moving_plank, (1.6, 5.0)),
    "Pushups": Exercise(pushups, (0.8, 3.8)),
    "Mountain Climbers": Exercise(mountain_climbers, (0.36, 1.6)),
    "Burpees": Exercise(burpees, (2.7, 7.0)),
}
