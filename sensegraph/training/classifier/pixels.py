"""What a pixel network makes of a clip: its features, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.pixel.architecture import RECEPTIVE_FIELD
from sensegraph.models.skeleton import RATE_FPS, STEP_FRAMES
from sensegraph.packet import NANOSECONDS, Stamp
from sensegraph.payload import Features
from sensegraph.training.classifier.examples import FULL_WEIGHT_FRAMES, Examples
from sensegraph.training.classifier.observation import camera
from sensegraph.training.project.footage import Picture, node, shown

BEFORE = -(-RECEPTIVE_FIELD // STEP_FRAMES) * STEP_FRAMES
"""So many frames of its first picture before a clip fill the whole window of a network."""


def features(video: str, net: str, checkpoints: str) -> dict[str, NDArray[Any]]:
    """Let a pixel network look at a video of 16 frames a second, as it does in a graph.

    It looks twice at the beginning: as if the graph had just been started, and as if the first picture had been seen
    for a while.

    Args:
        video: The file.
        net: `efficientnet` or `mobilenet`.
        checkpoints: Folder with the official weights; empty for those that were imported.

    Returns:
        `vectors` float16 (N, 1280), `ends` (N,) last frame of each, `plain` (N,) whether it is of the first look, and
        `space`, the name of the features.

    Raises:
        SourceError: It cannot be read.
        ModelError: The weights are not there.
    """
    backbone = node("BackboneNode", model=net, checkpoints=checkpoints)
    backbone.open()
    with shown(camera(Path(video))) as pictures:
        frames = [picture for picture, _ in pictures]
    looks = [(_look(backbone, frames), True, 0)]
    beginning = [*[frames[0]] * BEFORE, *frames[:BEFORE]]
    looks.append((_look(backbone, beginning), False, BEFORE))
    made = [
        (each.vector, end - before, plain, each.space)
        for look, plain, before in looks
        for end, each in look
        if end >= before
    ]
    vectors, ends, plain, spaces = zip(*made, strict=True)
    return {
        "vectors": np.stack(vectors).astype(np.float16),
        "ends": np.array(ends, np.intp),
        "plain": np.array(plain, np.bool_),
        "space": np.array(spaces[0]),
    }


def _look(backbone: Any, frames: Iterable[Picture]) -> list[tuple[int, Features]]:
    """Return the last frame of each step with its features, from a start of the network."""
    found = []
    for number, picture in enumerate(frames):
        stamp = Stamp(number * NANOSECONDS // RATE_FPS, frame=number, gap=number == 0)
        if made := backbone.process(picture, stamp).get("features"):
            found.append((number, made))
    return found


def as_examples(arrays: Mapping[str, NDArray[Any]]) -> Examples:
    """Return what `features` made as examples; there are none of the mirror image."""
    ends = arrays["ends"]
    weights = np.clip((ends + 1) / FULL_WEIGHT_FRAMES, 0, 1)
    return Examples(arrays["vectors"].astype(np.float32), ends, weights, arrays["plain"], np.zeros(len(ends), np.bool_))
