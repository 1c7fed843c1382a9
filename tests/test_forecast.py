"""What a run will do, told before it starts."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensegraph.check import check
from sensegraph.costs import Cost, Costs, measure
from sensegraph.errors import SensegraphError
from sensegraph.forecast import Forecast, forecast
from sensegraph.graph import Graph
from sensegraph.launch import execute
from sensegraph.load import load
from sensegraph.spec import Pace
from sensegraph.summary import Snapshot

NODES = '''
import time
from sensegraph import Node, Port, Source

class Ticks(Source):
    """Makes packets at a rate of its own."""
    outputs = {"tick": Port(dict, live="latest")}
    def __init__(self, rate_hz: float = 50.0, seconds: float = 6.0) -> None:
        self.rate_hz, self.seconds = rate_hz, seconds
    def live(self):
        return True
    def read(self):
        began = time.monotonic()
        for count in range(int(self.rate_hz * self.seconds)):
            time.sleep(max(0.0, began + count / self.rate_hz - time.monotonic()))
            yield {"tick": {}}

class Nap(Node):
    """Takes a while for each packet."""
    inputs = {"tick": Port(dict, live="latest")}
    outputs = {"tick": Port(dict)}
    def __init__(self, ms: float = 5.0) -> None:
        self.ms = ms
    def process(self, tick):
        time.sleep(self.ms / 1e3)
        return {"tick": tick}
'''
GRAPH = """version: 1
params:
  rate: {default: 50.0}
  ms: {default: 30.0}
  then: {default: 8.0}
nodes:
  ticks: {type: ./ticks.py:Ticks, rate_hz: $rate}
  slow: {type: ./ticks.py:Nap, ms: $ms, inputs: {tick: ticks.tick}}
  after: {type: ./ticks.py:Nap, ms: $then, inputs: {tick: {from: slow.tick, policy: block}}}
