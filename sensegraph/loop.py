"""The loop of one node: wait for a set, process it, send what comes out. The same in every kind of worker."""

from __future__ import annotations

import functools
import inspect
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from sensegraph.errors import NodeError
from sensegraph.join import NEVER, JoinedSet
from sensegraph.ladder import Ladder
from sensegraph.metrics import Meter
from sensegraph.node import Node, Source, Stop
from sensegraph.packet import NANOSECONDS, Bound, Packet, Stamp
from sensegraph.payload import Result
from sensegraph.savepoint import Savepoints
from sensegraph.spec import Pace
from sensegraph.trace import Kind
from sensegraph.transport.pool import Pool
from sensegraph.transport.reader import Inbox
from sensegraph.transport.writer import Writer

POLL_S = 0.2
"""How long a loop waits before it looks for a stop."""

Pause = Inbox | Writer | Stamp | int
"""Where `NodeLoop.steps` lets go: an inbox that has no set, an edge that is full, a packet that was just worked on, or
the moment, in nanoseconds of the clock, before which a source sends nothing more."""


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
        clock: Nanoseconds of a clock that somebody else moves, who then drives `steps` and waits where it pauses; None:
            the host's, by which the loop itself waits.

    Attributes:
        enter: Called with the stamp of a set before `process`.
        leave: Called when `process` has returned; not when it failed.
        trace: Called with what the node did (`MADE` a packet, `WORKED` on a set), the stamp, and from when to when.
        passed: Called with the media time up to which the node has dealt with all that came and will come.
        untold: Outputs whose results nobody else may see, not even in a few words.
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
        clock: Callable[[], int] | None = None,
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
        self.untold: Collection[str] = ()
        self._retiring = False
        self.ended = False
        self.ladder: Ladder | None = None
        self.tell: Callable[[str], None] = lambda text: None
        self.enter: Callable[[Stamp], None] = lambda stamp: None
        self.leave: Callable[[], None] = lambda: None
        self.passed: list[Callable[[int], None]] = []
        self.trace: Callable[[Kind, Stamp, int, int], None] = lambda kind, stamp, begin_ns, end_ns: None
        self._pace = pace
        self._waits, self._clock = clock is None, clock or time.monotonic_ns
        self._stopping = threading.Event()
        self._last = Stamp(0)
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
            for _ in self.steps():
                pass
        finally:
            self.node.close()
        if self.ended:
            self.end()
            for _ in self.rest():
                pass

    def steps(self) -> Iterator[Pause]:
        """Work until the end, or until it is retired; between what it yields, nothing waits but the node itself.

        Raises:
            Exception: As of `run`.
        """
        try:
            if isinstance(self.node, Source):
                yield from self._run_source(self.node)
                self.ended = not self._retiring
            else:
                self.ended = yield from self._run_sets()
                if self.ended:
                    self._resume(NEVER)
                    yield from self._send_all(self._call("finish()", self.node.finish), self._last)
                    self.meter.count()
        except Stop:
            self._on_stop()
            yield from self.rest()
            self.ended = True
        self.report = self.node.report()

    def end(self) -> None:
        """Send the end on every output."""
        for writer in self._writers():
            writer.end()

    def rest(self) -> Iterator[Pause]:
        """Take what still comes, so that nobody waits for this node: its first input may end before the others."""
        while self._inbox is not None and not self._inbox.exhausted:
            idle = self._next(self._inbox) is None
            self._inbox.settle()
            if idle and not self._inbox.exhausted:
                yield self._inbox

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

    def _run_source(self, source: Source) -> Iterator[Pause]:
        started_ns = self._clock()
        paced = self._pace is Pace.LIVE and not source.live()
        count = 0
        items = iter(source.read())
        while not self._stopping.is_set():
            self._apply_changes()
            begun_ns = self._clock()
            outputs = self._call(f"frame {count}", lambda: next(items, None))
            if outputs is None:
                return
            now_ns = self._clock()
            plain = Stamp(now_ns - started_ns, now_ns, self.name, count)
            packets = {port: _stamped(value, plain, self.name) for port, value in outputs.items()}
            if paced and packets:
                due_ns = started_ns + max(packet.stamp.time_ns for packet in packets.values())
                yield due_ns
                if self._stopping.wait(max(0.0, (due_ns - self._clock()) / 1e9)):
                    return
                packets = {port: _captured(packet, max(due_ns, now_ns)) for port, packet in packets.items()}
            stamps = {packet.stamp.time_ns: packet.stamp for packet in packets.values()}
            yield from stamps.values()
            yield from self._send(packets, plain)
            if packets and not source.restamps:
                self._promise(max(stamps) - 1, besides=packets)
            del outputs, packets  # their memory can be filled again
            self.meter.count()
            for stamp in stamps.values():
                self.trace(Kind.MADE, stamp, begun_ns, now_ns)
            count += 1
            self.meter.packets = count

    def _run_sets(self) -> Generator[Pause, None, bool]:
        """Deal with set after set; return whether its inputs have ended, or it was only retired."""
        inbox = self._inbox
        if inbox is None:
            raise NodeError(f"node '{self.name}' has no inputs and is no Source")
        while not inbox.ended and not self._retiring:
            joined = self._next(inbox)
            idle = joined is None
            if joined is not None:
                yield from self._process(joined)
                joined = None  # what nobody keeps is given back before its producer hears that it is finished
            passed_ns = inbox.bound_ns
            if not self.node.restamps:
                self._promise(passed_ns)
            inbox.settle()
            for tell in self.passed:
                tell(passed_ns)
            if idle:
                yield inbox
        return inbox.ended

    def _next(self, inbox: Inbox) -> JoinedSet | None:
        return inbox.next(POLL_S if self._waits else 0.0)

    def _process(self, joined: JoinedSet) -> Iterator[Pause]:
        self.meter.packets += 1
        self._last = joined.stamp
        self.meter.time_ns = joined.stamp.time_ns
        begun_ns = self._clock()
        if (joined.stamp.source, joined.stamp.time_ns) in self._poison:
            self._on_poison(joined)
            return
        place = f"frame {joined.stamp.frame} at {joined.stamp.time_s:.3f} s"
        self._resume(joined.stamp.time_ns)
        self._apply_changes()
        if self.meter.reduced:
            joined.stamp = _reduced(joined.stamp, f"{self.name} {self.meter.reduced}")
        self.enter(joined.stamp)
        made = self._call(place, functools.partial(self.node.process, **joined.arguments(self._wanted)))
        yield joined.stamp
        self.leave()
        ended_ns = self._clock()
        yield from self._send_all(made, joined.stamp)
        busy_s = self.meter.count()
        self.meter.age.add((begun_ns - joined.stamp.capture_ns) / 1e6)
        self.trace(Kind.WORKED, joined.stamp, begun_ns, ended_ns)
        self._keep_up(busy_s, joined.sequence)
        if self.savepoints is not None and (state := self.node.state()) is not None:
            self.savepoints.save(joined.stamp.time_ns, state)

    def _keep_up(self, busy_s: float, sequence: int) -> None:
        """Let the ladder decide whether the next packet gets less, or more again."""
        if self.ladder is None:
            return
        step = self.ladder.note(self._clock() / NANOSECONDS, busy_s, sequence)
        if step is None:
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

    def _call(self, place: str, call: Callable[[], Any]) -> Any:
        self.meter.begin()
        try:
            result = call()
            return list(result) if inspect.isgenerator(result) else result
        except StopIteration as error:  # it would end our own steps
            raise RuntimeError(f"StopIteration in node '{self.name}', {place}") from error
        except Exception as error:
            error.add_note(f"in node '{self.name}', {place}")
            raise
        finally:
            self.meter.end()

    def _send_all(
        self, outputs: Mapping[str, Any] | Iterable[Mapping[str, Any]] | None, stamp: Stamp
    ) -> Iterator[Pause]:
        for each in [] if outputs is None else [outputs] if isinstance(outputs, Mapping) else outputs:
            yield from self._send(each, stamp)

    def _send(self, outputs: Mapping[str, Any], stamp: Stamp) -> Iterator[Pause]:
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
            if port not in self.untold and _is_result(packet.payload.__class__):
                self.meter.headlines[port] = packet.payload.headline()
            copied = 0
            if port in self._pools:
                packet, copied = self._pools[port].place(packet)
            for writer in self._outputs.get(port, ()):
                writer.write(packet, copied, wait=self._waits)
                if not self._waits and not writer.ready:
                    yield writer

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
