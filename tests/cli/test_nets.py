"""`sensegraph train`: sheets of movements, nets, the model card."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import pytest
from click.testing import CliRunner, Result

from sensegraph.cli import cli
from sensegraph.errors import SensegraphError
from sensegraph.models.temporal import load_head

WEIGHTS = Path(__file__).parents[2] / "sensegraph" / "models" / "weights"


def run(*words: str | Path) -> Result:
    """Run the program."""
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.mark.parametrize(("net", "label"), [("body", "Squats"), ("gesture", "Waving")])
def test_a_sheet_shows_the_movements_that_are_asked_for(tmp_path: Path, net: str, label: str) -> None:
    """One movement is one strip; two are wider."""
    result = run("train", "motion-sheet", label, "--net", net, "--out", tmp_path / "one.png")
    assert (result.exit_code, result.output) == (0, f"wrote {tmp_path / 'one.png'}: 1 movements\n")
    picture = cv2.imread(str(tmp_path / "one.png"))
    assert picture.std() > 5


def test_an_unknown_movement_is_told_with_the_nearest(tmp_path: Path) -> None:
    """A typing mistake in a label names the label that was meant."""
    result = run("train", "motion-sheet", "Squads", "--out", tmp_path / "a.png")
    assert isinstance(result.exception, SensegraphError)
    assert "Squats" in str(result.exception)
    assert not (tmp_path / "a.png").exists()


def test_a_sheet_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A folder that is not there is named."""
    result = run("train", "motion-sheet", "Squats", "--out", tmp_path / "none" / "a.png")
    assert isinstance(result.exception, SensegraphError)
    assert "a.png" in str(result.exception)


@pytest.mark.slow
def test_a_net_is_trained_scored_and_described(tmp_path: Path) -> None:
    """Weights, thresholds, the confusion and the record come out of one command, and the card is made of them."""
    pytest.importorskip("torch")
    result = run("train", "net", "body", "--samples", "256", "--epochs", "1", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert load_head("fitness", tmp_path).decision.thresholds
    record = json.loads((tmp_path / "fitness.json").read_text())
    assert (
        record["training"]["command"]
        == "sensegraph train net body --seed 1 --samples 256 --epochs 1 --threads 2 --out DIR"
    )
    assert 0 < record["test"]["accuracy"] < 1
    assert run("train", "card", tmp_path, "--out", tmp_path / "CARD.md").exit_code == 0
    assert record["training"]["command"] in (tmp_path / "CARD.md").read_text()


def test_the_shipped_card_tells_the_shipped_weights(tmp_path: Path) -> None:
    """The card that ships is the one that the command makes, apart from evaluations."""
    folder = tmp_path / "weights"
    shutil.copytree(WEIGHTS, folder)
    assert run("train", "card", folder, "--out", tmp_path / "CARD.md").exit_code == 0
    shipped = set((WEIGHTS / "CARD.md").read_text().splitlines())
    assert set((tmp_path / "CARD.md").read_text().splitlines()) <= shipped
