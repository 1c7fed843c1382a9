"""Gestures that are a movement in the air: waving, calling, rolling, zooming, circling."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensegraph.payload import OTHER
from sensegraph.training.motion.gestures.hand import (
    BUNDLE,
    CLAW,
    FIST,
    FLAT,
    OPEN,
    PINCH,
    PINCH_FIST,
    PINCH_FIST_OPEN,
    PINCH_OPEN,
    POINT,
    RELAXED,
    TWO,
)
from sensegraph.training.motion.gestures.performer import AHEAD, BACK, DOWN, LEFTWARD, UNSAID, UP, Performer
from sensegraph.training.motion.gestures.signs import before_chest

Array = NDArray[np.float64]
MIRROR = np.array([-1.0, 1, 1])
CURLED = np.array([0.3, 0.75, 0.75, 0.75, 0.75, 0.1, 0.4])


def wave(p: Performer) -> None:
    """Wave with the raised hand, from wrist or elbow, or with the fingers; sometimes with both."""
    u = p.rng.uniform
    place = np.array([-u(0.1, 0.38), u(-0.15, 0.28), u(0.12, 0.42)])
    size, tilt, half = u(0.0, 0.13), u(0.15, 0.55), u(0.11, 0.32)
    flap, swings = u() < 0.15, int(u(5, 12))
    palm = p.camera + p.rng.normal(0, 0.15, 3)
    fingers = UP + AHEAD * u(-0.1, 0.3)
    shape = np.array(OPEN if u() < 0.75 else FLAT)
    arms = (p.right, p.left)[: 1 + (u() < 0.1)]
    seconds = u(0.3, 0.8)
    for arm, side in zip(arms, (np.ones(3), MIRROR), strict=False):
        arm.move(seconds, place * side, fingers, palm, shape)
        begin = arm.now
        for number in range(swings):
            sign = (-1) ** number * u(0.8, 1.1)
            if flap:
                arm.move(half, shape=np.array(shape) + (CURLED - shape) * (0.7 * (number % 2)), exact=True)
            else:
                aside = LEFTWARD * sign
                arm.move(half, place * side + aside * size / 2, fingers + aside * tilt, palm, exact=True)
    p.mark(begin, p.right.now, p.right.now)
    p.leave(*arms)


def call(p: Performer) -> None:
    """Beckon: fingers or one finger curl, or the hand scoops towards the body, several times."""
    u = p.rng.uniform
    place = np.array([-u(0.02, 0.28), u(-0.28, 0.12), u(0.26, 0.46)])
    way = u()
    stretched: Array = np.array(FLAT)
    curled = CURLED
    if way < 0.45:  # palm up
        fingers, palm, bent = p.camera + UP * u(0.1, 0.7), UP + BACK * u(0, 0.8), UP * u(0.2, 0.9) + BACK * u(0, 0.5)
    elif way < 0.75:  # palm to the person, hand upright or sideways
        fingers, palm, bent = UP * u(0.3, 1) + p.camera * u(0.3, 1), BACK + LEFTWARD * u(0, 0.7), BACK * u(0.3, 0.9)
    else:  # palm down, fingers sweep below
        fingers, palm, bent = p.camera + UP * u(0.1, 0.5), DOWN + p.camera * 0.3, DOWN * u(0.6, 1.4)
    if u() < 0.25:
        stretched, curled = np.array(POINT), np.array([0.9, 0.75, 1, 1, 1, 0, 0.1])
    pull, half, times = BACK * u(0, 0.14) + UP * u(-0.02, 0.05), u(0.13, 0.36), int(u(2, 6))
    p.lift(p.right, place, fingers, palm, stretched)
    begin = p.right.now
    for _ in range(times):
        p.right.move(
            half * u(0.8, 1.1),
            place + pull,
            fingers + bent,
            palm,
            stretched + (curled - stretched) * u(0.7, 1),
            exact=True,
        )
        p.right.move(half * u(0.8, 1.3), place, fingers, palm, stretched, exact=True)
    p.mark(begin, p.right.now, p.right.now)
    p.leave(p.right)


def roll(p: Performer) -> None:
    """Roll both hands about each other, or one hand by itself, forward or backward."""
    u = p.rng.uniform
    both = u() < 0.8
    radius, period, turns = u(0.04, 0.11), u(0.4, 1.0), u(1.5, 4)
    middle = np.array([-0.02 if both else -u(0.02, 0.25), u(-0.28, 0.02), u(0.24, 0.38)])
    sign, start = p.rng.choice([-1, 1]), u(0, 2 * np.pi)
    shape = (FIST, FLAT, RELAXED, POINT)[p.rng.integers(4)]
    fingers, palm = LEFTWARD + AHEAD * u(-0.1, 0.5) + UP * u(-0.1, 0.4), BACK + DOWN * u(-0.2, 0.7)
    arms = (p.right, p.left)[: 1 + both]
    seconds = u(0.3, 0.8)
    for arm, side, shift in zip(arms, (np.ones(3), MIRROR), (0, np.pi), strict=False):
        for number in range(int(turns * 8) + 1):
            angle = start + shift + sign * number * np.pi / 4
            around = np.array([0, np.cos(angle), np.sin(angle)]) * radius
            place = middle * side + around + np.array([-0.06, 0, 0]) * side * both
            arm.move(
                period / 8 if number else seconds,
                place,
                fingers * side,
                palm * side,
                shape,
                smooth=not number,
                exact=True,
            )
    end = p.right.now
    p.mark(end - int(turns * 8) * period / 8, end, end)
    p.leave(*arms)


def zoom(p: Performer, sign: int) -> None:
    """Open (1) or close (-1) the whole hand, two fingers of it, or the distance of both hands."""
    u = p.rng.uniform
    kind = u()
    if kind < 0.3:
        return _zoom_both(p, sign)
    whole = kind < 0.75
    small, large = (BUNDLE, OPEN) if whole else (PINCH, PINCH_OPEN) if u() < 0.5 else (PINCH_FIST, PINCH_FIST_OPEN)
    if whole and u() < 0.3:
        small, large = (FIST, OPEN) if u() < 0.6 else (BUNDLE, CLAW)
    start, end = (small, large) if sign > 0 else (large, small)
    place = before_chest(p) + UP * u(0, 0.08)
    fingers = UP * u(0.3, 1) + p.camera * u(0, 0.7) + LEFTWARD * u(-0.1, 0.6)
    palm = p.camera + LEFTWARD * u(-0.1, 0.7)
    p.lift(p.right, place, fingers, palm, start)
    p.right.wait(u(0.1, 0.7))
    begin = p.right.now
    p.right.move(u(0.16, 0.6), place + p.camera * u(-0.02, 0.06) * sign, shape=end)
    done = p.right.now
    p.right.wait(u(0.1, 0.8))
    p.mark(begin - 0.05, done, done + 0.1, f"Zoom {'In' if sign > 0 else 'Out'}" if whole else UNSAID)
    p.leave(p.right)
    return None


def _zoom_both(p: Performer, sign: int) -> None:
    u = p.rng.uniform
    near, far = u(0.03, 0.09), u(0.2, 0.42)
    start, end = (near, far) if sign > 0 else (far, near)
    y, z, slant = u(-0.28, 0.08), u(0.24, 0.44), u(-0.1, 0.25)
    fingers = UP * u(0.3, 1) + AHEAD * u(0, 1) + LEFTWARD * u(0, 0.5)
    palm = LEFTWARD * u(0.3, 1) + AHEAD * u(-0.1, 0.8)
    shape = (OPEN, FLAT, PINCH, POINT, CLAW)[p.rng.integers(5)]
    lifting, pause, seconds, after = u(0.3, 0.8), u(0.1, 0.6), u(0.25, 0.8), u(0.1, 0.8)
    for arm, side, way in ((p.right, np.ones(3), 1), (p.left, MIRROR, -1)):
        for value, time in ((start, lifting), (end, seconds)):
            arm.move(time, np.array([-value, y + way * slant * value, z]) * side, fingers * side, palm * side, shape)
            arm.wait(pause if value == start else after)
    done = p.right.now - after
    p.mark(done - seconds, done, done + 0.1, f"Zoom {'In' if sign > 0 else 'Out'}")
    p.leave(p.right, p.left)


def zoom_in(p: Performer) -> None:
    """Open the hand or take the hands apart."""
    zoom(p, 1)


def zoom_out(p: Performer) -> None:
    """Close the hand or bring the hands together."""
    zoom(p, -1)


def circle(p: Performer) -> None:
    """Draw a circle in the air, or turn the hand like a knob; clockwise as the person sees it."""
    u = p.rng.uniform
    if u() < 0.25:
        return _twist(p)
    radius, period = u(0.06, 0.2), u(0.5, 1.5)
    turns = 1.0 if u() < 0.5 else u(1.2, 3.0)
    middle = np.array([-u(0.02, 0.26), u(-0.22, 0.12), u(0.28, 0.44)])
    high, start = u(0.75, 1.25), u(0, 2 * np.pi) if u() < 0.5 else p.rng.normal(0, 0.5)
    shape = (POINT, POINT, OPEN, FLAT, TWO, FIST)[p.rng.integers(6)]
    fingers, palm = UP * u(0, 1) + p.camera * u(0.2, 1), p.camera * u(0.2, 1) + DOWN * u(0, 0.6)
    lean = u(0, 1.6)
    for number in range(int(turns * 8) + 1):
        angle = start + number * np.pi / 4
        way = np.array([-np.sin(angle), high * np.cos(angle), 0])
        p.right.move(
            period / 8 if number else u(0.3, 0.8), middle + way * radius, fingers + way * radius * lean, palm, shape,
            smooth=not number, exact=True,
        )  # fmt: skip
        if number == 0:
            p.right.wait(u(0, 0.4))
            begin = p.right.now
    p.mark(begin, begin + period, p.right.now, "Clockwise Rotation", label=OTHER)
    p.leave(p.right)
    return None


def _twist(p: Performer) -> None:
    u = p.rng.uniform
    place, seconds, size = before_chest(p), u(0.25, 0.8), np.radians(u(50, 100))
    palm, tilt = p.camera * 1.0, u(0, 0.6)
    middle = np.radians(u(-30, 20))
    shape = (OPEN, CLAW, FLAT, RELAXED)[p.rng.integers(4)]
    for number, angle in enumerate(middle + size * np.linspace(-0.6, 0.6, 5)):
        fingers = np.array([-np.sin(angle), np.cos(angle), 0]) + p.camera * tilt
        p.right.move(seconds / 4 if number else u(0.3, 0.8), place, fingers, palm, shape, smooth=not number)
        if number == 0:
            p.right.wait(u(0.05, 0.5))
            begin = p.right.now
    p.mark(begin, p.right.now, p.right.now, "Clockwise Rotation", label=OTHER)
    p.right.wait(u(0.1, 0.5))
    p.leave(p.right)
