"""The window rule: which rows of a head belong to a segment, and which of them are right.

A window is one row of the head's stream. It belongs to a segment when start + 2 s <= time <= end: before that, it still
holds what was before. Where something is shown, only windows that are warm count; where nothing may be named, all do.
"""

from __future__ import annotations

import itertools
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sensegraph.evaluation.streams import Decision
from sensegraph.evaluation.truth import NONE, Segment
from sensegraph.payload import STATES

SETTLE_S = 2.0
STEP_S = 0.25
"""Seconds between two windows, where a stream is too short to tell."""


@dataclass(frozen=True, slots=True)
class SegmentWindows:
    """The windows of one segment.

    Attributes:
        named: Label -> windows that bear it.
        right: Windows that bear a right label; where nothing may be named, those that name nothing wrong.
        activations: Runs of windows, one after another, that are wrong; 0 where something is shown.
        seconds: Media time that the windows stand for.
        latency_s: From the start of the segment to the first row with a right label; None where there is none, or
            where that label was being named already, so that the start cannot be seen.
    """

    segment: Segment
    named: Counter[str]
    right: int
    activations: int
    seconds: float
    latency_s: float | None

    @property
    def windows(self) -> int:
        """How many there are."""
        return self.named.total()

    @property
    def wrong(self) -> int:
        """Windows that are not right."""
        return self.windows - self.right

    @property
    def majority(self) -> bool | None:
        """Whether more than half are right; None where there are none."""
        return 2 * self.right > self.windows if self.windows else None


def windows_of(segment: Segment, decisions: Sequence[Decision]) -> list[Decision]:
    """Return the windows that belong to a segment."""
    inside = [each for each in decisions if segment.start_s + SETTLE_S <= each.time_s <= segment.end_s]
    return inside if segment.negative else [each for each in inside if each.warm]


def is_right(segment: Segment, label: str) -> bool:
    """Whether a window of the segment may bear this label."""
    if segment.negative:
        return label in STATES or segment.forgives(label)
    return label in segment.labels


def score_windows(segment: Segment, decisions: Sequence[Decision], step_s: float = STEP_S) -> SegmentWindows:
    """Score the windows of one segment.

    Args:
        segment: What is shown.
        decisions: The rows of the whole file, in order of time.
        step_s: Seconds between two rows.
    """
    windows = windows_of(segment, decisions)
    right = [is_right(segment, each.label) for each in windows]
    runs = sum(not good for good, _ in itertools.groupby(right)) if segment.negative else 0
    named = Counter(each.label for each in windows)
    return SegmentWindows(segment, named, sum(right), runs, len(windows) * step_s, latency(segment, decisions))


def latency(segment: Segment, decisions: Sequence[Decision]) -> float | None:
    """Return the seconds from the start of a segment to the first right row in it; see `SegmentWindows`."""
    if segment.negative:
        return None
    before = [each for each in decisions if each.time_s < segment.start_s]
    if before and before[-1].label in segment.labels:
        return None
    right = (each.time_s for each in decisions if segment.start_s <= each.time_s <= segment.end_s
             and each.label in segment.labels)  # fmt: skip
    first = next(right, None)
    return None if first is None else first - segment.start_s


def step_of(decisions: Sequence[Decision]) -> float:
    """Return the usual time between two rows, in seconds."""
    gaps = [later.time_s - each.time_s for each, later in itertools.pairwise(decisions)]
    return statistics.median(gaps) if gaps else STEP_S


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often each label was given where each was shown.

    Attributes:
        rows: What was shown; `none` last.
        columns: What was named; the states last.
        counts: For each row, windows by column.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


def confusion(scored: Sequence[SegmentWindows]) -> Confusion:
    """Sum the windows by what was shown and what was named.

    Where one of several labels is right, a right window counts under its own label and a wrong one under the first.
    """
    sums: dict[str, Counter[str]] = {}
    for each in scored:
        labels = each.segment.labels
        for label, count in each.named.items():
            shown = label if label in labels else (labels or (NONE,))[0]
            sums.setdefault(shown, Counter())[label] += count
    named = {label for row in sums.values() for label in row}
    rows = sorted(sums, key=_rank)
    columns = sorted(named | ({*rows} - {NONE}), key=_rank)
    counts = tuple(tuple(sums[row][column] for column in columns) for row in rows)
    return Confusion(tuple(rows), tuple(columns), counts)


def _rank(label: str) -> tuple[int, str]:
    return (2 if label == NONE else 1 if label in STATES else 0, label)
