"""What people do before a webcam without meaning a gesture, and gestures that are none of ours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensegraph.payload import OTHER
from sensegraph.training.motion.gestures.figure import moved
from sensegraph.training.motion.gestures.hand import FIST, FLAT, LENGTH, OPEN, RELAXED, SHAPES
from sensegraph.training.motion.gestures.performer import (
    AHEAD,
    BACK,
    DOWN,
    INVALID,
    LEFTWARD,
    LIPS,
    RIGHT_EAR,
    UP,
    Performer,
    touch,
)
from sensegraph.training.motion.gestures.resting import draw_home
from sensegraph.training.motion.gestures.signing import hand_way, random_way, space

Array = NDArray[np.float64]
MIRROR = np.array([-1.0, 1, 1])


def idle(p: Performer) -> None:
    """Keep still."""
    p.right.wait(3.0)


def _shape(p: Performer) -> Array:
    return np.array(SHAPES[p.rng.integers(len(SHAPES))])


def settle(p: Performer) -> None:
    """Move the hands from one resting place to another."""
    home, seconds = draw_home(p.rng), p.rng.uniform(0.4, 1.2)
    for arm, value in ((p.left, home[0]), (p.right, home[1])):
        arm.to(seconds, value, bow=p.rng.normal(0, 0.05, 3))
        arm.home = value


def raise_and_lower(p: Performer) -> None:
    """Raise a hand anywhere, without a stroke, hold it or not, and lower it again."""
    u = p.rng.uniform
    fingers, palm = hand_way(p)
    shape = np.array(RELAXED) if u() < 0.5 else _shape(p)
    arms = (p.right, p.left)[: 1 + (u() < 0.3)]
    place, seconds, held = space(p) + UP * u(-0.05, 0.15), u(0.3, 1.2), u(0, 1.0) * (u() < 0.6)
    for arm, side in zip(arms, (np.ones(3), MIRROR), strict=False):
        arm.move(seconds, place * side, fingers * side, palm * side, shape)
        arm.wait(held)
    p.leave(*arms)


def type_keys(p: Performer) -> None:
    """Type, or move a mouse."""
    u = p.rng.uniform
    middle = np.array([-u(0.05, 0.16), -u(0.24, 0.4), u(0.24, 0.4)])
    for arm, side in ((p.right, np.ones(3)), (p.left, MIRROR)):
        if arm is p.left and u() < 0.3:
            continue
        arm.move(0.5, middle * side, (AHEAD + LEFTWARD * 0.3) * side, DOWN, RELAXED)
        for _ in range(int(u(6, 16))):
            bent = np.array(RELAXED) + p.rng.normal(0, 0.12, 7) * [1, 1, 1, 1, 1, 0.2, 0.2]
            arm.move(u(0.1, 0.3), middle * side + p.rng.normal(0, 0.02, 3) * [1, 0.3, 0.6], shape=bent, exact=True)
    p.head.to(0.5, moved(p.gaze, 0, u(-5, 25), 0))


def handle(p: Performer) -> None:
    """Handle, carry or pass an object with one hand or both."""
    u = p.rng.uniform
    apart = u(0.03, 0.2)
    shape = np.array(FIST) * u(0.4, 0.8)
    both = u() < 0.6
    for _ in range(int(u(3, 8))):
        seconds = u(0.25, 0.9)
        place = np.array([u(-0.25, 0.25), u(-0.42, 0.15), u(0.18, 0.45)])
        fingers = np.array([u(0, 0.8), u(-0.3, 0.8), 0.8])
        p.right.move(seconds, place - LEFTWARD * apart, fingers, LEFTWARD + BACK * u(-0.3, 0.5), shape)
        if both:
            p.left.move(seconds, place + LEFTWARD * apart, fingers * MIRROR, BACK * u(-0.3, 0.5) - LEFTWARD, shape)
        if u() < 0.4:
            p.together()
    p.leave(p.right, p.left)


def telephone(p: Performer) -> None:
    """Hold a telephone to the ear or before the face, or eat."""
    u = p.rng.uniform
    kind = u()
    fingers, palm, shape = UP + LEFTWARD * 0.3, LEFTWARD * 0.6 + BACK * 0.5, np.array(FIST) * 0.55
    if kind < 0.4:
        place = touch(moved(RIGHT_EAR, -0.03, 0, 0.03), fingers, LENGTH * u(0.4, 0.7))
    elif kind < 0.65:
        place, palm = np.array([-u(-0.05, 0.2), -u(0, 0.3), u(0.28, 0.42)]), BACK + LEFTWARD * 0.3
    else:
        fingers, place = LEFTWARD * 0.6 + UP * 0.7 + BACK * 0.5, moved(LIPS, -0.08, -0.12, 0.1)
        for _ in range(int(u(1, 4))):
            p.right.move(u(0.3, 0.7), place, fingers, BACK, np.array(FIST) * 0.6)
            p.right.wait(u(0.1, 0.5))
            p.right.move(u(0.3, 0.7), p.right.home[:3] * 0.6 + place * 0.3, AHEAD + LEFTWARD, DOWN)
        return p.leave(p.right)
    p.right.move(u(0.4, 0.9), place, fingers, palm, shape)
    p.right.wait(u(0.5, 2.5))
    return p.leave(p.right)


def clap(p: Performer) -> None:
    """Clap, rub or fold the hands."""
    u = p.rng.uniform
    middle, half = np.array([-0.05, u(-0.35, 0.05), u(0.2, 0.36)]), u(0.09, 0.25)
    fingers, palm, size = UP * u(0, 1) + AHEAD + LEFTWARD * 0.2, LEFTWARD + UP * u(-0.4, 0.4), u(0.02, 0.12)
    rubbed = u() < 0.3
    for number in range(int(u(4, 14))):
        step = (AHEAD + UP * 0.3) * size * 0.4 * (-1) ** number if rubbed else -LEFTWARD * size * (number % 2)
        for arm, side, sign in ((p.right, np.ones(3), 1), (p.left, MIRROR, -1 if rubbed else 1)):
            seconds = half if number else 0.5
            arm.move(seconds, (middle + step * sign) * side, fingers * side, palm * side, FLAT, exact=number > 0)
    p.leave(p.right, p.left)


def look_about(p: Performer) -> None:
    """Turn the head and stay, tilt it, look at the keys: no nodding and no shaking."""
    u = p.rng.uniform
    for _ in range(int(u(1, 3.5))):
        aside = 0.2 if u() < 0.3 else 1.0  # sometimes only down or up
        p.head.to(u(0.3, 1.0), p.gaze + p.rng.normal(0, [22 * aside, 14, 8 * aside]))
        p.head.wait(u(0.3, 1.5))
    p.head.to(u(0.3, 0.9), p.gaze)


def shift_body(p: Performer) -> None:
    """Lean, turn, sit up, come nearer, or walk through the picture; the arms swing along."""
    u = p.rng.uniform
    walks = u() < 0.3
    for _ in range(int(u(1, 3.5))):
        step = p.rng.normal(0, [0.5, 0.25, 6, 5, 25]) if walks else p.rng.normal(0, [0.06, 0.1, 13, 6, 12])
        seconds = u(0.5, 1.6)
        p.trunk.to(seconds, p.trunk.value + step)
        if u() < 0.5:  # the head goes along with the trunk, or against it to keep the eyes level
            p.head.wait(p.trunk.now - seconds - p.head.now)
            nod = u(-1.2, 0.8) * step[2] + p.rng.normal(0, 5)
            p.head.to(seconds, moved(p.gaze, u(-1, 1) * step[4], nod, 0))
        if walks:
            for number in range(max(1, int(seconds / 0.5))):
                swing = AHEAD * 0.15 * (-1) ** number
                p.right.move(0.5, p.right.home[:3] + swing)
                p.left.move(0.5, p.left.home[:3] - swing)
        p.trunk.wait(u(0, 0.6))
    if u() < 0.6:
        p.head.to(u(0.5, 1.5), p.gaze + p.rng.normal(0, [12, 8, 5]))


def stretch(p: Performer) -> None:
    """Stretch or swing the arms, as for exercise: up, aside, ahead, behind the head."""
    u = p.rng.uniform
    for _ in range(int(u(1, 5))):
        way = np.array([-u(-0.2, 1), u(-0.5, 1), u(-0.1, 0.8)])
        place = np.array([-0.17, 0, 0]) + way / np.linalg.norm(way) * u(0.3, 0.54)
        fingers, palm = way + random_way(p) * 0.4, random_way(p)
        seconds, shape = u(0.35, 1.2), (FIST, FLAT, RELAXED, OPEN)[p.rng.integers(4)]
        p.right.move(seconds, place, fingers, palm, shape)
        p.left.move(seconds, place * MIRROR, fingers * MIRROR, palm * MIRROR, shape)
        wait = u(0, 0.8) * (u() < 0.4)
        p.right.wait(wait)
        p.left.wait(wait)
    p.leave(p.right, p.left)


def show_something(p: Performer) -> None:
    """Hold up a hand in any shape: a number, a palm that says stop, a fist, an OK; or lay it on the chest."""
    u = p.rng.uniform
    shape = _shape(p)
    if shape[1] == 1.0 and shape[6] > 0.5:  # not a thumb
        shape = np.array(OPEN)
    fingers = UP + LEFTWARD * u(-0.4, 0.6) + AHEAD * u(-0.2, 0.3)
    palm, place = (p.camera if u() < 0.75 else BACK), space(p) + UP * 0.08
    if u() < 0.15:
        fingers, palm, place = LEFTWARD + UP * 0.3, BACK, np.array([-0.1, -u(0.05, 0.2), 0.14])
    p.right.move(u(0.3, 0.8), place, fingers, palm, shape)
    for _ in range(int(u(1, 4))):
        p.right.wait(u(0.2, 0.8))
        if u() < 0.4:
            p.right.move(u(0.2, 0.4), place + p.rng.normal(0, 0.03, 3), shape=_shape(p) if u() < 0.5 else shape)
    p.leave(p.right)


def half_swipe(p: Performer) -> None:
    """Something like a swipe that is none: far too short or slow, a return alone, a slanting or a bent stroke."""
    u = p.rng.uniform
    start, (fingers, palm), shape = space(p), hand_way(p), (FLAT, RELAXED, OPEN)[p.rng.integers(3)]
    angle = p.rng.integers(4) * np.pi / 2 + p.rng.normal(0, 0.2)
    way = np.array([np.cos(angle), np.sin(angle), u(-0.4, 0.4)])
    kind = u()
    size, seconds = (u(0.02, 0.08), u(0.15, 0.5)) if kind < 0.35 else (u(0.1, 0.35), u(1.0, 2.2))
    if kind > 0.65:  # slanting
        way, size, seconds = (
            np.array([u(0.6, 1) * p.rng.choice([-1, 1]), u(0.6, 1) * p.rng.choice([-1, 1]), 0]),
            0.3,
            u(0.3, 0.7),
        )
    p.right.move(u(0.3, 0.8), start, fingers, palm, shape)
    p.right.wait(u(0, 0.5))
    begin = p.right.now
    p.right.move(seconds, start + way * size)
    p.mark(begin, p.right.now, p.right.now, INVALID, label=OTHER)
    p.right.wait(u(0, 0.5))
    p.leave(p.right)


def fidget(p: Performer) -> None:
    """Move hands about anywhere, one or both, without any meaning."""
    u = p.rng.uniform
    for arm, side in ((p.right, np.ones(3)), (p.left, MIRROR))[: 1 + (u() < 0.5)]:
        for _ in range(int(u(3, 9))):
            fingers, palm = hand_way(p)
            arm.move(u(0.25, 1.1), space(p) * side, fingers * side, palm * side, _shape(p) if u() < 0.4 else RELAXED)
            arm.wait(u(0, 0.5) * (u() < 0.3))
    p.leave(p.right, p.left)
