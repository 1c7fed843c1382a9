"""What is chosen by cross-validation: the penalty, which classes a mirror leaves alone, what stays in the bank."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.temporal import Decision, Layer
from sensegraph.training.calibrate import Outcome, choose
from sensegraph.training.classifier.material import Indices, Material
from sensegraph.training.classifier.trial import PENALTIES, Mask, Trial, fitted, run
from sensegraph.training.corpus import HeadPlan

LOOKS_OTHER = 0.2
"""A class is not mirrored when a larger share of its mirrored windows is taken for another class of the user's."""
LOWEST = 0.4
"""The lowest threshold that a class may get."""
KEPT = 0.98
"""Share of the windows of a class that must stay above its threshold."""
SUREST = 0.5
ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Choice:
    """A classifier, and what cross-validation said on the way to it.

    Attributes:
        layer: Fitted on all clips.
        decision: Smoothing and thresholds.
        material: With the mirror images that were found to help.
        trial: Of the last round.
        kept: (negatives,) those that stayed in the bank.
        accuracies: Penalty -> mean over the classes of the share of windows that was named right.
    """

    layer: Layer
    decision: Decision
    material: Material
    trial: Trial
    kept: Mask
    accuracies: dict[float, float]

    @property
    def accuracy(self) -> float:
        """Mean over the user's classes of the share of windows that the likeliest class is right for."""
        return accuracy(self.material, self.trial)

    def dropped(self) -> list[tuple[str, str, int, int]]:
        """Return (movement, class, dropped, drawn): which negatives look like a class of the user's, most first."""
        names, named = self.material.bank.names, self.trial.bank[:, :-1].argmax(axis=1)
        total = Counter(names.tolist())
        pairs = Counter(zip(names[~self.kept].tolist(), named[~self.kept].tolist(), strict=True))
        found = [(name, self.material.labels[label], count, total[name]) for (name, label), count in pairs.items()]
        return sorted(found, key=lambda each: (-each[2], each[0], each[1]))


def decide(material: Material, folds: Sequence[int], seed: int) -> Choice:
    """Choose everything and fit the classifier.

    Args:
        material: Examples and negatives; every class whose name says so has a mirror image.
        folds: (clips,) fold of each clip; all the same where nothing can be tried.
        seed: Of the bank's folds.
    """
    everything = np.ones(len(material.bank.names), np.bool_)
    material = replace(material, mirrors=_mirrors(material, folds, seed))
    trials = [run(material, folds, everything, penalty, seed) for penalty in PENALTIES]
    scores = [balanced(material, trial, everything) for trial in trials]
    best = trials[int(np.argmax(np.round(scores, 4)))]  # the largest penalty of equals
    kept = everything
    for _ in range(ROUNDS):
        kept = kept & (best.bank.argmax(axis=1) == material.other)
        best = run(material, folds, kept, best.penalty, seed)
    decision = _decision(material, best, kept)
    layer = fitted(material, np.ones(len(material.clips), np.bool_), kept, best.penalty)
    accuracies = {penalty: round(score, 4) for penalty, score in zip(PENALTIES, scores, strict=True)}
    return Choice(layer, decision, material, best, kept, accuracies)


def accuracy(material: Material, trial: Trial) -> float:
    """Mean over the user's classes of the share of their plain windows for which the likeliest class is right."""
    shares = [share for label, share in _recalls(material, trial).items() if label != material.other]
    return float(np.mean(shares)) if shares else float("nan")


def balanced(material: Material, trial: Trial, kept: Mask) -> float:
    """Mean over all classes of the share of windows for which the likeliest is right; the bank is of the last class."""
    recalls = _recalls(material, trial)
    other = [recalls.pop(material.other)] if material.other in recalls else []
    if kept.any():
        other.append(float((trial.bank[kept].argmax(axis=1) == material.other).mean()))
    shares = [*recalls.values(), *([float(np.mean(other))] if other else [])]
    return float(np.mean(shares)) if shares else 0.0


def _recalls(material: Material, trial: Trial) -> dict[int, float]:
    truth, said = tried(material, trial)
    named = said.argmax(axis=1)
    return {int(label): float((named[truth == label] == label).mean()) for label in np.unique(truth)}


def tried(material: Material, trial: Trial) -> tuple[Indices, NDArray[np.float32]]:
    """Return the classes (N,) and probabilities (N, classes) of all plain windows that were tried."""
    numbers = [number for number, said in enumerate(trial.said) if len(said)]
    truth = [material.truth[number][material.plain(number)] for number in numbers]
    none = np.zeros(0, np.intp), np.zeros((0, len(material.labels)), np.float32)
    return np.concatenate([none[0], *truth]), np.concatenate([none[1], *(trial.said[number] for number in numbers)])


def _mirrors(material: Material, folds: Sequence[int], seed: int) -> list[int | None]:
    """Return the class of the mirror image of each class; None where that shows another class of the user's."""
    own = [image == label for label, image in enumerate(material.mirrors)]
    careful = [None if own[label] else image for label, image in enumerate(material.mirrors)]
    everything = np.ones(len(material.bank.names), np.bool_)
    trial = run(replace(material, mirrors=careful), folds, everything, PENALTIES[1], seed)
    truth = [each[material.plain(number, mirrored=True)] for number, each in enumerate(material.truth)]
    shown = [(label, named) for label, said in zip(truth, trial.image, strict=True) if len(said)
             for label, named in zip(label, said.argmax(axis=1), strict=True)]  # fmt: skip
    found = list(material.mirrors)
    for label in range(material.other):
        named = np.array([each for truth, each in shown if truth == label], np.intp)
        if own[label] and len(named) and np.isin(named, [label, material.other], invert=True).mean() > LOOKS_OTHER:
            found[label] = None
    return found


def _decision(material: Material, trial: Trial, kept: Mask) -> Decision:
    """Choose smoothing and thresholds on what was said of windows that were not learnt from."""
    truth, said = tried(material, trial)
    truth = np.concatenate([truth, np.full(int(kept.sum()), material.other)])
    said = np.concatenate([said, trial.bank[kept]])
    own = said[:, :-1]
    outcome = Outcome(truth, own.argmax(axis=1), own.sum(axis=1), own.max(axis=1))
    plan = HeadPlan("classifier", material.labels, material.labels[-1:], lowest=LOWEST)
    decision = choose(outcome, plan, KEPT)
    return replace(decision, sure=min(decision.sure, SUREST))
