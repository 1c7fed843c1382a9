"""`sensegraph run`: the parameters of a graph are flags."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli import refused, say

NODES = """
from sensegraph import Node, Port, Source

class Numbers(Source):
    outputs = {"number": Port(dict)}
    def __init__(self, count: int = 3, word: str = "") -> None:
        self.count, self.word = count, word
    def read(self):
        for number in range(self.count):
            yield {"number": {"number": number, "word": self.word}}
"""
GRAPH = """# Counts.
version: 1
params:
  count-to: {default: 3, min: 1, max: 9, unit: packets, help: how many}
  word: {default: one, choices: [one, two], help: which}
nodes:
  numbers: {type: ./numbers_.py:Numbers, count: $count-to, word: $word}
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("numbers_.py").write_text(NODES)
    Path("count.yaml").write_text(GRAPH)


def results(*words: str) -> list[tuple[int, str]]:
    """Run the graph with these flags and return number and word of each result."""
    answer = say("run", "--in-process", "--results", "r.jsonl", *words)
    assert answer.code == 0, answer
    rows = [json.loads(line) for line in Path("r.jsonl").read_text().splitlines()]
    return [(row["number"], row["word"]) for row in rows]


def test_a_graph_runs_with_its_defaults_and_leaves_the_results() -> None:
    """One line for each packet."""
    assert results("count.yaml") == [(0, "one"), (1, "one"), (2, "one")]


FLAGS = {
    "a flag": ["count.yaml", "--count-to", "1"],
    "with =": ["count.yaml", "--count-to=1"],
    "before the graph": ["--count-to", "1", "count.yaml"],
    "a setting": ["count.yaml", "--set", "numbers.count=1"],
    "a setting before": ["--set", "numbers.count=1", "count.yaml"],
    "a pace before": ["--pace", "fast", "--headless", "count.yaml", "--count-to", "1"],
}


@pytest.mark.parametrize("words", FLAGS.values(), ids=FLAGS.keys())
def test_flags_may_stand_before_and_after_the_graph(words: list[str]) -> None:
    """A flag's value is not taken for the graph."""
    assert results(*words) == [(0, "one")]


def test_help_of_a_graph_tells_what_it_shows_and_its_parameters() -> None:
    """With type, unit, range, choices and default; asking twice tells the same."""
    for _ in range(2):
        told = " ".join(say("run", "count.yaml", "--help").out.split())
        assert "Counts. Run GRAPH" in told
        assert "--count-to INT how many [packets, 1 to 9, default 3]" in told
        assert "--word STR which [one | two, default one]" in told
    assert "--count-to" not in say("run", "--help").out


BAD = {
    "out of range": (["--count-to", "0"], "--count-to: 0 packets is out of range\n  Use 1 to 9 packets."),
    "no number": (["--count-to", "x"], "--count-to: 'x' is not a whole number"),
    "no choice": (["--word", "tow"], "--word: 'tow' is not one of the choices\n  Did you mean 'two'?"),
    "an unknown flag": (["--cuont-to", "1"], "No such option '--cuont-to'"),
    "no value": (["--word"], "Option '--word' requires an argument"),
    "no such pace": (["--pace", "slow"], "'slow' is not one of 'live', 'fast'"),
    "no assignment": (["--set", "numbers.count"], "--set numbers.count: is not NODE.PARAM=VALUE"),
    "no such node": (["--set", "number.count=1"], "there is no node 'number'\n  Did you mean 'numbers'?"),
    "no such parameter": (["--set", "numbers.cuont=1"], "Did you mean 'count'?"),
    "a wrong value": (["--set", "numbers.count=many"], "numbers.count: 'many': input should be a valid integer"),
    "an open bracket": (["--set", "numbers.count=[1"], "--set numbers.count"),
    "a folder for results": (["--results", "."], "is a directory"),
    "no pictures": (["--out", "x.mp4"], "--out: this graph makes no pictures to record"),
}


@pytest.mark.parametrize(("flags", "said"), BAD.values(), ids=BAD.keys())
def test_a_wrong_flag_is_told_once_and_ends_with_2(flags: list[str], said: str) -> None:
    """Nothing is written."""
    assert refused("run", "count.yaml", "--in-process", *flags).count(said) == 1
    assert not list(Path().glob("*.mp4"))


def test_a_graph_that_is_not_there_is_told() -> None:
    """With the nearest name."""
    assert "Did you mean 'fitness'?" in refused("run", "fitnes")
    assert "Missing argument 'GRAPH'" in refused("run")
