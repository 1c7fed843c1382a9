"""`sensegraph train backbone`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from sensegraph.models.pixel.architecture import MOBILENET  # noqa: E402
from sensegraph.training.backbone import storage  # noqa: E402
from tests.cli import say  # noqa: E402
from tests.models.pixel import recipe  # noqa: E402
from tests.training.backbone.shapes import write_dataset  # noqa: E402

QUICK = ("--size", "64", "--batch", "3", "--last-layers", "0", "--no-augment")


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with clips of three classes, and weights beside it."""
    folder = tmp_path_factory.mktemp("train")
    write_dataset(folder / "shapes", each=3, valid=1, count=50)
    torch.save({key: torch.tensor(value) for key, value in recipe.weights(MOBILENET).items()}, folder / "net.ckpt")
    return folder


def test_a_dataset_is_told_before_anything_is_trained(shapes: Path) -> None:
    """With how many clips each class has."""
    answer = say("train", "backbone", str(shapes / "shapes"), "--list")
    assert answer.code == 0
    assert "9 clips of 3 classes: 6 to learn from, 3 for validation" in answer.out


def test_a_training_is_told_and_imported(shapes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line for each epoch; the network goes into the models cache as an official one does."""
    monkeypatch.setenv("SENSEGRAPH_MODELS", str(tmp_path / "cache"))
    out = tmp_path / "out"
    words = ("train", "backbone", str(shapes / "shapes"), "--out", str(out), "--from", str(shapes / "net.ckpt"))
    answer = say(*words, "--epochs", "1", *QUICK)
    assert answer.code == 0, answer.err
    assert "epoch   1/1" in answer.out
    assert f"wrote {out}" in answer.out
    again = say(*words, "--epochs", "1", *QUICK)
    assert (again.code, "holds a training already" in again.err) == (2, True)
    imported = say("models", "import", str(out / storage.BACKBONE), "--as", "mobilenet", "--version", "pro")
    assert imported.code == 0, imported.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--out", "OUT", "--resume"), "there is no last.ckpt to go on with"),
        ((), "Missing option '--out'"),
        (("--out", "OUT", "--precision", "bf16"), "is for a GPU"),
        (("--out", "OUT", "--flip-labels", "east"), "write two words as east=west"),
        (("--out", "OUT", "--from", "none.ckpt"), "none.ckpt"),
        (("--out", "OUT", "--frames", "44"), "must be a multiple of 4"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_written(
    shapes: Path, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    """In one line, with the option."""
    given = [str(tmp_path / "out") if word == "OUT" else word for word in words]
    answer = say("train", "backbone", str(shapes / "shapes"), *given)
    assert (answer.code, said in answer.err) == (2, True), answer.err
    assert not (tmp_path / "out" / storage.STATE).exists()


def test_without_torch_it_says_what_to_install(shapes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the clips are opened."""
    monkeypatch.setitem(sys.modules, "torch", None)
    answer = say("train", "backbone", str(shapes / "shapes"), "--out", str(tmp_path / "out"))
    assert answer.code == 2
    assert "torch" in answer.err


@pytest.mark.slow
def test_a_training_that_is_killed_goes_on(shapes: Path, tmp_path: Path) -> None:
    """With kill -9 after its first epoch: no half file stays, and --resume finishes it."""
    out = tmp_path / "out"
    words = [sys.executable, "-m", "sensegraph", "train", "backbone", str(shapes / "shapes"), "--out", str(out)]
    begin = ["--from", str(shapes / "net.ckpt"), "--epochs", "4", *QUICK]
    with subprocess.Popen([*words, *begin], stdout=subprocess.PIPE, text=True) as training:
        assert training.stdout is not None
        for line in training.stdout:
            if line.startswith("epoch"):
                os.kill(training.pid, signal.SIGKILL)
    assert storage.load_state(out / storage.STATE)["epoch"] >= 1
    done = subprocess.run([*words, "--resume"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "epoch   4/4" in done.stdout
    assert not list(out.glob(".*.part"))
