"""What a recording holds, for people and as JSON."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sensegraph.packet import NANOSECONDS
from sensegraph.recording.recording import Recording


def contents(recording: Recording) -> dict[str, Any]:
    """Return plain values: the run, its streams, and what was dropped where and why.

    Raises:
        SourceError: The recording cannot be read.
    """
    head, ending = recording.head, recording.ending()
    streams = {}
    for name, packets in recording.index(head.streams).items():
        ends = {"from_s": packets[0][0] / NANOSECONDS, "to_s": packets[-1][0] / NANOSECONDS} if packets else {}
        streams[name] = {"packets": len(packets), "bytes": sum(record.length for _, record in packets)} | ends
    dropped: dict[str, Counter[str]] = {}
    for edge, reason, times in recording.drops():
        dropped.setdefault(edge, Counter())[reason] += len(times)
    return {
        "graph": head.graph, "params": head.params, "sets": head.sets, "pace": head.pace, "lossy": head.lossy,
        "complete": ending is not None and ending.whole, "error": ending.error if ending else "",
        "streams": streams, "sets_of": {name: len(sets) for name, sets in recording.sets(list(head.wiring)).items()},
        "dropped": {edge: dict(reasons) for edge, reasons in dropped.items()},
        "versions": head.versions, "digests": head.digests,
    }  # fmt: skip
