"""A classifier on a network of sense, in the form of sense: its programs read it, and `sensegraph models import`."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sensegraph.models.pixel.architecture import ARCHITECTURES
from sensegraph.models.pixel.evidence import CONFIG_FILE
from sensegraph.models.pixel.heads import LABELS_FILE
from sensegraph.models.pixel.imports import CLASSIFIERS
from sensegraph.models.pixel.weights import Weights
from sensegraph.models.temporal import Layer


def export(
    folder: Path, layer: Layer, labels: Sequence[str], net: str, version: str, layers: Weights | None = None
) -> None:
    """Write `best_classifier.checkpoint`, `label2int.json` and `config.json`; needs torch.

    The checkpoint holds `0.weight` and `0.bias`, and the `cnn.N...` of layers that were trained too.

    Args:
        folder: Where to.
        layer: The last layer; its further row is not written, as it says nothing (`classifier.closed`).
        labels: Of its rows.
        net: `efficientnet` or `mobilenet`.
        version: `pro` or `lite`.
        layers: The last layers of the network, where they were trained too.

    Raises:
        OSError: They cannot be written.
    """
    import torch

    weight, bias = (np.ascontiguousarray(each[: len(labels)], np.float32) for each in (layer.weight, layer.bias))
    content = io.BytesIO()  # torch tells a full disk as no OSError
    tensors = {**(layers or {}), "0.weight": weight, "0.bias": bias}
    torch.save({key: torch.from_numpy(values) for key, values in tensors.items()}, content)
    (folder / CLASSIFIERS[0]).write_bytes(content.getvalue())
    numbers = {label: number for number, label in enumerate(labels)}
    about = {"backbone_name": ARCHITECTURES[net].title, "backbone_version": version}
    for name, values in ((LABELS_FILE, numbers), (CONFIG_FILE, about)):
        (folder / name).write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
