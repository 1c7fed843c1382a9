"""What the frozen first layers of a pixel network make of a clip; the last ones are trained on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from sensegraph.models.pixel.architecture import STEP_FRAMES, Architecture
from sensegraph.models.pixel.network import StridedInflatedNetwork
from sensegraph.models.pixel.prepare import Pixels, prepare
from sensegraph.models.pixel.state import Lines
from sensegraph.training.classifier.observation import camera
from sensegraph.training.classifier.pixels import BEFORE
from sensegraph.training.project.footage import shown

PIECE = 4 * STEP_FRAMES
"""Pictures that are computed at once: more would take memory, not save time."""


def rate(architecture: Architecture, first: int) -> int:
    """Return how many outputs of the layers before `first` come to a step of four frames: 4, 2 or 1."""
    strides = [layer.temporal_stride for layer in architecture.layers[:first]]
    return STEP_FRAMES // int(np.prod(strides, dtype=int))


def look(video: str, net: StridedInflatedNetwork, last: int) -> dict[str, NDArray[Any]]:
    """Let the layers before `last` look at a video of 16 frames a second.

    They look twice: as if the graph had just been started, and at its beginning as if the first picture had been seen
    for a while. What is missing of the last step is its last picture, as in a graph.

    Args:
        video: The file.
        net: The network.
        last: Number of the layer before which it ends.

    Returns:
        `plain` float16 (T, C, h, w), `held` likewise, and `frames`, the length of the video.

    Raises:
        SourceError: It cannot be read.
    """
    with shown(camera(Path(video))) as seen:
        pictures = [prepare(picture) for picture, _ in seen]
    held = [*[pictures[0]] * BEFORE, *pictures[:BEFORE]]
    plain, beginning = (_through(net, _whole_steps(each), last) for each in (pictures, held))
    return {"plain": plain, "held": beginning, "frames": np.array(len(pictures))}


def ends(arrays: Mapping[str, NDArray[Any]], look: str) -> NDArray[np.intp]:
    """Return the last frame of the clip that each step of a look saw; below 0 for steps before the clip."""
    frames = int(arrays["frames"])
    before, shown = (0, frames) if look == "plain" else (BEFORE, min(BEFORE, frames))
    steps = -(-(before + shown) // STEP_FRAMES)
    return np.minimum(np.arange(1, steps + 1) * STEP_FRAMES - 1 - before, shown - 1)


def _whole_steps(pictures: Sequence[Pixels]) -> list[Pixels]:
    return [*pictures, *[pictures[-1]] * (-len(pictures) % STEP_FRAMES)]


@torch.inference_mode()
def _through(net: StridedInflatedNetwork, pictures: Sequence[Pixels], last: int) -> NDArray[np.float16]:
    parts: list[NDArray[np.float16]] = []
    lines: Lines = ()
    for start in range(0, len(pictures), PIECE):
        piece = torch.from_numpy(np.stack(pictures[start : start + PIECE]))
        x, lines = net.through(piece.permute(0, 3, 1, 2)[None].float().div_(255), lines, last=last)
        parts.append(x[0].numpy().astype(np.float16))
    return np.concatenate(parts)
