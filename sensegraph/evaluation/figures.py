"""All figures of an evaluation: per segment, and summed up."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sensegraph.evaluation.counts import SegmentCounts, score_counts
from sensegraph.evaluation.events import SegmentEvents, score_events
from sensegraph.evaluation.open_set import Point, open_set
from sensegraph.evaluation.streams import Streams, Watched
from sensegraph.evaluation.truth import Segment, by_file
from sensegraph.evaluation.windows import Confusion, SegmentWindows, confusion, score_windows, step_of


def share(part: float, whole: float) -> float | None:
    """Return part / whole; None where there is no whole."""
    return part / whole if whole else None


@dataclass(frozen=True, slots=True)
class SegmentFigures:
    """What was found in one segment."""

    segment: Segment
    windows: SegmentWindows
    counts: SegmentCounts
    events: SegmentEvents
    watched_s: float
    """Seconds of the segment that the file has."""


@dataclass(frozen=True, slots=True)
class WindowSums:
    """Windows of all segments.

    Attributes:
        windows, right: Of the segments that show something.
        segments, majority: Such segments that have windows, and those of which more than half are right.
        too_short: Segments without a window, other than events, in a graph that has decisions.
        quiet, named: Windows in which nothing may be named, and those in which something wrong is.
        activations: Runs of such wrong windows.
        minutes: Media time of the windows in which nothing may be named.
    """

    windows: int
    right: int
    segments: int
    majority: int
    too_short: int
    quiet: int
    named: int
    activations: int
    minutes: float


@dataclass(frozen=True, slots=True)
class CountSums:
    """Repetitions of all segments.

    Attributes:
        segments: Segments whose number is known; `exact` and `within_one` are among them.
        mean_error: Mean of the absolute errors of these segments; None where there are none.
        false: Repetitions of labels that were not shown, anywhere; `false_quiet` of them where nothing may be named.
    """

    segments: int
    exact: int
    within_one: int
    mean_error: float | None
    false: int
    false_quiet: int


@dataclass(frozen=True, slots=True)
class EventSums:
    """Events of all segments.

    Attributes:
        expected: Segments that are events; `found` of them were.
        false: Events that should not have come, anywhere; `false_quiet` of them where nothing may be named.
        minutes: Media time in which nothing may be named.
    """

    expected: int
    found: int
    false: int
    false_quiet: int
    minutes: float

    @property
    def precision(self) -> float | None:
        """Share of the events that were expected."""
        return share(self.found, self.found + self.false)

    @property
    def recall(self) -> float | None:
        """Share of the expected events that came."""
        return share(self.found, self.expected)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of both: 2 found / (events + expected)."""
        return share(2 * self.found, self.found + self.false + self.expected)


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """The windows of one label: how many show it, how many bear it, and how many do both."""

    label: str
    shown: int
    named: int
    right: int


@dataclass(frozen=True)
class Figures:
    """An evaluation: what the graph said about each file, and how that compares with the truth.

    Attributes:
        wall_s: Seconds that all files took together; less than the sum of theirs when several ran at a time.
    """

    streams: Streams
    watched: Mapping[str, Watched]
    segments: Sequence[SegmentFigures]
    wall_s: float

    @cached_property
    def windows(self) -> WindowSums:
        """Sums over windows."""
        shown = [each.windows for each in self.segments if not each.segment.negative and each.windows.windows]
        quiet = [each.windows for each in self.segments if each.segment.negative]
        return WindowSums(
            sum(each.windows for each in shown),
            sum(each.right for each in shown),
            len(shown),
            sum(bool(each.majority) for each in shown),
            sum(self._too_short(each) for each in self.segments),
            sum(each.windows for each in quiet),
            sum(each.wrong for each in quiet),
            sum(each.activations for each in quiet),
            sum(each.seconds for each in quiet) / 60,
        )

    def _too_short(self, figures: SegmentFigures) -> bool:
        as_event = bool(self.streams.events) and figures.events.expected
        return bool(self.streams.decisions) and not figures.windows.windows and not as_event

    @cached_property
    def counts(self) -> CountSums:
        """Sums over repetitions."""
        scored = [each.counts for each in self.segments]
        errors = [abs(each.error) for each in scored if each.error is not None]
        return CountSums(
            len(errors),
            errors.count(0),
            sum(error <= 1 for error in errors),
            statistics.fmean(errors) if errors else None,
            sum(each.false for each in scored),
            sum(each.false for each in scored if each.segment.negative),
        )

    @cached_property
    def events(self) -> EventSums:
        """Sums over events."""
        scored = [each.events for each in self.segments]
        return EventSums(
            sum(each.expected for each in scored),
            sum(each.found is not None for each in scored),
            sum(len(each.false) for each in scored),
            sum(len(each.false) for each in scored if each.segment.negative),
            sum(each.watched_s for each in self.segments if each.segment.negative) / 60,
        )

    @cached_property
    def confusion(self) -> Confusion:
        """What was named where, by windows."""
        return confusion([each.windows for each in self.segments])

    @cached_property
    def classes(self) -> list[ClassFigures]:
        """The labels that were shown or named."""
        table, found = self.confusion, []
        for column, label in enumerate(table.columns):
            row = table.rows.index(label) if label in table.rows else None
            shown = sum(table.counts[row]) if row is not None else 0
            right = table.counts[row][column] if row is not None else 0
            found.append(ClassFigures(label, shown, sum(counts[column] for counts in table.counts), right))
        return found

    @cached_property
    def open_set(self) -> list[Point]:
        """The sweep of the threshold."""
        decisions = {name: watched.decisions for name, watched in self.watched.items()}
        return open_set([each.segment for each in self.segments], decisions)

    @cached_property
    def latencies(self) -> list[float]:
        """Seconds from the start of a segment to its first right row, where that can be seen."""
        return [each.windows.latency_s for each in self.segments if each.windows.latency_s is not None]

    @cached_property
    def delays(self) -> list[float]:
        """Seconds from the end of a segment to the moment at which its event was told."""
        return [each.events.delay_s for each in self.segments if each.events.delay_s is not None]


def score(
    segments: Sequence[Segment], watched: Mapping[str, Watched], streams: Streams, wall_s: float | None = None
) -> Figures:
    """Compare what a graph said with the truth.

    Args:
        segments: The truth of all files, in the order of files and times.
        watched: File -> what the graph said.
        streams: The streams of the graph.
        wall_s: Seconds that all files took together; the sum of theirs when None.
    """
    found: list[SegmentFigures] = []
    for name, own in by_file(segments).items():
        said = watched[name]
        step_s = step_of(said.decisions)
        windows = [score_windows(segment, said.decisions, step_s) for segment in own]
        counts, events = score_counts(own, said.repetitions), score_events(own, said.happenings)
        seconds = [max(0.0, min(each.end_s, said.media_s) - each.start_s) for each in own]
        found += map(SegmentFigures, own, windows, counts, events, seconds)
    spent_s = sum(each.wall_s for each in watched.values()) if wall_s is None else wall_s
    return Figures(streams, watched, found, spent_s)
