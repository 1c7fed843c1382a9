"""Excursions of a signal: away from where it rests, and back."""

from __future__ import annotations

from dataclasses import dataclass

LEAVE = 0.4
RETURN = 0.5
SHORTEST_S = 0.2


@dataclass(frozen=True, slots=True)
class Excursion:
    """One movement away and back.

    Attributes:
        start_s: Time at which the signal was last at rest.
        turn_s: Time of the farthest point.
        end_s: Time at which it was found to be over.
        size: Distance of the farthest point from the start.
    """

    start_s: float
    turn_s: float
    end_s: float
    size: float


class ExcursionFinder:
    """Finds excursions in a stream of samples, with hysteresis.

    The signal has left when it is `LEAVE` of its range away from its last extreme, and is back when it has
    returned by `RETURN` of the range, but at least `smallest` each time.

    Args:
        smallest: Flanks below this are noise.
        up: Whether an excursion leads up (arms raised) or down (hips lowered).
        shortest_s: Shorter excursions are noise.
    """

    def __init__(self, smallest: float, *, up: bool, shortest_s: float = SHORTEST_S) -> None:
        self._smallest = smallest
        self._shortest_s = shortest_s
        self._sign = 1.0 if up else -1.0
        self._rest: tuple[float, float] | None = None
        self._turn: tuple[float, float] | None = None

    def push(self, time_s: float, value: float, span: float) -> Excursion | None:
        """Add a sample.

        Args:
            time_s: Its time.
            value: Its value.
            span: Range of the signal in the last seconds, from which the thresholds follow.

        Returns:
            The excursion that ends with this sample, or None.
        """
        height = self._sign * value
        if self._turn is None:
            if self._rest is None or height <= self._rest[1]:
                self._rest = (time_s, height)
            elif height - self._rest[1] > max(LEAVE * span, self._smallest):
                self._turn = (time_s, height)
            return None
        if height > self._turn[1]:
            self._turn = (time_s, height)
        if self._rest is None or self._turn[1] - height <= max(RETURN * span, self._smallest):
            return None
        rest, turn = self._rest, self._turn
        self._rest, self._turn = (time_s, height), None
        done = Excursion(rest[0], turn[0], time_s, turn[1] - rest[1])
        return done if done.end_s - done.start_s >= self._shortest_s else None
