"""Everyday movements of the whole body: walk, sit down, bend, step, jump, lie."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.skeleton import RATE_FPS
from sensegraph.training.motion.arms import busy, hold_arms
from sensegraph.training.motion.body import Angles, Body, planted, pose
from sensegraph.training.motion.rhythm import bump, excursion, once, phase, wander

Array = NDArray[np.float64]
Rng = np.random.Generator


def walk(rng: Rng, body: Body, frames: int) -> Array:
    """Walk, stroll or jog in any direction, on the spot, free or carrying arms, with a turn or a stop."""
    u = rng.uniform
    angles = Angles(frames)
    jog = u() < 0.25
    cycles = phase(rng, frames, u(0.6, 0.85) if jog else u(0.9, 1.7))
    pace = 1 - once(rng, frames) if u() < 0.35 else np.ones(frames)
    stride, lift, sine, cosine = (
        u(12, 36),
        u(25, 65) + 35 * jog,
        np.sin(2 * np.pi * cycles),
        np.cos(2 * np.pi * cycles),
    )
    for side, sign in (("L", 1.0), ("R", -1.0)):
        angles.values["thigh_flex" + side] = pace * (stride * sign * sine + jog * 12)
        angles.values["shank_flex" + side] = pace * (sign * stride * 0.4 * sine - np.clip(sign * cosine, 0, 1) * lift)
    if u() < 0.3:
        hold_arms(rng, angles)
    else:
        swing, elbow = u(3, 38) * pace * sine, u(60, 110) if jog else u(3, 45)
        for side, sign in (("L", -1.0), ("R", 1.0)):
            angles.values["upper_arm_flex" + side] = sign * swing
            angles.values["forearm_flex" + side] = sign * swing + elbow
    turn = once(rng, frames) * u(-180, 180) if u() < 0.4 else wander(rng, frames, -15, 15, 1.5)
    speed = np.cumsum(pace) / RATE_FPS * (u(0.3, 1.6) if u() < 0.75 else 0)
    course = np.radians(turn)
    steps = np.diff(speed, prepend=0)
    angles.set(lean=u(-3, 12), heading=turn, z=np.cumsum(steps * np.cos(course)), x=np.cumsum(steps * np.sin(course)))
    angles.set(jump=jog * u(0, 0.08) * np.abs(sine))
    return pose(body, angles)


def sit_or_stand(rng: Rng, body: Body, frames: int) -> Array:
    """Sit down or stand up once, with a turn now and then, and stay."""
    u = rng.uniform
    angles = Angles(frames)
    down = once(rng, frames, 0.4, 1.5)
    lean = down * u(-12, 20) + np.sin(np.pi * down) * u(10, 50)
    angles.set(thigh_flex=down * u(70, 105), shank_flex=-down * u(-20, 30), lean=lean)
    angles.set(
        thigh_abduct=u(1, 15),
        shank_abduct=u(0, 12),
        heading=u(-1, 1) * (down if u() < 0.5 else 1 - down) * 120,
    )
    hold_arms(rng, angles)
    if u() < 0.5:
        busy(rng, angles, u(0.5, 1.5), both=u() < 0.5)
    return planted(pose(body, angles)) if u() < 0.7 else pose(body, angles)


def bend(rng: Rng, body: Body, frames: int) -> Array:
    """Hinge at the hips or crouch once: pick something up, tie a shoe, land in a crouch."""
    u = rng.uniform
    angles = Angles(frames)
    stays = u() < 0.5
    level = once(rng, frames) if stays else bump(rng, frames, 0.6, 1.8)
    deep = u(0, 115) if stays else u(0, 60)
    hinge = u(55, 112)
    angles.set(lean=level * hinge, thigh_flex=level * deep, shank_flex=-level * deep * u(0.1, 0.5))
    stance = u(2, 20)
    angles.set(thigh_abduct=stance, shank_abduct=stance, twist=level * u(-40, 40), roll=level * u(-15, 15))
    if u() < 0.7:
        angles.set(upper_arm_flex=level * u(-10, 60), forearm_flex=level * u(-5, 70))
    else:
        hold_arms(rng, angles)
    if u() < 0.3:
        busy(rng, angles, u(0.5, 1.5))
    return planted(pose(body, angles))


def step_aside(rng: Rng, body: Body, frames: int) -> Array:
    """Step or lunge to the side, step forward and stay, lift a foot once, go down on one knee."""
    u = rng.uniform
    angles = Angles(frames)
    cycles = phase(rng, frames, u(0.9, 4))
    kind = rng.integers(4)
    level = (
        excursion(cycles, u(0, 0.3), u(0, 0.3)) if kind == 0 else bump(rng, frames) if kind == 1 else once(rng, frames)
    )
    left = np.floor(cycles) % 2 if kind == 0 and u() < 0.6 else np.zeros(frames)
    forward, sideways, knee, trail, drop = (
        (u(40, 85), u(15, 40), 25.0, 40.0, 0.0),
        (u(10, 80), u(0, 25), u(-20, 60), 0.0, 0.0),
        (u(10, 45), 5.0, u(0, 30), 0.0, u(0, 30)),
        (u(60, 95), 5.0, u(0, 30), 0.0, u(60, 95)),
    )[kind]
    for side, mine in (("L", left), ("R", 1 - left)):
        other = 1 - mine
        angles.values["thigh_flex" + side] = level * (mine * forward - other * (u(0, 25) if drop else 0.0))
        angles.values["shank_flex" + side] = -level * (mine * knee + other * drop)
        angles.values["thigh_abduct" + side] = 4 + level * (mine * sideways + other * trail)
        angles.values["shank_abduct" + side] = 4 + level * other * trail
    angles.set(lean=level * u(-15, 40), x=(2 * left - 1) * level * u(0, 0.4), roll=level * u(-12, 12))
    hold_arms(rng, angles, level)
    return pose(body, angles)


def jump(rng: Rng, body: Body, frames: int) -> Array:
    """Jump once with a dip before and after, or bob in the knees."""
    u = rng.uniform
    angles = Angles(frames)
    dip = u(5, 60)
    if u() < 0.7:
        at, length = u(0, frames), u(5, 10)
        place = (np.arange(frames) - at) / length
        air = np.clip(1 - place**2 * 4, 0, 1)
        bent = np.exp(-((np.abs(place) - 0.9) ** 2) * 6)
    else:
        air = np.zeros(frames)
        bent = np.abs(np.cos(np.pi * phase(rng, frames, u(0.4, 1.5)))) * u(0.1, 0.4)
    angles.set(
        thigh_flex=bent * dip,
        shank_flex=-bent * dip * u(0.4, 0.9),
        lean=bent * u(0, 40),
        jump=u(0.05, 0.4) * air,
        heading=air * u(-60, 60) if u() < 0.3 else 0.0,
    )
    swing = u(-30, 150)
    hold_arms(rng, angles)
    if u() < 0.6:
        angles.set(upper_arm_flex=air * swing - bent * 30, forearm_flex=air * swing - bent * 10)
    return pose(body, angles)


def on_floor(rng: Rng, body: Body, frames: int) -> Array:
    """Sit up, sit or lie on the floor, roll from side to side, read or talk there."""
    u = rng.uniform
    angles = Angles(frames)
    draw = u()
    rise = excursion(phase(rng, frames, u(1.5, 4))) if draw < 0.4 else wander(rng, frames, 0, 0.2, 1.5)
    base, knee = u(-95, -20), u(0, 75)
    angles.set(
        lean=base + rise * u(20, 90),
        thigh_flex=90 + knee,
        shank_flex=90 - knee * u(0.3, 1.2),
        thigh_abduct=u(0, 35),
        roll=wander(rng, frames, -20, 20, 1.5) if u() < 0.3 else 0.0,
    )
    if u() < 0.5:
        angles.set(upper_arm_flex=u(0, 200), forearm_flex=u(60, 250), upper_arm_abduct=u(0, 40))
    else:
        busy(rng, angles, u(0.6, 1.5))
    return pose(body, angles, grounded=False)


def get_down(rng: Rng, body: Body, frames: int) -> Array:
    """Get down to the floor or up from it: on one knee, on the hands, onto all fours."""
    u = rng.uniform
    angles = Angles(frames)
    down = once(rng, frames, 0.8, 2.2)
    kneel, lean = u(0, 1), u(20, 95)
    angles.set(lean=down * lean, heading=down * u(-40, 40))
    for side, knee in (("L", u(60, 100)), ("R", u(60, 100) * kneel)):
        angles.values["thigh_flex" + side] = down * (knee - 60 * kneel)
        angles.values["shank_flex" + side] = -down * knee * u(0.6, 1.1)
    hold_arms(rng, angles)
    angles.set(upper_arm_flex=down * u(20, 100), forearm_flex=down * u(0, 100))
    return pose(body, angles)
