"""The loop of one node: wait for a set, process it, send what comes out. The same in every kind of worker."""

from __future__ import annotations

import functools
import inspect
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from sensegraph.errors import NodeError
from sensegraph.join import NEVER, JoinedSet
from sensegraph.ladder import Ladder
from sensegraph.metrics import Meter
from sensegraph.node import Node, Source, Stop
from sensegraph.packet import Bound, Packet, Stamp
from sensegraph.payload import Result
from sensegraph.savepoint import Savepoints
from sensegraph.spec import Pace
from sensegraph.trace import Kind
from sensegraph.transport.pool import Pool
from sensegraph.transport.reader import Inbox
from sensegraph.transport.writer import Writer

POLL_S = 0.2
"""How long a loop waits before it looks for a stop."""


class NodeLoop:
    """Runs one node until its first input ends, or its source does, or it is stopped or retired.

    Args:
        name: The node's name in the graph.
        node: The node, not yet opened.
        inbox: Its inputs; None for a source.
        outputs: Output port -> the writers of its edges.
        pace: In live pace a source that is not live itself is held back to real time.
        on_stop: Called when the node wants the whole graph to end (a window that was closed).
        pools: Output port -> the memory that it shares with other processes.
        poison: Packets (source, media time) that the node failed on before: they are handed to `on_poison` instead.
        on_poison: Called with such a set.

    Attributes:
        enter: Called with the stamp of a set before `process`.
        leave: Called when `process` has returned; not when it failed.
        trace: Called with what the node did (`MADE` a packet, `WORKED` on a set), the stamp, and from when to when.
        passed: Called with the media time up to which the node has dealt with all that came and will come.
        savepoints: Where the state of the node is kept; None where it has none, or nobody could take it over.
        ladder: What the node may step down to when it cannot keep up; None where there is nothing.
        tell: Called with what the user should know.
        ended: Whether its streams have ended; not when it was retired.
    """

    def __init__(
        self,
        name: str,
        node: Node,
        inbox: Inbox | None,
        outputs: Mapping[str, list[Writer]],
        pace: Pace,
        on_stop: Callable[[], None] = lambda: None,
        pools: Mapping[str, Pool] = MappingProxyType({}),
        poison: Collection[tuple[str, int]] = (),
        on_poison: Callable[[JoinedSet], None] = lambda joined: None,
    ) -> None:
        self.name = name
        self.node = node
        self._pools = node.lenders = pools
        self.meter = Meter()
        self.report: Mapping[str, Any] = {}
        self._inbox = inbox
        self._outputs = outputs
        self._on_stop = on_stop
        self._poison, self._on_poison = frozenset(poison), on_poison
        self._changes: deque[tuple[str, Any]] = deque()
        self.savepoints: Savepoints | None = None
        self._resumed = False
        self._retiring = False
        self.ended = False
        self.ladder: Ladder | None = None
        self.tell: Callable[[str], None] = lambda text: None
        self.enter: Callable[[Stamp], None] = lambda stamp: None
        self.leave: Callable[[], None] = lambda: None
        self.passed: list[Callable[[int], None]] = []
        self.trace: Callable[[Kind, Stamp, int, int], None] = lambda kind, stamp, begin_ns, end_ns: None
        self._pace = pace
        self._stopping = threading.Event()
        self._sent_ns = {port: -NEVER for port in node.outputs}
        self._wanted = inspect.signature(node.process).parameters

    def open(self) -> None:
        """Open the node."""
        self.node.open()
        if isinstance(self.node, Source):
            self.meter.length_s = self.node.length_s()

    def run(self) -> None:
        """Work until the end, then send the end on every output, unless it was retired; the node is closed in any case.

        Raises:
            Exception: Whatever the node raised, with a note that names the node and the frame.
        """
        try:
            self.ended = self._work()
            self.report = self.node.report()
        finally:
            self.node.close()
        if self.ended:
            for writer in self._writers():
                writer.end()

    def _work(self) -> bool:
        """Return whether it came to the end; False when it was retired before."""
        try:
            if isinstance(self.node, Source):
                self._run_source(self.node)
                return not self._retiring
            if not self._run_sets():
                return False
            self._resume(NEVER)
            self._send_all(self._call("finish()", self.node.finish), Stamp(self.meter.time_ns))
        except Stop:
            self._on_stop()
            self._discard()
        return True

    def change(self, name: str, value: Any) -> None:
        """Give a parameter of the node another value before its next packet."""
        self._changes.append((name, value))

    def _apply_changes(self) -> None:
        while self._changes:
            name, value = self._changes.popleft()
            self._call(f"change of {name}", functools.partial(self.node.change, name, value))

    def stop(self) -> None:
        """Ask a source to stop reading; its streams end and the graph drains behind it."""
        self._stopping.set()

    def retire(self) -> None:
        """Go between two packets, without an end: another process will go on with what comes."""
        self._retiring = True
        self._stopping.set()

    def abandon(self) -> None:
        """Leave at once: no wait on any edge goes on."""
        self._stopping.set()
        if self._inbox:
            self._inbox.stop()
        for writer in self._writers():
            writer.abandon()

    def drained(self, timeout_s: float) -> bool:
        """Wait until the consumers have finished everything that was sent."""
        return all(writer.drained(timeout_s) for writer in self._writers())

    def _writers(self) -> Iterable[Writer]:
        return (writer for writers in self._outputs.values() for writer in writers)

    def _run_source(self, source: Source) -> None:
        started_ns = time.monotonic_ns()
        paced = self._pace is Pace.LIVE and not source.live()
        count = 0
        items = iter(source.read())
        while not self._stopping.is_set():
            self._apply_changes()
            begun_ns = time.monotonic_ns()
            outputs = self._call(f"frame {count}", lambda: next(items, None))
            if outputs is None:
                return
            now_ns = time.monotonic_ns()
            plain = Stamp(now_ns - started_ns, now_ns, self.name, count)
            packets = {port: _stamped(value, plain, self.name) for port, value in outputs.items()}
            if paced and packets:
                due_ns = started_ns + max(packet.stamp.time_ns for packet in packets.values())
                if self._stopping.wait(max(0.0, (due_ns - now_ns) / 1e9)):
                    return
                packets = {port: _captured(packet, max(due_ns, now_ns)) for port, packet in packets.items()}
            for stamp in dict.fromkeys(packet.stamp for packet in packets.values()):
                self.trace(Kind.MADE, stamp, begun_ns, now_ns)
            self._send(packets, plain)
            if packets and not source.restamps:
                latest_ns = max(packet.stamp.time_ns for packet in packets.values())
                self._promise(latest_ns - 1, besides=packets)
            count += 1
            self.meter.packets = count

    def _run_sets(self) -> bool:
        """Return whether the inputs have ended; False when it was retired before."""
        inbox = self._inbox
        if inbox is None:
            raise NodeError(f"node '{self.name}' has no inputs and is no Source")
        while not (ended := inbox.ended) and not self._retiring:
            joined = inbox.next(POLL_S)
            if joined is not None:
                self._process(joined)
                joined = None  # what nobody keeps is given back before its producer hears that it is finished
            passed_ns = inbox.bound_ns
            if not self.node.restamps:
                self._promise(passed_ns)
            inbox.settle()
            for tell in self.passed:
                tell(passed_ns)
        return ended

    def _process(self, joined: JoinedSet) -> None:
        self.meter.packets += 1
        self.meter.time_ns = joined.stamp.time_ns
        begun_ns = time.monotonic_ns()
        self.meter.age.add((begun_ns - joined.stamp.capture_ns) / 1e6)
        if (joined.stamp.source, joined.stamp.time_ns) in self._poison:
            self._on_poison(joined)
            return
        place = f"frame {joined.stamp.frame} at {joined.stamp.time_s:.3f} s"
        self._resume(joined.stamp.time_ns)
        self._apply_changes()
        if self.meter.reduced:
            joined.stamp = _reduced(joined.stamp, f"{self.name} {self.meter.reduced}")
        self.enter(joined.stamp)
        worked_s = self.meter.work_s
        made = self._call(place, functools.partial(self.node.process, **joined.arguments(self._wanted)))
        self.leave()
        self.trace(Kind.WORKED, joined.stamp, begun_ns, time.monotonic_ns())
        self._keep_up(self.meter.work_s - worked_s, joined.sequence)
        self._send_all(made, joined.stamp)
        if self.savepoints is not None and (state := self.node.state()) is not None:
            self.savepoints.save(joined.stamp.time_ns, state)

    def _keep_up(self, busy_s: float, sequence: int) -> None:
        """Let the ladder decide whether the next packet gets less, or more again."""
        step = None if self.ladder is None else self.ladder.note(time.monotonic(), busy_s, sequence)
        if step is None or self.ladder is None:
            return
        self._changes.extend(step.changes.items())
        self.meter.reduced = self.ladder.reduced
        self.tell(f"node '{self.name}': {step}")

    def _resume(self, time_ns: int) -> None:
        """Before its first packet, let the node go on from where a process before this one was."""
        if self._resumed or self.savepoints is None:
            return
        self._resumed = True
        if (state := self.savepoints.before(time_ns)) is not None:
            self._call("restore()", functools.partial(self.node.restore, state))

    def _discard(self) -> None:
        """Take what still comes, so that nobody waits for this node."""
        while self._inbox is not None and not self._inbox.ended:
            self._inbox.next(POLL_S)
            self._inbox.settle()

    def _call(self, place: str, call: Callable[[], Any]) -> Any:
        self.meter.begin()
        try:
            result = call()
            return list(result) if inspect.isgenerator(result) else result
        except Exception as error:
            error.add_note(f"in node '{self.name}', {place}")
            raise
        finally:
            self.meter.end()

    def _send_all(self, outputs: Mapping[str, Any] | Iterable[Mapping[str, Any]] | None, stamp: Stamp) -> None:
        if outputs is None:
            return
        for each in [outputs] if isinstance(outputs, Mapping) else outputs:
            self._send(each, stamp)

    def _send(self, outputs: Mapping[str, Any], stamp: Stamp) -> None:
        for port, value in outputs.items():
            if port not in self._sent_ns:
                has = ", ".join(self._sent_ns) or "none"
                raise NodeError(f"node '{self.name}' returned '{port}', which is not one of its outputs ({has})")
            if isinstance(value, Bound):
                self._bound(port, value.time_ns)
                continue
            packet = _stamped(value, stamp, self.name)
            if packet.stamp.time_ns <= self._sent_ns[port]:
                raise NodeError(
                    f"node '{self.name}' sent {packet.stamp.time_s:.6f} s on '{port}' after "
                    f"{self._sent_ns[port] / 1e9:.6f} s; the times on one stream must increase{self._order()}"
                )
            self._sent_ns[port] = packet.stamp.time_ns
            if isinstance(self.node, Source):
                self.meter.time_ns = packet.stamp.time_ns
            if _is_result(packet.payload.__class__):
                self.meter.headlines[port] = packet.payload.headline()
            copied = 0
            if port in self._pools:
                packet, copied = self._pools[port].place(packet)
            for writer in self._outputs.get(port, ()):
                writer.write(packet, copied)

    def _order(self) -> str:
        both = isinstance(self.node, Source) and len(self._sent_ns) > 1 and not self.node.restamps
        return " (a source whose outputs keep no common order sets `restamps = True`)" if both else ""

    def _promise(self, time_ns: int, besides: Collection[str] = ()) -> None:
        for port in self._outputs:
            if port not in besides:
                self._bound(port, time_ns)

    def _bound(self, port: str, time_ns: int) -> None:
        if time_ns > self._sent_ns[port] and time_ns < NEVER:
            self._sent_ns[port] = time_ns
            for writer in self._outputs.get(port, ()):
                writer.bound(time_ns)


@functools.cache
def _is_result(kind: type) -> bool:
    """Whether payloads of a type are results; asking the protocol itself for each packet costs more than sending it."""
    return issubclass(kind, Result)


def _stamped(value: Any, stamp: Stamp, source: str) -> Packet[Any]:
    if not isinstance(value, Packet):
        return Packet(value, stamp)
    own = value.stamp
    if own.source:
        return value
    capture_ns = own.capture_ns or stamp.capture_ns
    return Packet(
        value.payload, Stamp(own.time_ns, capture_ns, stamp.source or source, own.frame, own.gap, stamp.reduced)
    )


def _reduced(stamp: Stamp, what: str) -> Stamp:
    return replace(stamp, reduced=f"{stamp.reduced}, {what}" if stamp.reduced else what)


def _captured(packet: Packet[Any], capture_ns: int) -> Packet[Any]:
    return Packet(packet.payload, replace(packet.stamp, capture_ns=capture_ns))
