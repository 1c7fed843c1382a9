"""Gestures of the head: nodding, shaking, sleeping, dabbing, and the hand on the face that goes with some."""

from __future__ import annotations

import numpy as np

from sensegraph.training.motion.gestures.figure import moved
from sensegraph.training.motion.gestures.hand import FLAT, LENGTH, OPEN, RELAXED
from sensegraph.training.motion.gestures.performer import (
    AHEAD,
    BACK,
    EYES,
    FOREHEAD,
    LEFTWARD,
    RIGHT_CHEEK,
    UP,
    Performer,
    touch,
)


def _swing(p: Performer, axis: int, low: float, high: float) -> None:
    """Swing the head about one axis (0 yaw, 1 pitch), several times and ever less."""
    u = p.rng.uniform
    p.head.wait(u(0, 0.4))
    start = p.head.value.copy()
    size, period = u(low, high), u(0.3, 0.85)
    swings = int(u(4, 10))
    begin = p.head.now
    for number in range(swings):
        aim = start.copy()
        aim[axis] += size * (-1) ** number * u(0.75, 1.1) * (0.5 if number == 0 else 1) * (1 - 0.35 * number / swings)
        if axis == 1:
            aim[axis] += size * 0.4
        p.head.to(period / 2 * u(0.85, 1.15), aim)
    p.mark(begin, p.head.now, p.head.now)
    p.head.to(period / 2, start)


def nod(p: Performer) -> None:
    """Nod several times."""
    _swing(p, 1, 5, 18)


def shake(p: Performer) -> None:
    """Shake the head several times."""
    _swing(p, 0, 9, 32)


def sleep(p: Performer) -> None:
    """Lay the head on the hands, on one hand, or let it sink with closed eyes."""
    u = p.rng.uniform
    seconds, held, roll = u(0.4, 1.0), u(0.7, 2.4), u(14, 40)
    kind = u()
    head = moved(p.gaze, 0, u(0, 15), -roll)
    begin = p.now + seconds * 0.7
    if kind < 0.92:
        fingers = np.array([u(-0.3, 0.7), 1.0, -u(0, 0.3)])
        cheek = moved(RIGHT_CHEEK, -0.03 - roll * 0.0018, -0.03 - roll * 0.001, 0.0)
        p.right.move(seconds, touch(cheek, fingers, LENGTH * 0.5), fingers, LEFTWARD + UP * u(0, 0.5), FLAT)
        if kind < 0.7:
            p.left.move(seconds, touch(moved(cheek, -0.035, 0, 0), fingers, LENGTH * 0.5), fingers, -LEFTWARD, FLAT)
    else:
        head = moved(p.gaze, p.rng.normal(0, 8), u(25, 45) if u() < 0.7 else -u(15, 30), p.rng.normal(0, 12))
    p.head.to(seconds, head)
    arms = [arm for arm in (p.right, p.left) if arm.now > begin]
    for course in (*arms, p.head):
        course.wait(held)
    p.mark(begin, begin, p.now)
    p.head.to(u(0.4, 0.9), p.gaze)
    p.leave(*arms)


def facepalm(p: Performer) -> None:
    """Put the palm on the face and lower the head, perhaps shake it."""
    u = p.rng.uniform
    seconds, held = u(0.3, 0.8), u(0.6, 2.2)
    down, across = u(8, 32), u(0.3, 1.4)
    fingers = UP * u(0.5, 1) + LEFTWARD * across + BACK * u(0, 0.2)
    target = moved(FOREHEAD if u() < 0.7 else EYES, -0.01, -0.0012 * down * 1.3 - u(0, 0.04), 0.03 + 0.001 * down)
    p.right.move(seconds, touch(target, fingers, LENGTH * u(0.45, 0.75)), fingers, BACK, FLAT if u() < 0.5 else OPEN)
    p.head.to(seconds * u(0.8, 1.3), moved(p.gaze, p.rng.normal(0, 6), down, p.rng.normal(0, 5)))
    begin = p.together()
    if u() < 0.3:
        for number in range(4):
            p.head.to(held / 4, moved(p.head.value, u(4, 10) * (-1) ** number, 0, 0))
    p.right.wait(held)
    p.mark(begin - 0.1, begin, p.right.now)
    p.head.to(held, p.head.value)
    p.head.to(u(0.4, 0.8), p.gaze)
    p.leave(p.right)


def dab(p: Performer) -> None:
    """Hide the face in the right elbow and stretch the left arm, both up to the left."""
    u = p.rng.uniform
    seconds, held, steep = u(0.25, 0.7), u(0.35, 1.4), u(0.1, 0.6)
    way = LEFTWARD + UP * steep
    shape = FLAT if u() < 0.7 else RELAXED
    p.right.move(seconds, np.array([u(0.08, 0.2), u(0.1, 0.24), u(0.16, 0.28)]), way, BACK, shape)
    p.left.move(
        seconds, np.array([0.17, 0, 0]) + way / np.linalg.norm(way) * 0.54 + AHEAD * u(-0.05, 0.15), way, AHEAD, shape
    )
    p.head.to(seconds * u(0.9, 1.2), p.gaze * [0, 1, 1] + [-u(0, 35), u(20, 45), -u(0, 20)])
    p.trunk.to(seconds, moved(p.trunk.value, 0, 0, u(0, 12), -u(0, 8), -u(0, 15)))
    begin = p.together()
    for course in (p.left, p.right, p.head, p.trunk):
        course.wait(held)
    p.mark(begin - 0.15, begin, p.now)
    p.head.to(u(0.4, 0.8), p.gaze)
    p.trunk.to(u(0.4, 0.8), p.trunk.values[0])
    p.leave(p.right, p.left)
