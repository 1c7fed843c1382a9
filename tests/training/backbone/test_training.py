"""A training, from clips to weights that run."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from sensegraph.errors import SinkError  # noqa: E402
from sensegraph.models import load_backbone  # noqa: E402
from sensegraph.models.pixel.architecture import MOBILENET  # noqa: E402
from sensegraph.training.backbone import start, storage  # noqa: E402
from sensegraph.training.backbone.dataset import Dataset, find  # noqa: E402
from sensegraph.training.backbone.error import DatasetError, Interrupted  # noqa: E402
from sensegraph.training.backbone.machine import Machine  # noqa: E402
from sensegraph.training.backbone.mirror import mirror  # noqa: E402
from sensegraph.training.backbone.plan import Plan  # noqa: E402
from sensegraph.training.backbone.progress import Silence, Step  # noqa: E402
from sensegraph.training.backbone.trainer import Trainer  # noqa: E402
from tests.models.pixel import recipe  # noqa: E402
from tests.training.backbone.shapes import COLOURS, write_dataset  # noqa: E402

QUICK: dict[str, Any] = {"size": 64, "batch": 3, "epochs": 2, "warmup": 0.5, "dropout": 0.1}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Nine clips of three classes, three of them for validation."""
    return find(write_dataset(tmp_path_factory.mktemp("shapes"), each=3, valid=1, count=52))


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of the MobileNet, random ones."""
    path = tmp_path_factory.mktemp("weights") / "net.ckpt"
    torch.save({key: torch.tensor(value) for key, value in recipe.weights(MOBILENET).items()}, path)
    return path


class StopAfter(Silence):
    """Stops the training after some steps."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def step(self, step: Step) -> None:
        self._left -= not step.evaluating

    def stop(self) -> int:
        return 130 if self._left <= 0 else 0


def trainer(
    dataset: Dataset, out: Path, begin: Path | None = None, watch: Silence | None = None, **plan: Any
) -> Trainer:
    """Return a training that may begin."""
    begun = start.read([begin], "mobilenet", dataset.classes) if begin else None
    out.mkdir(exist_ok=True)
    return Trainer(dataset, Plan(scratch=begin is None, **(QUICK | plan)), Machine(), out, watch or Silence(), begun)


def weights(out: Path) -> dict[str, Any]:
    """Return the weights that came out, of backbone and head."""
    return {name: storage.torch.load(out / name, weights_only=True) for name in (storage.BACKBONE, storage.HEAD)}


@pytest.mark.slow
def test_what_comes_out_runs(dataset: Dataset, tmp_path: Path) -> None:
    """From nothing to official names: every runtime loads the network, and the tables tell how good it is."""
    record = trainer(dataset, tmp_path).run()
    assert record["finished"]
    backbone = load_backbone("mobilenet", tmp_path / storage.BACKBONE, "torch")
    assert np.isfinite(backbone.stream().push_model_input(np.zeros((8, 256, 256, 3), np.uint8))).all()
    assert json.loads((tmp_path / storage.LABELS).read_text()) == {"flickers": 0, "grows": 1, "moves": 2}
    rows = list(csv.DictReader((tmp_path / storage.LOG).open()))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert all(float(row["train_loss"]) > 0 for row in rows)
    assert json.loads((tmp_path / storage.RECORD).read_text())["best"] == record["best"]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_shapes_are_learnt_from_nothing(tmp_path: Path) -> None:
    """With drawn views and all other defaults, far better than the third that guessing names right."""
    shapes = find(write_dataset(tmp_path / "shapes", each=16, valid=4))
    record = trainer(shapes, tmp_path / "out", batch=6, epochs=12, warmup=1, dropout=0.2).run()
    assert record["best"]["top1"] >= 0.75


