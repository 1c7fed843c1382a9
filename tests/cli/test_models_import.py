"""`sensegraph models` and weights of the user's own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from sensegraph.models.pixel import store
from tests.cli import refused, say
from tests.models.pixel import resources


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the empty folder of models."""
    monkeypatch.setenv("SENSEGRAPH_MODELS", str(tmp_path / "cache"))
    return tmp_path / "cache"


def head(folder: Path, part: str, net: str = "mobilenet", version: str = "pro") -> Path:
    """Write a head under its official name."""
    path = folder / resources.head_file(part, net, version).replace(".ckpt", ".safetensors")
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(resources.head_tensors(part, net), path)
    return path


def test_a_file_is_imported_listed_described_checked_and_removed(tmp_path: Path) -> None:
    """One name from the first to the last, and the user's file stays."""
    path = head(tmp_path, "fitness")
    assert f"{path}: imported as mobilenet-pro-fitness: head of 81 labels" in say("models", "import", path).out
    assert "mobilenet-pro-fitness here      head of 81 labels" in say("models", "list").out
    told = say("models", "info", "mobilenet-pro-fitness").out
    assert "from simn_logreg.safetensors" in told
    assert "Jumping Jacks" in told
    assert say("models", "verify").out == "mobilenet-pro-fitness: ok\n"
    assert "removed mobilenet-pro-fitness (head of 81 labels" in say("models", "remove", "mobilenet-pro-fitness").out
    assert "mobilenet" not in say("models", "list").out
    assert path.exists()


def test_a_folder_is_imported_as_far_as_it_is_good(tmp_path: Path) -> None:
    """What is wrong is told at the end, all at once, with exit code 2; the rest is there."""
    for part in ("fitness", "gestures", "met"):
        head(tmp_path / "resources", part)
    bad = head(tmp_path / "resources", "reps", "efficientnet")
    bad.write_bytes(b"x")
    extra = tmp_path / "resources" / "other.ckpt"
    extra.write_bytes(b"")
    answer = say("models", "import", tmp_path)
    assert answer.code == 2
    assert f"{bad} is cut short" in answer.err
    assert "3 of 4 files were imported" in answer.err
    assert f"{extra}: left alone" in answer.out
    assert store.names() == ["mobilenet-pro-fitness", "mobilenet-pro-gestures", "mobilenet-pro-met"]


def test_options_say_what_a_name_does_not(tmp_path: Path) -> None:
    """`--as`, `--version` and `--head`."""
    path = tmp_path / "poses.safetensors"
    save_file({"0.weight": np.zeros((2, 1280), np.float32), "0.bias": np.zeros(2, np.float32)}, path)
    options = ("--as", "mobilenet", "--version", "lite", "--head", "poses")
    assert "are not known" in refused("models", "import", path, *options)
    (tmp_path / "label2int.json").write_text(json.dumps({"sitting": 0, "\x1b[31mstanding": 1}))
    assert "imported as mobilenet-lite-poses: head of 2 labels" in say("models", "import", path, *options).out
    assert r"labels sitting, \x1b[31mstanding" in say("models", "info", "mobilenet-lite-poses").out


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    """A file, an option, a name."""
    assert f"there is no file {tmp_path / 'none.ckpt'}" in refused("models", "import", tmp_path / "none.ckpt")
    assert "resnet" in refused("models", "import", head(tmp_path, "met"), "--as", "resnet")
    say("models", "import", head(tmp_path, "met"))
    for verb in ("info", "verify"):
        assert "Did you mean 'mobilenet-pro-met'?" in refused("models", verb, "mobilenet-pro-mett")
    assert "Did you mean 'mobilenet-pro-met'?" in refused("models", "remove", "mobilenet-pro-met", "mobilenet-pro-mett")
    assert "'pose_detection' is a landmark net" in refused("models", "remove", "pose_detection")
    assert "was not imported" in refused("models", "remove", "../cache")
    assert store.names() == ["mobilenet-pro-met"]


def test_damage_is_told_and_can_be_removed(tmp_path: Path) -> None:
    """All that is damaged, with exit code 2, and what to do."""
    for part in ("met", "fitness", "gestures"):
        say("models", "import", head(tmp_path, part))
    store.read("mobilenet-pro-met").main.write_bytes(b"x")
    (store.folder() / "mobilenet-pro-fitness.json").write_bytes(b"x")
    answer = say("models", "verify")
    assert answer.code == 2
    assert answer.out == "mobilenet-pro-gestures: ok\n"
    assert "'mobilenet-pro-met' is damaged" in answer.err
    assert "'mobilenet-pro-fitness' is damaged" in answer.err
    assert "models remove mobilenet-pro-met" in answer.err
    listed = say("models", "list").out
    assert "mobilenet-pro-met      damaged" in listed
    assert "mobilenet-pro-fitness  damaged" in listed
    assert "damaged" in refused("models", "info", "mobilenet-pro-fitness")
    assert say("models", "remove", "mobilenet-pro-met", "mobilenet-pro-fitness").code == 0
    assert say("models", "verify").code == 0


def test_nothing_to_check_is_told(cache: Path) -> None:
    """With the place."""
    assert str(cache) in say("models", "verify").out
