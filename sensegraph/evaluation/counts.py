"""Repetitions: which rows of a counter belong to a segment, and how far their number is off.

A row belongs to a segment when it bears its label and start <= time <= end + 0.5 s. Where two segments of a label lie
so close that both fit, it belongs to the earlier one: a repetition is found to be over after it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sensegraph.evaluation.streams import Repetition
from sensegraph.evaluation.truth import Segment

LATE_S = 0.5


@dataclass(frozen=True, slots=True)
class SegmentCounts:
    """The repetitions of one segment.

    Attributes:
        counted: Those that bear a label of the segment; where nothing may be named, 0.
        false: Those between start and end that belong to no segment.
    """

    segment: Segment
    counted: int
    false: int

    @property
    def error(self) -> int | None:
        """How many too many; None where the truth gives no number, or nothing is shown."""
        if self.segment.negative or self.segment.reps is None:
            return None
        return self.counted - self.segment.reps


def score_counts(segments: Sequence[Segment], repetitions: Sequence[Repetition]) -> list[SegmentCounts]:
    """Share the repetitions of one file out among its segments; each belongs to one of them at most.

    Args:
        segments: Those of the file, in order of time.
        repetitions: The rows of the file, in order of time.
    """
    counted, false = [0] * len(segments), [0] * len(segments)
    for row in repetitions:
        near = [n for n, each in enumerate(segments) if each.start_s <= row.time_s <= each.end_s + LATE_S]
        own = [n for n in near if row.label in segments[n].labels]
        if own:
            counted[own[0]] += 1
        elif inside := [n for n in near if row.time_s <= segments[n].end_s]:
            false[inside[-1]] += not segments[inside[-1]].forgives(row.label)
    return [SegmentCounts(*each) for each in zip(segments, counted, false, strict=True)]
