"""Colours in linear light and the grain that breaks them up."""

import numpy as np

from sensegraph.training.render.array import Array
from sensegraph.training.render.distance import F32

GAMMA = 2.2


def linear(red: float, green: float, blue: float) -> Array:
    """Display RGB in 0..1 as linear light (3,)."""
    return np.array([red, green, blue], F32) ** F32(GAMMA)


EYE, IRIS, WATCH = linear(0.93, 0.92, 0.90), linear(0.20, 0.13, 0.08), linear(0.10, 0.10, 0.11)


def grain(x: Array, y: Array, seed: float = 0.0) -> Array:
    """Cheap smooth pseudo-noise in -1..1."""
    a = np.sin(x * 1.7 + 1.3 * np.sin(y * 0.9 + seed))
    b = np.sin(y * 2.3 + 1.7 * np.sin(x * 0.6 + 2 * seed))
    return np.asarray((a + b + np.sin((x + y) * 1.1 + seed)) / 3)
