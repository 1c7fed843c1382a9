"""The producer's end of an edge: credits, the drop policy, and the ledger."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from sensegraph.packet import Bound, End, Item, Packet
from sensegraph.spec import Policy
from sensegraph.transport.ledger import Ledger

Send = Callable[[Item], None]


class Writer:
    """Sends at most `window` unfinished packets; what comes on top waits, replaces or blocks, by policy.

    Nothing that was handed to a carrier can be called back, so the window is small and the policy works here:
    the age of a frame is bounded whatever the consumer's speed. Thread-safe.

    Args:
        policy: What happens when the consumer is slower.
        queue: Packets that wait here (`drop_oldest`), or may be unfinished (`block`).
        expire_ms: Packets older than this (by capture time) are dropped instead of sent; None keeps all.
        send: The carrier; called with the writer's lock held, so in order. None until `connect`.
    """

    def __init__(self, policy: Policy, queue: int, send: Send | None = None, expire_ms: float | None = None) -> None:
        self.policy = policy
        self.ledger = Ledger()
        self._window = queue if policy is Policy.BLOCK else 1
        self._room = 0 if policy is Policy.BLOCK else (1 if policy is Policy.LATEST else queue)
        self._expire_ns = None if expire_ms is None else round(expire_ms * 1e6)
        self._send = send
        self._waiting: deque[Item] = deque()
        self._unfinished: deque[Packet[Any]] = deque()
        self._made = 0
        self._ended = False
        self._abandoned = False
        self._changed = threading.Condition()

    def write(self, packet: Packet[Any]) -> None:
        """Send a packet, keep it, or wait, by policy. After `abandon` packets are dropped and counted."""
        with self._changed:
            packet = Packet(packet.payload, packet.stamp, self._made)
            self._made += 1
            self.ledger.made += 1
            if self.policy is Policy.BLOCK:
                self._changed.wait_for(lambda: self._abandoned or self._has_credit())
            if self._abandoned:
                self.ledger.dropped["stopped"] += 1
                return
            self.ledger.in_flight += 1
            self._waiting.append(packet)
            self._flush()
            if self._trim():
                self._flush()

    def bound(self, time_ns: int) -> None:
        """Promise that no packet at or before `time_ns` follows."""
        with self._changed:
            if self._waiting and isinstance(self._waiting[-1], Bound):
                self._waiting.pop()
            self._waiting.append(Bound(time_ns))
            self._flush()

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
            if self.policy is Policy.LATEST:
                self._drop(len(self._unfinished), "peer_restart")
            else:
                self._waiting.extendleft(reversed(self._unfinished))
            self._unfinished.clear()
            if self._ended and not (self._waiting and isinstance(self._waiting[-1], End)):
                self._waiting.append(End(self._made))
            self._flush()

    def credit(self, count: int) -> None:
        """Note that the consumer has finished `count` further packets."""
        with self._changed:
            for _ in range(min(count, len(self._unfinished))):
                self._unfinished.popleft()
                self.ledger.delivered += 1
                self.ledger.in_flight -= 1
            self._flush()
            self._changed.notify_all()

    def abandon(self) -> None:
        """Stop waiting for the consumer: what is unfinished and what comes is dropped and counted."""
        with self._changed:
            self._abandoned = True
            waiting = sum(isinstance(item, Packet) for item in self._waiting)
            self._drop(waiting + len(self._unfinished), "stopped")
            self._waiting.clear()
            self._unfinished.clear()
            self._changed.notify_all()

    def drained(self, timeout_s: float) -> bool:
        """Wait until everything written, the end included, has been sent and finished."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._unfinished, timeout_s)

    def _has_credit(self) -> bool:
        return self._send is not None and len(self._unfinished) < self._window

    def _flush(self) -> None:
        while self._waiting and self._send is not None:
            item = self._waiting[0]
            if isinstance(item, Packet):
                if len(self._unfinished) >= self._window:
                    return
                if self._expired(item):
                    self._waiting.popleft()
                    self._drop(1, "expired")
                    continue
                self._unfinished.append(item)
            self._waiting.popleft()
            self._send(item)
        self._changed.notify_all()

    def _expired(self, packet: Packet[Any]) -> bool:
        return self._expire_ns is not None and time.monotonic_ns() - packet.stamp.capture_ns > self._expire_ns

    def _trim(self) -> bool:
        waiting = [item for item in self._waiting if isinstance(item, Packet)]
        if self.policy is Policy.BLOCK or len(waiting) <= self._room:
            return False
        self._waiting = deque(item for item in self._waiting if item is not waiting[0])
        self._drop(1, "replaced")
        return True

    def _drop(self, count: int, reason: str) -> None:
        if count:
            self.ledger.dropped[reason] += count
            self.ledger.in_flight -= count
