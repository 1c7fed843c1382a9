"""`sensegraph why` and `sensegraph trace`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sensegraph.rundir import running
from tests.cli import refused, say

NODES = """
import os, time
from sensegraph import Node, Packet, Port, Source, Stamp

class Numbers(Source):
    outputs = {"n": Port(dict)}
    def live(self):
        return True
    def read(self):
        for n in range(60):
            time.sleep(0.02)
            yield {"n": Packet({"n": n}, Stamp(n * 20_000_000, frame=n))}

class Even(Node):
    inputs = {"n": Port(dict)}
    outputs = {"n": Port(dict)}
    def process(self, n):
        if n["n"] == 31 and not os.path.exists("died"):
            open("died", "w").close()
            os._exit(9)
        return {"n": n} if n["n"] % 2 == 0 else None

class Slow(Node):
    inputs = {"n": Port(dict)}
    def process(self, n):
        time.sleep(0.05)
"""
GRAPH = """version: 1
nodes:
  numbers: {type: ./numbers_.py:Numbers}
  even: {type: ./numbers_.py:Even, inputs: {n: {from: numbers.n, policy: block}}}
  slow: {type: ./numbers_.py:Slow, inputs: {n: {from: numbers.n, policy: latest}}}
  end: {type: ./numbers_.py:Slow, inputs: {n: even.n}}
"""


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run a graph to its end, one of whose nodes dies in between; returns the file of its trace."""
    folder = tmp_path_factory.mktemp("traced")
    (folder / "numbers_.py").write_text(NODES)
    (folder / "graph.yaml").write_text(GRAPH)
    command = [sys.executable, "-m", "sensegraph", "run", "graph.yaml", "--quiet", "--trace", "trace.json"]
    assert subprocess.run(command, cwd=folder, timeout=60, check=False).returncode == 0
    return folder / "trace.json"


def test_every_frame_has_a_fate(traced: Path) -> None:
    """Each of the 60 reached its end, came to nothing or was dropped, on every way, also where a process died."""
    for frame in range(60):
        told = json.loads(say("why", str(traced), f"numbers:{frame}", "--json").out)
        assert told["under_way"] == []
        over = told["reached"] + told["ended"] + [edge.partition(">")[2].partition(".")[0] for edge in told["dropped"]]
        assert "slow" in over
        assert ("even" in told["ended"]) == (frame % 2 == 1)
        assert ("end" in over) == (frame % 2 == 0)


def test_a_frame_is_told_in_words(traced: Path) -> None:
    """What was dropped where and why; a time names the frame before it."""
    dropped = next(
        frame for frame in range(60)
        if json.loads(say("why", str(traced), f"numbers:{frame}", "--json").out)["dropped"].get("numbers.n>slow.n")
    )  # fmt: skip
    told = say("why", str(traced), f"numbers:{dropped * 0.02 + 0.01:.2f}s").out
    assert told.startswith(f"frame {dropped} of numbers, at {dropped * 0.02:.3f} s\n")
    assert "dropped on its way from numbers.n to slow.n: replaced" in told


def test_a_frame_of_a_run_that_goes_on_is_told(traced: Path) -> None:
    """And the trace of it is written while it runs."""
    command = [sys.executable, "-m", "sensegraph", "run", "graph.yaml", "--quiet"]
    with subprocess.Popen(command, cwd=traced.parent) as run:
        while run.pid not in {each.pid for each in running()}:
            assert run.poll() is None
        while "numbers made it" not in (told := say("why", str(run.pid), "numbers:3")).out:
            assert run.poll() is None, told
        out = traced.parent / "part.json"
        assert "events" in say("trace", str(run.pid), "--out", str(out), "--every", "3").out
    frames = {each["args"]["frame"] for each in json.loads(out.read_bytes())["traceEvents"] if each["ph"] != "M"}
    assert frames
    assert all(frame % 3 == 0 for frame in frames)


@pytest.mark.parametrize("frame", ["numbers", "numbers:", "numbers:-1", "numbers:1e9s", ":3", "numbers:٣"])
def test_what_names_no_frame_is_refused(traced: Path, frame: str) -> None:
    """With an example."""
    assert "is no frame of a source\n  For example camera:1234, or camera:41.5s." in refused("why", str(traced), frame)
