"""Events: each segment with a label and without a number of repetitions is one event that has to be found once.

It is found when an event with its label ends within [start, end + 0.5 s]; each event finds one segment at most. Every
other event that ends in a segment, or just after one that is an event, is false, but for near relatives where nothing
may be named. What ends elsewhere is not scored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sensegraph.evaluation.streams import Happening
from sensegraph.evaluation.truth import Segment

LATE_S = 0.5


@dataclass(frozen=True, slots=True)
class SegmentEvents:
    """The events of one segment.

    Attributes:
        found: The event that was expected; None where it did not come, or none was expected.
        false: Labels of the events that should not have come.
    """

    segment: Segment
    found: Happening | None
    false: tuple[str, ...]

    @property
    def expected(self) -> bool:
        """Whether the segment is an event."""
        return is_event(self.segment)

    @property
    def delay_s(self) -> float | None:
        """Seconds from the end of the segment to the moment at which the event was told."""
        return None if self.found is None else self.found.time_s - self.segment.end_s


def is_event(segment: Segment) -> bool:
    """Whether the segment is an event: a label, and no number of repetitions."""
    return not segment.negative and segment.reps is None


def score_events(segments: Sequence[Segment], happenings: Sequence[Happening]) -> list[SegmentEvents]:
    """Match the events of one file with its segments.

    Args:
        segments: Those of the file, in order of time, none overlapping another.
        happenings: The rows of the file.
    """
    left = sorted(happenings, key=lambda each: each.end_s)
    found: list[Happening | None] = []
    for segment in segments:
        # The earliest fits the fewest later segments, so taking it leaves the most to them.
        fits = (each for each in left if is_event(segment) and each.label in segment.labels and _ends(each, segment))
        match = next(fits, None)
        found.append(match)
        if match is not None:
            left.remove(match)
    false: list[list[str]] = [[] for _ in segments]
    for each in left:
        home = _home(each, segments)
        if home is not None and not _allowed(segments[home], each.label):
            false[home].append(each.label)
    return [SegmentEvents(*each) for each in zip(segments, found, map(tuple, false), strict=True)]


def _ends(event: Happening, segment: Segment) -> bool:
    return segment.start_s <= event.end_s <= segment.end_s + LATE_S


def _home(event: Happening, segments: Sequence[Segment]) -> int | None:
    """Return the number of the segment in which an event ends, or just after which, where that is an event."""
    near = [number for number, segment in enumerate(segments) if _ends(event, segment)]
    inside = [number for number in near if event.end_s <= segments[number].end_s]
    after = [number for number in near if is_event(segments[number])]
    return next(iter(inside[::-1] or after), None)


def _allowed(segment: Segment, label: str) -> bool:
    """Whether an event may happen there any number of times: a near relative, or the repetitions of an exercise."""
    return segment.forgives(label) or (not is_event(segment) and label in segment.labels)
