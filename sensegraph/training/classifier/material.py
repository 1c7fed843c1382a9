"""What a classifier is fitted on: the examples of clips, and the bank of negatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sensegraph.training.classifier.bank import Bank
from sensegraph.training.classifier.examples import Examples

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Mask = NDArray[np.bool_]

BANK_WEIGHT = 1.0
"""Of the bank, where a class of the user's weighs 1; their own background weighs 1 as well."""


@dataclass(frozen=True, slots=True)
class Material:
    """Examples of somebody's clips, and negatives.

    Attributes:
        labels: Names of the classes; `Doing other things` is the last one.
        clips: Examples of each clip.
        truth: For each clip (examples,) the class of each example, before it is mirrored.
        mirrors: For each class the class of its mirror image, None where that is none of them.
        bank: Negatives; empty where there are none for the space.
    """

    labels: tuple[str, ...]
    clips: Sequence[Examples]
    truth: Sequence[Indices]
    mirrors: Sequence[int | None]
    bank: Bank

    @property
    def other(self) -> int:
        """The class of what is none of the user's."""
        return len(self.labels) - 1

    def plain(self, clip: int, *, mirrored: bool = False) -> Mask:
        """Return which examples of a clip are just what a graph sees, of it or of its mirror image."""
        return self.clips[clip].plain & (self.clips[clip].mirrored == mirrored)

    def without(self, embedded: int) -> Material:
        """Return the same with zeros for the first so many numbers of each vector: nothing can be learnt of them."""

        def blank(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
            return np.where(np.arange(vectors.shape[1]) < embedded, np.float32(0), vectors)

        clips = [replace(each, vectors=blank(each.vectors)) for each in self.clips]
        return replace(self, clips=clips, bank=replace(self.bank, vectors=blank(self.bank.vectors)))

    def chosen(self, clips: Mask, bank: Mask) -> tuple[NDArray[np.float32], Indices, Array]:
        """Return vectors (N, E), classes (N,) and weights (N,) of all examples of some clips and negatives.

        Every class weighs the same, however many examples it has.

        Args:
            clips: (clips,) mask.
            bank: (negatives,) mask.
        """
        image = np.array([-1 if each is None else each for each in self.mirrors], np.intp)
        vectors, classes, weights = [], [], []
        for number in np.flatnonzero(clips).tolist():
            each, label = self.clips[number], self.truth[number]
            label = np.where(each.mirrored, image[label], label)
            used = label >= 0
            vectors.append(each.vectors[used])
            classes.append(label[used])
            weights.append(each.weights[used])
        truth, weight = np.concatenate(classes), np.concatenate(weights)
        total = np.bincount(truth, weight, len(self.labels))
        weight = weight / np.maximum(total, 1e-9)[truth]
        count = int(bank.sum())
        return (
            np.concatenate([*vectors, self.bank.vectors[bank]]),
            np.concatenate([truth, np.full(count, self.other)]),
            np.concatenate([weight, np.full(count, BANK_WEIGHT / max(count, 1))]),
        )
