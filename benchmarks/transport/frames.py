"""What all carriers send, at which times, and how it is measured.

Latency: from just before the producer hands over an ordinary array (its copy into the carrier included) until the
consumer holds an array and has read a byte of every page. `time.monotonic_ns` compares between processes of one host.
"""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
import numpy.typing as npt

SIZES = {"64B": (64,), "720p": (720, 1280, 3), "1080p": (1080, 1920, 3)}
RATE_HZ = 30.0
WARM_UP = 15
"""First frames of a run, which are not counted."""

Frame = npt.NDArray[np.uint8]


def frames(size: str, count: int = 4) -> list[Frame]:
    """Return some noise, to be sent in turn."""
    random = np.random.default_rng(0)
    return [random.integers(0, 255, SIZES[size], dtype=np.uint8) for _ in range(count)]


def touch(frame: Frame) -> int:
    """Read a byte of every page."""
    return int(frame.reshape(-1)[::4096].sum())


class Pacer:
    """Waits until the next frame is due; at rate 0 never."""

    def __init__(self, rate_hz: float) -> None:
        self._period_ns = round(1e9 / rate_hz) if rate_hz else 0
        self._due_ns = time.monotonic_ns()

    def wait(self) -> None:
        """Sleep until then."""
        self._due_ns += self._period_ns
        left_ns = self._due_ns - time.monotonic_ns()
        if self._period_ns and left_ns > 0:
            time.sleep(left_ns / 1e9)


class Tally:
    """What a consumer saw."""

    def __init__(self) -> None:
        self.got = self.lost = 0
        self._last = -1
        self._latencies_ms: list[float] = []
        self._times_ns: list[int] = []

    def add(self, number: int, sent_ns: int) -> None:
        """Note a frame that has been read."""
        now_ns = time.monotonic_ns()
        self.got += 1
        self.lost += max(0, number - self._last - 1)
        self._last = max(number, self._last)
        if self.got > WARM_UP:
            self._latencies_ms.append((now_ns - sent_ns) / 1e6)
            self._times_ns.append(now_ns)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values: frames got and lost, milliseconds p50 and largest, frames per second, longest gap."""
        spans = np.diff(self._times_ns) / 1e9
        return {
            "got": self.got, "lost": self.lost,
            "ms": float(np.median(self._latencies_ms)) if self._latencies_ms else 0.0,
            "most_ms": max(self._latencies_ms, default=0.0),
            "rate": float(len(spans) / spans.sum()) if len(spans) else 0.0,
            "gap_s": float(spans.max()) if len(spans) else 0.0,
        }  # fmt: skip


def tell(result: dict[str, Any]) -> None:
    """Print a result so that `found` finds it among whatever else is printed."""
    print("RESULT " + json.dumps(result), flush=True)


def found(text: str) -> dict[str, Any] | None:
    """Return the result in a program's output, if it printed one."""
    for line in text.splitlines():
        if "RESULT {" in line:
            result: dict[str, Any] = json.loads(line[line.index("RESULT ") + 7 : line.rindex("}") + 1])
            return result
    return None
