"""What comes out of a training: the backbone, its head, and how good they are."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

import sensegraph
from sensegraph.models.pixel.weights import digest
from sensegraph.training.backbone import storage
from sensegraph.training.backbone.classifier import Classifier
from sensegraph.training.backbone.evaluation import Scores


def save_weights(out: Path, classifier: Classifier, classes: Sequence[str], scores: Scores) -> str:
    """Write the weights, the labels and the figures of the best epoch; returns the digest of the network.

    Args:
        out: The folder.
        classifier: What was trained, with or without norms.
        classes: The labels.
        scores: Its figures.

    Raises:
        SinkError: They cannot be written.
    """
    net, head = classifier.official()
    storage.save_tensors(out / storage.BACKBONE, net)
    storage.save_tensors(out / storage.HEAD, head)
    storage.save_json(out / storage.LABELS, {name: number for number, name in enumerate(classes)})
    heading = ["truth", *classes]
    rows = [[name, *row] for name, row in zip(classes, scores.confusion.tolist(), strict=True)]
    storage.save_csv(out / storage.CONFUSION, heading, rows)
    counts = scores.confusion.sum(axis=1)
    recalls = ["" if each is None else f"{each:.4f}" for each in scores.recalls]
    listed = zip(classes, counts.tolist(), recalls, strict=True)
    storage.save_csv(out / storage.CLASSES, ["class", "valid_clips", "named_right"], list(listed))
    return digest({key: np.asarray(values) for key, values in net.items()})


def save_log(out: Path, history: Sequence[dict[str, Any]]) -> None:
    """Write the figures of all epochs as a table."""
    storage.save_csv(out / storage.LOG, list(history[0]), [_rounded(row) for row in history])


def _rounded(row: dict[str, Any]) -> list[object]:
    return [f"{value:.6g}" if isinstance(value, float) else value for value in row.values()]


def versions(device: str) -> dict[str, str]:
    """Return what a training ran with."""
    found = {
        "sensegraph": sensegraph.__version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "machine": platform.machine(),
        "device": torch.cuda.get_device_name() if device == "cuda" else device,
    }
    return found
