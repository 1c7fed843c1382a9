"""ClassifierHead: names what is being done, from the features of a backbone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Protocol

from pydantic import Field

from sensegraph.errors import ModelError
from sensegraph.models.temporal import load_head
from sensegraph.node import Node, Port
from sensegraph.packet import NANOSECONDS, Stamp
from sensegraph.payload import Features, Scores
from sensegraph_nodes import official
from sensegraph_nodes.decision import LandmarkDecision
from sensegraph_nodes.official_decision import RULES, OfficialDecision, Rules

STEP_S = 0.25
LONGEST_STEP_S = 1.0
OWN = Rules(steps=4)
"""For a classifier of the user's own: the mean of a second, as in quic/sense."""


class Decision(Protocol):
    """What a head says, step by step, on the features of one space."""

    space: str

    def reset(self) -> None:
        """Forget what came before, after a gap in the video."""
        ...

    def step(self, features: Features, frame: int) -> Scores:
        """Decide one step; `frame` is the number of its newest frame."""
        ...


class ClassifierHead(Node):
    """Names an exercise or a gesture, or says that none is being done.

    Smoothing and thresholds are the head's own: ours for the features of landmarks, those of quic/sense for a pixel
    network, whose head is found with its weights. What is not sure enough is answered with `Doing nothing` or
    `Doing other things` (`background` for gesture control), an empty picture with `No person visible`, and so is
    everything while the backbone has not seen its whole window yet (`warm` is false): nothing is named then.

    Args:
        head: Name of a head: `fitness`, `gestures`, `gesture_control`, with a pixel network also `reps` or one that
            was imported.
        threshold: Probability from which an exercise is named, instead of the head's own thresholds.
        top: How many of the best raw probabilities are sent along.
        checkpoints: Folder with the official weights; empty for those that were imported.
    """

    inputs: ClassVar[Mapping[str, Port]] = {"features": Port(Features, "embeddings of a backbone")}
    outputs: ClassVar[Mapping[str, Port]] = {"scores": Port(Scores, "what is done")}

    def __init__(
        self,
        head: str = "fitness",
        threshold: Annotated[float, Field(gt=0, lt=1)] | None = None,
        top: Annotated[int, Field(ge=1, le=100)] = 5,
        checkpoints: str = "",
    ) -> None:
        self.head = head
        self.threshold = threshold
        self.top = top
        self.checkpoints = checkpoints

    def open(self) -> None:
        """Load the head for landmarks, if there is one; one for a pixel network is found at its first features."""
        self._decision = self._for_landmarks()
        official.expect_checkpoints(self.checkpoints)
        self._seconds: dict[str, float] = {}
        self._time_ns: int | None = None

    def process(self, features: Features, stamp: Stamp) -> Mapping[str, Scores]:
        """Decide one step."""
        if self._decision is None or features.space != self._decision.space:
            self._decision = self._for_space(features.space)
        if stamp.gap:
            self._decision.reset()
        scores = self._decision.step(features, stamp.frame)
        self._note(scores.label, stamp.time_ns)
        return {"scores": scores}

    def report(self) -> Mapping[str, Any]:
        """Return for how many seconds each label was given."""
        return {"seconds": {label: round(seconds, 2) for label, seconds in self._seconds.items()}}

    def _for_landmarks(self) -> Decision | None:
        try:
            return LandmarkDecision(load_head(self.head), self.threshold, self.top)
        except FileNotFoundError as error:
            if official.has_classifier(self.head, self.checkpoints):
                return None
            known = ", ".join(official.CLASSIFIERS)
            raise ModelError(
                f"there is no head '{self.head}', neither for landmarks nor in the official weights: {known}"
            ) from error

    def _for_space(self, space: str) -> Decision:
        """Return the head for the features that came in.

        Raises:
            ModelError: There is none, or it cannot be read.
        """
        if not official.is_official(space):
            ours = "of a pixel network" if self._decision is None else f"'{self._decision.space}'"
            raise ModelError(
                f"head '{self.head}' takes the features {ours}, but got '{space}'\n"
                "  Choose another model for the backbone, another of its outputs, or another head."
            )
        head = official.classifier(self.head, space, self.checkpoints)
        rules = RULES.get(self.head, OWN)
        if self.threshold is not None:
            rules = Rules(rules.steps, self.threshold)
        return OfficialDecision(head, rules, space, self.top)

    def _note(self, label: str, time_ns: int) -> None:
        """Add the time since the last step to its label; a pause counts as one step."""
        passed = STEP_S if self._time_ns is None else (time_ns - self._time_ns) / NANOSECONDS
        seconds = passed if passed <= LONGEST_STEP_S else STEP_S
        self._seconds[label] = self._seconds.get(label, 0.0) + seconds
        self._time_ns = time_ns
