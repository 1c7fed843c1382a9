"""Joining by a script: a node gets the sets that it got when the run was recorded."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from typing import Any

from sensegraph.errors import SourceError
from sensegraph.join import NEVER, Join, JoinedSet
from sensegraph.node import Port
from sensegraph.packet import Packet

Wanted = dict[str, list[int]]
"""One set: input -> the media times of its packets; the first input is the one that set it off."""


class ScriptedJoin(Join):
    """Gives exactly the sets that are asked for; what is in none of them is passed over.

    A set whose first packet does not come (its node now does something else) is left out; for any other packet that
    does not come the newest one before it is taken.

    Args:
        ports: As of `Join`.
        connected: As of `Join`.
        sets: The sets, in order.

    Raises:
        SourceError: A set is none of these inputs.
    """

    def __init__(self, ports: Mapping[str, Port], connected: Sequence[str], sets: Sequence[Wanted]) -> None:
        super().__init__(ports, connected)
        if not all(len(wanted) == 1 if self.merges else list(wanted) == self.names for wanted in sets):
            raise SourceError(f"the recording has sets of other inputs than {', '.join(self.names)}\n  Record again.")
        self._sets = deque(_increasing(sets))
        self._uses = {name: Counter[int]() for name in self.names}
        for wanted in self._sets:
            for name, times in wanted.items():
                self._uses[name].update(times)
        self._kept: dict[str, dict[int, Packet[Any]]] = {name: {} for name in self.names}
        self._newest: dict[str, Packet[Any]] = {}

    def next(self, *, force: bool = False) -> JoinedSet | None:
        """Return the next set of the script, or None while something of it may still come."""
        while True:
            self._absorb()
            if not self._sets:
                return None
            wanted = self._sets[0]
            if any(times and self._inputs[name].bound_ns < max(times) for name, times in wanted.items()):
                return None
            self._sets.popleft()
            joined = self._take(wanted)
            if joined is not None:
                return joined

    def waiting(self) -> bool:
        """Whether a set could be forced: none can, the script says what is in it."""
        return False

    def bound_ns(self) -> int:
        """Return the time up to which no further set will come."""
        if self._sets:
            return _time_of(self._sets[0]) - 1
        return min(entry.bound_ns for entry in self._inputs.values())

    def _absorb(self) -> None:
        """Take what has come up to the next set, so that no producer waits; keep what a set will ask for."""
        wanted = self._sets[0] if self._sets else {}
        until_ns = _time_of(wanted) if wanted else NEVER
        for name, entry in self._inputs.items():
            limit_ns = max([until_ns, *wanted.get(name, ())])
            while entry.packets and entry.packets[0].stamp.time_ns <= limit_ns:
                packet = entry.packets.popleft()
                entry.finished += 1
                self._newest[name] = packet
                if self._uses[name][packet.stamp.time_ns] > 0:
                    self._kept[name][packet.stamp.time_ns] = packet

    def _take(self, wanted: Wanted) -> JoinedSet | None:
        found = {name: [self._packet(name, time_ns) for time_ns in times] for name, times in wanted.items()}
        pace, (time_ns,) = next(iter(wanted.items()))
        first = found[pace][0]
        if first is None or first.stamp.time_ns != time_ns:
            return None
        joined = JoinedSet(first.stamp, {pace: first.payload}, {pace: first.stamp})
        for name in self.absent:
            joined.payloads[name] = joined.stamps[name] = None
        for name in [name for name in wanted if name != pace]:
            packets = [packet for packet in found[name] if packet is not None]
            if self._inputs[name].port.join == "since":
                joined.payloads[name] = [packet.payload for packet in packets]
                joined.stamps[name] = [packet.stamp for packet in packets]
            else:
                joined.payloads[name] = packets[0].payload if packets else None
                joined.stamps[name] = packets[0].stamp if packets else None
        return joined

    def _packet(self, name: str, time_ns: int) -> Packet[Any] | None:
        self._uses[name][time_ns] -= 1
        last = self._uses[name][time_ns] <= 0
        packet = self._kept[name].pop(time_ns, None) if last else self._kept[name].get(time_ns)
        newest = self._newest.get(name)
        return packet or (newest if newest is not None and newest.stamp.time_ns <= time_ns else None)


def _time_of(wanted: Wanted) -> int:
    return next(iter(wanted.values()))[0]


def _increasing(sets: Sequence[Wanted]) -> list[Wanted]:
    """Leave out the sets that a restarted node got again."""
    last: dict[str, int] = {}
    kept = []
    for wanted in sets:
        pace, time_ns = next(iter(wanted)), _time_of(wanted)
        if time_ns > last.get(pace, -NEVER):
            last[pace] = time_ns
            kept.append(wanted)
    return kept
