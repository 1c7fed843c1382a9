"""`sensegraph edges`."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.cli import GOOD, refused, say
from tests.cli.ceaseless import ceaseless


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.yaml").write_text(GOOD)


def test_the_plan_of_a_graph_file_is_told() -> None:
    """Carrier, policy and how many may wait, of each edge, in either pace; nothing runs."""
    live = json.loads(say("edges", "good.yaml", "--json").out)
    assert live.keys() == {"camera.frames>window.frames"}
    (edge,) = live.values()
    assert (edge["carrier"], edge["flow"]) in {("slot", "latest"), ("frame", "latest")}
    (edge,) = json.loads(say("edges", "good.yaml", "--pace", "fast", "--json").out).values()
    assert edge["flow"].startswith("block, queue ")
    assert edge["may_wait"] > 1
    assert "camera.frames > window.frames" in say("edges", "good.yaml").out


def test_nodes_of_one_process_share_memory() -> None:
    """An edge between them copies nothing."""
    Path("group.yaml").write_text(GOOD.replace("Source}", "Source, process: a}").replace("Sink,", "Sink, process: a,"))
    (edge,) = json.loads(say("edges", "group.yaml", "--json").out).values()
    assert edge["carrier"] == "memory"


def test_a_run_is_measured(tmp_path: Path) -> None:
    """By its name: what its edges have carried, and the account balances."""
    with ceaseless(tmp_path, "carried"):
        while not (told := json.loads(say("edges", "carried", "--json").out)):
            time.sleep(0.1)  # its nodes tell twice a second
        (edge,) = told.values()
        assert edge["made"] == edge["delivered"] + sum(edge["dropped"].values()) + edge["in_flight"] > 0
        assert "numbers.n > times.n" in say("edges", "carried").out


def test_a_graph_that_is_not_there_or_not_good_is_refused() -> None:
    """With the nearest name, or the mistakes."""
    assert "Did you mean 'fitness'?" in refused("edges", "fitnes")
    Path("bad.yaml").write_text(GOOD.replace("camera.frames", "camra.frames"))
    assert "Did you mean 'camera'?" in refused("edges", "bad.yaml")
