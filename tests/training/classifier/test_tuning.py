"""Fine-tuning of the last layers of a network of sense, and classifiers that bring layers with them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensegraph.models.classifier import LAYERS, read_classifier
from sensegraph.models.pixel.architecture import ARCHITECTURES
from sensegraph.models.pixel.source import Options, identify
from sensegraph.models.pixel.weights import read_weights
from sensegraph.training.classifier.folds import held_back
from sensegraph.training.classifier.plan import Plan
from sensegraph.training.project import Project, ProjectError
from tests.models.pixel import recipe, resources
from tests.training.classifier.test_official import film, sensegraph

torch = pytest.importorskip("torch")

from sensegraph.training.classifier import front, tuning  # noqa: E402  # they need torch

MOBILENET = ARCHITECTURES["mobilenet"]
LAST = 9


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A MobileNet of random weights."""
    return resources.write(tmp_path_factory.mktemp("weights") / "resources", "mobilenet", [])


@pytest.fixture(scope="module")
def tuned(weights: Path) -> tuning.Tuned:
    """Its last layers, as they are."""
    arrays = read_weights(next(weights.glob("backbone/*")), MOBILENET)
    return tuning.Tuned(MOBILENET, arrays, LAST, classes=3, seed=1).eval()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project of clips that are bright or dark."""
    folder = tmp_path_factory.mktemp("projects")
    project = Project.create(folder / "light")
    for label in ("bright", "dark"):
        for number in range(3):
            project.add_clip(film(folder / label / f"{label}{number}.mp4", label, number), label)
    return project


def train(project: Project, weights: Path, name: str) -> Path:
    """Train by the command; return the folder of the classifier."""
    done = sensegraph("train", project.path, "--backbone", "mobilenet", "--checkpoints", weights, "--jobs", "1",
                      "--finetune-layers", str(LAST), "--epochs", "3", "--name", name)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "last 9 layers trained for 3 epochs" in done.stdout
    return project.path / "checkpoints" / name


@pytest.fixture(scope="module")
def classifier(project: Project, weights: Path) -> Path:
    """A classifier that was trained with its last layers."""
    return train(project, weights, "tuned")


def rows(classifier: Path, weights: Path, folder: Path) -> list[dict[str, object]]:
    """Run it on a new clip."""
    clip, results = folder / "new.mp4", folder / "R.jsonl"
    if not clip.exists():
        film(clip, "dark", 9)
    done = sensegraph("run", "custom", "--classifier", classifier, "--checkpoints", weights, "--source", clip,
                      "--headless", "--pace", "fast", "--results", results)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(row) for row in results.read_text().splitlines()]


@settings(max_examples=25, deadline=None)
@given(layers=st.integers(0, len(MOBILENET.layers)), step=st.integers(0, 5), count=st.integers(1, 3))
def test_a_window_is_a_piece_of_the_stream(weights: Path, layers: int, step: int, count: int) -> None:
    """Wherever the network is cut, and wherever the window lies: what is learnt from is what a graph sees."""
    arrays = read_weights(next(weights.glob("backbone/*")), MOBILENET)
    tuned = tuning.Tuned(MOBILENET, arrays, layers, classes=2, seed=1).eval()
    pictures = torch.from_numpy(recipe.clip(32, 64, 3).astype(np.uint8))
    x = pictures.permute(0, 3, 1, 2)[None].float().div(255)
    with torch.inference_mode():
        seen = tuned.net.through(x, last=tuned.first)[0][0].numpy()
        whole = tuned.features(seen, padded=True)
        piece = tuned.window(seen, step, count)
    assert len(whole) == 8
    assert np.allclose(piece.numpy(), whole[step : step + count].numpy(), atol=1e-4)


def test_the_frozen_layers_are_looked_through_as_a_graph_does(
    tuned: tuning.Tuned, weights: Path, tmp_path: Path
) -> None:
    """The features of layers that were not changed yet are those of the whole network, from both looks."""
    from sensegraph.training.classifier import pixels

    clip = film(tmp_path / "a.mp4", "dark", 1)
    ours = tuned.examples(front.look(str(clip), tuned.net, tuned.first))
    ours = ours.of(ours.ends % 4 == 3)  # without the step within which the clip ends
    theirs = pixels.as_examples(pixels.features(str(clip), "mobilenet", str(weights)))
    assert ours.ends.tolist() == theirs.ends.tolist()
    assert ours.plain.tolist() == theirs.plain.tolist()
    assert np.abs(ours.vectors - theirs.vectors).max() < 0.02 * np.abs(theirs.vectors).max()


def test_what_is_kept_is_the_best_epoch(weights: Path) -> None:
    """The clips that are held back are named by the kept weights just as the best epoch named them, not the last."""
    arrays = read_weights(next(weights.glob("backbone/*")), MOBILENET)
    tuned = tuning.Tuned(MOBILENET, arrays, 2, classes=2, seed=1)
    rng = np.random.default_rng(0)
    rate = front.rate(MOBILENET, tuned.first)
    channels = MOBILENET.layers[tuned.first].inputs
    clips = [
        {"plain": (rng.random((6 * rate, channels, 2, 2)) + label).astype(np.float16),
         "held": np.zeros((18 * rate, channels, 2, 2), np.float16), "frames": np.array(24)}
        for label in (0, 1) * 4
    ]  # fmt: skip
    truth = [np.full(6, label, np.intp) for label in (0, 1) * 4]
    truth[6:] = truth[:5:-1]  # the clips that are held back are named wrongly: more learning makes it worse
    material = tuning.Material(clips, truth, [False] * 6 + [True] * 2, 2)
    tuning.tune(tuned, material, 8, 1, lambda done, total: None)
    tried = [epoch.tried for epoch in tuned.history]
    assert tuned.best is not None
    assert tried[tuned.best] == min(each for each in tried if each is not None)
    assert tuned.best < len(tried) - 1
    assert tuning._try(tuned, material, [6, 7])[0] == pytest.approx(tried[tuned.best], abs=1e-5)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=12))
def test_no_class_is_held_back_whole(clips: list[tuple[int, int]]) -> None:
    """Every class of a clip that is held back is learnt from another one."""
    truth = [np.full(4, label, np.intp) for _, label in clips]
    back = held_back([fold for fold, _ in clips], truth)
    learnt = {label for (_, label), out in zip(clips, back, strict=True) if not out}
    assert all(label in learnt for _, label in clips)


def test_only_the_clips_that_were_held_back_are_tried(classifier: Path) -> None:
    """What the layers were trained on looks too easy: figures and thresholds are not taken from it."""
    extra = read_classifier(classifier).model_extra
    assert extra is not None
    held = set(extra["training"]["tuning"]["held_back"])
    folds = {clip["id"]: clip["fold"] for clip in extra["training"]["clips"]}
    assert held
    assert {number for number, fold in folds.items() if fold == 0} == held
    assert {fold for number, fold in folds.items() if number not in held} == {-1}


def test_it_runs_from_the_first_step_on(classifier: Path, weights: Path, tmp_path: Path) -> None:
    """With its own last layers on the network that it was trained on, and without torch's file."""
    assert read_classifier(classifier).layers == LAST
    (classifier / "best_classifier.checkpoint").rename(tmp_path / "away")
    try:
        found = rows(classifier, weights, tmp_path)
    finally:
        (tmp_path / "away").rename(classifier / "best_classifier.checkpoint")
    assert [row["frame"] for row in found] == [3, 7, 11, 15, 19, 20]
    assert {row["stream"] for row in found} == {"custom"}


