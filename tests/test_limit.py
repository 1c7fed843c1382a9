"""Limits of what is under way between two nodes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sensegraph import timeline
from sensegraph.check import check, check_file
from sensegraph.errors import GraphError
from sensegraph.flags import with_sinks
from sensegraph.launch import execute
from sensegraph.load import load
from sensegraph.spec import Limit, Pace
from sensegraph.trace import Kind
from tests.test_budget import NODES

GRAPH = """version: 1
nodes:
  camera: {{type: './mine.py:Numbers'}}
  quick: {{type: './mine.py:Pass', inputs: {{n: {{from: camera.n, policy: block}}}}}}
  slow: {{type: './mine.py:Pass', seconds: 0.06, inputs: {{n: {{from: quick.n, policy: block}}}}}}
  view: {{type: './mine.py:Look', inputs: {{n: slow.n}}}}
  aside: {{type: './mine.py:Look', inputs: {{n: camera.n}}}}
limits: {limits}
"""


def write(folder: Path, limits: str) -> Path:
    """Write the graph."""
    (folder / "mine.py").write_text(NODES)
    path = folder / "graph.yaml"
    path.write_text(GRAPH.format(limits=limits))
    return path


def test_no_more_are_under_way_than_the_limit_says(tmp_path: Path) -> None:
    """Between processes: what is too much is dropped at the source and nowhere else, and only on the way."""
    write(tmp_path, "[{from: camera, to: slow, in_flight: 2}, {from: camera, to: view, in_flight: 5}]")
    command = [sys.executable, "-m", "sensegraph", "run", "graph.yaml", "--quiet", "--trace", "trace.json"]
    subprocess.run(command, cwd=tmp_path, timeout=60, check=True)
    under_way: set[int] = set()
    events = timeline.load(tmp_path / "trace.json")
    for event in events:
        if (event.kind, event.place) == (Kind.SENT, "camera.n>quick.n"):
            under_way.add(event.time_ns)
            assert len(under_way) <= 2
        elif (event.kind, event.place) == (Kind.WORKED, "slow"):
            under_way.remove(event.time_ns)
    dropped = [event for event in events if event.kind is Kind.DROPPED and event.place != "camera.n>aside.n"]
    assert {(event.place, event.reason) for event in dropped} == {("camera.n>quick.n", "limited")}
    worked = [event for event in events if (event.kind, event.place) == (Kind.WORKED, "slow")]
    assert len(worked) + len(dropped) == 60
    assert len(worked) > 10


def test_it_holds_in_one_process_too(tmp_path: Path) -> None:
    """With the same reason, and every packet accounted for."""
    graph = check(load(write(tmp_path, "[{from: camera, to: slow, in_flight: 2}]")))
    summary = execute(graph, pace=Pace.LIVE, in_process=True)
    edge = summary.last.edges["camera.n>quick.n"]
    assert edge["made"] == 60 == edge["delivered"] + edge["dropped"]["limited"]
    assert (summary.exit_code, summary.unaccounted) == (0, 0)


def test_nothing_is_limited_in_fast_pace(tmp_path: Path) -> None:
    """Nothing is dropped there."""
    spec = load(write(tmp_path, "[{from: camera, to: slow, in_flight: 2}]"))
    assert check(spec).limits == (Limit("camera", "slow", 2, spec.limits[0].where),)
    assert check(spec, pace=Pace.FAST).limits == ()
    assert with_sinks(spec, headless=True).limits == spec.limits


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ("5", "limits must be a list"),
        ("[5]", "limits, number 1: 5 is no limit"),
        ("[{from: camera, to: slow}]", "limits, number 1: 'in_flight' missing"),
        ("[{from: camera, to: slow, in_flight: 0}]", "limits, number 1: 0 is not a number of packets"),
        ("[{from: camera, to: slow, in_flight: 1.5}]", "limits, number 1: 1.5 is not a number of packets"),
        ("[{from: camera, to: slow, in_flight: 2, ms: 3}]", "limits, number 1: there is no key 'ms'"),
        ("[{from: 3, to: slow, in_flight: 2}]", "limits, number 1: 'from' and 'to' are names of nodes"),
        ("[{from: camera, to: slwo, in_flight: 2}]", "limits: there is no node 'slwo'"),
        ("[{from: view, to: slow, in_flight: 2}]", "limits: nothing flows from 'view' to 'slow'"),
        ("[{from: slow, to: slow, in_flight: 2}]", "limits: nothing flows from 'slow' to 'slow'"),
    ],
)
def test_what_is_wrong_with_a_limit_is_told(tmp_path: Path, limits: str, told: str) -> None:
    """With its place and a remedy."""
    with pytest.raises(GraphError) as error:
        check_file(write(tmp_path, limits))
    assert told in str(error.value)
