"""Classifiers that were trained with sense."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sensegraph.errors import ModelError
from sensegraph.models.classifier import fits, load_classifier, read_classifier
from sensegraph.payload import OTHER

torch = pytest.importorskip("torch")


def write(folder: Path, labels: list[str], config: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Write the folder of a classifier; return weight and bias."""
    rng = np.random.default_rng(1)
    weight, bias = rng.normal(size=(len(labels), 1280)).astype(np.float32), np.zeros(len(labels), np.float32)
    tensors = {"0.weight": torch.from_numpy(weight), "0.bias": torch.from_numpy(bias)}
    torch.save(tensors, folder / "best_classifier.checkpoint")
    (folder / "label2int.json").write_text(json.dumps({label: at for at, label in enumerate(labels)}))
    if config:
        about = {"backbone_name": "StridedInflatedMobileNetV2", "backbone_version": "lite"}
        (folder / "config.json").write_text(json.dumps(about))
    return weight, bias


def test_its_background_is_what_nobody_showed(tmp_path: Path) -> None:
    """Wherever it sorts it comes last, under our name; the others keep their rows."""
    weight, _ = write(tmp_path, ["arms up", "background", "clap"])
    head = load_classifier(tmp_path)
    assert head.labels == ("arms up", "clap", OTHER)
    assert np.array_equal(head.layer.weight[:3], weight[[0, 2, 1]])


def test_without_background_only_the_unsure_is_something_else(tmp_path: Path) -> None:
    """The row of the class that is not there never wins; what is less likely than the rest together is not named."""
    weight, _ = write(tmp_path, ["clap", "wave"])
    head = load_classifier(tmp_path)
    assert head.probabilities(np.ones(1280, np.float32))[2] == 0
    assert head.step(weight[0] * 10).label == "clap"


def test_network_and_version_are_those_of_its_config(tmp_path: Path) -> None:
    """Any weights of that name fit; those of another version do not."""
    write(tmp_path, ["clap", "wave"])
    about = read_classifier(tmp_path)
    assert (about.backbone, about.space, about.layers) == ("mobilenet", "mobilenet-lite", 0)
    assert fits(about.space, "mobilenet-lite@0123abcd")
    assert not fits(about.space, "mobilenet-pro@0123abcd")
    assert not fits(about.space, "mobilenet-lite-custom@0123abcd")


def test_without_config_it_is_what_sense_takes_it_for(tmp_path: Path) -> None:
    """EfficientNet, pro."""
    write(tmp_path, ["clap", "wave"], config=False)
    assert read_classifier(tmp_path).space == "efficientnet-pro"


def test_one_that_is_damaged_is_named(tmp_path: Path) -> None:
    """The file, and what is wrong with it."""
    write(tmp_path, ["clap", "wave"])
    (tmp_path / "label2int.json").write_text("[]")
    with pytest.raises(ModelError, match=r"label2int\.json is not a table of labels"):
        read_classifier(tmp_path)
    (tmp_path / "best_classifier.checkpoint").write_bytes(b"no")
    with pytest.raises(ModelError, match=r"best_classifier\.checkpoint"):
        read_classifier(tmp_path)