def test_a_classifier_of_sense_runs_the_same(classifier: Path, weights: Path, tmp_path: Path) -> None:
    """Of its three files alone, head and layers are found: the raw probabilities are those of our own folder."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    for name in ("best_classifier.checkpoint", "label2int.json", "config.json"):
        shutil.copy(classifier / name, theirs / name)
    piece = identify(theirs / "best_classifier.checkpoint", Options())
    assert (piece.net, piece.version, piece.layers) == ("mobilenet", "pro", LAST)
    ours, found = rows(classifier, weights, tmp_path), rows(theirs, weights, tmp_path)
    assert [row["top"] for row in found] == [row["top"] for row in ours]


def test_the_same_seed_gives_the_same_bytes(classifier: Path, project: Project, weights: Path) -> None:
    """Layers and head, with what the frozen layers saw taken from where it was kept."""
    again = train(project, weights, "again")
    for name in (LAYERS, "head.onnx"):
        assert (again / name).read_bytes() == (classifier / name).read_bytes()


def test_layers_that_are_not_there_are_refused() -> None:
    """More than the network has, or any of landmarks."""
    with pytest.raises(ProjectError, match="not among 0 to 19, the layers of mobilenet"):
        Plan("mobilenet", layers=20)
    with pytest.raises(ProjectError, match="not for landmarks"):
        Plan(layers=9)
