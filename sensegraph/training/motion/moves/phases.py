"""Courses over the phase of a repetition: key poses, flights of jumps, steps left and right."""

from __future__ import annotations

from collections.abc import Sequence
from functools import wraps

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.skeleton import RATE_FPS
from sensegraph.training.motion.body import Body
from sensegraph.training.motion.exercise import Move, Rng

Array = NDArray[np.float64]

GRAVITY_M_S2 = 9.81
FASTEST_M_S = 8.0
DRAWS = 16


def pace_s(cycles: Array) -> float:
    """Seconds of a repetition, from its phase (frames,) at 16 frames per second."""
    return float(1 / (RATE_FPS * max(np.median(np.diff(cycles)), 1e-3))) if len(cycles) > 1 else 1.0


def keyed(cycles: Array, places: Sequence[float], values: Sequence[float]) -> Array:
    """A smooth periodic course (frames,) through key values at rising places 0..1 of every cycle."""
    x = np.array([places[-1] - 1, *places, places[0] + 1])
    y = np.array([values[-1], *values, values[0]])
    now = cycles % 1.0
    left = np.clip(np.searchsorted(x, now, side="right") - 1, 0, len(x) - 2)
    blend = np.clip((now - x[left]) / np.maximum(x[left + 1] - x[left], 1e-9), 0, 1)
    return np.asarray(y[left] + (y[left + 1] - y[left]) * (0.5 - 0.5 * np.cos(np.pi * blend)))


def lopsided(cycles: Array, middle: float) -> Array:
    """The same phase, but half of each repetition is reached at a place 0..1: fast out and slow back, or otherwise."""
    return np.asarray(np.floor(cycles) + np.interp(cycles % 1.0, [0, middle, 1], [0, 0.5, 1]))


def airborne(cycles: Array, middle: float, seconds: float, share: float = 0.45) -> tuple[Array, Array]:
    """The flight of one jump in every cycle: a free fall, so that fast hops are low.

    Args:
        cycles: phase in repetitions (frames,).
        middle: place of the highest point in the cycle, 0..1.
        seconds: how long the feet are in the air; 0 = never.
        share: longest flight as a share of the repetition.

    Returns:
        Height in metres, and how many flights are done (a smooth staircase of whole steps), both (frames,).
    """
    pace = pace_s(cycles)
    time = min(seconds, share * pace)
    done = np.clip(((cycles - middle + 0.5) % 1.0 - 0.5) * pace / max(time, 0.15), -0.5, 0.5)
    height = GRAVITY_M_S2 / 8 * time**2 * (1 - 4 * done**2)
    return np.asarray(height), np.asarray(np.floor(cycles - middle + 0.5) + 0.5 + 0.5 * np.sin(np.pi * done))


def to_and_fro(steps: Array) -> Array:
    """0..1..0..1 for a count of steps: out with every even one, back with every odd one."""
    return np.asarray(1 - np.abs(1 - steps % 2.0))


def turns(cycles: Array) -> tuple[Array, Array]:
    """Whose repetition it is (frames,): 1 for left in the even ones, 1 for right in the odd ones."""
    right = np.floor(cycles) % 2
    return 1 - right, right


def striding(cycles: Array, width: float, sharpness: float = 1.0) -> tuple[Array, Array]:
    """Left and right leg lifted 0..1..0 in turn, highest in the middle of even and odd cycles.

    Args:
        cycles: phase in steps (frames,).
        width: half the time of a lift in steps; above 0.5 the legs overlap as in running.
        sharpness: above 1 for a quick lift, below for a long one.
    """
    left, right = (
        np.cos(np.pi / 2 * np.clip(((cycles - 0.5 + shift) % 2 - 1) / width, -1, 1)) ** (2 * sharpness)
        for shift in (1, 0)
    )
    return left, right


def fastest_m_s(joints: Array) -> float:
    """The highest speed of any joint between frames; joints (frames, 13, 3) at 16 frames per second."""
    steps = np.diff(joints, axis=0)
    return float(np.sqrt((steps**2).sum(axis=-1).max(initial=0.0)) * RATE_FPS)


def unhurried(move: Move) -> Move:
    """A move that draws another style when one is too fast for a body: at a high tempo people move less."""

    @wraps(move)
    def drawn(rng: Rng, body: Body, cycles: Array) -> Array:
        best, speed = np.zeros((0, 13, 3)), np.inf
        for _ in range(DRAWS):
            joints = move(rng, body, cycles)
            now = fastest_m_s(joints)
            if now < speed:
                best, speed = joints, now
            if speed < FASTEST_M_S:
                break
        return best

    return drawn
