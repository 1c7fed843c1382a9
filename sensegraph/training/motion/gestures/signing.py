"""Hands that talk: invented signs in the manner of sign languages, and the hands of people who speak."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensegraph.training.motion.gestures.figure import moved
from sensegraph.training.motion.gestures.hand import LENGTH, RELAXED, SHAPES
from sensegraph.training.motion.gestures.performer import CHIN, FOREHEAD, LIPS, RIGHT_CHEEK, RIGHT_EAR, Performer, touch

Array = NDArray[np.float64]
MIRROR = np.array([-1.0, 1, 1])
CONTACTS = (CHIN, LIPS, FOREHEAD, RIGHT_CHEEK, RIGHT_EAR, np.array([0, -0.1, 0.12]), np.array([0.1, -0.06, 0.12]))


def random_way(p: Performer) -> Array:
    """A random direction, (3,)."""
    way = p.rng.normal(0, 1, 3)
    return np.asarray(way / np.linalg.norm(way))


def hand_way(p: Performer) -> tuple[Array, Array]:
    """Directions of fingers and palm that a right arm can take."""
    u = p.rng.uniform
    fingers = np.array([u(-0.3, 1), u(-0.4, 1.2), u(-0.3, 1)])
    return fingers, moved(random_way(p), 0.3, 0, 0)


def space(p: Performer) -> Array:
    """A place of the right wrist in the space before the body where people sign."""
    u = p.rng.uniform
    return np.array([-u(-0.1, 0.32), u(-0.36, 0.16), u(0.16, 0.44)])


def _shape(p: Performer) -> Array:
    return np.array(SHAPES[p.rng.integers(len(SHAPES))])


def _stroke(p: Performer, place: Array, fingers: Array, palm: Array, shape: Array, both: int) -> None:
    """One of the movements that signs are made of, of the right hand or of both: 1 = mirrored, 2 = alternating."""
    u = p.rng.uniform
    kind, times, seconds = p.rng.choice(6, p=[0.34, 0.2, 0.14, 0.1, 0.12, 0.1]), int(u(1, 3.5)), u(0.14, 0.45)
    way = random_way(p) * u(0.04, 0.24) * [1, 1, 0.6]
    other = _shape(p)
    first, second = random_way(p), random_way(p)
    turned_fingers, turned_palm = hand_way(p)
    sign = u() < 0.5
    for arm, side in ((p.right, np.ones(3)), (p.left, MIRROR))[: 1 + (both > 0)]:
        flip = -1 if both == 2 and arm is p.left else 1
        for _ in range(times):
            if kind == 0:  # there, and back when it is repeated
                arm.move(seconds, (place + way * flip) * side)
                if times > 1:
                    arm.move(seconds, place * side)
            elif kind == 1:  # taps
                arm.move(seconds * 0.7, (place + way * 0.25 * flip) * side, exact=True)
                arm.move(seconds * 0.7, place * side, exact=True)
            elif kind == 2:  # circle
                for number in range(9):
                    angle = number * np.pi / 4 * (1 if sign else -1)
                    around = (first * np.cos(angle) + second * np.sin(angle) - first) * np.linalg.norm(way) * 0.5 * flip
                    arm.move(seconds / 3, (place + around) * side, smooth=False, exact=True)
            elif kind == 3:  # fingers flutter
                for number in range(4):
                    bent = np.array([0, 0.3, -0.2, 0.25, -0.3, 0, 0]) * (-1) ** number
                    arm.move(0.12, shape=shape + bent, exact=True)
            elif kind == 4:  # the hand changes its shape
                arm.move(seconds, (place + way * 0.4) * side, shape=other)
            else:  # the hand turns over
                arm.move(seconds, fingers=turned_fingers * side, palm=turned_palm * side)
                if times > 1:
                    arm.move(seconds, fingers=fingers * side, palm=palm * side)


def sign(p: Performer) -> None:
    """One invented sign: a shape, a place, a movement; one hand, both alike, or one on the other."""
    u = p.rng.uniform
    place, (fingers, palm), shape = space(p), hand_way(p), _shape(p)
    if u() < 0.35:
        place = touch(moved(CONTACTS[p.rng.integers(len(CONTACTS))], 0, 0, 0.02), fingers, LENGTH * u(0.3, 1))
    kind = p.rng.choice(4, p=[0.4, 0.24, 0.1, 0.26])
    p.together()
    seconds = u(0.2, 0.5)
    p.right.move(seconds, place, fingers, palm, shape)
    if kind in (1, 2):
        p.left.move(seconds, place * MIRROR, fingers * MIRROR, palm * MIRROR, shape)
    elif kind == 3:  # the left hand lies below or beside the right one
        flat = np.array([u(-0.9, -0.2), u(-0.2, 0.6), u(0.2, 0.8)])
        base = touch(
            place + fingers / np.linalg.norm(fingers) * u(0, 0.12) - [0, u(0.0, 0.08), -u(-0.03, 0.05)], flat, 0.08
        )
        p.left.move(seconds, base, flat, np.array([-0.3, u(-0.2, 1), u(-1, 0.2)]), _shape(p))
    if u() < 0.3:
        p.right.wait(u(0, 0.25))
        p.left.wait(p.right.now - p.left.now)
    _stroke(p, place, fingers, palm, shape, int(kind) if kind in (1, 2) else 0)
    if u() < 0.25:
        p.right.wait(u(0, 0.3))


def signing(p: Performer) -> None:
    """Several signs in a row; the head moves along."""
    for _ in range(int(p.rng.uniform(2, 6))):
        sign(p)
        if p.rng.uniform() < 0.35:
            p.head.wait(p.right.now - p.head.now - 0.3)
            p.head.to(0.3, p.gaze + p.rng.normal(0, [10, 7, 5]))
    p.leave(p.right, p.left)


def one_sign(p: Performer) -> None:
    """A single sign out of rest and back: the hand stands still before and after it."""
    sign(p)
    p.right.wait(p.rng.uniform(0, 1.2))
    p.leave(p.right, p.left)


def talk(p: Performer) -> None:
    """Speak with the hands: beats and open gestures of relaxed hands in the lower space."""
    u = p.rng.uniform
    size = u(0.02, 0.12)
    both = u() < 0.6
    middle = np.array([-u(0.05, 0.28), -u(0.12, 0.42), u(0.18, 0.36)])
    shape = np.array(RELAXED) if u() < 0.6 else _shape(p)
    for _ in range(int(u(4, 12))):
        seconds = u(0.15, 0.6)
        place = middle + p.rng.normal(0, size, 3)
        fingers = np.array([u(0, 0.9), u(-0.2, 0.9), 0.8])
        palm = np.array([u(0, 1), u(-0.8, 0.8), u(-0.5, 0.5)])
        bent = shape * u(0.6, 1.4)
        p.right.move(seconds, place, fingers, palm, bent)
        if both:
            p.left.move(seconds, place * MIRROR + p.rng.normal(0, size / 3, 3), fingers * MIRROR, palm * MIRROR, bent)
        if u() < 0.25:
            wait = u(0, 0.5)
            p.right.wait(wait)
            p.left.wait(wait if both else 0)
        if u() < 0.4:
            p.head.wait(p.right.now - p.head.now - 0.4)
            p.head.to(0.4, p.gaze + p.rng.normal(0, [8, 5, 4]))
    p.leave(p.right, p.left)
