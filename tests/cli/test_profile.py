"""`sensegraph profile` and `sensegraph check --predict`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli import refused, say
from tests.test_forecast import GRAPH, NODES


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SENSEGRAPH_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr("sensegraph.cli.profile.WARM_S", 0.5)
    Path("ticks.py").write_text(NODES)
    Path("g.yaml").write_text(GRAPH)


def test_what_was_measured_predicts_a_run() -> None:
    """Also of a source that is quicker."""
    answer = say("profile", "g.yaml", "--rate", "20", "--seconds", "1")
    assert answer.code == 0, answer
    assert "tick 1.00" in answer.out
    calm = say("check", "g.yaml", "--trust", "--predict", "--rate", "ticks=20").out
    assert "live pace" in calm
    assert "dropped" not in calm
    assert "ticks.tick > slow.tick" in say("check", "g.yaml", "--trust", "--predict", "--rate", "ticks=90").out
    assert "x real time" in say("check", "g.yaml", "--trust", "--predict", "--pace", "fast").out


def test_without_a_measurement_the_remedy_is_told() -> None:
    """The graph itself is found to be right all the same."""
    answer = say("check", "g.yaml", "--trust", "--predict")
    assert (answer.code, "no problem" in answer.out) == (2, True)
    assert "sensegraph profile" in answer.err


def test_a_graph_that_ends_too_soon_is_told() -> None:
    """It was too short to measure."""
    assert "Give it a longer source" in refused("profile", "g.yaml", "--set", "ticks.seconds=0.5")


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--predict"], "--trust"),
        (["--predict", "--trust", "--rate", "ticks=fast"], "is not NODE=HZ"),
        (["--predict", "--trust", "--rate", "slow=3"], "is no source"),
    ],
)
def test_what_cannot_be_predicted_is_told(words: list[str], what: str) -> None:
    """With its remedy."""
    say("profile", "g.yaml", "--seconds", "1")
    assert what in refused("check", "g.yaml", *words)
