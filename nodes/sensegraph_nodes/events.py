"""EventDetector: what happened once, from decisions that are made four times a second."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field

from sensegraph.node import Node, Port
from sensegraph.packet import NANOSECONDS, Packet, Stamp
from sensegraph.payload import STATES, Event, Scores

NO_GESTURE = "background"
"""What a head for gesture control says when there is none."""
LONGEST_STEP_NS = NANOSECONDS
"""A longer way from one decision to the next is a gap, whether it is marked or not."""
MILLISECOND_NS = 1_000_000


@dataclass(slots=True)
class _Naming:
    """An unbroken run of steps with the same label; `open` until its event is sent. Times in ns of media time."""

    label: str
    start_ns: int
    peak_ns: int
    score: float
    open: bool


class EventDetector(Node):
    """Turns decisions into events, on media time: each stretch of steps that name one label is one event.

    An event starts with the first step that names its label and ends with the first that does not; its peak is
    where the score was highest. It is sent when it ends. With `hold` it is sent earlier, and ends then: as soon
    as the score has fallen by `fall` below its peak, and `hold` seconds after its start at the latest. However
    long the label goes on to be named, that is the same event.

    For `refractory` seconds after a label is no longer named no event starts, of whatever label: a hand that
    comes back from a swipe makes the opposite swipe. What is first named in that time makes no event at all.
    A gap in the media closes what is open, with the last step before the gap as its end.

    Args:
        labels: Labels that make events; none given means all but the states (`Doing nothing` and its like, and
            the `background` of gesture control).
        thresholds: Label -> score from which it counts as named, on top of the classifier's own thresholds.
        refractory: Seconds after a label was named in which no event starts.
        hold: Seconds after its start at which an event is sent at the latest; nothing waits for its end.
        fall: How far below its peak the score must fall to end an event early; counts only with `hold`.
    """

    inputs: ClassVar[Mapping[str, Port]] = {"scores": Port(Scores, "decisions of a classifier")}
    outputs: ClassVar[Mapping[str, Port]] = {"events": Port(Event, "a packet for each event, when it is over")}
    changeable: ClassVar[frozenset[str]] = frozenset({"labels", "thresholds", "refractory", "hold", "fall"})

    def __init__(
        self,
        labels: list[str] | None = None,
        thresholds: dict[str, float] | None = None,
        refractory: Annotated[float, Field(ge=0, le=10)] = 1.0,
        hold: Annotated[float, Field(ge=0, le=60)] | None = None,
        fall: Annotated[float, Field(gt=0, le=1)] = 0.15,
    ) -> None:
        self.labels = labels
        self.thresholds = thresholds
        self.refractory = refractory
        self.hold = hold
        self.fall = fall

    def open(self) -> None:
        """Start from zero."""
        self._naming: _Naming | None = None
        self._counts: dict[str, int] = {}
        self._last = Stamp(0)
        self._quiet_until_ns = 0
        self._sent_ns = -1

    def process(self, scores: Scores, stamp: Stamp) -> Mapping[str, Event] | None:
        """Look at one decision; send at most one event."""
        event = None
        if self._naming and (stamp.gap or stamp.time_ns - self._last.time_ns > LONGEST_STEP_NS):
            event = self._end(self._naming, self._last.time_ns)
        label = self._named(scores)
        if self._naming and self._naming.label != label:
            event = self._end(self._naming, stamp.time_ns)
        if label is not None:
            naming = self._continue(label, scores.score, stamp.time_ns)
            # one packet for one time: an event that is due with another one waits for the next step
            if event is None and naming.open and self._due(naming, scores.score, stamp.time_ns):
                event = self._event(naming, stamp.time_ns)
        self._last = stamp
        if event is None:
            return None
        self._sent_ns = stamp.time_ns
        return {"events": event}

    def finish(self) -> Iterator[Mapping[str, Packet[Event]]]:
        """Close what is open at the end of the media."""
        naming, last = self._naming, self._last
        if naming and naming.open:
            free_ns = max(last.time_ns, self._sent_ns + MILLISECOND_NS)
            yield {"events": Packet(self._event(naming, last.time_ns), last.at(free_ns, last.frame))}
        self._naming = None

    def state(self) -> Mapping[str, Any]:
        """Return what was counted, and until when nothing may start or be sent."""
        return {"counts": dict(self._counts), "quiet_until_ns": self._quiet_until_ns, "sent_ns": self._sent_ns}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from there; an event that was open is begun anew with the next step that names it."""
        self._counts = dict(state["counts"])
        self._quiet_until_ns, self._sent_ns = state["quiet_until_ns"], state["sent_ns"]

    def report(self) -> Mapping[str, Any]:
        """Return how often each event happened."""
        return {"events": dict(self._counts)}

    def _named(self, scores: Scores) -> str | None:
        """Return the label that a step names, if it can make an event."""
        label = scores.label
        enabled = label not in (*STATES, NO_GESTURE) if self.labels is None else label in self.labels
        sure = scores.score >= (self.thresholds or {}).get(label, 0.0)
        return label if enabled and sure and scores.warm else None

    def _continue(self, label: str, score: float, now_ns: int) -> _Naming:
        """Begin to follow a label, or go on with it."""
        if self._naming is None:
            self._naming = _Naming(label, now_ns, now_ns, score, open=now_ns >= self._quiet_until_ns)
        elif score > self._naming.score:
            self._naming.peak_ns, self._naming.score = now_ns, score
        return self._naming

    def _due(self, naming: _Naming, score: float, now_ns: int) -> bool:
        """Whether an event is sent while its label is still being named."""
        if self.hold is None:
            return False
        return score <= naming.score - self.fall or now_ns - naming.start_ns >= round(self.hold * NANOSECONDS)

    def _end(self, naming: _Naming, now_ns: int) -> Event | None:
        """Stop following a label that is no longer named; return its event where it was not sent yet."""
        self._naming = None
        if naming.start_ns >= self._quiet_until_ns:  # what began in a refractory time does not prolong it
            self._quiet_until_ns = now_ns + round(self.refractory * NANOSECONDS)
        return self._event(naming, now_ns) if naming.open else None

    def _event(self, naming: _Naming, end_ns: int) -> Event:
        """Count an event."""
        naming.open = False
        count = self._counts[naming.label] = self._counts.get(naming.label, 0) + 1
        start, end, peak = (time_ns / NANOSECONDS for time_ns in (naming.start_ns, end_ns, naming.peak_ns))
        return Event(naming.label, start, end, peak, naming.score, count)
