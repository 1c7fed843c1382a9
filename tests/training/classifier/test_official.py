"""A classifier on a network of sense: trained, run, and in the form of sense."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sensegraph.models.classifier import load_classifier, read_classifier
from sensegraph.models.pixel.source import Options, identify
from sensegraph.payload import OTHER
from sensegraph.training.project import Project
from tests.models.pixel import recipe, resources
from tests.nodes.videos import write_video

torch = pytest.importorskip("torch")

LABELS = ("bright", "dark", OTHER)
FRAMES = 21


def film(path: Path, label: str, seed: int) -> Path:
    """Write a clip of moving shapes, bright or dark."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pictures = recipe.clip(FRAMES, 64, seed) // 2 + (128 if label == "bright" else 0)
    return write_video(path, FRAMES, size=(64, 64), rate=16, pictures=list(pictures.astype(np.uint8)))


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A MobileNet of random weights."""
    return resources.write(tmp_path_factory.mktemp("weights") / "resources", "mobilenet", [])


@pytest.fixture(scope="module")
def classifier(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier on it, trained by the command."""
    folder = tmp_path_factory.mktemp("projects")
    project = Project.create(folder / "light")
    for label in LABELS[:2]:
        for number in range(3):
            project.add_clip(film(folder / label / f"{label}{number}.mp4", label, number), label)
    done = sensegraph("train", project.path, "--backbone", "mobilenet", "--checkpoints", weights, "--jobs", "1")
    assert done.returncode == 0, done.stderr
    return project.path / "checkpoints" / "classifier"


def sensegraph(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command line."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "COLUMNS": "200"}
    command = [sys.executable, "-m", "sensegraph", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=200)


def test_it_is_read_as_a_classifier_of_sense(classifier: Path) -> None:
    """Two tensors, the labels by number, and the network; our own import takes it for what it is."""
    tensors = torch.load(classifier / "best_classifier.checkpoint", weights_only=True)
    layer = load_classifier(classifier).layer
    assert sorted(tensors) == ["0.bias", "0.weight"]
    assert np.array_equal(tensors["0.weight"].numpy(), layer.weight[:-1])
    assert np.array_equal(tensors["0.bias"].numpy(), layer.bias[:-1])
    assert json.loads((classifier / "label2int.json").read_text()) == {label: at for at, label in enumerate(LABELS)}
    piece = identify(classifier / "best_classifier.checkpoint", Options())
    assert (piece.net, piece.version, piece.labels, piece.layers) == ("mobilenet", "pro", LABELS, 0)


def test_without_background_it_says_what_is_missing(classifier: Path) -> None:
    """There are no drawn negatives for pictures."""
    remarks = read_classifier(classifier).model_extra["training"]["remarks"]
    assert any("nothing shows what is none of the classes" in each for each in remarks)


def test_it_names_its_classes_in_a_graph(classifier: Path, weights: Path, tmp_path: Path) -> None:
    """From the first step to the last frame of a short file, on the network that it was trained on."""
    clip, results = film(tmp_path / "new.mp4", "dark", 9), tmp_path / "R.jsonl"
    done = sensegraph("run", "custom", "--classifier", classifier, "--checkpoints", weights, "--source", clip,
                      "--headless", "--pace", "fast", "--results", results)  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = [json.loads(row) for row in results.read_text().splitlines()]
    assert [row["frame"] for row in rows] == [3, 7, 11, 15, 19, 20]
    assert {(row["stream"], row["label"], row["warm"]) for row in rows} == {("custom", "dark", False)}
