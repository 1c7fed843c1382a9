"""Testing a node without processes, sockets or clocks."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sensegraph.join import Join
from sensegraph.node import Node, Source
from sensegraph.packet import NANOSECONDS, End, Packet, Stamp


def drive(
    node: Node, *, rate_hz: float = 16.0, packets: bool = False, limit: int | None = None, **inputs: Sequence[Any]
) -> dict[str, list[Any]]:
    """Run a node over lists of inputs and return what came out.

    Args:
        node: The node; it is opened and closed.
        rate_hz: Plain payloads in `inputs` are stamped at this rate, from time 0.
        packets: Return packets instead of payloads.
        limit: Read at most so many times from a source.
        inputs: Input port -> payloads, or `Packet`s where the time matters.

    Returns:
        Output port -> payloads (or packets), in order.
    """
    outputs: dict[str, list[Any]] = {port: [] for port in node.outputs}

    def collect(result: Mapping[str, Any] | Iterable[Mapping[str, Any]] | None, stamp: Stamp) -> None:
        for each in [] if result is None else [result] if isinstance(result, Mapping) else result:
            for port, value in each.items():
                packet = value if isinstance(value, Packet) else Packet(value, stamp)
                outputs[port].append(packet if packets else packet.payload)

    node.open()
    try:
        if isinstance(node, Source):
            for count, each in enumerate(node.read()):
                if limit is not None and count >= limit:
                    break
                collect(each, Stamp(round(count * NANOSECONDS / rate_hz), frame=count))
        else:
            stamp = Stamp(0)
            for arguments, stamp in _sets(node, inputs, rate_hz):
                collect(node.process(**arguments), stamp)
            collect(node.finish(), stamp)
    finally:
        node.close()
    return outputs


def _sets(node: Node, inputs: Mapping[str, Sequence[Any]], rate_hz: float) -> Iterable[tuple[dict[str, Any], Stamp]]:
    join = Join(node.inputs, list(inputs))
    wanted = inspect.signature(node.process).parameters
    for name, values in inputs.items():
        for index, value in enumerate(values):
            plain = Stamp(round(index * NANOSECONDS / rate_hz), frame=index, source="test")
            join.push(name, value if isinstance(value, Packet) else Packet(value, plain))
        join.push(name, End(len(values)))
    while (joined := join.next()) is not None:
        yield joined.arguments(wanted), joined.stamp
