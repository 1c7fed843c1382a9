"""Time courses: repetitions, single moves and smooth wandering, at 16 frames per second."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.skeleton import RATE_FPS

Array = NDArray[np.float64]


def phase(rng: np.random.Generator, frames: int, period_s: float) -> Array:
    """Phase in cycles (frames,) with a random start and a drifting tempo."""
    drift = np.cumsum(rng.normal(0, 0.3, frames)) / np.sqrt(frames)
    step = np.clip(1 + 0.12 * drift, 0.7, 1.4) / (period_s * RATE_FPS)
    return np.asarray(rng.uniform() + np.cumsum(step))


def excursion(cycles: Array, hold_high: float = 0.0, hold_low: float = 0.0) -> Array:
    """A smooth 0..1..0 course per cycle (frames,), with pauses at both ends given as shares of the cycle."""
    edges = [0, hold_low / 2, 0.5 - hold_high / 2, 0.5 + hold_high / 2, 1 - hold_low / 2, 1]
    level = np.interp(cycles % 1.0, edges, [0, 0, 1, 1, 0, 0])
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * level))


def once(rng: np.random.Generator, frames: int, shortest_s: float = 0.4, longest_s: float = 1.4) -> Array:
    """A single smooth change (frames,), 0 to 1 or 1 to 0, that begins anywhere around the window."""
    length = rng.uniform(shortest_s, longest_s) * RATE_FPS
    begin = rng.uniform(-0.6 * length, frames - 0.4 * length)
    level = 0.5 - 0.5 * np.cos(np.pi * np.clip((np.arange(frames) - begin) / length, 0, 1))
    return np.asarray(level if rng.uniform() < 0.6 else 1 - level)


def bump(rng: np.random.Generator, frames: int, shortest_s: float = 0.4, longest_s: float = 1.5) -> Array:
    """A single smooth 0..1..0 move (frames,) with its middle inside the window."""
    length = rng.uniform(shortest_s, longest_s) * RATE_FPS
    middle = rng.uniform(0, frames)
    return np.asarray(0.5 + 0.5 * np.cos(np.pi * np.clip((np.arange(frames) - middle) / length * 2, -1, 1)))


def wander(rng: np.random.Generator, frames: int, low: float, high: float, period_s: float) -> Array:
    """A smooth random course (frames,) between two values that changes direction about every `period_s`."""
    knots = max(2, int(frames / RATE_FPS / period_s) + 3)
    values = rng.uniform(low, high, knots + 2)
    place = np.linspace(0, knots - 1, frames) + rng.uniform()
    left = place.astype(int)
    blend = 0.5 - 0.5 * np.cos(np.pi * (place - left))
    return np.asarray(values[left] * (1 - blend) + values[left + 1] * blend)
