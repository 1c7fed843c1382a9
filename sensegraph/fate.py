"""What became of one frame: who worked on it or on what was made of it, which edges carried or lost it."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sensegraph.errors import RunError, closest
from sensegraph.packet import NANOSECONDS
from sensegraph.trace import Event, Kind


@dataclass(slots=True)
class Fate:
    """The course of a frame through a graph.

    Attributes:
        made: How its source made it.
        events: What happened to it and to all that was made of it, in order of time.
        reached: Nodes that have no outputs, or sent nothing on, and finished what they got of it.
        ended: Nodes with outputs that worked on it and made nothing of it.
        dropped: Edge -> why it was dropped there.
        under_way: Edges that sent it and have not heard of it since.
    """

    made: Event
    events: list[Event]
    reached: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    dropped: dict[str, str] = field(default_factory=dict)
    under_way: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Return it in words: a line for each event, then what became of it."""
        told = [f"  {self._after(event):7.1f} ms  {self._words(event)}" for event in self._shown()]
        told += [f"reached {', '.join(self.reached)}"] if self.reached else []
        told += [f"nothing was made of it by {', '.join(self.ended)}"] if self.ended else []
        told += [f"dropped on its way {_way(edge)}: {reason}" for edge, reason in self.dropped.items()]
        told += [f"still on its way {_way(edge)}" for edge in self.under_way]
        return told

    def _shown(self) -> Iterable[Event]:
        """Leave out the end of a way that a later line shows anyway."""
        return (event for event in self.events if event.kind is not Kind.FINISHED)

    def _after(self, event: Event) -> float:
        """Return how long after its capture something began, in ms."""
        return (event.begin_ns - self.made.capture_ns) / 1e6

    def _words(self, event: Event) -> str:
        took_ms = (event.end_ns - event.begin_ns) / 1e6
        if event.kind is Kind.MADE:
            return f"{event.place} made it in {took_ms:.1f} ms"
        if event.kind is Kind.WORKED:
            return f"{event.place} worked on it for {took_ms:.1f} ms, {self._waited(event)}"
        if event.kind is Kind.SENT:
            return f"sent {_way(event.place)}"
        return f"dropped on its way {_way(event.place)}: {event.reason}"

    def _waited(self, event: Event) -> str:
        """Tell how long a packet waited for a node, the way to it included."""
        sent = [e.begin_ns for e in self.events if e.kind is Kind.SENT and target(e.place) == event.place]
        before = [at for at in sent if at <= event.begin_ns]
        return f"{(event.begin_ns - before[-1]) / 1e6:.1f} ms after it was sent" if before else "sent before it"


def fate(events: Sequence[Event], source: str, frame: int | None = None, time_ns: int = 0) -> Fate:
    """Return what became of a frame.

    Args:
        events: What happened in a run, in order of time.
        source: The node that made it.
        frame: Its number there; None for the last one at or before `time_ns`.
        time_ns: Media time.

    Raises:
        RunError: Nothing is known of it.
    """
    made = [event for event in events if event.kind is Kind.MADE and event.place == source]
    if not made:
        sources = sorted({event.place for event in events if event.kind is Kind.MADE})
        hint = closest(source, sources, f"Sources: {', '.join(sources) or 'none'}.")
        raise RunError(f"no source '{source}' has made anything\n  {hint}")
    found = _numbered(made, frame) if frame is not None else _at(made, time_ns)
    if found is None:
        what = f"frame {frame}" if frame is not None else f"a frame at {time_ns / NANOSECONDS:.3f} s"
        raise RunError(
            f"nothing is known of {what} of '{source}'\n  Kept are frames {made[0].frame} "
            f"({made[0].time_ns / NANOSECONDS:.3f} s) to {made[-1].frame} ({made[-1].time_ns / NANOSECONDS:.3f} s)."
        )
    own = [event for event in events if (event.source, event.capture_ns) == (found.source, found.capture_ns)]
    return _judged(Fate(found, own), {event.place for event in events})


def _numbered(made: Sequence[Event], frame: int) -> Event | None:
    """Return the newest with that number: a source that was started anew counts from 0 again."""
    return next((event for event in reversed(made) if event.frame == frame), None)


def _at(made: Sequence[Event], time_ns: int) -> Event | None:
    place = bisect.bisect_right(made, time_ns, key=lambda event: event.time_ns)
    return made[place - 1] if place else None


def _judged(fate: Fate, places: set[str]) -> Fate:
    """Add what the events come to."""
    with_outputs = {source(place) for place in places if ">" in place}
    sent = {event.place for event in fate.events if event.kind in (Kind.SENT, Kind.DROPPED)}
    senders = {source(edge) for edge in sent}
    for event in fate.events:
        if event.kind is Kind.DROPPED:
            fate.dropped[event.place] = event.reason
        elif event.kind in (Kind.WORKED, Kind.MADE) and event.place not in senders:
            (fate.ended if event.place in with_outputs else fate.reached).append(event.place)
    worked = {event.place for event in fate.events if event.kind is Kind.WORKED}
    over = {event.place for event in fate.events if event.kind is Kind.FINISHED} | fate.dropped.keys()
    over |= {edge for edge in sent if target(edge) in worked}  # its producer may have died before it heard of it
    fate.under_way = list(dict.fromkeys(e.place for e in fate.events if e.place in sent - over))
    fate.reached, fate.ended = list(dict.fromkeys(fate.reached)), list(dict.fromkeys(fate.ended))
    return fate


def source(edge: str) -> str:
    """Return the node at which an edge begins, `camera` of `camera.frames>view.frames`."""
    return edge.partition(".")[0]


def target(edge: str) -> str:
    """Return the node at which an edge ends."""
    return edge.partition(">")[2].partition(".")[0]


def _way(edge: str) -> str:
    start, _, end = edge.partition(">")
    return f"from {start} to {end}"