"""


def graph_of(folder: Path, pace: Pace = Pace.LIVE, **params: float) -> Graph:
    """Return a source with two nodes behind it: one that may drop, one that holds back."""
    (folder / "ticks.py").write_text(NODES)
    (folder / "g.yaml").write_text(GRAPH)
    return check(load(folder / "g.yaml", {name: str(value) for name, value in params.items()}), pace=pace)


def told(graph: Graph, pace: Pace = Pace.LIVE, cores: int = 2, **work_ms: float) -> Forecast:
    """Return the forecast for calls that take so long and need as much CPU."""
    costs = {
        name: Cost(work_ms.get(name, 0.1), work_ms.get(name, 0.1), 0.0, 50.0 if name == "ticks" else 0.0, {"tick": 1.0})
        for name in graph.nodes
    }
    return forecast(graph, costs, pace, cores)


def test_a_quick_graph_drops_nothing_and_keeps_the_rate_of_its_source(tmp_path: Path) -> None:
    """The load is rate times work."""
    made = told(graph_of(tmp_path), slow=4.0, after=8.0)
    assert [node.calls_hz for node in made.nodes.values()] == pytest.approx([50, 50, 50])
    assert made.nodes["after"].load == pytest.approx(0.4)
    assert (made.dropped, made.speed, made.stretch) == ({}, 1.0, 1.0)


def test_a_node_that_is_too_slow_drops_what_it_cannot_take(tmp_path: Path) -> None:
    """And what follows gets as much less."""
    made = told(graph_of(tmp_path), slow=39.6)
    assert made.nodes["slow"].calls_hz == pytest.approx(25, rel=0.01)
    assert made.dropped == {"ticks.tick>slow.tick": pytest.approx(0.5, rel=0.01)}
    assert made.nodes["after"].calls_hz == pytest.approx(25, rel=0.01)


def test_a_consumer_that_blocks_slows_its_producer_and_the_loss_is_before_it(tmp_path: Path) -> None:
    """Nothing is lost on an edge that blocks."""
    made = told(graph_of(tmp_path), slow=1.0, after=39.6)
    assert made.nodes["slow"].calls_hz == pytest.approx(25, rel=0.01)
    assert list(made.dropped) == ["ticks.tick>slow.tick"]


def test_too_few_cores_make_every_call_take_longer(tmp_path: Path) -> None:
    """Until they are just busy."""
    made = told(graph_of(tmp_path), cores=1, slow=19.0, after=18.0)
    assert made.cores == pytest.approx(1.0, rel=0.02)
    assert made.stretch > 1.3
    assert made.nodes["slow"].calls_hz < 40


def test_in_fast_pace_the_slowest_node_or_the_machine_decides(tmp_path: Path) -> None:
    """And nothing is dropped."""
    graph = graph_of(tmp_path, Pace.FAST)
    wide = told(graph, Pace.FAST, cores=8, slow=9.6, after=4.6)
    assert (wide.speed, wide.dropped) == (pytest.approx(2.0, rel=0.02), {})
    narrow = told(graph, Pace.FAST, cores=1, slow=9.6, after=9.6)
    assert narrow.speed == pytest.approx(1000 / 50 / 19.3, rel=0.02)


@given(
    slow=st.floats(0.01, 200), after=st.floats(0.01, 200), cores=st.integers(1, 64),
    rate=st.floats(0.1, 500), pace=st.sampled_from(Pace),
)  # fmt: skip
def test_no_forecast_promises_more_than_there_is(
    tmp_path_factory: pytest.TempPathFactory, slow: float, after: float, cores: int, rate: float, pace: Pace
) -> None:
    """Not more calls than packets, not more work than time, not more CPU than cores, no age that shrinks."""
    graph = graph_of(tmp_path_factory.getbasetemp(), pace)
    costs = {
        "ticks": Cost(0.1, 0.1, 0.0, rate, {"tick": 1.0}),
        "slow": Cost(slow, slow, 0.0, 0.0, {"tick": 1.0}),
        "after": Cost(after, after, 0.0, 0.0, {"tick": 1.0}),
    }
    made = forecast(graph, costs, pace, cores)
    calls = [node.calls_hz for node in made.nodes.values()]
    assert calls == sorted(calls, reverse=True) or pace is Pace.FAST
    assert all(0 <= node.load <= 1 for node in made.nodes.values())
    assert made.cores <= cores * 1.01
    assert all(0 < share < 1 for share in made.dropped.values())
    ages = [node.age_ms for node in made.nodes.values()]
    assert ages == sorted(ages)


def test_costs_are_kept_by_type_and_parameters_and_the_nearest_stand_in(tmp_path: Path) -> None:
    """A damaged file is told with its remedy."""
    graph, path = graph_of(tmp_path), tmp_path / "deep" / "costs.json"
    assert Costs(path).of(graph) == {}
    costs = {name: Cost(number, number, outputs={"tick": 1.0}) for number, name in enumerate(graph.nodes)}
    Costs(path).add(graph, costs)
    assert Costs(path).of(graph) == costs
    assert Costs(path).of(graph_of(tmp_path, rate=10.0))["ticks"] == costs["ticks"]
    path.write_text("{")
    with pytest.raises(SensegraphError, match="profile again"):
        Costs(path)


def run(graph: Graph) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Run a graph to its end; returns its state after a second and at its end, as plain values."""
    shots: list[Snapshot] = []
    summary = execute(graph, pace=Pace.LIVE, watch=shots.append)
    assert not summary.error, json.dumps(asdict(summary.last))
    early = next(
        shot for shot in shots if shot.phase == "running" and shot.nodes.get("slow", {}).get("packets", 0) > 10
    )
    return asdict(early), asdict(shots[-2])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="sleeps are not exact enough elsewhere")
def test_what_was_predicted_comes_true_within_a_quarter(tmp_path: Path) -> None:
    """Measured at 20 packets per second, where nothing is dropped; run at 60, where the slow node drops a half."""
    calm = graph_of(tmp_path, rate=20.0)
    costs = measure(calm, *run(calm))
    busy = graph_of(tmp_path, rate=60.0)
    made = forecast(busy, costs | {"ticks": Cost(0.1, 0.1, 0.0, 60.0, {"tick": 1.0})}, Pace.LIVE, 2)
    before, after = run(busy)
    seconds = after["nodes"]["slow"]["told_s"] - before["nodes"]["slow"]["told_s"]
    for name in ("slow", "after"):
        was, now = before["nodes"][name], after["nodes"][name]
        rate = (now["packets"] - was["packets"]) / (now["told_s"] - was["told_s"])
        assert made.nodes[name].calls_hz == pytest.approx(rate, rel=0.25)
        assert made.nodes[name].load == pytest.approx((now["work_s"] - was["work_s"]) / seconds, rel=0.25)
        assert made.nodes[name].age_ms == pytest.approx(now["age_ms_p50"], rel=0.25, abs=2.0)
    edge = "ticks.tick>slow.tick"
    lost = after["edges"][edge]["dropped"]["replaced"] - before["edges"][edge]["dropped"].get("replaced", 0)
    share = lost / (after["edges"][edge]["made"] - before["edges"][edge]["made"])
    assert made.dropped[edge] == pytest.approx(share, rel=0.25)
