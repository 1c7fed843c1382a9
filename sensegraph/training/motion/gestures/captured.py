"""Captured bodies as figures: real arms and heads before a webcam, with hands that are made up."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.skeleton import WINDOW_FRAMES
from sensegraph.training.motion.capture import Take, draw_window
from sensegraph.training.motion.gestures.figure import ARM_SIZE, FINGERS, PALM, PLACE, SHAPE, Build, Gesticulation
from sensegraph.training.motion.gestures.hand import SHAPES
from sensegraph.training.motion.rhythm import wander

Array = NDArray[np.float64]
Rng = np.random.Generator

SHIFT_M = 1.0  # farthest from where the camera looks


def captured(rng: Rng, take: Take, build: Build) -> Gesticulation:
    """A window of a take as a figure that faces the camera on average, 40 frames.

    Args:
        rng: source of the cut, the tempo and the hands.
        take: motion capture of a body without hands.
        build: of the figure; places are scaled to it.
    """
    joints = draw_window(rng, take, WINDOW_FRAMES)
    middle = joints[:, [1, 2]].mean(axis=1)
    across = (joints[:, 1] - joints[:, 2]) * [1, 0, 1]
    width = np.linalg.norm(joints[:, 1] - joints[:, 2], axis=1)
    heading = np.unwrap(np.arctan2(-across[:, 2], across[:, 0]))
    scale = build.shoulders / float(np.median(width))
    arms = np.empty((WINDOW_FRAMES, 2, ARM_SIZE))
    for side in (0, 1):
        wrist, elbow = joints[:, 5 + side], joints[:, 3 + side]
        arms[:, side, PLACE] = _turned(wrist - middle, -heading) * scale
        forearm = _turned(wrist - elbow, -heading)
        arms[:, side, FINGERS] = forearm / np.linalg.norm(forearm, axis=1, keepdims=True) + _wandering(rng, 0.5)
        arms[:, side, PALM] = rng.normal(0, 1, 3) + _wandering(rng, 0.6)
        first, second = (np.array(SHAPES[rng.integers(len(SHAPES))]) for _ in range(2))
        share = np.clip(wander(rng, WINDOW_FRAMES, -1, 2, 0.8), 0, 1)[:, None]
        arms[:, side, SHAPE] = first * (1 - share) + second * share
    nose = _turned(joints[:, 0] - middle, -heading)
    turn = np.degrees(np.arctan2(nose[:, 0], np.maximum(nose[:, 2], 0.05)))
    head = np.stack([turn, rng.normal(4, 6) + 0 * turn, 0 * turn], axis=1)
    way = _turned((middle - middle.mean(axis=0)) * scale, np.full(WINDOW_FRAMES, -heading.mean()))
    way = way.clip(-SHIFT_M, SHIFT_M)
    level = np.zeros(WINDOW_FRAMES)
    trunk = np.stack([way[:, 0], way[:, 2], level, level, np.degrees(heading - heading.mean())], axis=1)
    return Gesticulation(arms, head, trunk, np.array(astuple(build)))


def _wandering(rng: Rng, size: float) -> Array:
    return np.stack([wander(rng, WINDOW_FRAMES, -size, size, 0.7) for _ in range(3)], axis=1)


def _turned(points: Array, angle: Array) -> Array:
    """Points (T, 3) turned about the vertical by angles (T,), radians to the left."""
    x = points[:, 0] * np.cos(angle) + points[:, 2] * np.sin(angle)
    z = points[:, 2] * np.cos(angle) - points[:, 0] * np.sin(angle)
    return np.stack([x, points[:, 1], z], axis=1)
