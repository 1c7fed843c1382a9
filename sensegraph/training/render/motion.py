"""The movements of the workout: time in seconds to a posture (standing) or a pose (push-ups)."""

import numpy as np

from sensegraph.training.render.array import Array
from sensegraph.training.render.hand import FLAT
from sensegraph.training.render.pose import Pose
from sensegraph.training.render.posture import (
    ANKLE,
    FOREARM,
    HEAD,
    HIPS,
    SHANK,
    SHOULDERS,
    SIDES,
    STANDING,
    THIGH,
    TRUNK,
    UPPER_ARM,
    Posture,
    two_links,
)
from sensegraph.training.render.rotation import FORWARD, UP, heading, moved

TAU = 2 * np.pi


def ease(x: float) -> float:
    """0 before 0, 1 after 1, and a curve without jolts between."""
    x = float(np.clip(x, 0, 1))
    return x * x * x * (10 - 15 * x + 6 * x * x)


def bump(x: float) -> float:
    """0 outside 0..1, a smooth hill of height 1 inside."""
    return float(np.sin(np.pi * np.clip(x, 0, 1)) ** 2)


def excursion(phase: float, out: float, hold: float, back: float) -> float:
    """Depth 0..1..0 of one repetition; the arguments are shares of it, what is left is a pause."""
    away, home = np.clip([phase / out, (phase - out - hold) / back], 0, 1)
    return float(np.cos(np.pi * home) - np.cos(np.pi * away)) / 2


def place(turn: float, x: float, y: float, z: float) -> Array:
    """The point x left, y up, z in front of somebody at the origin who faces `turn` degrees."""
    return heading(turn) @ np.array([x, y, z])


def rest(t: float, turn: float = 0.0, width: float = 0.13, forward: float = 0.0) -> Posture:
    """Standing: weight shifts slowly, the chest breathes, the gaze wanders; the feet stay.

    Args:
        t: Seconds since the film began, so that neighbouring movements agree.
        turn: Heading in degrees.
        width: Half the distance of the ankles, metres.
        forward: Metres in front of the room's middle, along the heading.
    """
    shift = 0.013 * np.sin(TAU * t / 5.3) + 0.005 * np.sin(TAU * t / 3.1 + 1)
    breath = np.sin(TAU * t / 3.3)
    gaze = 5 * np.sin(TAU * t / 6.7) + 3 * np.sin(TAU * t / 4.1 + 2)
    swing = 1.6 * np.sin(TAU * t / 4.4)
    arm = np.array([2 + swing, 8 + 0.8 * breath, 11 + 1.5 * swing, 4.0])
    other = np.array([2 - swing, 8 + 0.8 * breath, 10 - swing, 4.0])
    return Posture(
        pelvis=place(turn, shift, STANDING - 0.003 + 0.002 * breath, forward + 0.004 * np.sin(TAU * t / 4.7)),
        feet=np.array([place(turn, side * width, ANKLE, forward) for _, side in SIDES]),
        turn=np.array([turn, gaze]),
        trunk=np.array([1.2 - 0.9 * breath, -28 * shift, 1.5 * np.sin(TAU * t / 6.1)]),
        arms=np.array([arm, other]),
    )


def turning(t: float, share: float, start: tuple[float, float], end: tuple[float, float]) -> Posture:
    """Step round on the spot: left foot, then right foot; start and end are (heading, half stance width)."""
    left, right = ease(share / 0.48), ease((share - 0.50) / 0.48)
    out = rest(t, start[0] + (end[0] - start[0]) * ease(share))
    for (i, side), part in zip(SIDES, (left, right), strict=True):
        angle = start[0] + (end[0] - start[0]) * part
        width = start[1] + (end[1] - start[1]) * part
        out.feet[i] = place(angle, side * width, ANKLE + 0.045 * np.sin(np.pi * part), 0)
    weight = 0.05 * (bump((share - 0.5) / 0.5) - bump(share / 0.5))
    out.pelvis += place(float(out.turn[0]), weight, -0.006 * bump(share), 0)
    out.trunk[1] -= 25 * weight
    out.turn[1] += 14 * bump(share * 1.4)
    return out


def jumping_jack(t: float, phase: float, first: bool, last: bool) -> Posture:
    """One jump out and back; the knees give at every landing, but not before the first or after the last."""
    spread = excursion(phase, 0.46, 0.06, 0.46)
    swing = excursion(phase, 0.50, 0.02, 0.48)
    air = abs(np.sin(TAU * phase))
    land = (1 - air) ** 2
    land *= (ease(phase / 0.25) if first else 1) * (ease((1 - phase) / 0.25) if last else 1)
    out = rest(t)
    width = 0.13 + 0.33 * spread
    leg = (THIGH + SHANK) * 0.994 - 0.018 * land
    lift = 0.075 * air
    out.pelvis = np.array([0, ANKLE + np.sqrt(leg**2 - (width - HIPS / 2) ** 2) + lift, -0.012 * land])
    out.feet = np.array([[side * width, ANKLE + lift, 0] for _, side in SIDES])
    out.trunk = np.array([1.0 + 3 * land, 0, 0])
    late = excursion(phase - 0.02, 0.50, 0.02, 0.46)
    out.arms[:] = [3, 9 + 150 * swing, 10 - 7 * swing, 6 + 166 * late]
    out.turn[1] *= 0.3
    return out


