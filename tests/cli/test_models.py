"""`sensegraph models`."""

from __future__ import annotations

from pathlib import Path

import pytest

from sensegraph.models import catalogue
from tests.cli import refused, say


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the empty folder of models."""
    monkeypatch.setenv("SENSEGRAPH_MODELS", str(tmp_path))
    return tmp_path


def test_the_list_tells_which_are_here(folder: Path) -> None:
    """Missing, or damaged where the file has no manifest."""
    (folder / "pose_detection.onnx").write_bytes(b"half")
    states = {line.split()[0]: line.split()[1] for line in say("models", "list").out.splitlines()}
    assert states == {name: "missing" for name in catalogue.NETS} | {"pose_detection": "damaged"}


def test_a_model_is_told_with_licence_and_hash() -> None:
    """And where it would be."""
    told = say("models", "info", "pose_detection").out
    assert "Apache-2.0" in told
    assert catalogue.NETS["pose_detection"].sha256 in told


@pytest.mark.parametrize("verb", ["info", "get"])
def test_an_unknown_model_is_told(verb: str) -> None:
    """With those that there are."""
    assert "there is no model 'pose_detecton'" in refused("models", verb, "pose_detecton")


def test_a_wheel_that_is_none_is_told(folder: Path) -> None:
    """A missing one, and one that is no archive."""
    wheel = folder / "x.whl"
    assert "does not exist" in refused("models", "get", "--wheel", wheel)
    wheel.write_bytes(b"no archive")
    assert "x.whl" in refused("models", "get", "--wheel", wheel)
    assert not list(folder.glob("*.onnx"))
