"""Virtual time: what happens when."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable


class Agenda:
    """Moments to come; what is planned for the same one happens in the order in which it was planned.

    Attributes:
        now_ns: The present, in nanoseconds since the start.
    """

    def __init__(self) -> None:
        self.now_ns = 0
        self._moments: list[tuple[int, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def clock(self) -> int:
        """Return the present, as `time.monotonic_ns` does."""
        return self.now_ns

    def at(self, time_ns: int, do: Callable[[], None] = lambda: None) -> None:
        """Plan something; without `do` only that this moment comes."""
        heapq.heappush(self._moments, (max(time_ns, self.now_ns), next(self._order), do))

    def go_on(self) -> bool:
        """Let the next moment come; returns whether there is one."""
        if not self._moments:
            return False
        self.now_ns, _, do = heapq.heappop(self._moments)
        do()
        return True
