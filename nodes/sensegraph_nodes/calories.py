"""CalorieAccumulator: energy from what is done and how hard the body moves."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from sensegraph.node import Node, Port
from sensegraph.packet import NANOSECONDS, Stamp
from sensegraph.payload import NOBODY, OTHER, Features, Landmarks, Scores, Totals
from sensegraph_nodes import official
from sensegraph_nodes.met_network import MetNetwork
from sensegraph_nodes.met_table import RESTING_MET, class_met
from sensegraph_nodes.recovery import Recovery
from sensegraph_nodes.work import WorkModel

HOUR_S = 3600.0
LOWEST_MET, HIGHEST_MET = RESTING_MET, 15.0
TRUST_IN_CLASS = 0.5
"""Weight of the class's table value against the work that is seen, at a probability of 1."""

OFFSET_KCAL = {"male": 5.0, "female": -161.0, "unknown": -78.0}


def resting_rate(weight_kg: float, height_cm: float, age: float, gender: str) -> float:
    """Return the resting metabolic rate in kcal per day (Mifflin-St Jeor; the mean of both for `unknown`)."""
    return 10 * weight_kg + 6.25 * height_cm - 5 * age + OFFSET_KCAL[gender]


def correction(weight_kg: float, resting_kcal: float) -> float:
    """Return the factor from standard MET (3.5 ml oxygen per kg and minute) to the person's own."""
    millilitres = resting_kcal * 1000 / (1440 * 5 * weight_kg)
    return 3.5 / millilitres


class ReferenceMeter:
    """The equations of quic/sense's CalorieAccumulator, on media time instead of the wall clock.

    Args:
        weight_kg: Body weight.
        factor: See `correction`.
        smoothing_s: Length of the moving mean.
        recovery_s: Time constant with which the rate falls after an effort.
    """

    def __init__(self, weight_kg: float, factor: float, smoothing_s: float = 12.0, recovery_s: float = 60.0) -> None:
        self.weight_kg, self.factor = weight_kg, factor
        self.smoothing_s, self.recovery_s = smoothing_s, recovery_s
        self.live = self.running = self.kcal = 0.0
        self._recent: deque[tuple[float, float]] = deque([(5.0, 0.0)])

    def update(self, met: float, seconds: float) -> None:
        """Add a step of `seconds` with the rate `met`; it enters one step late, as in the reference."""
        self._recent.appendleft((seconds, self.live * self.factor))
        mean = self._mean()
        decayed = self.running * math.exp(-seconds / self.recovery_s)
        self.running = mean if mean > self.running else decayed
        self.kcal += self.weight_kg * seconds / HOUR_S * self.running
        self.live += 0.2 * (met - self.live)

    @property
    def recent(self) -> list[tuple[float, float]]:
        """The steps of the moving mean, newest first: seconds and rate."""
        return list(self._recent)

    @recent.setter
    def recent(self, steps: Sequence[tuple[float, float]]) -> None:
        self._recent = deque((seconds, rate) for seconds, rate in steps)

    def _mean(self) -> float:
        left, total, kept = self.smoothing_s, 0.0, 0
        for seconds, rate in self._recent:
            kept += 1
            total += min(seconds, left) * rate
            left -= min(seconds, left)
            if left <= 0:
                break
        while len(self._recent) > kept:
            self._recent.pop()
        return total / (self.smoothing_s - left)


