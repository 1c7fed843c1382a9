"""The weights that a training begins with: a backbone, last layers laid over it, or an earlier training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from sensegraph.models.pixel.architecture import ARCHITECTURES
from sensegraph.models.pixel.heads import LogisticHead, logistic, read_labels
from sensegraph.models.pixel.tensors import read_tensors
from sensegraph.models.pixel.weights import HEAD_KEYS, Weights, fit, weights_file
from sensegraph.training.backbone.classifier import Classifier
from sensegraph.training.backbone.storage import BACKBONE, HEAD


@dataclass(frozen=True)
class Start:
    """Weights to begin with.

    Attributes:
        net: The network, by official name.
        head: For the same labels; None where there is none.
        files: Where they come from.
        note: What became of the head, in words.
    """

    net: Weights
    head: LogisticHead | None
    files: tuple[Path, ...]
    note: str

    def give(self, classifier: Classifier) -> None:
        """Put the weights into a classifier without norms."""
        classifier.net.load_state_dict({key: torch.tensor(values) for key, values in self.net.items()})
        if self.head:
            head = {"0.weight": torch.tensor(self.head.weight), "0.bias": torch.tensor(self.head.bias)}
            classifier.head.load_state_dict(head)


def read(paths: Sequence[Path], net: str, classes: Sequence[str]) -> Start:
    """Read the weights to begin with.

    Args:
        paths: Checkpoints, or folders of earlier trainings, each laid over those before it: first a whole backbone,
            then perhaps last layers of it.
        net: Name of the network.
        classes: The labels to learn; a head for the same labels in the same order is taken over.

    Raises:
        ModelError: A file cannot be read, or they do not make up a whole network.
    """
    tensors: dict[str, Any] = {}
    files: list[Path] = []
    labels: Sequence[str] | None = None
    for path in paths:
        for file in _files(path):
            found = read_tensors(file)
            if set(found) & HEAD_KEYS:
                labels = read_labels(file.parent)
            tensors |= found
            files.append(file)
    where = " and ".join(map(str, files))
    last = {key: tensors.pop(key) for key in sorted(HEAD_KEYS) if key in tensors}
    weights = fit(tensors, ARCHITECTURES[net], where)
    head = logistic(last, labels, where) if last and labels is not None and list(labels) == list(classes) else None
    note = "" if not last else "its head is taken over" if head else "its head is left out: it is for other labels"
    return Start(weights, head, tuple(files), note)


def _files(path: Path) -> list[Path]:
    """Return the files of an earlier training or of an imported network, or the file itself."""
    if (path / BACKBONE).is_file():
        return [path / BACKBONE, *([path / HEAD] if (path / HEAD).is_file() else [])]
    return [weights_file(path)]
