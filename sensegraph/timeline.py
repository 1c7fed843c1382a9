"""A trace as the JSON that chrome://tracing and ui.perfetto.dev show, and back.

The format is Google's "Trace Event Format": complete events (`X`) for what nodes did, async ones (`b`, `e`) for packets
on edges, instant ones (`i`) for drops; times in microseconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sensegraph.errors import SensegraphError
from sensegraph.fate import source
from sensegraph.trace import Event, Kind

PROCESS = 1
"""All nodes are shown as threads of one process: what is of interest is the graph."""


def sampled(events: Sequence[Event], every: int) -> list[Event]:
    """Return the events of every so many-th frame of each source, and of all that was made of it."""
    if every == 1:
        return list(events)
    kept = {(e.source, e.capture_ns) for e in events if e.kind is Kind.MADE and e.frame % every == 0}
    return [event for event in events if (event.source, event.capture_ns) in kept]


def dump(events: Sequence[Event]) -> str:
    """Return a trace as JSON."""
    nodes = list(dict.fromkeys(event.place for event in events if event.kind in (Kind.MADE, Kind.WORKED)))
    names = [_event("M", "thread_name", number, 0, args={"name": name}) for number, name in enumerate(nodes)]
    shown = [_shown(event, nodes) for event in events]
    return json.dumps({"displayTimeUnit": "ms", "traceEvents": [*names, *shown]})


def _shown(event: Event, nodes: Sequence[str]) -> dict[str, Any]:
    args = asdict(event)
    number = nodes.index(node) if (node := source(event.place)) in nodes else len(nodes)
    if event.kind in (Kind.MADE, Kind.WORKED):
        length = (event.end_ns - event.begin_ns) / 1e3
        return _event("X", event.place, number, event.begin_ns, cat="node", dur=length, args=args)
    if event.kind is Kind.DROPPED:
        return _event("i", f"dropped: {event.reason}", number, event.begin_ns, cat="edge", s="t", args=args)
    way = f"{event.place} {event.source} {event.capture_ns}"
    phase = "b" if event.kind is Kind.SENT else "e"
    return _event(phase, event.place, number, event.begin_ns, cat="edge", id=way, args=args)


def _event(phase: str, name: str, thread: int, at_ns: int, **fields: Any) -> dict[str, Any]:
    return {"ph": phase, "name": name, "pid": PROCESS, "tid": thread, "ts": at_ns / 1e3, **fields}


def write(path: Path, events: Sequence[Event]) -> None:
    """Write a trace into a file.

    Raises:
        SensegraphError: It cannot be written.
    """
    try:
        path.write_text(dump(events))
    except OSError as error:
        raise SensegraphError(f"{path}: cannot be written: {error.strerror}\n  Write elsewhere.") from error


def load(path: Path) -> list[Event]:
    """Return the events of a file that `dump` made.

    Raises:
        SensegraphError: It cannot be read, or is none.
    """
    try:
        return list(_events(json.loads(path.read_bytes())["traceEvents"]))
    except OSError as error:
        raise SensegraphError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        remedy = "One is written by `sensegraph trace RUN --out FILE` or `sensegraph run GRAPH --trace FILE`."
        raise SensegraphError(f"{path}: is no trace of sensegraph\n  {remedy}") from error


def _events(entries: Iterable[dict[str, Any]]) -> Iterator[Event]:
    for entry in entries:
        if entry["ph"] != "M":
            fields = entry["args"]
            yield Event(**fields | {"kind": Kind(fields["kind"])})
