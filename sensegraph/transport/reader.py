"""The consumer's end: one inbox per node, one reader per edge into it.

The node's own thread receives from the sockets of its edges: no other thread has to be woken in between, which would
cost a packet 0.1 ms.
"""

from __future__ import annotations

import contextlib
import math
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import zmq

from sensegraph.join import NEVER, Join, JoinedSet
from sensegraph.node import Port
from sensegraph.packet import NANOSECONDS, Item, Packet

Credit = Callable[[int], None]


class Inbox:
    """Where the edges of one node deliver, and its loop waits for the next set. Thread-safe.

    Args:
        ports: The node class's inputs.
        connected: The inputs that have an edge.
        patience_s: How long a packet of the first input waits for the others in live pace; None = for ever.
        join: Decides which packets belong together, where it is not the usual `Join`.
        clock: Nanoseconds by which patience and timeouts are measured.

    Attributes:
        fresh: Whether something has come since `next` last looked.
        forced_ns: When, by that clock, the patience with the other inputs ends; None while nothing waits for them.
    """

    def __init__(
        self, ports: Mapping[str, Port], connected: Sequence[str], patience_s: float | None = None,
        join: Join | None = None, clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:  # fmt: skip
        self._join = join or Join(ports, connected)
        self._patience_ns = None if patience_s is None else round(patience_s * NANOSECONDS)
        self._clock = clock
        self.fresh = True
        self.forced_ns: int | None = None
        self._credits: dict[str, Credit] = {}
        self._owed: dict[str, int] = {}
        self._stopped = False
        self._told_ns = -NEVER
        self._changed = threading.Condition()
        self._sockets: dict[Any, Callable[[], bool]] = {}
        self._poller = zmq.Poller()
        self._alarm: tuple[int, int] | None = None
        self._receiver = 0

    def __del__(self) -> None:
        for fd in getattr(self, "_alarm", None) or ():
            os.close(fd)

    def attach(self, socket: zmq.Socket[bytes], receive: Callable[[], bool]) -> None:
        """Let `next` receive from a socket.

        Args:
            socket: Readable when something has come.
            receive: Takes one message, without waiting, and hands it to its reader; False when there is none.
        """
        if self._alarm is None:
            self._alarm = os.pipe()
            os.set_blocking(self._alarm[0], False)
            os.set_blocking(self._alarm[1], False)
            self._poller.register(self._alarm[0], zmq.POLLIN)
        self._poller.register(socket, zmq.POLLIN)
        self._sockets[socket] = receive

    def reader(self, name: str, credit: Credit) -> Reader:
        """Return the reader of one input; `credit` tells its producer how many packets were finished."""
        self._credits[name] = credit
        return Reader(self, name)

    def put(self, name: str, item: Item) -> None:
        """Take what arrived on an input."""
        with self._changed:
            self.fresh = True
            if not self._join.push(name, item) and isinstance(item, Packet):
                self._owed[name] = self._owed.get(name, 0) + 1
            self._wake()

    def next(self, timeout_s: float) -> JoinedSet | None:
        """Return the next set, or None.

        None comes when time is up, all inputs have ended or the inbox was stopped, and as soon as there is something
        to pass on without a set: credit, or a later bound, for which the consumers of this node may be waiting.
        """
        deadline_ns = self._clock() + round(timeout_s * NANOSECONDS)
        self._receiver = threading.get_ident()
        self._receive()
        while True:
            with self._changed:
                if self._stopped:
                    return None
                now_ns, self.fresh = self._clock(), False
                joined = self._join.next(force=self.forced_ns is not None and now_ns >= self.forced_ns)
                self._be_patient(now_ns, given=joined is not None)
                self._collect()
                told, self._told_ns = self._told_ns, self._join.bound_ns()
                if joined is not None or self._join.exhausted or self._owed or self._told_ns > told:
                    return joined
                if now_ns >= deadline_ns:
                    return None
                until_ns = deadline_ns if self.forced_ns is None else min(deadline_ns, self.forced_ns)
                left_s = max(0.0, (until_ns - now_ns) / NANOSECONDS)
                if self._alarm is None:
                    self._changed.wait(left_s)
                    continue
            self._wait(left_s)

    def _be_patient(self, now_ns: int, *, given: bool) -> None:
        """Note until when a packet that now is the first waits for the other inputs."""
        if given or self._patience_ns is None or not self._join.waiting():
            self.forced_ns = None
        elif self.forced_ns is None:
            self.forced_ns = now_ns + self._patience_ns

    def _receive(self) -> None:
        """Take what has come on the sockets."""
        for receive in self._sockets.values():
            while receive():
                pass

    def _wait(self, timeout_s: float) -> None:
        """Wait until something comes on a socket or another thread wakes us."""
        for ready, _ in self._poller.poll(math.ceil(timeout_s * 1e3)):
            if ready in self._sockets:
                self._sockets[ready]()
            elif self._alarm is not None:
                os.read(self._alarm[0], 4096)

    def _wake(self) -> None:
        if self._alarm is None:
            self._changed.notify_all()
        elif self._receiver != threading.get_ident():
            with contextlib.suppress(BlockingIOError):  # it is full: whoever waits will wake
                os.write(self._alarm[1], b"\0")

    def settle(self) -> None:
        """Give back the credit of all that has been finished; called by the node's loop after each set."""
        with self._changed:
            self._collect()
            owed, self._owed = self._owed, {}
        for name, count in owed.items():
            self._credits[name](count)

    def stop(self) -> None:
        """End every wait at once."""
        with self._changed:
            self._stopped = True
            self._wake()

    @property
    def ended(self) -> bool:
        """Whether no further set will come."""
        with self._changed:
            return self._stopped or self._join.ended

    @property
    def exhausted(self) -> bool:
        """Whether nothing will come on any input."""
        with self._changed:
            return self._stopped or self._join.exhausted

    @property
    def bound_ns(self) -> int:
        """Return the time up to which no further set will come."""
        with self._changed:
            return self._join.bound_ns()

    def _collect(self) -> None:
        for name, count in self._join.finished().items():
            self._owed[name] = self._owed.get(name, 0) + count


class Reader:
    """The consumer's end of one edge: a carrier hands it what arrives."""

    def __init__(self, inbox: Inbox, name: str) -> None:
        self._inbox = inbox
        self._name = name

    def receive(self, item: Item) -> None:
        """Take one item, in the order in which it was sent."""
        self._inbox.put(self._name, item)
