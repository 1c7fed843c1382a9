"""`sensegraph record`: its words and what it tells; what is in a recording is tested in tests/recording."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli import refused, say
from tests.recording.scene import set_up


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    set_up(tmp_path)


def test_it_runs_the_graph_and_tells_what_it_kept() -> None:
    """The number of streams and the size, after the tables of the run; `--quiet` tells nothing."""
    answer = say("record", "means.yaml", "-o", "run.sgr", "--in-process")
    assert answer.code == 0
    size = Path("run.sgr").stat().st_size / 1e6
    assert answer.err.endswith(f"run.sgr: 3 streams, {size:.1f} MB\n")
    assert "camera.frames > mean.frames" in answer.out
    answer = say("record", "means.yaml", "-o", "run.sgr", "--in-process", "--quiet")
    assert (answer.code, answer.out, answer.err) == (0, "", "")


def test_the_streams_can_be_chosen() -> None:
    """By name, as the recording then lists them."""
    assert say("record", "means.yaml", "-o", "run.sgr", "--streams", "mean.mean", "--in-process").code == 0
    told = json.loads(say("replay", "run.sgr", "--contents").out)
    assert list(told["streams"]) == ["mean.mean"]


def test_parameters_and_outputs_are_those_of_run() -> None:
    """`--count` of the graph, `--results` of every run; the recording remembers the parameter."""
    words = ("--count", "5", "--results", "r.jsonl", "--in-process")
    assert say("record", "means.yaml", "-o", "run.sgr", *words).code == 0
    assert len(Path("r.jsonl").read_text().splitlines()) == 10
    assert json.loads(say("replay", "run.sgr", "--contents").out)["params"] == {"count": "5"}


def test_what_cannot_be_recorded_is_refused() -> None:
    """No file to write, a stream that is not there, a place that is none; no recording is begun."""
    assert "--output" in refused("record", "means.yaml")
    assert "mean.men" in refused("record", "means.yaml", "-o", "run.sgr", "--streams", "mean.men")
    assert "is a file of 'results'" in refused("record", "means.yaml", "-o", "r", "--results", "r")
    assert not Path("run.sgr").exists()
