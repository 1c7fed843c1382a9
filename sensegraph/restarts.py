"""What follows when a worker ends that should not have: another start after a delay, a packet skipped, or no more."""

from __future__ import annotations

from collections import Counter, deque

from sensegraph.packet import NANOSECONDS

TRIES = 2
"""A packet at which a worker ends so often is skipped."""
FIRST_S, LONGEST_S = 0.1, 30.0
"""The delay before the first restart; it doubles with each, up to the second."""

At = tuple[str, str, int]
"""A packet that a node was at: node, source, media time."""


class Restarts:
    """Counts how often one worker was restarted, and at which packets it ended.

    Args:
        most: So many restarts within `window_s`, no further one.
        window_s: See `most`.
    """

    def __init__(self, most: int = 5, window_s: float = 60.0) -> None:
        self._most, self._window_s = most, window_s
        self._times: deque[float] = deque()
        self._ends: Counter[At] = Counter()

    @property
    def count(self) -> int:
        """How often it was restarted within the window."""
        return len(self._times)

    @property
    def told(self) -> str:
        """What to say when there is no further restart."""
        return f"It was restarted {self.count} times in {self._window_s:.0f} s."

    def delay_s(self, now_s: float) -> float | None:
        """Count a restart; return how long to wait before it, or None when there were too many."""
        while self._times and now_s - self._times[0] > self._window_s:
            self._times.popleft()
        if self.count >= self._most:
            return None
        self._times.append(now_s)
        return float(min(LONGEST_S, FIRST_S * 2 ** (self.count - 1)))

    def forgive(self) -> None:
        """Forget all of it."""
        self._times.clear()
        self._ends.clear()

    def skips(self, packet: At) -> bool:
        """Note that it ended at a packet; return whether the packet is skipped from now on."""
        self._ends[packet] += 1
        return self._ends[packet] >= TRIES


def skipped(packet: At) -> str:
    """Return what to say of a packet that will be skipped."""
    return f" ({TRIES} times with the packet at {packet[2] / NANOSECONDS:.3f} s: it will be skipped)"
