"""Joining the inputs of a node: which packets belong together, decided by time and bounds alone.

The same packets give the same sets in every run, whatever the order in which the edges deliver them: a set is
complete when every input either has what it needs or has promised (by a bound, a later packet or its end)
that it will not come.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sensegraph.node import EVERY, STAMP_PARAMETERS, Port
from sensegraph.packet import NANOSECONDS, Bound, End, Item, Packet, Stamp

NEVER = 1 << 62
"""Bound of a stream that has ended."""


@dataclass(slots=True)
class JoinedSet:
    """One call of `process`.

    Attributes:
        stamp: Stamp of the packet that set it off.
        payloads: Port -> payload, None, or a list for `since`.
        stamps: Port -> stamp, None, or a list for `since`.
        sequence: Position of that packet on its stream.
    """

    stamp: Stamp
    payloads: dict[str, Any]
    stamps: dict[str, Any]
    sequence: int = 0

    def arguments(self, wanted: Collection[str]) -> dict[str, Any]:
        """Return what `process` is called with; `wanted` are the names of its parameters."""
        return self.payloads | {name: getattr(self, name) for name in STAMP_PARAMETERS if name in wanted}


@dataclass(slots=True)
class _Input:
    port: Port
    packets: deque[Packet[Any]] = field(default_factory=deque)
    kept: list[Packet[Any]] = field(default_factory=list)
    bound_ns: int = -NEVER
    finished: int = 0

    @property
    def reach_ns(self) -> int:
        """How far after the pace-maker's time this input must be known."""
        return round(self.port.tolerance_s * NANOSECONDS) if self.port.join == "nearest" else 0

    def absorb(self, time_ns: int) -> None:
        """Take the packets at or before `time_ns` out of the queue, keeping what the join may still need."""
        while self.packets and self.packets[0].stamp.time_ns <= time_ns:
            packet = self.packets.popleft()
            self.finished += 1
            if self.port.join != "since":
                self.kept.clear()
            self.kept.append(packet)

    def take(self, time_ns: int) -> Packet[Any] | list[Packet[Any]] | None:
        """Return what joins with `time_ns`."""
        self.absorb(time_ns)
        if self.port.join == "since":
            taken, self.kept = self.kept, []
            return taken
        newest = self.kept[-1] if self.kept else None
        if self.port.join == "exact":
            return newest if newest and newest.stamp.time_ns == time_ns else None
        if self.port.join == "nearest":
            near = [newest] if newest else []
            near += [self.packets[0]] if self.packets else []
            near.sort(key=lambda packet: abs(packet.stamp.time_ns - time_ns))
            return near[0] if near and abs(near[0].stamp.time_ns - time_ns) <= self.reach_ns else None
        return newest


class Join:
    """The inputs of one node.

    With named ports the first one sets the pace: one set for each of its packets. With `{"*": port}` every packet
    is a set of its own, in order of time and then of the connections.

    Args:
        ports: The node class's `inputs`.
        connected: The inputs that have an edge, in order.
    """

    def __init__(self, ports: Mapping[str, Port], connected: Sequence[str]) -> None:
        order = list(ports)
        self.merges = EVERY in ports
        self.names = list(connected) if self.merges else sorted(connected, key=order.index)
        self.absent = [] if self.merges else [name for name in order if name not in connected]
        self._inputs = {name: _Input(ports.get(name) or ports[EVERY]) for name in self.names}
        self._pace = self.names[0]

    def push(self, name: str, item: Item) -> bool:
        """Add what arrived on an input.

        Returns:
            False for a packet that is not later than the input's bound: a repeat after a restart, to be dropped.
        """
        entry = self._inputs[name]
        if isinstance(item, End):
            entry.bound_ns = NEVER
        elif isinstance(item, Bound):
            entry.bound_ns = max(entry.bound_ns, item.time_ns)
        elif item.stamp.time_ns <= entry.bound_ns:
            return False
        else:
            entry.packets.append(item)
            entry.bound_ns = item.stamp.time_ns
        return True

    def finished(self) -> dict[str, int]:
        """Return how many packets of each input have been taken for good since the last call."""
        counts = {name: entry.finished for name, entry in self._inputs.items() if entry.finished}
        for name in counts:
            self._inputs[name].finished = 0
        return counts

    def waiting(self) -> bool:
        """Whether a packet of the pace-making input waits for the other inputs, and could go without them."""
        return not self.merges and bool(self._inputs[self._pace].packets)

    def bound_ns(self) -> int:
        """Return the time up to which no further set will come."""
        inputs = self._inputs.values() if self.merges else [self._inputs[self._pace]]
        return min(
            min(entry.bound_ns, entry.packets[0].stamp.time_ns - 1 if entry.packets else NEVER) for entry in inputs
        )

    @property
    def ended(self) -> bool:
        """Whether no further set will come."""
        return self.bound_ns() >= NEVER

    @property
    def exhausted(self) -> bool:
        """Whether all inputs have ended and nothing of them is left."""
        return all(entry.bound_ns >= NEVER and not entry.packets for entry in self._inputs.values())

    def next(self, *, force: bool = False) -> JoinedSet | None:
        """Return the next complete set, or None while something may still come.

        Args:
            force: Do not wait for the other inputs: join with what is there (live pace, when time is up).
        """
        return self._next_merged() if self.merges else self._next_paced(force)

    def _next_paced(self, force: bool) -> JoinedSet | None:
        pace = self._inputs[self._pace]
        others = {name: entry for name, entry in self._inputs.items() if entry is not pace}
        if not pace.packets:
            for entry in others.values():
                entry.absorb(pace.bound_ns)
            return None
        time_ns = pace.packets[0].stamp.time_ns
        if not force and any(entry.bound_ns < time_ns + entry.reach_ns for entry in others.values()):
            for entry in others.values():
                entry.absorb(time_ns)  # else a full edge would hold back the very packet that is waited for
            return None
        first = pace.packets.popleft()
        pace.finished += 1
        joined = JoinedSet(first.stamp, {self._pace: first.payload}, {self._pace: first.stamp}, first.sequence)
        for name in self.absent:
            joined.payloads[name] = joined.stamps[name] = None
        for name, entry in others.items():
            taken = entry.take(time_ns)
            if isinstance(taken, list):
                joined.payloads[name] = [packet.payload for packet in taken]
                joined.stamps[name] = [packet.stamp for packet in taken]
            else:
                joined.payloads[name] = taken.payload if taken else None
                joined.stamps[name] = taken.stamp if taken else None
        return joined

    def _next_merged(self) -> JoinedSet | None:
        heads = [(e.packets[0].stamp.time_ns, i) for i, e in enumerate(self._inputs.values()) if e.packets]
        if not heads:
            return None
        time_ns, index = min(heads)
        if any(not entry.packets and entry.bound_ns < time_ns for entry in self._inputs.values()):
            return None
        name = self.names[index]
        entry = self._inputs[name]
        packet = entry.packets.popleft()
        entry.finished += 1
        return JoinedSet(packet.stamp, {name: packet.payload}, {name: packet.stamp}, packet.sequence)