def test_a_head_alone_leaves_the_network_as_it_was(dataset: Dataset, checkpoint: Path, tmp_path: Path) -> None:
    """To the bit, while the head has changed."""
    trainer(dataset, tmp_path, checkpoint, last_layers=0, epochs=1, rate=0.02, augment=False).run()
    before, after = recipe.weights(MOBILENET), weights(tmp_path)
    assert all(np.array_equal(after[storage.BACKBONE][key], before[key]) for key in before)
    assert after[storage.HEAD]["0.bias"].abs().min() > 0


def test_an_interrupted_training_goes_on_as_if_nothing_had_been(
    dataset: Dataset, checkpoint: Path, tmp_path: Path
) -> None:
    """In the midst of an epoch: the weights are the same to the bit."""
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    options: dict[str, Any] = {"last_layers": 1, "rate": 0.01}
    trainer(dataset, whole, checkpoint, **options).run()
    with pytest.raises(Interrupted, match=r"stopped in epoch 1 of 2.*\n.*--resume"):
        trainer(dataset, parts, checkpoint, StopAfter(1), **options).run()
    state = storage.load_state(parts / storage.STATE)
    again = Trainer(dataset, Plan.of_dict(state["plan"]), Machine(), parts, Silence())
    again.restore(state)
    again.run()
    one, other = weights(whole), weights(parts)
    assert all(torch.equal(one[file][key], other[file][key]) for file in one for key in one[file])
    assert (whole / storage.LOG).read_text() == (parts / storage.LOG).read_text()


def test_other_clips_do_not_go_on(dataset: Dataset, checkpoint: Path, tmp_path: Path) -> None:
    """A training belongs to its dataset."""
    with pytest.raises(Interrupted):
        trainer(dataset, tmp_path, checkpoint, StopAfter(0), last_layers=0).run()
    state = storage.load_state(tmp_path / storage.STATE)
    again = Trainer(dataset, Plan.of_dict(state["plan"]), Machine(), tmp_path, Silence())
    with pytest.raises(DatasetError, match="not those that the training began with"):
        again.restore(state | {"dataset": "another"})


def test_a_full_disk_leaves_what_was_there(
    dataset: Dataset, checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state of before can still be read."""
    made = trainer(dataset, tmp_path, checkpoint, last_layers=0)
    made.save()
    before = (tmp_path / storage.STATE).read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SinkError, match="No space left"):
        made.save()
    assert (tmp_path / storage.STATE).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [storage.STATE]


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ({"frames": 44}, "--frames 44: must be a multiple of 4, at least 48"),
        ({"size": 100}, "--size 100: must be a multiple of 32"),
        ({"rate": 0.0}, "--rate 0.0: must be above 0"),
        ({"last_layers": 3}, "--last-layers 3: needs weights to begin with"),
        ({"scratch": False, "last_layers": 99}, "--last-layers 99: must be 0 to "),
    ],
)
def test_a_plan_that_cannot_be_is_refused(plan: dict[str, Any], said: str) -> None:
    """With the option's own name."""
    with pytest.raises(DatasetError, match=said):
        Plan(**plan)


def test_a_plan_is_read_as_it_was_written() -> None:
    """From the state of a training, with its pairs of words."""
    plan = Plan(flip=True, flip_labels=(("east", "west"),), annotations=("a.csv",), rate=0.1)
    assert Plan.of_dict(json.loads(json.dumps(plan.as_dict()))) == plan


def test_a_mirror_exchanges_labels() -> None:
    """Left and right, senses of rotation and one's own words; None where no class shows the mirror image."""
    names = ["Swiping Left", "Swiping Right", "Clockwise", "counter-clockwise", "Thumb Up", "Turning Left", "go_east"]
    assert mirror(names) == [1, 0, 3, 2, 4, None, 6]
    assert mirror([*names, "Go West"], [("east", "west")])[-2:] == [7, 6]


def test_the_toy_has_three_classes(dataset: Dataset) -> None:
    """As many clips to learn from of each."""
    assert (dataset.classes, dataset.counts("train")) == (tuple(sorted(COLOURS)), [2, 2, 2])
