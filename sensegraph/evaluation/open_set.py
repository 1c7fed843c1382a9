"""The open-set curve: what a head finds against what it names where nothing may be named, for every threshold.

Each window is decided anew from the raw probabilities in its row: the likeliest label that is not a state is named
when its probability reaches the threshold. Windows in which the run saw nobody, or that are not warm, name nothing.
Smoothing and hysteresis of the head are not in it, so the run itself need not lie on the curve.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sensegraph.evaluation.streams import Decision
from sensegraph.evaluation.truth import Segment
from sensegraph.evaluation.windows import windows_of
from sensegraph.payload import NOBODY, STATES

THRESHOLDS = tuple(round(number / 100, 2) for number in range(101))


@dataclass(frozen=True, slots=True)
class Point:
    """One threshold.

    Attributes:
        recall: Share of the windows that show something and are named right.
        named: Share of the windows in which nothing may be named and something is.
    """

    threshold: float
    recall: float
    named: float


def guess(decision: Decision) -> tuple[str, float]:
    """Return the likeliest label that is not a state and its probability; 0 where nothing could be named."""
    best = next(((label, score) for label, score in decision.top if label not in STATES), ("", 0.0))
    return best if decision.warm and decision.label != NOBODY else (best[0], 0.0)


def open_set(segments: Iterable[Segment], decisions: Mapping[str, Sequence[Decision]]) -> list[Point]:
    """Sweep the threshold.

    Args:
        segments: Those of all files.
        decisions: File -> its windows.

    Returns:
        A point for each of `THRESHOLDS`; none when either kind of window is missing.
    """
    right: list[float] = []  # the threshold up to which a window counts; below 0: never
    wrong: list[float] = []
    for segment in segments:
        for label, score in map(guess, windows_of(segment, decisions[segment.file])):
            if segment.negative:
                wrong.append(-1.0 if segment.forgives(label) else score)
            else:
                right.append(score if label in segment.labels else -1.0)
    if not right or not wrong:
        return []
    return [Point(threshold, _share(right, threshold), _share(wrong, threshold)) for threshold in THRESHOLDS]


def _share(scores: Sequence[float], threshold: float) -> float:
    """Return the share that reaches the threshold; a probability of 0 reaches none."""
    return sum(score >= threshold and score > 0 for score in scores) / len(scores)
