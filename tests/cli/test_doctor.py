"""`sensegraph doctor`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli import say


def state(out: str) -> dict[str, str]:
    """Return check -> `ok` or `bad`."""
    lines = [line.split(maxsplit=1) for line in out.splitlines() if line.startswith(("  ok", "  bad"))]
    return {rest.split(":")[0].strip(): word for word, rest in lines}


def test_what_is_missing_is_bad_and_ends_with_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other checks go on, and say how things are."""
    monkeypatch.setenv("SENSEGRAPH_MODELS", str(tmp_path))
    answer = say("doctor")
    told = state(answer.out)
    assert answer.code == 2
    assert told.pop("models") == "bad"
    assert set(told.values()) == {"ok"}
    assert "sensegraph models get" in answer.out


def test_an_installation_without_graphs_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that is not there is not ok."""
    monkeypatch.setattr("sensegraph.cli.doctor.graphs_dir", lambda: tmp_path)
    answer = say("doctor")
    assert answer.code == 2
    assert state(answer.out)["shipped graphs"] == "bad"


def test_imported_weights_that_are_damaged_are_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are named with what to do."""
    monkeypatch.setenv("SENSEGRAPH_MODELS", str(tmp_path))
    (tmp_path / "imported").mkdir()
    (tmp_path / "imported" / "mobilenet-pro.json").write_text("{}")
    answer = say("doctor")
    assert state(answer.out)["imported weights"] == "bad"
    assert "sensegraph models remove mobilenet-pro" in answer.out
