"""Graphs that come with sensegraph, played with stubs where their networks would be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import pytest

from sensegraph.node import Node, Port, pictures
from sensegraph.packet import Stamp
from sensegraph.payload import Features, Landmarks, Scores
from sensegraph.testing import Drop, Fault, Kill, Played, Slow, frames_at, play
from tests.nodes.body import figure, nobody, wave


class Backbone(Node):
    """Sees a person who squats every two seconds, or nobody."""

    inputs: ClassVar[Mapping[str, Port]] = {"frames": pictures()}
    outputs: ClassVar[Mapping[str, Port]] = {
        "features": Port(Features, rate_hz=4.0), "landmarks": Port(Landmarks, rate_hz=16.0),
    }  # fmt: skip

    def __init__(self, there: bool = True) -> None:
        self.there = there

    def process(self, frames: np.ndarray, stamp: Stamp) -> dict[str, Any]:
        seen = {"landmarks": figure(squat=wave(stamp.time_s, 2)) if self.there else nobody()}
        if stamp.frame % 4 == 3:
            seen["features"] = Features(np.zeros(1, np.float32), "fake", True, 1.0)
        return seen


class Head(Node):
    """Calls everything squats."""

    inputs: ClassVar[Mapping[str, Port]] = {"features": Port(Features)}
    outputs: ClassVar[Mapping[str, Port]] = {"scores": Port(Scores)}

    def process(self, features: Features, stamp: Stamp) -> dict[str, Scores]:
        return {"scores": Scores("Squats", 0.9, (("Squats", 0.9),), True, stamp.frame)}


def fitness(*faults: Fault, pace: str = "live", there: bool = True) -> Played:
    """Play ten seconds of fitness at 30 frames a second."""
    stubs = {"backbone": Backbone(there), "exercise": Head()}
    return play("fitness", {"camera": frames_at(30, seconds=10)}, nodes=stubs, faults=faults, pace=pace)


@pytest.mark.parametrize("pace", ["live", "fast"])
def test_fitness_counts_squats_and_energy(pace: str) -> None:
    """Five squats, 160 frames of 300, 40 steps, and nothing lost on the way."""
    run = fitness(pace=pace)
    assert run.payloads("reps.counts")[-1].totals == {"Squats": 5}
    assert [len(run.outputs[name]) for name in ("resample.frames", "exercise.scores", "calories.totals")] == [
        160,
        40,
        40,
    ]
    assert {name: ledger.dropped for name, ledger in run.ledgers.items() if ledger.dropped} == {}
    assert run.unaccounted == 0


def test_energy_is_counted_once_through_crashes() -> None:
    """To the last digit, where it follows from the exercise alone."""
    killed = fitness(Kill("calories", at_s=3.0), Kill("calories", at_s=7.0), there=False)
    assert len(killed.notes) == 2
    assert killed.payloads("calories.totals") == fitness(there=False).payloads("calories.totals")


def test_a_slow_backbone_costs_frames_and_no_age() -> None:
    """It gets the newest frame each time; the repetitions are still counted."""
    run = fitness(Slow("backbone", 0.2), Kill("calories", at_s=3.0), Drop("camera.frames", every=5))
    assert run.dropped("camera>resample") == {"injected": 60}
    assert run.dropped("resample>backbone").keys() == {"replaced"}
    assert max(run.ages_ms["backbone"]) < 100
    assert run.payloads("reps.counts")[-1].totals == {"Squats": 5}
    assert run.unaccounted == 0
