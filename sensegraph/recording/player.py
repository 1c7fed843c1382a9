"""Player: the recorded streams of a source in its place."""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sensegraph.node import Node, Port, Source
from sensegraph.packet import NANOSECONDS, Packet
from sensegraph.recording.recording import Placed, Recording

POLL_S = 0.2
"""How often a player that waits looks whether it should stop."""


class Player(Source):
    """Sends what was recorded of a source, with the stamps that it had.

    Args:
        name: Name of the source in the graph.
        path: The recording.
        speed: How many times as fast as recorded; 0 = as fast as it is taken.
    """

    def __init__(self, name: str, path: str, speed: float) -> None:
        self.name = name
        self.path = path
        self.speed = speed

    def live(self) -> bool:
        """Whether it keeps a pace."""
        return self.speed > 0

    def length_s(self) -> float | None:
        """Return the media time of the last packet, in seconds."""
        ends = [packets[-1][0] for packets in self._packets.values() if packets]
        return max(ends) / NANOSECONDS if ends else None

    def open(self) -> None:
        """Open the recording.

        Raises:
            SourceError: It cannot be read.
        """
        self._recording = Recording(self.path)
        streams = {f"{self.name}.{port}": port for port in self.outputs}
        held = [stream for stream in streams if stream in self._recording.head.streams]
        self._packets = {streams[s]: packets for s, packets in self._recording.index(held).items()}

    def read(self) -> Iterator[Mapping[str, Any]]:
        """Yield the packets of all outputs in the order of time; nothing while it waits."""
        began, first_ns = time.monotonic(), None
        for time_ns, placed in _by_time(self._packets):
            first_ns = time_ns if first_ns is None else first_ns
            due = began + (time_ns - first_ns) / NANOSECONDS / self.speed if self.speed else began
            while (left_s := due - time.monotonic()) > 0:
                time.sleep(min(left_s, POLL_S))
                yield {}
            yield {port: self._packet(port, record) for port, (_, record) in placed.items()}

    def _packet(self, port: str, record: Any) -> Packet[Any]:
        packet = self._recording.packet(record, self.outputs[port].type)
        stamp = replace(packet.stamp, capture_ns=time.monotonic_ns(), source=packet.stamp.source or self.name)
        return Packet(packet.payload, stamp)


def _by_time(packets: Mapping[str, list[Placed]]) -> Iterator[tuple[int, dict[str, Placed]]]:
    """Yield media time -> the packets of that time, of each port."""
    streams = [[(placed[0], port, placed) for placed in each] for port, each in packets.items()]
    together: dict[str, Placed] = {}
    now_ns = 0
    for time_ns, port, placed in heapq.merge(*streams, key=lambda each: each[0]):
        if together and time_ns > now_ns:
            yield now_ns, together
            together = {}
        now_ns = time_ns
        together[port] = placed
    if together:
        yield now_ns, together


def player(name: str, node: Node, path: str, speed: float) -> Player:
    """Return a player with the outputs of a source."""
    outputs: Mapping[str, Port] = node.outputs
    kind = type(f"{type(node).__name__}Player", (Player,), {"outputs": outputs, "__doc__": Player.__doc__})
    made: Player = kind(name, path, speed)
    return made
