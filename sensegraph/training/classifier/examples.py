"""Examples: the windows of a clip as a graph sees them, and variants to learn from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.skeleton import STEP_FRAMES, WINDOW_FRAMES
from sensegraph.models.temporal import Decision
from sensegraph.training.classifier.observation import Observation
from sensegraph.training.classifier.space import Indices, Space, as_run, held

Floats = NDArray[np.float32]
Array = NDArray[np.float64]

PRESENCE_FRAMES = 16
VARIANTS = 2
TEMPO = 0.2
"""Largest change of the tempo, as a logarithm: 0.8 to 1.2 times as fast."""
TREMBLE = 0.004
"""Noise on the points of variants, as a share of the size of the person."""
FULL_WEIGHT_FRAMES = 16
"""A window that holds fewer frames of its clip says less of its class, and weighs less."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Embedded windows, one or many clips.

    Attributes:
        vectors: (N, E).
        ends: (N,) last frame of each, in its clip.
        weights: (N,) how much each says of its class, 0..1.
        plain: (N,) whether it is just what a graph sees; the others are variants.
        mirrored: (N,) whether it is of the mirror image.
    """

    vectors: Floats
    ends: NDArray[np.intp]
    weights: Array
    plain: NDArray[np.bool_]
    mirrored: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.ends)

    def of(self, chosen: NDArray[np.bool_]) -> Examples:
        """Return some of them, by a mask (N,)."""
        return Examples(*(getattr(self, each.name)[chosen] for each in fields(self)))


def joined(parts: Sequence[Examples]) -> Examples:
    """Return the examples of several as one."""
    return Examples(*(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(Examples)))


def steps(frames: int) -> list[int]:
    """Last frames of the steps that a graph makes of a clip; the last one is made whatever is left."""
    ends = list(range(STEP_FRAMES - 1, frames, STEP_FRAMES))
    return ends if ends and ends[-1] == frames - 1 else [*ends, frames - 1]


def present(observation: Observation, end: int) -> bool:
    """Whether enough of a person is seen at a frame for a graph to name anything."""
    recent = observation.seen[max(0, end + 1 - PRESENCE_FRAMES) : end + 1]
    return bool(recent.mean() >= Decision.min_seen)


def examples(observation: Observation, space: Space, seed: int, name: str) -> Examples:
    """Make the examples of a clip, those of its mirror image too.

    Args:
        observation: What was seen in it.
        space: Of the embeddings.
        seed: Of the variants.
        name: Of the clip; with the seed it decides the variants, whatever other clips there are.
    """
    digest = hashlib.sha256(f"{seed} {name}".encode()).digest()
    rng = np.random.default_rng(int.from_bytes(digest[:8], "big"))
    parts = []
    for mirrored in (False, True):
        image = observation.mirrored() if mirrored else observation
        ends = [end for end in steps(len(image)) if present(image, end)]
        parts.append(_embedded(image, space, as_run(ends), ends, ends, plain=True, mirrored=mirrored))
        early = [end for end in ends if end < WINDOW_FRAMES - 1]
        parts.append(_embedded(image, space, held(early), early, early, plain=False, mirrored=mirrored))
        for _ in range(VARIANTS):
            tempo = float(np.exp(rng.uniform(-TEMPO, TEMPO)))
            variant = image.retimed(tempo).trembling(rng, TREMBLE)
            first = int(rng.integers(STEP_FRAMES))
            late = [end for end in range(first, len(variant), STEP_FRAMES) if present(variant, end)]
            windows = (as_run if rng.uniform() < 0.5 else held)(late)
            there = [int(end * tempo) for end in late]
            parts.append(_embedded(variant, space, windows, late, there, plain=False, mirrored=mirrored))
    return joined(parts)


def _embedded(
    observation: Observation,
    space: Space,
    windows: Indices,
    ends: Sequence[int],
    places: Sequence[int],
    *,
    plain: bool,
    mirrored: bool,
) -> Examples:
    """Embed windows that end at frames `ends` of what was observed, which are the frames `places` of the clip."""
    count = len(ends)
    vectors = space.embed(observation, windows) if count else np.zeros((0, space.size), np.float32)
    weights = np.clip((np.asarray(ends, np.float64) + 1) / FULL_WEIGHT_FRAMES, 0, 1)
    return Examples(vectors, np.asarray(places, np.intp), weights, np.full(count, plain), np.full(count, mirrored))
