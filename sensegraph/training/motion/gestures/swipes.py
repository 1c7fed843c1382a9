"""Swipes of one hand or both: raise the hand, wait or not, stroke, and go back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensegraph.training.motion.gestures.hand import BENT, FLAT, OPEN, POINT, RELAXED, TWO
from sensegraph.training.motion.gestures.performer import AHEAD, BACK, LEFTWARD, UNSAID, UP, Arm, Performer

Array = NDArray[np.float64]

SHAPES = (FLAT, FLAT, FLAT, OPEN, OPEN, RELAXED, BENT, POINT, TWO)


def across(p: Performer, sign: int) -> None:
    """The right hand swipes to the person's left (sign 1) or right (-1), from the shoulder, the elbow or the wrist."""
    u, arm = p.rng.uniform, p.right
    flick = u() < 0.2
    size = u(0.12, 0.25) if flick else u(0.25, 0.65)
    middle = np.array([-u(0.02, 0.26), u(-0.28, 0.1), u(0.28, 0.46)])
    half = np.array([sign * size / 2, p.rng.normal(0, 0.05), -u(0, 0.08) * sign])
    upright = u() ** 0.7
    fingers = upright * UP + (1 - upright) * (AHEAD + LEFTWARD * u(0, 0.8)) + AHEAD * u(0, 0.5)
    turn = u(0.4, 1.2) if flick else u(0, 0.7)
    palm = sign * LEFTWARD + AHEAD * u(-0.2, 0.8) if u() < 0.75 else AHEAD + LEFTWARD * u(-0.4, 0.4)
    shape = SHAPES[p.rng.integers(len(SHAPES))]
    strokes = 2 if u() < 0.15 else 1
    p.lift(arm, middle - half, fingers - sign * turn * LEFTWARD, palm, shape)
    if u() < 0.75:
        arm.wait(u(0.05, 0.7))
    begin = arm.now
    arm.move(u(0.16, 0.5), middle + half, fingers + sign * turn * LEFTWARD, palm + BACK * turn * 0.3)
    done = arm.now
    for _ in range(strokes - 1):
        arm.wait(u(0, 0.15))
        arm.move(u(0.25, 0.5), middle - half, fingers - sign * turn * LEFTWARD, palm)
        arm.move(u(0.18, 0.5), middle + half, fingers + sign * turn * LEFTWARD, palm)
    p.mark(begin, done, arm.now, f"Swipe {'Left' if sign > 0 else 'Right'} (right hand)")
    _finish(p, middle - half, arm)


def left(p: Performer) -> None:
    """Swipe with the right hand to the left: across the body."""
    across(p, 1)


def right(p: Performer) -> None:
    """Swipe with the right hand to the right: outward."""
    across(p, -1)


def _finish(p: Performer, start: Array, *arms: Arm) -> None:
    """Stay a little, go home, or go back to the start of the stroke first."""
    u = p.rng.uniform
    if u() < 0.2 and len(arms) == 1:
        arms[0].wait(u(0.05, 0.5))
        arms[0].move(u(0.35, 0.8), start, shape=RELAXED)
    p.leave(*arms)


def vertical(p: Performer, sign: int, both: bool) -> None:
    """One hand or both swipe up (sign 1) or down (-1); the hand stands still before the stroke, or nearly."""
    u = p.rng.uniform
    size = u(0.2, 0.5)
    x, z = u(0.04, 0.24), u(0.26, 0.44)
    low = u(-0.36, -0.14)
    high = min(low + size, u(0.12, 0.28))
    level = u(0, 1)
    fingers = (1 - level) * AHEAD + LEFTWARD * u(0, 1.2) + UP * u(-0.2, 0.4) * sign
    palm = sign * UP + AHEAD * u(0, 0.4) * -sign
    if u() < 0.35:  # the hand stands upright and brushes with its palm or back
        fingers, palm = UP + AHEAD * u(0, 0.6) + LEFTWARD * u(-0.2, 0.5), AHEAD * (1 if u() < 0.7 else -1)
    shape = SHAPES[p.rng.integers(len(SHAPES))]
    start, end = (low, high) if sign > 0 else (high, low)
    pause, seconds, lifting = u(0.12, 0.8), u(0.18, 0.55), u(0.3, 0.8)
    if sign > 0 and u() < 0.3:
        pause = u(0, 0.1)
    bend = u(0, 0.7) * sign
    mirror = np.array([-1.0, 1, 1])
    begin = done = 0.0
    for arm, side in ((p.right, np.ones(3)), (p.left, mirror))[: 1 + both]:
        arm.move(lifting, np.array([-x, start, z]) * side, (fingers - UP * bend) * side, palm * side, shape)
        arm.wait(pause)
        begin = arm.now
        arm.move(seconds, np.array([-x - u(-0.05, 0.08), end, z]) * side, (fingers + UP * bend) * side, palm * side)
        done = arm.now
    arms = (p.right, p.left)[: 1 + both]
    p.mark(begin, done, done, UNSAID if both else f"Swipe {'Up' if sign > 0 else 'Down'}")
    _finish(p, np.array([-x, start, z]), *arms)


def up(p: Performer) -> None:
    """Swipe up with one hand."""
    vertical(p, 1, both=False)


def down(p: Performer) -> None:
    """Swipe down with one hand."""
    vertical(p, -1, both=False)


def up_both(p: Performer) -> None:
    """Swipe up with both hands."""
    vertical(p, 1, both=True)


def down_both(p: Performer) -> None:
    """Swipe down with both hands."""
    vertical(p, -1, both=True)
