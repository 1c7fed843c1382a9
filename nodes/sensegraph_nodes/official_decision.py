"""Decisions on the features of a pixel network: softmax, the mean of the newest steps, thresholds."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from sensegraph.models.pixel.heads import LogisticHead
from sensegraph.payload import NOBODY, OTHER, STATES, Features, Scores
from sensegraph_nodes.decision import best
from sensegraph_nodes.events import NO_GESTURE

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Rules:
    """How a head of the official weights decides, as in the programs of quic/sense.

    Attributes:
        steps: Newest steps whose mean is taken; four are a second.
        threshold: Probability above which a label is named that is not among `thresholds`.
        thresholds: Label -> its own.
    """

    steps: int = 1
    threshold: float = 0.5
    thresholds: Mapping[str, float] = field(default_factory=dict)


_GESTURES = {
    '"Drinking" gesture': 0.2,
    '"Sleeping" gesture': 0.7,
    "Pointing left": 0.3,
    "Pointing right": 0.3,
    "Showing the middle finger": 0.3,
    "Swiping down": 0.65,
}
_COMMANDS = {
    "Swipe Down": 0.6,
    "Swipe Up": 0.8,
    "Swipe Left (left hand)": 0.6,
    "Swipe Left (right hand)": 0.6,
    "Swipe Right (left hand)": 0.6,
    "Swipe Right (right hand)": 0.6,
    "Thumb Down": 0.6,
    "Thumb Up": 0.6,
}
NEVER = 1.0

RULES = {
    "fitness": Rules(8),
    "gestures": Rules(4, thresholds=_GESTURES),
    "gesture_control": Rules(1, NEVER, _COMMANDS),
    "reps": Rules(),
}
"""Head -> its rules."""


class OfficialDecision:
    """What a head of the official weights says, step by step, by the rules of quic/sense.

    Named is the likeliest label whose probability, averaged over the newest steps, is above its own threshold. A
    state (`Doing nothing` and its like, `background`) has no threshold: the likeliest one is said where no other
    label is above its own. What quic/sense does not know: before the network is warm nothing is named, not even an
    empty picture, and no mean begins. A head without a state says `Doing other things` where it names nothing.

    Args:
        head: The last layer and its labels.
        rules: Smoothing and thresholds.
        space: Name of the features that it takes.
        top: How many of the best raw probabilities are sent along.
    """

    def __init__(self, head: LogisticHead, rules: Rules, space: str, top: int) -> None:
        self.space = space
        self._head = head
        self._top = top
        self._recent: deque[Floats] = deque(maxlen=rules.steps)
        self._is_state = np.array([is_state(label) for label in head.labels])
        self._is_waiting = self._is_state & np.array([label != NOBODY for label in head.labels])
        self._thresholds = np.array([rules.thresholds.get(label, rules.threshold) for label in head.labels])

    def reset(self) -> None:
        """Forget what came before, after a gap in the video."""
        self._recent.clear()

    def step(self, features: Features, frame: int) -> Scores:
        """Decide one step; `frame` is the number of its newest frame."""
        raw = self._head.probabilities(features.vector)
        if not features.warm:
            self._recent.clear()
        self._recent.append(raw)
        mean = np.stack(self._recent).mean(axis=0, dtype=np.float32)
        label, score = self._decide(mean, warm=features.warm)
        if not features.warm:
            self._recent.clear()
        return Scores(label, score, best(self._head.labels, raw, self._top), features.warm, frame)

    def _decide(self, mean: Floats, *, warm: bool) -> tuple[str, float]:
        """Return the label that is said, and its probability."""
        named = ~self._is_state & (mean > self._thresholds)
        # a network that has not seen its whole window is no witness for an empty picture
        candidates = self._is_waiting if not warm else named if named.any() else self._is_state
        if not candidates.any():  # a classifier of the user's own without a class for the rest
            return OTHER, 1.0 - float(mean.max())
        index = int(np.where(candidates, mean, -1).argmax())
        return self._head.labels[index], float(mean[index])


def is_state(label: str) -> bool:
    """Whether a label says that nothing is named."""
    return label in STATES or label.removeprefix("counting - ") == NO_GESTURE
