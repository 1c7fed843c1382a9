"""Scripted sources: lists of packets in the place of cameras and files."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sensegraph.errors import GraphError, closest
from sensegraph.node import Port, Source
from sensegraph.packet import NANOSECONDS, Packet, Stamp
from sensegraph.testing.faults import Backwards

Script = Sequence[Any] | Mapping[str, Sequence[Any]]
"""What a source sends: payloads or packets of its first output, or output -> those."""


def frames_at(
    rate_hz: float, seconds: float, picture: Callable[[int], npt.NDArray[np.uint8]] | None = None
) -> list[Packet[npt.NDArray[np.uint8]]]:
    """Return a script of pictures.

    Args:
        rate_hz: Pictures per second, from time 0.
        seconds: For how long.
        picture: Makes the uint8 (H, W, 3) BGR picture of a frame number; by default it is small, of one grey.
    """
    make = picture or _grey
    return [
        Packet(make(frame), Stamp(round(frame * NANOSECONDS / rate_hz), frame=frame))
        for frame in range(round(rate_hz * seconds))
    ]


def _grey(frame: int) -> npt.NDArray[np.uint8]:
    return np.full((8, 8, 3), frame % 256, np.uint8)


class Scripted(Source):
    """Sends what its script says; if it is restarted, from its start, as a file does."""

    def __init__(self, items: Sequence[Mapping[str, Packet[Any]]]) -> None:
        self.items = items

    def read(self) -> Iterator[Mapping[str, Any]]:
        """Yield the packets of each time."""
        yield from self.items


def scripted(
    name: str, outputs: Mapping[str, Port], script: Script, rate_hz: float, faults: Iterable[Backwards] = ()
) -> Scripted:
    """Return a source that follows a script.

    Args:
        name: Its name in the graph.
        outputs: Its ports, those of the source in whose place it is.
        script: What it sends.
        rate_hz: Plain payloads are stamped at this rate, from time 0.
        faults: How its times jump.

    Raises:
        GraphError: The script names an output that the source does not have.
    """
    ports = script if isinstance(script, Mapping) else {next(iter(outputs)): script}
    for port in ports:
        if port not in outputs:
            near = closest(port, outputs, f"It has {', '.join(outputs)}.")
            raise GraphError(f"the script of '{name}' is for an output '{port}', which it does not have\n  {near}")
    jumps = [fault for fault in faults if fault.source == name]
    streams = [[(port, _packet(*each, rate_hz)) for each in enumerate(values)] for port, values in ports.items()]
    merged = heapq.merge(*streams, key=lambda each: each[1].stamp.time_ns)
    items = [{port: _jumped(packet, jumps) for port, packet in item.items()} for item in _together(merged)]
    kind = type("Scripted", (Scripted,), {"outputs": outputs, "__doc__": Scripted.__doc__})
    made: Scripted = kind(items)
    return made


def _packet(number: int, value: Any, rate_hz: float) -> Packet[Any]:
    """Return a packet as a source makes it; where it was captured before, say in another run, does not count."""
    if not isinstance(value, Packet):
        return Packet(value, Stamp(round(number * NANOSECONDS / rate_hz), frame=number))
    return Packet(value.payload, replace(value.stamp, capture_ns=0, source=""))


def _together(packets: Iterable[tuple[str, Packet[Any]]]) -> Iterator[dict[str, Packet[Any]]]:
    """Yield the packets of each time, of several outputs at once."""
    item: dict[str, Packet[Any]] = {}
    now_ns = 0
    for port, packet in packets:
        if item and (port in item or packet.stamp.time_ns != now_ns):
            yield item
            item = {}
        item[port], now_ns = packet, packet.stamp.time_ns
    if item:
        yield item


def _jumped(packet: Packet[Any], jumps: Iterable[Backwards]) -> Packet[Any]:
    by_s = sum(jump.by_s for jump in jumps if packet.stamp.time_s >= jump.at_s)
    return replace(packet, stamp=replace(packet.stamp, time_ns=packet.stamp.time_ns - round(by_s * NANOSECONDS)))
