"""How well a classifier names clips that it did not learn from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from sensegraph.training.backbone.classifier import Classifier
from sensegraph.training.backbone.machine import Machine
from sensegraph.training.backbone.samples import UNREADABLE, Batch

TOP = 5


@dataclass(frozen=True, eq=False)
class Scores:
    """Figures over clips.

    Attributes:
        loss: Mean cross entropy, without smoothing.
        top1: Share of clips named right.
        top5: Share whose class is among the five likeliest (all, where there are no more than five).
        confusion: int64 (classes, classes): row the truth, column what was said.
    """

    loss: float
    top1: float
    top5: float
    confusion: NDArray[np.int64]

    @property
    def clips(self) -> int:
        """How many clips were evaluated."""
        return int(self.confusion.sum())

    @property
    def recalls(self) -> list[float | None]:
        """Share of the clips of each class named right; None for a class without clips."""
        totals = self.confusion.sum(axis=1)
        return [float(self.confusion[i, i] / total) if total else None for i, total in enumerate(totals)]

    @property
    def mean_class(self) -> float:
        """The mean of those shares."""
        return float(np.mean([each for each in self.recalls if each is not None]))


def score(logits: torch.Tensor, targets: torch.Tensor) -> Scores | None:
    """Return the figures of clips; None where none could be read.

    Args:
        logits: (N, classes).
        targets: int64 (N,); `UNREADABLE` ones do not count.
    """
    read = targets != UNREADABLE
    logits, targets = logits[read], targets[read]
    if not len(targets):
        return None
    classes = logits.shape[1]
    best = logits.topk(min(TOP, classes), dim=1).indices
    hits = best == targets[:, None]
    confusion = np.bincount((targets * classes + best[:, 0]).numpy(), minlength=classes**2).reshape(classes, classes)
    loss = float(functional.cross_entropy(logits, targets))
    return Scores(loss, float(hits[:, 0].float().mean()), float(hits.any(dim=1).float().mean()), confusion)


def by_length(frames: Sequence[int], batch: int) -> list[list[tuple[int, int]]]:
    """Return keys of batches in which clips are about equally long, so that few pictures are computed in vain."""
    order = sorted(range(len(frames)), key=lambda place: (frames[place], place))
    return [[(0, place) for place in order[at : at + batch]] for at in range(0, len(order), batch)]


def said(
    classifier: Classifier, batches: Iterable[Batch], machine: Machine, told: Callable[[Batch], None]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return what a classifier says of clips, (N, classes), and what they show, (N,), on the CPU.

    Args:
        classifier: In whatever mode; it is put into evaluation.
        batches: The clips.
        machine: Where the classifier is.
        told: Called after each batch; may raise.
    """
    classifier.eval()
    logits, targets = [], []
    for batch in batches:
        with machine.computing():
            scores = classifier.whole(batch.pictures.to(machine.device, non_blocking=True), batch.frames)
        logits.append(scores.cpu())
        targets.append(batch.targets)
        told(batch)
    return torch.cat(logits), torch.cat(targets)