class CalorieAccumulator(Node):
    """Estimates metabolic rate and energy, on media time.

    `blend`: the mechanical work of the body's segments (lifting, lowering, accelerating), seen in the
    landmarks, blended with the table value of the recognised exercise; the surer the class, the more it
    counts. Without landmarks the table value alone. `auto`: with the features of a pixel network whose weights
    have a MET converter, the rate that this reads from the picture, else `blend`. `basis` says which. After an
    effort the rate falls slowly. It stays within 1 (rest) and 15 MET; energy is rate x weight x time.
    `reference`: the equations of the system that this one replaces, fed with the MET converter where there is
    one, else with table values.

    An estimate: no calorimeter has seen it. External weights, isometric and horizontal work are not seen. Who
    gives no height is taken to be 170 cm tall.

    Args:
        weight: Body weight in kg.
        height: Body height in cm.
        age: Age in years.
        gender: For the resting rate; `unknown` takes the mean.
        mode: `auto`, `blend` or `reference`.
        checkpoints: Folder with the official weights; empty for those that were imported.
    """

    inputs: ClassVar[Mapping[str, Port]] = {
        "exercise": Port(Scores, "what is done"),
        "landmarks": Port(Landmarks, "body points since the last step", optional=True, join="since"),
        "features": Port(Features, "embeddings of a pixel network", optional=True, join="exact"),
    }
    outputs: ClassVar[Mapping[str, Port]] = {"totals": Port(Totals, "metabolic rate and energy so far")}
    changeable: ClassVar[frozenset[str]] = frozenset({"weight", "age", "gender"})

    def __init__(
        self,
        weight: Annotated[float, Field(ge=20, le=300)] = 70.0,
        height: Annotated[float, Field(ge=100, le=250)] = 170.0,
        age: Annotated[float, Field(ge=5, le=120)] = 30.0,
        gender: Literal["female", "male", "unknown"] = "unknown",
        mode: Literal["auto", "blend", "reference"] = "auto",
        checkpoints: str = "",
    ) -> None:
        self.weight = weight
        self.height = height
        self.age = age
        self.gender = gender
        self.mode = mode
        self.checkpoints = checkpoints

    def open(self) -> None:
        """Start from zero."""
        self._factor = self._corrected()
        self._reference = ReferenceMeter(self.weight, self._factor)
        self._work = WorkModel(self.height / 100)
        self._network = MetNetwork(self.checkpoints)
        official.expect_checkpoints(self.checkpoints)
        self._recovery = Recovery()
        self._kcal = 0.0
        self._time_ns: int | None = None
        self._now: Totals | None = None

    def change(self, name: str, value: Any) -> None:
        """Count for another person from now on; what was spent so far stays."""
        super().change(name, value)
        self._factor = self._corrected()
        self._reference.weight_kg, self._reference.factor = self.weight, self._factor

    def _corrected(self) -> float:
        return correction(self.weight, resting_rate(self.weight, self.height, self.age, self.gender))

    def process(
        self,
        exercise: Scores,
        landmarks: Sequence[Landmarks] | None,
        features: Features | None,
        stamp: Stamp,
        stamps: Mapping[str, Any],
    ) -> Mapping[str, Totals]:
        """Add the time since the last step at the present rate."""
        # a first step stands for the quarter of a second that it covers; the reference takes a whole second
        first = 1.0 if self.mode == "reference" else 0.25
        seconds = first if self._time_ns is None else (stamp.time_ns - self._time_ns) / NANOSECONDS
        self._time_ns = stamp.time_ns
        for points, when in zip(landmarks or (), stamps.get("landmarks") or (), strict=True):
            self._work.push(points, when.time_ns)
        seen = None if self.mode == "blend" or features is None else self._network.met(features)
        if self.mode == "reference":
            self._now = self._by_reference(class_met(exercise.label) if seen is None else seen, seconds)
        elif seen is not None and features is not None and features.warm:
            self._now = self._spend(self._network.smooth(seen, seconds), "network", seconds)
        else:
            self._now = self._blend(exercise, seconds)
        return {"totals": self._now}

    def state(self) -> Mapping[str, Any]:
        """Return the energy and the time up to which it is counted, and how an effort wears off."""
        meter = self._reference
        reference = {"live": meter.live, "running": meter.running, "kcal": meter.kcal, "recent": meter.recent}
        return {"kcal": self._kcal, "time_ns": self._time_ns, "excess": self._recovery.excess, "reference": reference}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from there; the window in which work is seen begins anew, until then the table value counts."""
        self._kcal, self._time_ns, self._recovery.excess = state["kcal"], state["time_ns"], state["excess"]
        for name, value in state["reference"].items():
            setattr(self._reference, name, value)

    def report(self) -> Mapping[str, Any]:
        """Return the energy, and for whom."""
        kcal = round(self._now.kcal, 2) if self._now else 0.0
        person = {"weight_kg": self.weight, "height_cm": self.height, "age": self.age, "gender": self.gender}
        return {"kcal": kcal, "mode": self.mode, "person": person, **self._network.report()}

    def _by_reference(self, met: float, seconds: float) -> Totals:
        meter = self._reference
        meter.update(met, seconds)
        return Totals(meter.live, meter.running, meter.kcal, "reference")

    def _blend(self, exercise: Scores, seconds: float) -> Totals:
        table, work = class_met(exercise.label), self._work.met()
        if work is None:
            return self._spend(table, "class", seconds)
        trust = 0.0 if exercise.label in (OTHER, NOBODY) else TRUST_IN_CLASS * exercise.score
        return self._spend((1 - trust) * work + trust * table, "work+class", seconds)

    def _spend(self, met: float, basis: str, seconds: float) -> Totals:
        """Add the energy of a step at the rate `met`, or at what an effort before it has left."""
        met = self._recovery.step(min(max(met, LOWEST_MET), HIGHEST_MET), seconds)
        self._kcal += met * self.weight * seconds / HOUR_S
        return Totals(met, met * self._factor, self._kcal, basis)