def squat(t: float, phase: float, turn: float, width: float, depth: float = 1.0) -> Posture:
    """One squat, arms to the front: the hips go back and down over feet that stay."""
    d = depth * excursion(phase, 0.46, 0.06, 0.42)
    out = rest(t, turn, width)
    thigh, shank = np.radians(91 * d), np.radians(31 * d)
    soft = (STANDING - ANKLE) / (THIGH + SHANK)
    low = ANKLE + soft * (THIGH * np.cos(thigh) + SHANK * np.cos(shank))
    back = SHANK * np.sin(shank) - THIGH * np.sin(thigh)
    out.pelvis = out.pelvis + place(turn, 0, low - STANDING, 0.96 * back)
    out.trunk[0] += 37 * d
    reach = depth * excursion(phase, 0.42, 0.12, 0.44)
    out.arms += [82 * reach, -3 * reach, 78 * reach, -1 * reach]
    out.turn[1] *= 1 - d
    return out


def lunge(t: float, phase: float, turn: float, width: float, forward: float, left: bool) -> Posture:
    """Step forward with one leg, sink, push back; hands on the hips, the heel of the standing leg rises."""
    step = ease((phase - 0.02) / 0.30) - ease((phase - 0.60) / 0.30)
    lift = bump((phase - 0.02) / 0.30) + bump((phase - 0.60) / 0.30)
    d = ease((phase - 0.05) / 0.42) - ease((phase - 0.53) / 0.36)
    out = rest(t, turn, width, forward)
    heel = 0.10 * d
    roll = heel / 0.12
    ankle = 0.15 - (0.15 * np.sqrt(1 - roll**2) - 0.05 * roll)
    mover, stayer = (0, 1) if left else (1, 0)
    sign = 1 if left else -1
    out.feet[mover] = place(turn, sign * width, ANKLE + 0.05 * lift, forward + 0.86 * step)
    out.feet[stayer] = place(turn, -sign * width, ANKLE + heel, forward + ankle)
    aside = -sign * 0.03 * bump(phase / 0.3) - sign * 0.02 * bump((phase - 0.6) / 0.4)
    out.pelvis = out.pelvis + place(turn, aside, (0.58 - STANDING) * d, 0.46 * d)
    out.trunk += [5 * d, 0, 0]
    out.arms = on_hips(out.arms)
    out.turn[1] *= 0.4
    return out


def on_hips(arms: Array) -> Array:
    """Arms (2,4) with the hands on the hips, a trace of the given movement kept."""
    return np.array([-16.0, 34, 24, -46]) + 0.3 * (arms - arms.mean(0))


def push_up(depth: float, turn: float) -> Pose:
    """A push-up at depth 0..1: wrists and toes stay; the head points along the heading."""
    leg = THIGH + SHANK
    high = 0.055 + (UPPER_ARM + FOREARM) * (0.965 - 0.60 * depth)
    pitch = np.arcsin((high - 0.185) / (leg + TRUNK))
    axis, belly = np.array([0, np.sin(pitch), np.cos(pitch)]), np.array([0, -np.cos(pitch), np.sin(pitch)])
    toes = np.array([0, 0.185, -0.78])
    hip, neck = toes + axis * leg - belly * 0.015, toes + axis * (leg + TRUNK)
    out = np.zeros((13, 3))
    out[0] = neck + axis * HEAD * 0.77 + belly * HEAD * 0.46
    for i, side in SIDES:
        x = np.array([side, 0.0, 0])
        out[1 + i] = neck + x * SHOULDERS / 2
        out[7 + i], out[9 + i] = hip + x * HIPS / 2, toes + axis * SHANK + x * 0.085
        out[11 + i] = toes + x * 0.08
        wrist = np.array([side * 0.25, 0.05, 0.54])
        hint = np.array([side * 0.75, 0.1, -0.8])
        out[3 + i], out[5 + i] = two_links(out[1 + i], wrist, UPPER_ARM, FOREARM, hint)
    way = heading(turn)
    palms = tuple((way @ moved(FORWARD, side * 0.12, 0, 0), -UP) for _, side in SIDES)
    return Pose(out @ way.T, (FLAT, FLAT), (palms[0], palms[1]))
