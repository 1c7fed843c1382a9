"""Latency budgets."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sensegraph.check import check, check_file
from sensegraph.errors import GraphError
from sensegraph.load import load
from sensegraph.spec import Budget, Pace

NODES = '''
import time
from sensegraph import Node, Port, Source

class Numbers(Source):
    """Numbers at 50 Hz."""
    outputs = {"n": Port(dict)}
    def live(self) -> bool:
        return True
    def read(self):
        for n in range(60):
            time.sleep(0.02)
            yield {"n": {"n": n}}

class Pass(Node):
    """Passes on, in its own time."""
    inputs = {"n": Port(dict)}
    outputs = {"n": Port(dict)}
    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
    def process(self, n):
        time.sleep(self.seconds)
        return {"n": n}

class Look(Node):
    inputs = {"n": Port(dict)}
    def process(self, n) -> None:
        pass
'''
GRAPH = """version: 1
nodes:
  camera: {{type: './mine.py:Numbers'}}
  slow: {{type: './mine.py:Pass', seconds: 0.06, inputs: {{n: camera.n}}}}
  quick: {{type: './mine.py:Pass', inputs: {{n: slow.n}}}}
  view: {{type: './mine.py:Look', inputs: {{n: quick.n}}}}
  aside: {{type: './mine.py:Look', inputs: {{n: {{from: camera.n, expire_ms: 50}}}}}}
budgets: {budgets}
"""


def write(folder: Path, budgets: str) -> Path:
    """Write the graph."""
    (folder / "mine.py").write_text(NODES)
    path = folder / "graph.yaml"
    path.write_text(GRAPH.format(budgets=budgets))
    return path


def test_every_edge_on_the_way_has_the_least_budget(tmp_path: Path) -> None:
    """Where two lie over one another the stricter one holds, and what an edge says itself if that is less."""
    path = write(tmp_path, "[{from: camera, to: view, ms: 200}, {from: camera, to: slow, ms: 90.5},"
                           " {from: camera, to: aside, ms: 70}]")  # fmt: skip
    graph = check(load(path))
    limits = {edge.name: edge.expire_ms for edge in graph.edges}
    assert limits == {
        "camera.n>slow.n": 90.5, "slow.n>quick.n": 200.0, "quick.n>view.n": 200.0, "camera.n>aside.n": 50.0
    }  # fmt: skip
    assert graph.budgets[0] == Budget("camera", "view", 200.0, graph.budgets[0].where)


def test_nothing_is_too_late_in_fast_pace(tmp_path: Path) -> None:
    """Nothing is dropped there."""
    graph = check(load(write(tmp_path, "[{from: camera, to: view, ms: 200}]")), pace=Pace.FAST)
    assert {edge.expire_ms for edge in graph.edges} == {None}
    assert graph.budgets == ()


@pytest.mark.parametrize(
    ("budgets", "said"),
    [
        ("5", "budgets must be a list"),
        ("[5]", "budgets, number 1: 5 is no budget"),
        ("[{from: camera, to: view}]", "'ms' missing"),
        ("[{from: camera, too: view, ms: 3}]", "there is no key 'too'"),
        ("[{from: camera, to: view, ms: -3}]", "-3 is no time in milliseconds"),
        ("[{from: camera, to: view, ms: soon}]", "'soon' is no time in milliseconds"),
        ("[{from: camra, to: view, ms: 3}]", "there is no node 'camra'"),
        ("[{from: slow, to: view, ms: 3}]", "'slow' is no source"),
        ("[{from: camera, to: camera, ms: 3}]", "nothing flows from 'camera' to 'camera'"),
    ],
)
def test_what_is_no_budget_is_told_with_its_place(tmp_path: Path, budgets: str, said: str) -> None:
    """Line and column, the thing, the remedy."""
    with pytest.raises(GraphError) as error:
        check_file(write(tmp_path, budgets))
    assert said in str(error.value)
    assert "graph.yaml:8:" in str(error.value)


@pytest.mark.fault(9)
def test_the_hop_that_breaks_a_budget_is_named(tmp_path: Path) -> None:
    """A node takes longer than the budget: what comes out of it is too late for the next one, and counted there."""
    path = write(tmp_path, "[{from: camera, to: view, ms: 40}]")
    done = subprocess.run(
        [sys.executable, "-m", "sensegraph", "run", str(path), "--pace", "live"], capture_output=True, text=True,
        env=os.environ | {"COLUMNS": "200"}, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("budget "))
    assert line.startswith("budget camera to view, 40 ms: ")
    assert "from slow to quick" in line
    assert "from quick to view" not in line
