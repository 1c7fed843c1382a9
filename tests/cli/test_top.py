"""`sensegraph top`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sensegraph.rundir import running
from tests.cli import refused, say

NODES = """
import time
from sensegraph import Node, Port, Source

class Numbers(Source):
    outputs = {"number": Port(dict)}
    def live(self):
        return True
    def read(self):
        while True:
            time.sleep(0.02)
            yield {"number": {}}

class Eater(Node):
    inputs = {"number": Port(dict)}
    def process(self, number):
        return None
"""
GRAPH = """version: 1
nodes:
  numbers: {type: ./numbers_.py:Numbers}
  eater: {type: ./numbers_.py:Eater, inputs: {number: numbers.number}}
"""


@pytest.fixture
def process(tmp_path: Path) -> Iterator[int]:
    """Run a graph that goes on until the test ends; returns its process."""
    (tmp_path / "numbers_.py").write_text(NODES)
    (tmp_path / "ceaseless.yaml").write_text(GRAPH)
    run = subprocess.Popen([sys.executable, "-m", "sensegraph", "run", "ceaseless.yaml", "--quiet"], cwd=tmp_path)
    while run.pid not in {each.pid for each in running()}:
        assert run.poll() is None
    yield run.pid
    if run.poll() is None:
        run.send_signal(signal.SIGINT)
    run.wait(30)


def test_a_run_is_measured_until_it_ends(process: int) -> None:
    """Its nodes, its edges and their processes, a line of JSON each time."""
    command = [sys.executable, "-m", "sensegraph", "top", str(process), "--json", "--interval", "0.6"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as top:
        assert top.stdout is not None
        lines = [json.loads(top.stdout.readline()) for _ in range(4)]
        os.kill(process, signal.SIGINT)
        assert top.wait(20) == 0
    last = lines[-1]
    assert (last["graph"], last["phase"]) == ("ceaseless", "running")
    assert last["nodes"]["numbers"]["per_s"] > 5
    assert last["nodes"]["eater"]["pid"] != last["nodes"]["numbers"]["pid"] != process
    assert last["nodes"]["eater"]["rss_bytes"] > 1_000_000
    edge = last["edges"]["numbers.number>eater.number"]
    assert edge["made"] == edge["delivered"] + sum(edge["dropped"].values()) + edge["in_flight"] > 0


def test_the_table_fits_a_terminal_of_80_columns(process: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every node and edge by its whole name."""
    monkeypatch.setenv("COLUMNS", "80")
    told = say("top", str(process), "--once", "--interval", "0.6").out
    assert "numbers.number > eater.number" in told
    assert "running" in told
    assert all(len(line.rstrip()) <= 80 for line in told.splitlines())


def test_a_run_that_is_not_there_is_told() -> None:
    """And what to do."""
    assert "no run of" in (told := refused("top", "no-such-graph")) or "nothing is running" in told
