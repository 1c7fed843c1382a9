"""Does a graph still do what it did? A recording is played, recorded again, and both are compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sensegraph.errors import SourceError
from sensegraph.graph import Graph
from sensegraph.launch import models_of, prepare
from sensegraph.packet import NANOSECONDS
from sensegraph.privacy import kept_back, told
from sensegraph.recording.begin import begin
from sensegraph.recording.compare import Difference, Stream, first_difference
from sensegraph.recording.head import digests, versions
from sensegraph.recording.recording import Recording
from sensegraph.recording.tape import Tape
from sensegraph.recording.taps import with_recorders
from sensegraph.spec import GraphSpec, Pace
from sensegraph.summary import Summary

MARGIN_NS = NANOSECONDS
"""So long before a cut nothing is compared: the end that the cut makes is not the one that was to come."""

Perform = Callable[[Graph, Tape], Summary]


@dataclass(frozen=True)
class Verdict:
    """What came of it.

    Attributes:
        summary: How the run ended that played the recording.
        difference: The first packet that differs, of the first node in the order of the graph; None when all is same.
        streams: Streams that were compared, in the order of the graph.
        packets: Packets of the recording that were compared, or would have been behind the difference.
        until_ns: Media time up to which was compared; None for all of it.
        changed: Versions and digests that are not those of the recording, a line each.
        left_out: Streams that may not be recorded again to be compared, with the labels that forbid it.
    """

    summary: Summary
    difference: Difference | None = None
    streams: tuple[str, ...] = ()
    packets: int = 0
    until_ns: int | None = None
    changed: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.difference:
            node = self.difference.stream.partition(".")[0]
            head = f"'{node}' differs first: {self.difference}"
            return "\n".join([head, *(f"  not as when it was recorded: {each}" for each in self.changed)])
        until = "" if self.until_ns is None else f", compared up to {self.until_ns / NANOSECONDS:.3f} s"
        left_out = f"; not compared: {', '.join(self.left_out)}" if self.left_out else ""
        return f"the same: {self.packets} packets of {', '.join(self.streams)}{until}{left_out}"


def check_verifiable(recording: Recording) -> None:
    """Refuse a recording that cannot give the same again.

    Raises:
        SourceError: It has lost something of what its sources sent, or nothing to compare with.
    """
    head, path = recording.head, recording.path
    if head.lossy:
        raise SourceError(
            f"{path}: its pictures are JPEG, so nothing could come out the same\n  Record without --lossy."
        )
    lost = {stream: times for stream, times in recording.lost().items() if stream in head.sources}
    if lost:
        told = ", ".join(f"{len(times)} packets of {stream}" for stream, times in lost.items())
        raise SourceError(f"{path}: {told} came too fast to be recorded\n  Record on a faster disk, or --lossy.")
    if len(head.streams) <= len(head.sources):
        raise SourceError(f"{path}: it holds nothing but what the sources sent\n  Record results too (--streams).")


def verify(recording: Recording, spec: GraphSpec, again: Path, sets: Mapping[str, str], perform: Perform) -> Verdict:
    """Play a recording in a graph and compare what comes of it.

    Args:
        recording: What was recorded; `check_verifiable` has accepted it.
        spec: The graph.
        again: Where to record what comes of it.
        sets: Values that were set besides, `node.param` -> text.
        perform: Runs a graph with a tape.

    Raises:
        SensegraphError: There is nothing to compare, or something cannot be read or written.
    """
    head = recording.head
    plain, _ = prepare(spec, headless=True, pace=Pace.FAST)
    made = {f"{node.name}.{port}" for node in plain.nodes.values() for port in node.type.outputs}
    ordered = [node.name for node in plain.in_order()]
    held = [stream for stream in head.streams if stream in made and stream not in head.sources]
    private = {stream: labels for stream, labels in kept_back(plain.privacy).items() if stream in held}
    streams = sorted(set(held) - private.keys(), key=lambda stream: ordered.index(stream.partition(".")[0]))
    if not streams and private:
        raise SourceError(f"{recording.path}: nothing may be recorded again to compare it: {'; '.join(told(private))}")
    if not streams:
        raise SourceError(f"{recording.path}: the graph makes none of its streams\n  Name a GRAPH that does.")
    until_ns = _until_ns(recording)
    if until_ns is not None and until_ns < 0:
        raise SourceError(f"{recording.path}: it was cut off too early to compare anything\n  Record for longer.")
    tapped = with_recorders(spec, streams, str(again))
    graph, _ = prepare(tapped, headless=True, pace=Pace.FAST)
    models = models_of(graph)
    begin(again, spec, graph, Pace.FAST, streams, params={}, sets=sets)
    summary = perform(graph, Tape(record=str(again), replay=str(Path(recording.path).absolute())))
    if summary.exit_code:
        return Verdict(summary)
    old, new = recording.index(streams), (played := Recording(again)).index(streams)
    packets = sum(until_ns is None or time_ns <= until_ns for placed in old.values() for time_ns, _ in placed)
    lost = recording.lost()
    difference = None
    for stream in streams:
        node, _, port = stream.partition(".")
        hint = graph.nodes[node].type.outputs[port].type
        before, after = Stream(recording, stream, hint, old[stream]), Stream(played, stream, hint, new[stream])
        difference = first_difference(before, after, until_ns=until_ns, unknown=lost.get(stream, ()))
        if difference:
            break
    now = versions() | digests(graph, models)
    then = head.versions | head.digests
    changed = tuple(f"{k} was {then[k][:16]}, is {now[k][:16]}" for k in then if k in now and now[k] != then[k])
    return Verdict(summary, difference, tuple(streams), packets, until_ns, changed, tuple(told(private)))


def _until_ns(recording: Recording) -> int | None:
    """Return how far a recording can be compared; None = wholly."""
    ending = recording.ending()
    sources = recording.index(recording.head.sources)
    damage = recording.damage()
    if ending is not None and ending.whole and damage is None:
        return None
    torn_at = float("inf") if damage is None else damage[0]
    ends = [
        max((time_ns for time_ns, record in packets if record.at < torn_at), default=0) for packets in sources.values()
    ]
    return min(ends, default=0) - MARGIN_NS
