"""The spaces of embeddings that a classifier can stand on, and the windows of a clip in them."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.gesture import POINT_INDEX, gesture_channels
from sensegraph.models.skeleton import BLAZEPOSE_INDEX, WINDOW_FRAMES, skeleton_channels
from sensegraph.models.temporal import BODY_SPACE, HAND_SPACE, TemporalNet
from sensegraph.models.traits import TRAITS, hand_traits
from sensegraph.training.calibrate import embed
from sensegraph.training.classifier.observation import Observation

Floats = NDArray[np.float32]
Indices = NDArray[np.intp]

NOBODY = -1
"""In a window: a frame before the video began, in which nobody is seen."""
XY_VISIBILITY = [0, 1, 3]


@dataclass(frozen=True, slots=True)
class Space:
    """A temporal net and what it looks at.

    Attributes:
        name: Of its embeddings.
        net: Name of the net: `body` or `gesture`.
        hands: Whether it needs the hands.
        size: Length of an embedding, with the traits behind it.
    """

    name: str
    net: str
    hands: bool
    size: int

    def embed(self, observation: Observation, windows: Indices) -> Floats:
        """Embed windows of a clip.

        Args:
            observation: The clip.
            windows: (N, 40) indices of frames, NOBODY for a frame in which nobody is seen.

        Returns:
            (N, E).
        """
        seen = observation.seen[windows] & (windows != NOBODY)
        points = observation.points[windows]
        if self.hands:
            found = observation.found[windows] & seen[..., None]
            chosen = points[..., list(POINT_INDEX), :][..., XY_VISIBILITY]
            return self.of_channels(gesture_channels(chosen, observation.hands[windows][..., :2], found, seen))
        chosen = points[..., list(BLAZEPOSE_INDEX), :][..., XY_VISIBILITY]
        return self.of_channels(skeleton_channels(chosen, seen))

    def of_channels(self, channels: Floats) -> Floats:
        """Embed channels (N, channels, 40): (N, E), with the traits of hands behind the embedding."""
        embedded = embed(_net(self.net), channels)
        return np.concatenate([embedded, hand_traits(channels)], axis=1) if self.hands else embedded

    @property
    def embedded(self) -> int:
        """Length of the embedding alone."""
        return self.size - (TRAITS if self.hands else 0)


BODY = Space(BODY_SPACE, "body", hands=False, size=192)
HANDS = Space(HAND_SPACE, "gesture", hands=True, size=544 + TRAITS)


@functools.cache
def _net(name: str) -> TemporalNet:
    return TemporalNet(name)


def as_run(ends: Sequence[int]) -> Indices:
    """Windows (N, 40) as a graph makes them that starts with the clip: before its first frame nobody is seen.

    Args:
        ends: The last frame of each.
    """
    frames = np.asarray(ends, np.intp)[:, None] - np.arange(WINDOW_FRAMES - 1, -1, -1)
    return np.where(frames < 0, NOBODY, frames)


def held(ends: Sequence[int]) -> Indices:
    """Windows (N, 40) as if the first pose of the clip had been kept before its start."""
    return np.maximum(as_run(ends), 0)
