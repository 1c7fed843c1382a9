"""How many packets are under way between two nodes, known from the times that the second one has passed."""

from __future__ import annotations

import threading
from typing import Protocol


class Gate(Protocol):
    """Stands before an edge: lets a packet through, or has it dropped."""

    @property
    def reason(self) -> str:
        """Under which the edge counts what is not let through."""

    def admits(self, time_ns: int) -> bool:
        """Return whether a packet of a media time may go."""


class Limiter:
    """Lets a packet go when fewer than `most` are under way. Thread-safe.

    The node at the end tells up to which media time it is done, which holds also for what was dropped in between; it
    tells so again and again, so losing a message, or the node, does no harm.

    Args:
        most: Packets that may be under way.
    """

    reason = "limited"

    def __init__(self, most: int) -> None:
        self._most = most
        self._under_way: set[int] = set()
        self._refused_ns: int | None = None
        self._lock = threading.Lock()

    def admits(self, time_ns: int) -> bool:
        """Return whether the packets of a media time may go; they count once, and one answer holds for all of them."""
        with self._lock:
            if time_ns in self._under_way or time_ns == self._refused_ns:
                return time_ns != self._refused_ns
            if len(self._under_way) >= self._most:
                self._refused_ns = time_ns
                return False
            self._under_way.add(time_ns)
            return True

    def passed(self, time_ns: int) -> None:
        """Note that the node at the end is done with everything up to a media time."""
        with self._lock:
            self._under_way = {each for each in self._under_way if each > time_ns}
