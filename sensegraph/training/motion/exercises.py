"""The exercises of the fitness head as parametrised movements."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sensegraph.training.motion.arms import hold_arms
from sensegraph.training.motion.body import ANKLES, HIPS, SIDES, Angles, Body, planted, pose
from sensegraph.training.motion.rhythm import excursion, phase

Array = NDArray[np.float64]
Movement = Callable[[np.random.Generator, Body, int], Array]


def squats(rng: np.random.Generator, body: Body, frames: int) -> Array:
    """Both knees bend, hips go back and down; any arms, narrow to sumo stance."""
    u = rng.uniform
    angles = Angles(frames)
    depth = excursion(phase(rng, frames, u(1.1, 3.6)), u(0, 0.25), u(0, 0.3)) * u(0.6, 1)
    stance = u(2, 20)
    angles.set(thigh_flex=depth * u(75, 122), shank_flex=-depth * u(12, 45), lean=depth * u(8, 55))
    angles.set(thigh_abduct=stance + depth * u(0, 24), shank_abduct=stance - depth * u(0, 14))
    hold_arms(rng, angles, depth)
    return planted(pose(body, angles))


def jumping_jacks(rng: np.random.Generator, body: Body, frames: int) -> Array:
    """Arms swing up sideways while the legs jump apart, and back."""
    u = rng.uniform
    angles = Angles(frames)
    cycles = phase(rng, frames, u(0.75, 1.9))
    open_ = excursion(cycles, u(0, 0.25), u(0, 0.25))
    top, rest, spread = u(105, 178), u(3, 22), u(12, 34)
    angles.set(upper_arm_abduct=rest + open_ * (top - rest), upper_arm_flex=u(-10, 15))
    angles.set(forearm_abduct=rest * 0.5 + open_ * (min(top + u(-15, 40), 205) - rest), forearm_flex=u(-5, 25))
    angles.set(thigh_abduct=2 + open_ * spread, shank_abduct=2 + open_ * spread * u(0.8, 1.1))
    bend = u(0, 18) * (0.5 - 0.5 * np.cos(4 * np.pi * cycles))
    angles.set(thigh_flex=bend, shank_flex=-bend, jump=u(0, 0.14) * np.abs(np.sin(2 * np.pi * cycles)))
    return pose(body, angles)


def pushups(rng: np.random.Generator, body: Body, frames: int) -> Array:
    """Hands fixed, body a tilting plank, on the feet or the knees."""
    depth = excursion(phase(rng, frames, rng.uniform(0.9, 3.6)), rng.uniform(0, 0.25), rng.uniform(0, 0.3))
    return plank(rng, body, depth * rng.uniform(0.55, 1))


def plank(rng: np.random.Generator, body: Body, depth: Array) -> Array:
    """Joints (frames, 13, 3) of a push-up position for a depth 0..1 (frames,); the head points to +z."""
    u = rng.uniform
    arm, knees = body.upper_arm + body.forearm, rng.uniform() < 0.25
    leg = body.thigh if knees else body.thigh + body.shank
    height = arm * (0.97 - depth * u(0.5, 0.75))
    pitch = np.arcsin(np.clip((height - (0.05 if knees else 0.09)) / (leg + body.trunk), -0.2, 0.9))
    sag = np.radians(u(-12, 16))
    axis = np.stack([0 * pitch, np.sin(pitch), np.cos(pitch)], axis=-1)
    leg_axis = np.stack([0 * pitch, np.sin(pitch + sag), np.cos(pitch + sag)], axis=-1)
    normal = np.stack([0 * pitch, -np.cos(pitch), np.sin(pitch)], axis=-1)
    hip = np.array([0, 0.05 if knees else 0.09, 0]) + leg_axis * leg
    neck = hip + axis * body.trunk
    joints = np.zeros((len(depth), 13, 3))
    joints[:, 0] = neck + axis * body.head * 0.9 + normal * body.head * u(0.1, 0.9)
    width, ahead, flare, foot = u(0.9, 1.9), u(-0.06, 0.04), u(0.15, 1), u(0, 1.4)
    for _, side, i in SIDES:
        across = np.array([side, 0, 0])
        joints[:, 1 + i] = neck + across * body.shoulders / 2
        hand = np.array([side * body.shoulders / 2 * width, 0.03, neck[:, 2].mean() + ahead])
        joints[:, 5 + i] = hand
        joints[:, 3 + i] = bent_elbow(body, joints[:, 1 + i], hand, np.array([side * flare, 0, flare - 1.2]))
        joints[:, 7 + i] = hip + across * body.hips / 2
        joints[:, 9 + i] = hip - leg_axis * body.thigh + across * body.hips / 2
        shank = np.array([0, np.sin(foot), -0.8]) if knees else -leg_axis
        joints[:, 11 + i] = joints[:, 9 + i] + shank * body.shank
    return joints


def bent_elbow(body: Body, shoulder: Array, wrist: Array, outward: Array) -> Array:
    """Elbows (n, 3) of a two-link arm that bends to `outward`."""
    reach = wrist - shoulder
    distance = np.linalg.norm(reach, axis=-1, keepdims=True).clip(0.05)
    cosine = (body.upper_arm**2 + distance**2 - body.forearm**2) / (2 * body.upper_arm * distance)
    cosine = cosine.clip(-1, 1)
    out = outward / np.linalg.norm(outward)
    along = reach / distance * body.upper_arm * cosine
    return np.asarray(shoulder + along + out * body.upper_arm * np.sqrt(1 - cosine**2))


def alternating_lunges(rng: np.random.Generator, body: Body, frames: int) -> Array:
    """Step out with one leg and come back with the feet together, then the other leg."""
    u = rng.uniform
    cycles = phase(rng, frames, u(1.5, 3.8))
    depth = excursion(cycles, u(0, 0.2), u(0, 0.25)) * u(0.75, 1)
    first, alternates = rng.integers(2), u() < 0.8
    left: Array = np.full(frames, float(first))
    if alternates:
        left = np.floor(cycles + first) % 2
    front, back, back_shank = depth * u(60, 102), -depth * u(2, 32), -depth * u(65, 108)
    front_shank = -depth * u(-8, 22)
    joints = lunge(rng, body, left, (front, front_shank, back, back_shank), depth)
    if u() < 0.5:
        left_kept, right_kept = (0, 1) if u() < 0.5 else (1, 0)  # 0, 1: a step backwards
        stay = np.where(left[:, None] > 0.5, joints[:, ANKLES[left_kept]], joints[:, ANKLES[right_kept]])
        joints = joints - ((stay - joints[:, HIPS].mean(axis=1)) * [0, 0, u(0.4, 1)])[:, None]
    return joints


def stationary_lunges(rng: np.random.Generator, body: Body, frames: int) -> Array:
    """Feet stay apart, one before the other; the body goes down and up."""
    u = rng.uniform
    depth = excursion(phase(rng, frames, u(1.2, 3.6)), u(0, 0.25), u(0, 0.25)) * u(0.7, 1)
    left = np.full(frames, float(rng.integers(2)))
    front0, back0, shank0 = u(16, 34), -u(14, 32), -u(16, 42)
    front = front0 + depth * (u(62, 100) - front0)
    back = back0 + depth * (-u(2, 30) - back0)
    back_shank = shank0 + depth * (-u(68, 108) - shank0)
    return planted(lunge(rng, body, left, (front, -u(0, 6) - depth * u(-8, 20), back, back_shank), depth))


def lunge(
    rng: np.random.Generator, body: Body, left: Array, legs: tuple[Array, Array, Array, Array], depth: Array
) -> Array:
    """Joints for angles of front thigh, front shank, back thigh, back shank; `left` 1: left leg in front."""
    u = rng.uniform
    angles = Angles(len(depth))
    front, front_shank, back, back_shank = legs
    for side, ahead in (("L", left), ("R", 1 - left)):
        angles.values["thigh_flex" + side] = ahead * front + (1 - ahead) * back
        angles.values["shank_flex" + side] = ahead * front_shank + (1 - ahead) * back_shank
    angles.set(thigh_abduct=u(0, 9), shank_abduct=u(0, 6), lean=u(-5, 8) + depth * u(-4, 26))
    hold_arms(rng, angles, depth)
    return pose(body, angles)


def high_knees(rng: np.random.Generator, body: Body, frames: int) -> Array:
    """Running or marching on the spot with the knees near hip height."""
    u = rng.uniform
    angles = Angles(frames)
    cycles = phase(rng, frames, u(0.42, 1.5))
    lift, sharpness, lower = u(62, 118), u(0.75, 1.3), u(-0.3, 0.45)
    swing = {
        side: np.clip(sign * np.sin(2 * np.pi * cycles), 0, 1) ** sharpness for side, sign in (("L", 1), ("R", -1))
    }
    for side, up in swing.items():
        angles.values["thigh_flex" + side] = up * lift
        angles.values["shank_flex" + side] = -up * lift * lower
    angles.set(thigh_abduct=u(0, 7), lean=u(-8, 12), jump=u(0, 0.1) * np.abs(np.sin(2 * np.pi * cycles)))
    style = rng.integers(4)
    if style == 0:
        amplitude, elbow = u(15, 60), u(55, 115)
        for side, arm in (("L", swing["R"] - swing["L"]), ("R", swing["L"] - swing["R"])):
            angles.values["upper_arm_flex" + side] = 5 + arm * amplitude
            angles.values["forearm_flex" + side] = 5 + arm * amplitude + elbow
    elif style == 1:
        angles.set(upper_arm_flex=u(0, 20), forearm_flex=u(70, 105))
    else:
        hold_arms(rng, angles)
    return pose(body, angles)


EXERCISES: dict[str, Movement] = {
    "Squats": squats,
    "Jumping Jacks": jumping_jacks,
    "Pushups": pushups,
    "Lunges (alternating)": alternating_lunges,
    "Lunges (stationary)": stationary_lunges,
    "High Knees": high_knees,
}
