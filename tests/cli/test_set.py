"""`sensegraph set`."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli import refused, say
from tests.cli.ceaseless import ceaseless


@pytest.fixture
def said(tmp_path: Path) -> Iterator[Callable[[], list[str]]]:
    """Run a graph that goes on until the test ends; returns what gives factor and process of its newest packet."""
    path = tmp_path / "said.txt"

    def newest() -> list[str]:
        lines = path.read_text().splitlines()
        return lines[-1].split() if lines and len(lines[-1].split()) == 2 else ["", ""]

    with ceaseless(tmp_path, "changed"):
        while not newest()[0]:
            time.sleep(0.05)
        yield newest


def until(true: Callable[[], bool]) -> None:
    """Wait for something."""
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_value_holds_from_the_next_packet_on_and_after_a_restart(said: Callable[[], list[str]]) -> None:
    """What it was and is now is told; the process that takes the place of a killed one has it too."""
    assert say("set", "changed", "times.factor", "5").out == "times.factor: 2 -> 5\n"
    until(lambda: said()[0] == "5")
    before = said()[1]
    os.kill(int(before), signal.SIGKILL)
    until(lambda: said()[1] not in ("", before))
    assert said()[0] == "5"
    assert say("set", "changed", "times.factor", "7").out == "times.factor: 5 -> 7\n"


def test_what_cannot_be_set_is_refused_and_changes_nothing(said: Callable[[], list[str]]) -> None:
    """Each with the thing and the remedy."""
    assert "greater than or equal to 1" in refused("set", "changed", "times.factor", "0")
    assert "integer" in refused("set", "changed", "times.factor", "much")
    assert "It can change: factor." in refused("set", "changed", "times.path", "/etc/passwd")
    assert "It can change: none." in refused("set", "changed", "numbers.x", "1")
    assert "Did you mean 'times'?" in refused("set", "changed", "time.factor", "1")
    assert "is not NODE.PARAM" in refused("set", "changed", "times", "1")
    assert said()[0] == "2"


def test_a_run_that_is_not_there_is_told() -> None:
    """And what to do."""
    assert "no run of" in (told := refused("set", "no-such-graph", "a.b", "1")) or "nothing is running" in told


def test_somebody_else_is_counted_for_from_now_on() -> None:
    """Energy of twice the weight is twice as much; what was spent stays."""
    from sensegraph.packet import Stamp
    from sensegraph.payload import Scores
    from sensegraph_nodes.calories import CalorieAccumulator

    node = CalorieAccumulator(weight=60.0, mode="blend")
    node.open()

    def spend(frame: int) -> float:
        stamp = Stamp(frame * 250_000_000, frame=frame)
        squats = Scores("Squats", 1.0, (), True, frame)
        return node.process(squats, None, None, stamp, {})["totals"].kcal

    spent = [spend(frame) for frame in range(40)]
    node.change("weight", 120.0)
    after = spend(40)
    assert after - spent[-1] == pytest.approx(2 * (spent[-1] - spent[-2]), rel=0.05)
    assert json.dumps(node.report()["person"]["weight_kg"]) == "120.0"
