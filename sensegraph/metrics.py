"""What a node's loop counts about itself."""

from __future__ import annotations

import bisect
import time
from dataclasses import dataclass, field
from typing import Any

_EDGES_MS = [0.05 * 1.15**i for i in range(96)]  # 0.05 ms .. 29 s, 15 % wide: p50 and p95 in constant memory


@dataclass(slots=True)
class Histogram:
    """Durations in buckets that are 15 % wide."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(_EDGES_MS) + 1))

    def add(self, duration_ms: float) -> None:
        """Count one duration in milliseconds."""
        self.counts[bisect.bisect_left(_EDGES_MS, duration_ms)] += 1

    def quantile(self, share: float) -> float:
        """Return the duration in milliseconds that `share` of all stay under; 0.0 when there are none."""
        left = share * sum(self.counts)
        for index, count in enumerate(self.counts):
            left -= count
            if count and left <= 0:
                return _EDGES_MS[min(index, len(_EDGES_MS) - 1)]
        return 0.0


@dataclass(slots=True)
class Meter:
    """The figures of one node, written by its loop and read by whoever watches.

    Attributes:
        packets: Sets processed, or packets read by a source.
        cpu_s: CPU time of the loop's thread in seconds.
        work_s: Time spent in calls of the node, in seconds.
        time_ns: Media time reached.
        headlines: Output port -> the latest result in a few words.
        reduced: What the node runs with instead of its best, in words; empty on the best rung of its ladder.
        length_s: Length of a source in seconds, where it is known.
        busy_since: Monotonic time since which one call of the node has been running; None between calls.
        took_s: Time spent in calls that are not yet counted, in seconds.
        age: Age of the packets when the node begins with them (now - capture time).
    """

    packets: int = 0
    cpu_s: float = 0.0
    work_s: float = 0.0
    time_ns: int = 0
    reduced: str = ""
    length_s: float | None = None
    busy_since: float | None = None
    took_s: float = 0.0
    headlines: dict[str, str] = field(default_factory=dict)
    work: Histogram = field(default_factory=Histogram)
    age: Histogram = field(default_factory=Histogram)

    def begin(self) -> None:
        """Note that a call of the node begins."""
        self.busy_since = time.monotonic()

    def end(self) -> None:
        """Note that the call has ended; `count` does the rest when what came of it is on its way."""
        if self.busy_since is not None:
            self.took_s += time.monotonic() - self.busy_since
        self.busy_since = None

    def count(self) -> float:
        """Count the calls since the last time as one piece of work; return how many seconds they took."""
        took_s, self.took_s = self.took_s, 0.0
        self.work.add(took_s * 1e3)
        self.work_s += took_s
        self.cpu_s = time.thread_time()
        return took_s

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        busy_s = 0.0 if (since := self.busy_since) is None else time.monotonic() - since
        return {
            "packets": self.packets, "cpu_s": self.cpu_s, "work_s": self.work_s, "busy_s": busy_s,
            "time_s": self.time_ns / 1e9, "length_s": self.length_s, "headlines": dict(self.headlines),
            "reduced": self.reduced,
            "ms_p50": self.work.quantile(0.5), "ms_p95": self.work.quantile(0.95),
            "age_ms_p50": self.age.quantile(0.5), "age_ms_p95": self.age.quantile(0.95),
        }  # fmt: skip
