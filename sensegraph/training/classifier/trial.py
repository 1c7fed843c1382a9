"""Cross-validation: what a classifier says of clips and negatives that it was not fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.temporal import Layer
from sensegraph.payload import OTHER
from sensegraph.training.classifier.material import Material
from sensegraph.training.classifier.softmax import fit

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

PENALTIES = (0.1, 0.03, 0.01, 0.003)
LEARNT = -1
"""The fold of a clip that is learnt from in every fold, and never tried."""
LEAST_FOLDS = 3
"""The bank is tried in as many, also where the clips cannot be parted."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What was said of the windows of clips, and of negatives, by classifiers that had not seen them.

    Attributes:
        penalty: Of the fits.
        said: For each clip (steps, classes) probabilities of its plain windows; empty where it was not tried.
        image: The same for the windows of its mirror image.
        bank: (negatives, classes).
    """

    penalty: float
    said: Sequence[Floats]
    image: Sequence[Floats]
    bank: Floats


def fitted(material: Material, clips: Mask, bank: Mask, penalty: float) -> Layer:
    """Fit a classifier on some clips and negatives."""
    vectors, classes, weights = material.chosen(clips, bank)
    return fit(vectors, classes, weights, len(material.labels), penalty)


def run(material: Material, folds: Sequence[int], kept: Mask, penalty: float, seed: int) -> Trial:
    """Try every clip with a classifier that was fitted on those of the other folds.

    A movement of the bank, too, is tried with a classifier that has not seen it, so that it shows what it is taken
    for when it has no name. A class whose clips are all in one fold is never left out: of that clip nothing is learnt.

    Args:
        material: All there is.
        folds: (clips,) fold of each clip, or `LEARNT`.
        kept: (negatives,) the negatives that are still in the bank.
        penalty: Of the fits.
        seed: Decides which movements of the bank are left out together.
    """
    count = max(LEAST_FOLDS, max(folds) + 1)
    fold, bank_fold = np.asarray(folds), bank_folds(material.bank.names, count, seed)
    classes = len(material.labels)
    said: list[Floats] = [np.zeros((0, classes), np.float32) for _ in folds]
    image = list(said)
    bank = np.zeros((len(material.bank.names), classes), np.float32)
    alone = _alone(material, fold)
    for number in range(count):
        layer = fitted(material, (fold != number) | alone, kept & (bank_fold != number), penalty)
        for clip in np.flatnonzero(fold == number).tolist():
            vectors = material.clips[clip].vectors
            if not alone[clip]:
                said[clip] = layer.probabilities(vectors[material.plain(clip)])[0]
                image[clip] = layer.probabilities(vectors[material.plain(clip, mirrored=True)])[0]
        tried = bank_fold == number
        bank[tried] = layer.probabilities(material.bank.vectors[tried])[0]
    return Trial(penalty, said, image, bank)


def _alone(material: Material, fold: NDArray[np.intp]) -> Mask:
    """Return which clips must be learnt from in every fold, because a class of theirs is in no other one."""
    homes = [set(fold[[label in truth for truth in material.truth]].tolist()) for label in range(len(material.labels))]
    return np.array([any(len(homes[label]) < 2 for label in np.unique(truth)) for truth in material.truth])


def bank_folds(names: NDArray[np.str_], count: int, seed: int) -> NDArray[np.intp]:
    """Return the fold of each negative, (negatives,): a named movement is in one, the nameless rest in all."""
    rng = np.random.default_rng(seed)
    kinds = np.unique(names)
    of_kind = dict(zip(kinds.tolist(), rng.permutation(np.arange(len(kinds)) % count).tolist(), strict=True))
    return np.array(
        [place % count if name == OTHER else of_kind[name] for place, name in enumerate(names.tolist())], np.intp
    )
