"""ClassifierHead: names what is being done, from the features of a backbone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sensegraph.errors import ModelError
from sensegraph.models.temporal import Head, load_head
from sensegraph.node import Node, Port
from sensegraph.packet import NANOSECONDS, Stamp
from sensegraph.payload import NOBODY, STATES, Features, Scores

Ranking = tuple[tuple[str, float], ...]
"""Labels and probabilities, best first."""

STEP_S = 0.25
LONGEST_STEP_S = 1.0
SWITCH_MARGIN = 0.15
"""How much more probable the other of the two states must be before it is said."""
RETURN_MARGIN = 0.2
"""How much more of a person must be seen to end `No person visible` than to keep from saying it."""


class ClassifierHead(Node):
    """Names an exercise or a gesture, or says that none is being done.

    Smoothing and thresholds are the head's own. What is not sure enough is answered with `Doing nothing` or
    `Doing other things` (`background` for gesture control), an empty picture with `No person visible`, and so is
    everything while the backbone has not seen its whole window yet (`warm` is false): nothing is named then.

    Args:
        head: Name of a shipped head.
        threshold: Probability from which an exercise is named, instead of the head's own thresholds.
        top: How many of the best raw probabilities are sent along.
    """

    inputs: ClassVar[Mapping[str, Port]] = {"features": Port(Features, "embeddings of a backbone")}
    outputs: ClassVar[Mapping[str, Port]] = {"scores": Port(Scores, "what is done")}

    def __init__(
        self,
        head: str = "fitness",
        threshold: Annotated[float, Field(gt=0, lt=1)] | None = None,
        top: Annotated[int, Field(ge=1, le=100)] = 5,
    ) -> None:
        self.head = head
        self.threshold = threshold
        self.top = top

    def open(self) -> None:
        """Load the head."""
        self._head = self._load()
        if self.threshold is not None:
            chosen = self._head.decision
            lower = {name: min(getattr(chosen, name), self.threshold) for name in ("release", "sure")}
            self._head.decision = replace(chosen, threshold=self.threshold, thresholds={}, **lower)
        self._labels = np.array(self._head.labels)
        self._states = tuple(label for label in STATES if label in self._head.rejected) or self._head.rejected[:1]
        self._state = self._states[-1]
        self._nobody = False
        self._seconds: dict[str, float] = {}
        self._time_ns: int | None = None

    def process(self, features: Features, stamp: Stamp) -> Mapping[str, Scores]:
        """Decide one step."""
        if features.space != self._head.space:
            raise ModelError(
                f"head '{self.head}' takes the features '{self._head.space}', but got '{features.space}'\n"
                "  Choose another model for the backbone, or another head."
            )
        if stamp.gap:
            self._head.reset()
        scores = self._decide(features, stamp.frame)
        self._note(scores.label, stamp.time_ns)
        return {"scores": scores}

    def report(self) -> Mapping[str, Any]:
        """Return for how many seconds each label was given."""
        return {"seconds": {label: round(seconds, 2) for label, seconds in self._seconds.items()}}

    def _load(self) -> Head:
        try:
            return load_head(self.head)
        except FileNotFoundError as error:
            raise ModelError(f"there is no head '{self.head}' among the shipped weights") from error

    def _decide(self, features: Features, frame: int) -> Scores:
        raw = self._head.probabilities(features.vector)
        top = self._best(raw)
        least = self._head.decision.min_seen + (RETURN_MARGIN if self._nobody else 0.0)
        self._nobody = features.present < min(least, 0.95)
        if self._nobody:
            self._head.step(None)
            return Scores(NOBODY, 1.0 - features.present, top, features.warm, frame)
        if not features.warm:
            self._head.reset()
            return self._negative(raw, top, warm=False, frame=frame)
        naming = self._head.step(features.vector)
        if naming.label in self._head.rejected:
            return self._negative(naming.probabilities, top, warm=True, frame=frame)
        return Scores(naming.label, naming.probability, top, True, frame)

    def _negative(self, probabilities: npt.NDArray[np.float32], top: Ranking, *, warm: bool, frame: int) -> Scores:
        """Return the likeliest state; it changes only where the difference is clear."""
        mass = {state: float(probabilities[self._labels == state].sum()) for state in self._states}
        likeliest = max(mass, key=lambda state: mass[state])
        if mass[likeliest] > mass[self._state] + SWITCH_MARGIN:
            self._state = likeliest
        return Scores(self._state, mass[self._state], top, warm, frame)

    def _best(self, probabilities: npt.NDArray[np.float32]) -> Ranking:
        order = np.argsort(-probabilities, kind="stable")[: self.top]
        return tuple((str(self._labels[index]), float(probabilities[index])) for index in order)

    def _note(self, label: str, time_ns: int) -> None:
        """Add the time since the last step to its label; a pause counts as one step."""
        passed = STEP_S if self._time_ns is None else (time_ns - self._time_ns) / NANOSECONDS
        seconds = passed if passed <= LONGEST_STEP_S else STEP_S
        self._seconds[label] = self._seconds.get(label, 0.0) + seconds
        self._time_ns = time_ns
