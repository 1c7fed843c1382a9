"""What a temporal net is trained on: where its windows come from, and the heads that name them."""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sensegraph.training.motion.capture import Take

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

CHUNK = 2000
"""Windows that are drawn with one seed, so that the result does not depend on the number of processes."""


class Draw(Protocol):
    """Draws windows: -> (size, channels, frames) and for each head (size,) indices of labels, -1 = not said."""

    def __call__(
        self, seed: int, size: int, takes: Sequence[Take], *, held_out: bool, even: bool
    ) -> tuple[Floats, Mapping[str, Labels]]:
        """Draw `size` windows from `seed`."""
        ...


@dataclass(frozen=True)
class HeadPlan:
    """One head of a net.

    Attributes:
        name: of the head and its files.
        labels: in the order of its outputs.
        rejected: the labels that mean "none of these".
        average_steps: over how many steps the head averages; one where a label lasts for half a second only.
        lowest: the lowest threshold that a label may get: real people do more than was thought of.
    """

    name: str
    labels: tuple[str, ...]
    rejected: tuple[str, ...]
    average_steps: int = 2
    lowest: float = 0.6


@dataclass(frozen=True)
class Corpus:
    """Everything that one net learns from.

    Attributes:
        net: name of the net, as in `body-temporal.onnx`.
        space: name of its feature space.
        generator: version of the motions.
        heads: what is named from its embedding.
        draw: draws windows.
    """

    net: str
    space: str
    generator: int
    heads: tuple[HeadPlan, ...]
    draw: Draw

    def batch(
        self,
        seed: int,
        size: int,
        takes: Sequence[Take] = (),
        *,
        held_out: bool = False,
        even: bool = False,
        half: bool = False,
    ) -> tuple[NDArray[Any], dict[str, Labels]]:
        """Draw many windows with two processes; the same numbers give the same windows on every machine.

        Args:
            seed: seed of the batch.
            size: number of windows.
            takes: motion capture to mix in.
            held_out: from the styles, bodies and cameras that training leaves out.
            even: as many windows of every label, instead of the shares of training.
            half: give float16 instead of float32.
        """
        sizes = [min(CHUNK, size - at) for at in range(0, size, CHUNK)]
        tasks = [(self, seed * 100_003 + i, n, takes, held_out, even, half) for i, n in enumerate(sizes)]
        if len(tasks) == 1:
            parts = [_draw(tasks[0])]
        else:
            with multiprocessing.get_context("spawn").Pool(2) as pool:
                parts = pool.map(_draw, tasks, chunksize=1)
        labels = {head.name: np.concatenate([part[1][head.name] for part in parts]) for head in self.heads}
        return np.concatenate([part[0] for part in parts]), labels


def _draw(
    task: tuple[Corpus, int, int, Sequence[Take], bool, bool, bool],
) -> tuple[NDArray[Any], Mapping[str, Labels]]:
    corpus, seed, size, takes, held_out, even, half = task
    windows, labels = corpus.draw(seed, size, takes, held_out=held_out, even=even)
    return (windows.astype(np.float16) if half else windows), labels
