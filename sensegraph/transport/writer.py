"""The producer's end of an edge: credits, the drop policy, and the ledger."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from sensegraph.packet import Bound, End, Item, Packet, Stamp
from sensegraph.spec import Policy
from sensegraph.trace import Kind
from sensegraph.transport.ledger import Ledger
from sensegraph.transport.limiter import Gate

Send = Callable[[Item], None]
Note = Callable[[Sequence[Packet[Any]], str], None]
Tell = Callable[[Kind, Stamp, str], None]


class Writer:
    """Sends at most `window` unfinished packets; what comes on top waits, replaces or blocks, by policy.

    Nothing that was handed to a carrier can be called back, so the window is small and the policy works here:
    the age of a frame is bounded whatever the consumer's speed. Thread-safe.

    Args:
        policy: What happens when the consumer is slower.
        queue: Packets that wait here (`drop_oldest`), or may be unfinished (`block`).
        send: The carrier; called with the writer's lock held, so in order. None until `connect`.
        expire_ms: Packets older than this (by capture time) are dropped instead of sent; None keeps all.
        sample: Every so many-th packet is sent, beginning with the first.
        clock: Nanoseconds of the clock by which packets were captured.

    Attributes:
        capacity: Packets that may wait or be unfinished at once.
        note: Called with packets that were dropped, and the reason; None where nobody wants to know.
        limiters: Those of the ways that this edge is a part of.
        trace: Called with what happens to a packet: sent, finished or dropped, with its stamp and the reason.
    """

    def __init__(
        self, policy: Policy, queue: int, send: Send | None = None, expire_ms: float | None = None, sample: int = 1,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:  # fmt: skip
        self.policy = policy
        self.ledger = Ledger()
        self.note: Note | None = None
        self.limiters: Sequence[Gate] = ()
        self.trace: Tell | None = None
        self._window = queue if policy is Policy.BLOCK else 1
        self._room = 0 if policy is Policy.BLOCK else (1 if policy is Policy.LATEST else queue)
        self.capacity = self._window + self._room
        self._sample = sample
        self._expire_ns = None if expire_ms is None else round(expire_ms * 1e6)
        self._send = send
        self._clock = clock
        self._waiting: deque[Item] = deque()
        self._unfinished: deque[Packet[Any]] = deque()
        self._made = 0
        self._ended = False
        self._abandoned = False
        self._changed = threading.Condition()

    def write(self, packet: Packet[Any], copied: int = 0, *, wait: bool = True) -> None:
        """Send a packet, keep it, or wait, by policy. After `abandon` packets are dropped and counted.

        Args:
            packet: What to send.
            copied: How many bytes were copied to place it.
            wait: Under `block`, wait until it is sent; else the caller sends nothing more until the edge is `ready`.
        """
        with self._changed:
            packet = self._numbered(packet)
            self.ledger.copied += copied
            if packet.sequence % self._sample:
                self._pass_over(packet, "sampled")
                return
            refused = [each.reason for each in self.limiters if not each.admits(packet.stamp.time_ns)]
            if refused:
                self._pass_over(packet, refused[0])
                return
            if self._abandoned:
                self._drop([packet], "stopped")
                return
            self._waiting.append(packet)
            self._flush()
            if self._trim():
                self._flush()
            if wait and self.policy is Policy.BLOCK:
                self._changed.wait_for(self._ready)

    @property
    def ready(self) -> bool:
        """Whether the producer may go on: nothing waits that must not be lost."""
        with self._changed:
            return self._ready()

    def bound(self, time_ns: int) -> None:
        """Promise that no packet at or before `time_ns` follows."""
        with self._changed:
            self._promise(time_ns)

    def end(self) -> None:
        """End the stream, after all that waits."""
        with self._changed:
            self._ended = True
            self._waiting.append(End(self._made))
            self._flush()

    def connect(self, send: Send | None) -> None:
        """Take a new carrier: the consumer has come, or has come again.

        What the old one had not finished is sent again where nothing may be lost, else counted as dropped.
        """
        with self._changed:
            self._send = send
            if send is None:
                return
            again, self._unfinished = self._unfinished, deque()
            if self.policy is Policy.LATEST:
                self._drop(list(again), "peer_restart")
            else:
                self._waiting.extendleft(reversed(again))
            if self._ended and not (self._waiting and isinstance(self._waiting[-1], End)):
                self._waiting.append(End(self._made))
            self._flush()

    def credit(self, count: int, lost: int = 0, copied: int = 0) -> None:
        """Note that the consumer has finished `count` further packets.

        Args:
            count: How many.
            lost: How many of these it could not read.
            copied: How many bytes it copied.
        """
        with self._changed:
            finished = [self._unfinished.popleft() for _ in range(min(count, len(self._unfinished)))]
            read = max(0, len(finished) - lost)
            self.ledger.copied += copied
            self.ledger.delivered += read
            self._tell(Kind.FINISHED, finished[:read])
            self._drop(finished[read:], "unreadable")
            self._flush()
            self._changed.notify_all()

    def abandon(self, reason: str = "stopped", *, sent: bool = True) -> None:
        """Stop waiting for the consumer: what is unfinished and what comes is dropped and counted.

        Args:
            reason: Under which what is here is counted.
            sent: Also what was sent; else it stays with the consumer, who is finishing it.
        """
        with self._changed:
            self._abandoned = True
            dropped = [item for item in self._waiting if isinstance(item, Packet)]
            self._waiting.clear()
            if sent:
                dropped = [*self._unfinished, *dropped]
                self._unfinished.clear()
            self._drop(dropped, reason)
            self._changed.notify_all()

    def account(self) -> dict[str, object]:
        """Return the ledger as plain values, consistent in itself."""
        with self._changed:
            self._count()
            return self.ledger.as_dict()

    def drained(self, timeout_s: float) -> bool:
        """Wait until everything written, the end included, has been sent and finished."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._unfinished, timeout_s)

    def _ready(self) -> bool:
        return self.policy is not Policy.BLOCK or not any(isinstance(item, Packet) for item in self._waiting)

    def _numbered(self, packet: Packet[Any]) -> Packet[Any]:
        packet = Packet(packet.payload, packet.stamp, self._made)
        self._made += 1
        self.ledger.made += 1
        return packet

    def _pass_over(self, packet: Packet[Any], reason: str) -> None:
        """Drop a packet that was just made; the consumer learns that it need not wait for it."""
        self._drop([packet], reason)
        self._promise(packet.stamp.time_ns)

    def _promise(self, time_ns: int) -> None:
        if self._waiting and isinstance(self._waiting[-1], Bound):
            self._waiting.pop()
        self._waiting.append(Bound(time_ns))
        self._flush()

    def _flush(self) -> None:
        while self._waiting and self._send is not None:
            item = self._waiting[0]
            if isinstance(item, Packet):
                if len(self._unfinished) >= self._window:
                    break
                if self._expired(item):
                    self._waiting[0] = Bound(item.stamp.time_ns)
                    self._drop([item], "expired")
                    continue
                self._unfinished.append(item)
            self._waiting.popleft()
            self._send(item)
            if isinstance(item, Packet):
                self._tell(Kind.SENT, (item,))
        self._count()
        self._changed.notify_all()

    def _expired(self, packet: Packet[Any]) -> bool:
        return self._expire_ns is not None and self._clock() - packet.stamp.capture_ns > self._expire_ns

    def _trim(self) -> bool:
        waiting = [item for item in self._waiting if isinstance(item, Packet)]
        if self.policy is Policy.BLOCK or len(waiting) <= self._room:
            return False
        oldest = self._waiting.index(waiting[0])
        del self._waiting[oldest]
        if oldest and isinstance(self._waiting[oldest - 1], Bound) and isinstance(self._waiting[oldest], Bound):
            del self._waiting[oldest - 1]  # the later promise holds the earlier one
        self._drop(waiting[:1], "replaced")
        return True

    def _drop(self, packets: Sequence[Packet[Any]], reason: str) -> None:
        """Count packets that are in none of the queues any more."""
        if packets:
            self.ledger.dropped[reason] += len(packets)
            self._tell(Kind.DROPPED, packets, reason)
            if self.note is not None:
                self.note(packets, reason)
        self._count()

    def _tell(self, kind: Kind, packets: Sequence[Packet[Any]], reason: str = "") -> None:
        if self.trace is not None:
            for packet in packets:
                self.trace(kind, packet.stamp, reason)

    def _count(self) -> None:
        waiting = sum(isinstance(item, Packet) for item in self._waiting)
        self.ledger.in_flight = waiting + len(self._unfinished)
