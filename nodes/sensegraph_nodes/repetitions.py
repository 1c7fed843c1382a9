"""RepetitionCounter: counts the repetitions of the exercise that is recognised."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field

from sensegraph.node import Node, Port
from sensegraph.packet import NANOSECONDS, Packet, Stamp
from sensegraph.payload import Counts, Features, Landmarks, Scores
from sensegraph_nodes import official
from sensegraph_nodes.excursion import Excursion, ExcursionFinder
from sensegraph_nodes.motion import MOTIONS, MotionHistory
from sensegraph_nodes.positions import PositionCounter

STALE_S = 1.5
"""A decision older than this counts no more."""

NEW_SERIES_S = 4.0
LIKENESS = 0.5
ENOUGH = 2
SURE = 0.6
"""From this probability on a single repetition counts; below, it takes `ENOUGH` of them in a row."""

MILLISECOND_NS = 1_000_000


@dataclass(slots=True)
class _Series:
    """The exercise that is being counted, from when on, when it was last recognised, and what waits for it."""

    label: str
    finder: ExcursionFinder
    since_s: float
    seen_s: float
    waiting: list[Excursion]
    sure: bool = False
    counted: int = 0


class RepetitionCounter(Node):
    """Counts repetitions while their exercise is recognised; counts never fall.

    Each exercise has a signal of the body in body heights (hips over ankles for a squat). A repetition is an
    excursion of it that comes back; how large one must be follows from the range that is seen. An exercise is
    recognised about two seconds after it starts, so what was done just before is counted at that moment. A
    repetition is sent with the time of the frame in which it is found to be over; several at once are sent
    with consecutive frames.

    A pixel network gives no body points. Then squats and jumping jacks are counted by the head of its weights that
    knows their positions, where there is one (EfficientNet pro), four times a second, and nothing else is.

    Args:
        lookback: Seconds before the recognition in which repetitions are counted afterwards.
        patience: Seconds for which the exercise may go unrecognised in between.
        checkpoints: Folder with the official weights; empty for those that were imported.
    """

    inputs: ClassVar[Mapping[str, Port]] = {
        "landmarks": Port(Landmarks, "body points", rate_hz=16.0, optional=True),
        "exercise": Port(Scores, "what is done"),
        "features": Port(Features, "embeddings of a pixel network", optional=True, join="exact"),
    }
    outputs: ClassVar[Mapping[str, Port]] = {"counts": Port(Counts, "a packet for each finished repetition")}

    def __init__(
        self,
        lookback: Annotated[float, Field(ge=0, le=10)] = 4.0,
        patience: Annotated[float, Field(ge=0, le=5)] = 1.5,
        checkpoints: str = "",
    ) -> None:
        self.lookback = lookback
        self.patience = patience
        self.checkpoints = checkpoints

    def open(self) -> None:
        """Start from zero."""
        self._history = MotionHistory()
        self._series: _Series | None = None
        self._positions = PositionCounter(self.checkpoints)
        official.expect_checkpoints(self.checkpoints)
        self._has_body = False
        self._totals: dict[str, int] = {}
        self._queue: deque[Counts] = deque()
        self._counted_s = -1.0
        self._stamp = Stamp(0)

    def process(
        self,
        landmarks: Landmarks | None,
        exercise: Scores | None,
        features: Features | None,
        stamp: Stamp,
        stamps: Mapping[str, Stamp | None],
    ) -> Mapping[str, Counts] | None:
        """Look at one frame, or at one step of a pixel network; send at most one repetition."""
        self._stamp = stamp
        if landmarks is not None:
            self._has_body = True
            self._follow_body(landmarks, exercise, stamp, stamps)
        else:
            for label in self._positions.step(features, gap=stamp.gap):
                self._add(label)
        return {"counts": self._queue.popleft()} if self._queue else None

    def _follow_body(
        self, landmarks: Landmarks, exercise: Scores | None, stamp: Stamp, stamps: Mapping[str, Stamp | None]
    ) -> None:
        """Look at one frame's body points, and count what is complete with them."""
        if stamp.gap:
            self._history.clear()
            self._series = None
        if not self._history.push(landmarks, stamp.time_s):
            self._series = None
        now_s = self._history.time_s
        label = self._recognised(exercise, stamps.get("exercise"), stamp)
        if label is not None and (self._series is None or self._series.label != label):
            self._series = self._start(label, now_s)
        elif self._series is not None:
            self._follow(self._series, recognised=label is not None)
        if self._series is not None:
            self._confirm(self._series, exercise if label is not None else None, now_s)

    def finish(self) -> Iterator[Mapping[str, Packet[Counts]]]:
        """Send what still waits to be sent."""
        for number, counts in enumerate(self._queue, start=1):
            later = self._stamp.at(self._stamp.time_ns + number * MILLISECOND_NS, self._stamp.frame)
            yield {"counts": Packet(counts, later)}
        self._queue.clear()

    def state(self) -> Mapping[str, Any]:
        """Return what was counted, up to when, and what waits to be sent."""
        waiting = [[each.label, each.count, dict(each.totals)] for each in self._queue]
        return {"totals": dict(self._totals), "counted_s": self._counted_s, "waiting": waiting,
                "stamp": [self._stamp.time_ns, self._stamp.frame], "has_body": self._has_body}  # fmt: skip

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from there; the repetition that was being made is lost, as what was seen of it is."""
        self._totals, self._counted_s, self._has_body = dict(state["totals"]), state["counted_s"], state["has_body"]
        self._queue = deque(Counts(label, count, dict(totals)) for label, count, totals in state["waiting"])
        self._stamp = Stamp(state["stamp"][0], frame=state["stamp"][1])

    def report(self) -> Mapping[str, Any]:
        """Return the repetitions of every exercise, and why there can be none."""
        return {"reps": dict(self._totals), **({} if self._has_body else self._positions.report())}

    @staticmethod
    def _recognised(exercise: Scores | None, made: Stamp | None, now: Stamp) -> str | None:
        """Return the exercise that is being recognised and can be counted, or None."""
        if exercise is None or not exercise.warm or exercise.label not in MOTIONS:
            return None
        if made is not None and now.time_ns - made.time_ns > STALE_S * NANOSECONDS:
            return None
        return exercise.label

    def _start(self, label: str, now_s: float) -> _Series:
        """Begin to count an exercise, with the repetitions of it that were made before it was recognised."""
        motion = MOTIONS[label]
        finder = ExcursionFinder(motion.smallest, up=motion.up, shortest_s=motion.shortest_s)
        # What was done before, such as getting up from the floor, tells nothing about the size of a repetition.
        since_s = now_s - self.lookback
        span = self._history.span(motion, since_s)
        found = [
            excursion
            for time_s, value in self._history.series(motion, max(since_s, self._counted_s))
            if (excursion := finder.push(time_s, value, span))
        ]
        return _Series(label, finder, since_s, now_s, _last_series(found))

    def _follow(self, series: _Series, *, recognised: bool) -> None:
        """Add the newest sample to the exercise that is being counted."""
        motion = MOTIONS[series.label]
        newest = self._history.newest(motion)
        found = series.finder.push(*newest, self._history.span(motion, series.since_s)) if newest else None
        if found is None:
            return
        if not recognised and series.counted and found.start_s <= series.seen_s:
            self._count(series, found)
        else:
            series.waiting.append(found)

    def _confirm(self, series: _Series, exercise: Scores | None, now_s: float) -> None:
        """Count what waits once the exercise is sure; give it up when it has not been recognised for long."""
        if exercise is None:
            if now_s - series.seen_s > self.patience:
                self._series = None
            return
        series.seen_s = now_s
        series.sure |= exercise.score >= SURE or len(series.waiting) >= ENOUGH
        if series.sure:
            for excursion in series.waiting:
                self._count(series, excursion)
            series.waiting.clear()

    def _count(self, series: _Series, excursion: Excursion) -> None:
        series.counted += 1
        self._counted_s = excursion.end_s
        self._add(series.label)

    def _add(self, label: str) -> None:
        self._totals[label] = self._totals.get(label, 0) + 1
        self._queue.append(Counts(label, self._totals[label], dict(self._totals)))


def _last_series(found: list[Excursion]) -> list[Excursion]:
    """Return the newest excursions that belong together: alike in size, without a long rest between them."""
    series: list[Excursion] = []
    for excursion in reversed(found):
        if series:
            rest_s = series[-1].turn_s - excursion.turn_s
            sizes = sorted((excursion.size, series[-1].size))
            if rest_s > NEW_SERIES_S or sizes[0] < LIKENESS * sizes[1]:
                break
        series.append(excursion)
    return series[::-1]
