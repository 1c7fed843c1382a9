"""Poses of one hand that are shown: thumbs, pointing, the middle finger."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensegraph.training.motion.gestures.hand import GUN, MIDDLE, POINT, THUMB
from sensegraph.training.motion.gestures.performer import AHEAD, BACK, DOWN, LEFTWARD, RIGHTWARD, UP, Performer

Array = NDArray[np.float64]


def show(
    p: Performer, place: ArrayLike, fingers: Array, palm: Array, shape: ArrayLike, command: str = "", both: float = 0
) -> None:
    """Take a hand into a pose, hold it, perhaps bob it, and take it home.

    Args:
        p: who does it.
        place: of the right wrist.
        fingers: where straight fingers would point.
        palm: where the palm looks.
        shape: of the hand.
        command: of gesture control.
        both: chance that the left hand does the same.
    """
    u, place = p.rng.uniform, np.asarray(place, np.float64)
    seconds, early = u(0.25, 0.8), u(0.2, 1.0)
    held, bob = u(0.45, 2.2), u() < 0.2
    arms = (p.right, p.left)[: 1 + (u() < both)]
    begin = done = end = 0.0
    for arm, side in zip(arms, (np.ones(3), np.array([-1.0, 1, 1])), strict=False):
        shaped = arm.value[-7:] * (1 - early) + np.asarray(shape) * early
        arm.move(seconds * 0.6, arm.value[:3] * 0.35 + place * side * 0.65, shape=shaped)
        arm.move(seconds * 0.4, place * side, fingers * side, palm * side, shape)
        begin, done = arm.now - 0.1, arm.now
        if bob:
            step, times = p.rng.normal(0, 0.03, 3), int(u(2, 5))
            for number in range(times):
                arm.move(held / times, place * side + step * (-1) ** number, exact=True)
        else:
            arm.wait(held)
        end = arm.now
    p.mark(begin, done, end, command)
    p.leave(*arms)


def before_chest(p: Performer) -> Array:
    """A place of the right wrist at which one shows something."""
    u = p.rng.uniform
    return np.array([-u(-0.02, 0.3), u(-0.3, 0.12), u(0.2, 0.46)])


def _sideways(p: Performer) -> Array:
    """Where the fingers of a fist look whose thumb points up or down: ahead, across, or back to the person."""
    angle = np.radians(p.rng.uniform(-10, 125))
    return np.array([np.sin(angle), p.rng.normal(0, 0.12), np.cos(angle)])


def thumb_up(p: Performer) -> None:
    """A fist with the thumb up."""
    fingers = _sideways(p)
    show(p, before_chest(p), fingers, np.cross(UP + p.rng.normal(0, 0.12, 3), fingers), THUMB, "Thumb Up", 0.15)


def thumb_down(p: Performer) -> None:
    """A fist with the thumb down."""
    angle = np.radians(p.rng.uniform(0, 110))
    fingers = np.array([np.sin(angle), p.rng.normal(0, 0.15), np.cos(angle)])
    show(p, before_chest(p), fingers, np.cross(DOWN + p.rng.normal(0, 0.15, 3), fingers), THUMB, "Thumb Down", 0.15)


def _point(p: Performer, way: Array, place: Array) -> None:
    u = p.rng.uniform
    palm = DOWN + LEFTWARD * u(0, 1.5) if u() < 0.8 else AHEAD
    show(p, place, way + p.rng.normal(0, 0.1, 3), palm, POINT if u() < 0.75 else GUN)


def point_left(p: Performer) -> None:
    """The right index finger points to the person's left, across the body."""
    u = p.rng.uniform
    stretched = u(0, 1)
    place = np.array([-0.12 + stretched * 0.3, u(-0.22, 0.12), u(0.24, 0.4) - 0.05 * stretched])
    _point(p, LEFTWARD + UP * u(-0.1, 0.3) + AHEAD * u(-0.1, 0.35), place)


def point_right(p: Performer) -> None:
    """The right index finger points to the person's right, with the arm bent or stretched."""
    u = p.rng.uniform
    stretched = u(0, 1)
    place = np.array([-0.25 - stretched * 0.42, u(-0.25, 0.12), u(0.1, 0.32) * (1 - 0.6 * stretched)])
    _point(p, RIGHTWARD + UP * u(-0.1, 0.3) + AHEAD * u(-0.1, 0.35), place)


def point_ahead(p: Performer) -> None:
    """The right index finger points into the camera."""
    u = p.rng.uniform
    shoulder = np.array([-0.17, 0.0, 0.0])
    place = shoulder * u(0.2, 1.1) + p.camera * u(0.22, 0.5) + UP * u(-0.2, 0.12) * 0.7
    _point(p, p.camera + p.rng.normal(0, 0.07, 3), place)


def middle_finger(p: Performer) -> None:
    """A fist with the middle finger up, its back to the camera."""
    u = p.rng.uniform
    fingers = UP + LEFTWARD * u(-0.3, 0.4) + AHEAD * u(-0.2, 0.35)
    show(p, before_chest(p) + UP * 0.06, fingers, BACK + LEFTWARD * u(-0.3, 0.8), MIDDLE, both=0.2)
