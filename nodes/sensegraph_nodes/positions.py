"""Counting by positions: the head of the official weights that knows the two ends of an exercise."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from sensegraph.models.pixel.heads import LogisticHead
from sensegraph.payload import Features
from sensegraph_nodes import official
from sensegraph_nodes.official import NoHeadError

log = logging.getLogger(__name__)

# (label of the exercise, the position it starts and ends in, the position in between), after `counting - `
EXERCISES = (
    ("Squats", "squat_position=high", "squat_position=low"),
    ("Jumping Jacks", "jumping_jacks_position=arms_down", "jumping_jacks_position=arms_up"),
)
PREFIX = "counting - "
THRESHOLD = 0.4
"""Probability above which a position is taken, as in quic/sense."""


class TwoPositions:
    """An exercise that leads from one position to another and back.

    As in quic/sense it begins in the first position, and a repetition is complete when the first position is
    recognised after the second. There both may be above the threshold at once, which counts at every other step
    while nobody moves; here the likelier one of the two is the position.

    Args:
        first: Label of the position that a repetition starts and ends in.
        second: Label of the position in between.
    """

    def __init__(self, first: str, second: str) -> None:
        self.first, self.second = first, second
        self._away = False

    def reset(self) -> None:
        """Start in the first position, after a gap in the video."""
        self._away = False

    def step(self, probabilities: Mapping[str, float]) -> bool:
        """Take the probabilities of one step; return whether a repetition is complete with it."""
        first, second = probabilities[self.first], probabilities[self.second]
        if not self._away:
            self._away = second > THRESHOLD and second > first
            return False
        complete = first > THRESHOLD and first > second
        self._away = not complete
        return complete


class PositionCounter:
    """Counts the exercises whose positions the official head knows: squats and jumping jacks.

    The head is found at the first features. Where their weights have none, nothing is counted, and that is told.

    Args:
        checkpoints: Folder with the official weights; empty for those that were imported.
    """

    def __init__(self, checkpoints: str) -> None:
        self._folder = checkpoints
        self._exercises = {label: TwoPositions(PREFIX + first, PREFIX + second) for label, first, second in EXERCISES}
        self._space = ""
        self._head: LogisticHead | None = None
        self._problem = ""

    def step(self, features: Features | None, *, gap: bool) -> list[str]:
        """Take one step.

        Args:
            features: The embedding; what is not warm counts nothing, nor does what is not there.
            gap: Whether frames are missing in front of it.

        Returns:
            the exercises of which a repetition is complete with it.

        Raises:
            ModelError: The head cannot be read.
        """
        if features is None:
            return []
        if features.space != self._space:
            self._space, self._head = features.space, self._find(features.space)
        if self._head is None:
            return []
        if gap or not features.warm:
            for exercise in self._exercises.values():
                exercise.reset()
        if not features.warm:
            return []
        probabilities = self._head.probabilities(features.vector)
        named = dict(zip(self._head.labels, map(float, probabilities), strict=True))
        return [label for label, exercise in self._exercises.items() if exercise.step(named)]

    def report(self) -> Mapping[str, str]:
        """Return why nothing could be counted, if so."""
        problem = self._problem if self._space else "neither body points nor features came in"
        return {"problem": problem} if problem else {}

    def _find(self, space: str) -> LogisticHead | None:
        if not official.is_official(space):
            self._problem = f"no body points are connected, and the features '{space}' have no positions to count by"
        else:
            try:
                return official.classifier("reps", space, self._folder)
            except NoHeadError as error:
                self._problem = str(error)
        log.warning("repetitions: nothing is counted: %s", self._problem)
        return None
