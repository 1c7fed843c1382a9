"""Choose the thresholds of a head on synthetic and captured motion, and score it on what training never saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.temporal import Decision, Head, TemporalNet, load_head
from sensegraph.training.corpus import Corpus, HeadPlan
from sensegraph.training.motion.capture import Take

Floats = NDArray[np.float32]

SIZE = 24_000
FALSE_SHARE = 0.01
"""Share of all negative windows that may be named as any class, without smoothing; spread over the labels."""
HIGHEST = 0.9
KEPT = 0.93
"""Share of a label's own windows that must stay above its threshold, and of all that are right above the least sure."""


@dataclass(frozen=True)
class Outcome:
    """What a head says of many windows, one by one.

    Attributes:
        truth: (N,) indices of labels.
        best: (N,) the likeliest class, "none of these" left out.
        evidence: (N,) for any class, 0..1.
        probability: (N,) of the likeliest class.
    """

    truth: NDArray[np.int64]
    best: NDArray[np.int64]
    evidence: Floats
    probability: Floats


def judge(folder: Path, corpus: Corpus, plan: HeadPlan, seed: int, size: int, takes: Sequence[Take]) -> Outcome:
    """Let a trained head look at fresh windows; windows without a label are left out."""
    windows, labels = corpus.batch(seed, size, takes)
    truth, head = labels[plan.name], load_head(plan.name, folder)
    best, evidence, probability = decide(head, embed(TemporalNet(corpus.net, folder), windows))
    said = truth >= 0
    return Outcome(truth[said], best[said], evidence[said], probability[said])


def embed(net: TemporalNet, windows: Floats) -> Floats:
    """Embed many windows, about a thousand at a time: (N, channels, frames) -> (N, E)."""
    parts = np.array_split(windows, max(1, len(windows) // 1000))
    return np.concatenate([net.embed(part) for part in parts])


def decide(head: Head, embedding: Floats) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Likeliest class, evidence for any class and probability of the likeliest, (N,) each, without smoothing."""
    probabilities, known = head.layer.probabilities(embedding)
    classes = np.array([label not in head.rejected for label in head.labels])
    best = np.where(classes, probabilities, -1).argmax(axis=1)
    evidence = np.asarray(probabilities[:, classes].sum(axis=1) * known, np.float32)
    return best, evidence, np.take_along_axis(probabilities, best[:, None], axis=1)[:, 0]


def calibrate(folder: Path, corpus: Corpus, plan: HeadPlan, seed: int, takes: Sequence[Take]) -> Decision:
    """Choose a threshold for each label: few negatives above it, most of its own windows above it.

    Args:
        folder: with the net and the head.
        corpus: where windows come from.
        plan: the head.
        seed: of windows that training has not seen.
        takes: motion capture to mix in.
    """
    return choose(judge(folder, corpus, plan, seed, SIZE, takes), plan)


def choose(outcome: Outcome, plan: HeadPlan, kept: float = KEPT) -> Decision:
    """Choose a threshold for each label by what was said of windows.

    Args:
        outcome: What was said, of negatives too.
        plan: the head.
        kept: share of a label's own windows that must stay above its threshold, and of all above the least sure.
    """
    negative = np.isin(outcome.truth, [i for i, label in enumerate(plan.labels) if label in plan.rejected])
    classes = [i for i, label in enumerate(plan.labels) if label not in plan.rejected]
    allowed = max(1, round(FALSE_SHARE * negative.sum() / len(classes)))
    thresholds = {}
    for index in classes:
        false = np.sort(outcome.evidence[negative & (outcome.best == index)])[::-1]
        own = outcome.evidence[(outcome.truth == index) & (outcome.best == index)]
        wanted = float(false[allowed]) if len(false) > allowed else plan.lowest
        highest = float(np.quantile(own, 1 - kept)) if len(own) else HIGHEST
        thresholds[plan.labels[index]] = round(float(np.clip(min(wanted, highest), plan.lowest, HIGHEST)), 3)
    right = np.isin(outcome.truth, classes) & (outcome.truth == outcome.best)
    sure = round(float(np.quantile(outcome.probability[right], 1 - kept)), 3) if right.any() else HIGHEST
    return Decision(average_steps=plan.average_steps, thresholds=thresholds, sure=sure)
