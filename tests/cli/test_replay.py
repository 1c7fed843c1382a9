"""`sensegraph replay`: its words and exit codes; that the same comes out is tested in tests/recording."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli import refused, say
from tests.recording.scene import set_up


@pytest.fixture(autouse=True)
def _recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    set_up(tmp_path)
    assert say("record", "means.yaml", "-o", "run.sgr", "--count", "10", "--in-process", "--quiet").code == 0


def test_a_recording_plays_in_the_place_of_its_sources() -> None:
    """As many results as were recorded, in its own graph and in another one that fits."""
    assert say("replay", "run.sgr", "--results", "a.jsonl", "--in-process").code == 0
    Path("other.yaml").write_text(Path("means.yaml").read_text().replace("# Means", "# Other means"))
    assert say("replay", "run.sgr", "other.yaml", "--results", "b.jsonl", "--in-process").code == 0
    assert len(Path("a.jsonl").read_text().splitlines()) == 20
    assert Path("a.jsonl").read_bytes() == Path("b.jsonl").read_bytes()


def test_verify_ends_with_0_for_the_same_and_3_for_another() -> None:
    """The first packet that differs is told."""
    assert say("replay", "run.sgr", "--verify", "--in-process").code == 0
    answer = say("replay", "run.sgr", "--verify", "--in-process", "--set", "mean.plus_from=4")
    assert answer.code == 3
    assert "mean.mean" in answer.out


def test_contents_are_json_and_nothing_runs() -> None:
    """Streams with their packets."""
    told = json.loads(say("replay", "run.sgr", "--contents", "--results", "r.jsonl").out)
    assert set(told["streams"]) == {"camera.frames", "mean.mean", "both.both"}
    assert not Path("r.jsonl").exists()


@pytest.mark.parametrize("pace", ["quick", "x", "x0", "xx2", "-1", "x5000"])
def test_a_pace_that_is_none_is_refused(pace: str) -> None:
    """With those there are."""
    assert "Write live, fast, or x2 for twice as fast." in refused("replay", "run.sgr", f"--pace={pace}")


def test_what_is_no_recording_is_refused() -> None:
    """A file of another kind, and one that is not there."""
    assert "means.yaml" in refused("replay", "means.yaml")
    assert "No such file" in refused("replay", "no.sgr")
