"""What an exercise is, and how it is performed: a movement over the phase of its repetitions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensegraph.training.motion.body import Body
from sensegraph.training.motion.styles import Styles

Array = NDArray[np.float64]
Rng = np.random.Generator
Move = Callable[[Rng, Body, Array], Array]
"""Randomness of the style, the body, and the phase in repetitions (frames,) -> joints (frames, 13, 3) in metres."""

MIRROR = [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11]


@dataclass(frozen=True)
class Exercise:
    """One label of the fitness head as a parametrised movement.

    Attributes:
        move: draws a style and returns the joints for a phase; at every whole number a repetition is complete and
            the body is in its starting position. Poses that are held move little with it (breathing, balance).
        period_s: shortest and longest time of a repetition, seconds.
        counted: whether a cycle of the phase is a repetition that a counter should count.
        sided: whether left and right are told apart; other exercises are mirrored at random.
    """

    move: Move
    period_s: tuple[float, float]
    counted: bool = True
    sided: bool = False


def mirrored(joints: Array) -> Array:
    """The same movement with left and right exchanged; joints (frames, 13, 3)."""
    return np.asarray(joints[:, MIRROR] * [-1, 1, 1])


def right_handed(exercise: Exercise) -> Exercise:
    """The exercise of the other side, from the one that is written for the left."""

    def move(rng: Rng, body: Body, cycles: Array) -> Array:
        return mirrored(exercise.move(rng, body, cycles))

    return Exercise(move, exercise.period_s, exercise.counted, sided=True)


def perform(rng: Rng, exercise: Exercise, body: Body, cycles: Array) -> Array:
    """Joints (frames, 13, 3) in metres, y up, of an exercise in a drawn style.

    Args:
        rng: source of the style.
        exercise: what to do.
        body: segment lengths.
        cycles: phase in repetitions (frames,); it may start anywhere, 16 frames per second.
    """
    if isinstance(rng, Styles):
        rng.begin()
    joints = exercise.move(rng, body, cycles)
    return mirrored(joints) if not exercise.sided and rng.uniform() < 0.5 else joints
