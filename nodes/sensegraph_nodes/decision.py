"""Decisions on the features of landmarks: evidence, thresholds, and the states where nothing is named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from sensegraph.models.temporal import Head
from sensegraph.payload import NOBODY, STATES, Features, Scores

Ranking = tuple[tuple[str, float], ...]
"""Labels and probabilities, best first."""

SWITCH_MARGIN = 0.15
"""How much more probable the other of the two states must be before it is said."""
RETURN_MARGIN = 0.2
"""How much more of a person must be seen to end `No person visible` than to keep from saying it."""


class LandmarkDecision:
    """What a head of landmarks says, step by step.

    Args:
        head: Last layer, smoothing and thresholds.
        threshold: Probability from which a label is named, instead of the head's own thresholds.
        top: How many of the best raw probabilities are sent along.
        cold: Something is named also before the backbone has seen its whole window.
    """

    def __init__(self, head: Head, threshold: float | None, top: int, *, cold: bool = False) -> None:
        self.space = head.space
        self._cold = cold
        self._head = head
        self._top = top
        if threshold is not None:
            chosen = head.decision
            lower = {name: min(getattr(chosen, name), threshold) for name in ("release", "sure")}
            head.decision = replace(chosen, threshold=threshold, thresholds={}, **lower)
        self._labels = np.array(head.labels)
        self._states = tuple(label for label in STATES if label in head.rejected) or head.rejected[:1]
        self._state = self._states[-1]
        self._nobody = False

    def reset(self) -> None:
        """Forget what came before, after a gap in the video."""
        self._head.reset()

    def step(self, features: Features, frame: int) -> Scores:
        """Decide one step; `frame` is the number of its newest frame."""
        raw = self._head.probabilities(features.vector)
        top = best(self._head.labels, raw, self._top)
        least = self._head.decision.min_seen + (RETURN_MARGIN if self._nobody else 0.0)
        self._nobody = features.present < min(least, 0.95)
        if self._nobody:
            self._head.step(None)
            return Scores(NOBODY, 1.0 - features.present, top, features.warm, frame)
        if not features.warm and not self._cold:
            self._head.reset()
            return self._negative(raw, top, warm=False, frame=frame)
        naming = self._head.step(features.vector)
        if naming.label in self._head.rejected:
            return self._negative(naming.probabilities, top, warm=features.warm, frame=frame)
        return Scores(naming.label, naming.probability, top, features.warm, frame)

    def _negative(self, probabilities: npt.NDArray[np.float32], top: Ranking, *, warm: bool, frame: int) -> Scores:
        """Return the likeliest state; it changes only where the difference is clear."""
        mass = {state: float(probabilities[self._labels == state].sum()) for state in self._states}
        likeliest = max(mass, key=lambda state: mass[state])
        if mass[likeliest] > mass[self._state] + SWITCH_MARGIN:
            self._state = likeliest
        return Scores(self._state, mass[self._state], top, warm, frame)


def best(labels: tuple[str, ...], probabilities: npt.NDArray[np.float32], count: int) -> Ranking:
    """Return the `count` most probable labels with their probabilities, best first."""
    order = np.argsort(-probabilities, kind="stable")[:count]
    return tuple((labels[index], float(probabilities[index])) for index in order)
