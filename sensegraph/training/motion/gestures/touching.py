"""Gestures with the hand at the face or the body: drinking, finger to mouth, covering, scratching."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensegraph.payload import OTHER
from sensegraph.training.motion.gestures.figure import moved
from sensegraph.training.motion.gestures.hand import CLAW, CUP, FIST, FLAT, LENGTH, OPEN, POINT, RELAXED, THUMB
from sensegraph.training.motion.gestures.performer import (
    AHEAD,
    BACK,
    DOWN,
    EYES,
    INVALID,
    LEFTWARD,
    LIPS,
    RIGHT_CHEEK,
    RIGHT_EAR,
    UP,
    Performer,
    touch,
)

Array = NDArray[np.float64]
MIRROR = np.array([-1.0, 1, 1])


def keep(p: Performer, place: Array, fingers: Array, palm: Array, shape: ArrayLike, both: bool = False) -> None:
    """Take the right hand, or both alike, to a place, stay there, and go home; marks the stay."""
    u = p.rng.uniform
    seconds, held = u(0.3, 0.9), u(0.6, 2.5)
    arms = (p.right, p.left)[: 1 + both]
    for arm, side in zip(arms, (np.ones(3), MIRROR), strict=False):
        arm.move(seconds * u(0.9, 1.1), place * side, fingers * side, palm * side, shape)
        arm.wait(held)
    end = max(arm.now for arm in arms)
    p.mark(end - held - 0.1, end - held, end)
    p.leave(*arms)


def drink(p: Performer) -> None:
    """Lead an imagined glass, or the thumb of a fist, to the mouth and tilt it; the head may go back."""
    u = p.rng.uniform
    fist = u() < 0.35
    shape = THUMB if fist and u() < 0.6 else CUP
    fingers = LEFTWARD * u(0.5, 1.2) + BACK * u(-0.3, 0.5) + UP * u(0, 0.5)
    palm = LEFTWARD * u(-0.2, 0.4) + BACK * u(0.6, 1) + UP * u(-0.1, 0.3)
    place = touch(moved(LIPS, -0.01, -0.01, 0.05 if not fist else 0.02), fingers, LENGTH * u(0.4, 0.55)) + DOWN * u(
        0, 0.03
    )
    both = u() < 0.08
    arms = (p.right, p.left)[: 1 + both]
    seconds, tilt, held = u(0.35, 1.0), u(0.2, 0.6), u(0.4, 1.6)
    back, raised = u(0, 26), u(0.01, 0.09)
    for arm, side in zip(arms, (np.ones(3), MIRROR), strict=False):
        arm.move(seconds, place * side, fingers * side, palm * side, shape)
        begin = arm.now
        turned = palm + UP * 0.2
        arm.move(tilt, (place + UP * raised + BACK * 0.01) * side, (fingers + UP * u(0.1, 0.6)) * side, turned * side)
        arm.wait(held)
        end = arm.now
        if u() < 0.6:
            arm.move(u(0.2, 0.5), place * side, fingers * side, palm * side)
    p.head.wait(begin - p.head.now - 0.1)
    p.head.to(tilt, moved(p.gaze, 0, -back, 0))
    p.head.wait(held)
    p.head.to(tilt, p.gaze)
    p.mark(begin, begin + tilt, end)
    p.leave(*arms)


def hush(p: Performer) -> None:
    """Lay the upright index finger on the lips."""
    u = p.rng.uniform
    fingers = UP + LEFTWARD * u(-0.1, 0.45) + BACK * u(-0.15, 0.15)
    place = touch(moved(LIPS, 0, u(-0.01, 0.035), 0.012), fingers, LENGTH * u(0.82, 0.92))
    keep(p, place, fingers, LEFTWARD * u(0.4, 1) + BACK * u(-0.1, 0.9), POINT)


def cover_eyes(p: Performer) -> None:
    """Hold one hand or both over the eyes."""
    u = p.rng.uniform
    both = u() < 0.85
    fingers = UP * u(0.15, 1) + LEFTWARD * u(0.2, 1)
    target = moved(EYES, -0.03 if both else 0.0, u(-0.01, 0.01), 0.025)
    place = touch(target, fingers, LENGTH * u(0.6, 0.8) if both else LENGTH * u(0.5, 0.7))
    p.head.to(u(0.3, 0.8), moved(p.gaze, 0, p.rng.normal(3, 6), 0))
    keep(p, place, fingers, BACK, FLAT if u() < 0.7 else OPEN, both)


def cover_ears(p: Performer) -> None:
    """Press both palms, or the index fingers, on the ears."""
    u = p.rng.uniform
    plugged = u() < 0.2
    fingers = UP * u(0.3, 1) + BACK * u(0, 0.9) + LEFTWARD * (u(0.4, 1) if plugged else u(-0.1, 0.2))
    place = touch(moved(RIGHT_EAR, -0.015, 0, 0.005), fingers, LENGTH * (0.9 if plugged else u(0.4, 0.65)))
    if u() < 0.4:
        p.head.to(u(0.3, 0.8), moved(p.gaze, 0, u(0, 20), 0))
    keep(p, place, fingers, LEFTWARD + AHEAD * u(-0.1, 0.3), POINT if plugged else FLAT, both=True)


SPOTS = (  # target, fingers, palm
    (moved(RIGHT_EAR, 0.0, 0.10, -0.02), UP * 0.7 + LEFTWARD * 0.5 + BACK * 0.4, LEFTWARD + DOWN * 0.3),
    (moved(RIGHT_EAR, 0.06, 0.14, 0.0), UP * 0.6 + LEFTWARD * 0.7 + BACK * 0.2, DOWN + LEFTWARD * 0.4),
    (RIGHT_CHEEK, UP + LEFTWARD * 0.4, BACK * 0.7 + LEFTWARD * 0.7),
    (moved(RIGHT_EAR, 0.02, -0.09, -0.04), UP * 0.4 + BACK + LEFTWARD * 0.3, LEFTWARD + BACK * 0.2),
    (moved(LIPS, 0, 0.05, 0.03), UP + LEFTWARD * 0.6, BACK),
    (moved(LIPS, -0.02, -0.045, 0.0), UP * 0.8 + LEFTWARD * 0.5, BACK),
    (np.array([0.24, -0.12, 0.10]), LEFTWARD + BACK * 0.4, BACK + LEFTWARD * 0.3),
    (np.array([0.12, -0.02, 0.08]), LEFTWARD + UP * 0.3 + BACK * 0.3, BACK),
    (np.array([0.05, -0.2, 0.14]), LEFTWARD + UP * 0.3, BACK),
    (np.array([0.2, -0.28, 0.2]), LEFTWARD + AHEAD * 0.2, DOWN + BACK * 0.6),
)


def scratch(p: Performer) -> None:
    """Scratch head, face, neck, arm or chest: small quick strokes of bent fingers."""
    rubbing(p, int(p.rng.integers(len(SPOTS))), mark=True)


def rubbing(p: Performer, spot: int, mark: bool) -> None:
    """Take the hand to a spot and stroke there."""
    u = p.rng.uniform
    target, fingers, palm = SPOTS[spot]
    fingers = fingers + p.rng.normal(0, 0.15, 3)
    target = target + p.rng.normal(0, 0.015, 3)
    if spot == 9 and u() < 0.7:  # the other forearm lies before the belly
        p.left.move(0.3, np.array([0.02, -0.3, 0.26]), np.array([-1, 0, 0.2]), DOWN, RELAXED)
    shape = np.array((CLAW, RELAXED, CUP, POINT)[p.rng.choice(4, p=[0.5, 0.25, 0.15, 0.1])])
    place = touch(target, fingers, LENGTH * u(0.72, 0.9))
    p.right.move(u(0.3, 0.8), place, fingers, palm, shape)
    begin = p.right.now
    step = (fingers / np.linalg.norm(fingers) + p.rng.normal(0, 0.3, 3)) * u(0.014, 0.04)
    bent = np.array([0, 1, 1, 1, 1, 0, 0]) * u(0, 0.35)
    strokes, half = int(u(5, 14)), u(0.07, 0.17)
    for number in range(strokes):
        sign = (-1) ** number
        p.right.move(half * u(0.8, 1.2), place - step * sign, shape=shape + bent * sign, exact=True)
    if mark:
        p.mark(begin, p.right.now, p.right.now, INVALID if u() < 0.3 else "")
    if u() < 0.3:
        p.head.to(0.3, p.gaze + p.rng.normal(0, 7, 3))
    p.leave(p.right)


def adjust(p: Performer) -> None:
    """Push the glasses up, smooth the hair, wipe nose or mouth, touch the cheek: once, and away."""
    u = p.rng.uniform
    target, fingers, palm = SPOTS[p.rng.integers(6)]
    if u() < 0.4:
        target = moved(EYES, -0.04 * u(0, 2), -0.02, 0.02)
    fingers = fingers + p.rng.normal(0, 0.2, 3)
    shape = (POINT, RELAXED, FLAT, FIST, CUP)[p.rng.integers(5)]
    place = touch(target, fingers, LENGTH * u(0.6, 0.95))
    p.right.move(u(0.3, 0.8), place, fingers, palm, shape)
    begin = p.right.now
    p.right.move(u(0.15, 0.5), place + p.rng.normal(0, 0.03, 3))
    p.mark(begin, p.right.now, p.right.now, INVALID if u() < 0.5 else "", label=OTHER)
    p.leave(p.right)
