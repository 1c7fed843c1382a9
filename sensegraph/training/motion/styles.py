"""Randomness of style, body and camera, with bands that training never sees and the synthetic test only sees."""

from __future__ import annotations

from typing import Any

import numpy as np

BANDS = 6
"""A range is cut into so many pieces, and a band is kept out of the middle of each."""
BAND_SHARE = 0.15


class Styles(np.random.Generator):
    """A generator that keeps styles apart: those of training and those that are held out for the test.

    `reserved` draws from the kept or the held-out bands of a range. After `begin()` so does the first `uniform`: a
    movement draws its style with `uniform`, so one of its parameters comes from another part of its range in the test.

    Args:
        seed: seed of the stream.
        held_out: draw from the bands that training leaves out.
    """

    def __init__(self, seed: int, *, held_out: bool = False) -> None:
        super().__init__(np.random.PCG64(seed))
        self.held_out = held_out
        self._first = False

    def begin(self) -> None:
        """Let the next `uniform` draw from the bands."""
        self._first = True

    def reserved(self, low: float, high: float) -> float:
        """Draw one number between `low` and `high` from the bands that this generator may use."""
        piece = int(self.integers(BANDS))
        share = BAND_SHARE if self.held_out else 1 - BAND_SHARE
        place = super().uniform(0, share)
        if self.held_out:
            place += (1 - BAND_SHARE) / 2
        elif place > (1 - BAND_SHARE) / 2:
            place += BAND_SHARE
        return low + (piece + place) / BANDS * (high - low)

    def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
        """Draw as numpy does; the first draw after `begin` keeps to the bands."""
        if self._first and size is None and np.isscalar(low) and np.isscalar(high):
            self._first = False
            return self.reserved(float(low), float(high))  # type: ignore[arg-type]
        return super().uniform(low, high, size)


def reserved(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw between `low` and `high`: from the bands of a `Styles`, from everywhere of another generator."""
    return rng.reserved(low, high) if isinstance(rng, Styles) else float(rng.uniform(low, high))
