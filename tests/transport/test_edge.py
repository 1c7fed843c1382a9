"""Edges: every carrier keeps the same promises."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sensegraph.node import Port
from sensegraph.packet import Packet, Stamp
from sensegraph.spec import Policy
from sensegraph.transport import memory
from sensegraph.transport.limiter import Limiter
from sensegraph.transport.pool import Pool
from sensegraph.transport.reader import Inbox
from sensegraph.transport.shared import Shared
from sensegraph.transport.writer import Writer
from sensegraph.transport.zeromq import Wire

RUN = b"t" * 16


class Edge:
    """One edge over a carrier, with both ends in this process."""

    def __init__(self, carrier: str, folder: Path, policy: Policy, queue: int, **options: Any) -> None:
        self.writer = Writer(policy, queue, **options)
        self.inbox = Inbox({"a": Port(np.ndarray)}, ["a"])
        self.wires: list[Wire] = []
        self.pool: Pool | None = None
        if carrier == "memory":
            memory.connect(self.writer, self.inbox, "a")
        else:
            shared = [Shared(RUN, worker, 2, 0, folder) if carrier == "slot" else None for worker in range(2)]
            if shared[0] is not None:
                self.pool = Pool("a", shared[0], self.writer.capacity + 2)
            self.wires = [Wire(folder, worker, 0, RUN, shared[worker]) for worker in range(2)]
            self.wires[0].add_output(0, self.writer)
            self.wires[1].add_input(0, self.inbox, "a", np.ndarray, 0)
            for wire in self.wires:
                wire.start()
            assert self.wires[0].connected(5)

    def write(self, number: int) -> None:
        stamp = Stamp(number, time.monotonic_ns(), "t", number)
        packet = Packet(np.full(30_000, number % 251, np.uint8), stamp)
        self.writer.write(*(self.pool.place(packet) if self.pool else (packet, 0)))

    def take(self) -> int | None:
        """Return the number of the next packet, or None at the end."""
        while not self.inbox.ended:
            joined = self.inbox.next(5)
            if joined is not None:
                assert (joined.payloads["a"] == joined.stamp.frame % 251).all()
                return joined.stamp.frame
            self.inbox.settle()
        return None

    def close(self) -> None:
        for wire in self.wires:
            wire.close()


CARRIERS = ("memory", "frame", "slot")


@pytest.fixture(params=CARRIERS)
def edge(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """Return a factory of edges over one carrier."""
    made: list[Edge] = []

    def make(policy: Policy, queue: int = 4, **options: Any) -> Edge:
        made.append(Edge(request.param, tmp_path, policy, queue, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


def numbers(edge: Edge) -> list[int]:
    """Return what can be taken now, in order."""
    found = []
    while (number := edge.take()) is not None:
        found.append(number)
        edge.inbox.settle()
    edge.inbox.settle()
    return found


def test_block_delivers_all_in_order(edge: Any) -> None:
    """A lossless edge loses and repeats nothing, and its account is settled."""
    link = edge(Policy.BLOCK)

    def produce() -> None:
        for number in range(200):
            link.write(number)
        link.writer.end()

    thread = threading.Thread(target=produce)
    thread.start()
    assert numbers(link) == list(range(200))
    thread.join()
    assert link.writer.drained(5)
    ledger = link.writer.ledger
    assert (ledger.made, ledger.delivered, ledger.in_flight, ledger.unaccounted) == (200, 200, 0, 0)


def test_block_holds_the_producer_back(edge: Any) -> None:
    """With a window of 2 the third packet waits until one has been finished."""
    link = edge(Policy.BLOCK, 2)
    third = threading.Event()

    def produce() -> None:
        for number in range(3):
            link.write(number)
        third.set()

    thread = threading.Thread(target=produce)
    thread.start()
    assert link.take() == 0
    assert not third.wait(0.2)
    link.inbox.settle()
    assert third.wait(5)
    thread.join()


@pytest.mark.fault(9)
def test_latest_keeps_the_newest_and_counts_the_rest(edge: Any) -> None:
    """A slow consumer sees the first and the newest; what lies between is counted as replaced."""
    link = edge(Policy.LATEST)
    for number in range(10):
        link.write(number)
    link.writer.end()
    assert numbers(link) == [0, 9]
    assert link.writer.drained(5)
    assert link.writer.ledger.dropped == {"replaced": 8}
    assert link.writer.ledger.unaccounted == 0


def test_drop_oldest_keeps_a_queue(edge: Any) -> None:
    """The newest three wait, older ones are counted."""
    link = edge(Policy.DROP_OLDEST, 3)
    for number in range(10):
        link.write(number)
    link.writer.end()
    assert numbers(link) == [0, 7, 8, 9]
    assert link.writer.ledger.dropped == {"replaced": 6}


def test_every_edge_tells_how_its_payloads_travelled(edge: Any, request: pytest.FixtureRequest) -> None:
    """One carrier for all of them, and how many bytes were copied: once into a slot, twice through the socket."""
    link = edge(Policy.BLOCK)
    carrier = request.node.callspec.params["edge"]
    for number in range(3):
        link.write(number)
        assert link.take() == number
        link.inbox.settle()
    assert link.writer.drained(5)
    account = link.writer.account()
    assert account["carried"] == {carrier: 90_000}
    assert account["copied"] == {"memory": 0, "slot": 90_000, "frame": 180_000}[carrier]


def test_a_sample_is_taken_and_the_rest_is_counted(edge: Any) -> None:
    """With `sample: 3` every third packet is delivered, and the consumer is told of the gaps."""
    link = edge(Policy.BLOCK, 4, sample=3)
    for number in range(8):
        link.write(number)
    link.writer.end()
    assert numbers(link) == [0, 3, 6]
    assert link.writer.drained(5)
    assert link.writer.ledger.dropped == {"sampled": 5}
    assert link.inbox.bound_ns > 7


def test_the_account_holds_while_a_producer_waits(edge: Any) -> None:
    """A packet whose writer waits for room is in flight; one that is passed over is dropped, with a promise."""
    link = edge(Policy.BLOCK, 1)
    link.write(0)
    thread = threading.Thread(target=link.write, args=(1,))
    thread.start()
    time.sleep(0.05)
    account = link.writer.account()
    assert (account["made"], account["in_flight"]) == (2, 2)
    assert link.take() == 0
    link.inbox.settle()
    thread.join()
    link.writer.limiters = [Limiter(0)]
    link.writer.write(Packet(b"", Stamp(5)))
    link.writer.end()
    assert numbers(link) == [1]
    assert link.writer.drained(5)
    account = link.writer.account()
    assert (account["made"], account["delivered"], account["dropped"]) == (3, 2, {"limited": 1})
    assert link.writer.ledger.unaccounted == 0


def test_expired_packets_are_dropped_before_they_are_sent(edge: Any) -> None:
    """A packet that waited too long is counted as expired."""
    link = edge(Policy.DROP_OLDEST, 3, expire_ms=50)
    for number in range(3):
        link.write(number)
    time.sleep(0.1)
    link.writer.end()
    assert numbers(link) == [0]
    assert link.writer.ledger.dropped == {"expired": 2}


def test_a_producer_does_not_wait_for_ever(edge: Any) -> None:
    """After `abandon` a blocked writer goes on and counts what it drops."""
    link = edge(Policy.BLOCK, 1)
    link.write(0)
    thread = threading.Thread(target=link.write, args=(1,))
    thread.start()
    time.sleep(0.05)
    link.writer.abandon()
    thread.join(5)
    assert not thread.is_alive()
    assert link.writer.ledger.dropped == {"stopped": 2}
    assert link.writer.ledger.unaccounted == 0


@pytest.mark.fault(2)
def test_a_consumer_that_comes_back_gets_the_unfinished_window_again(tmp_path: Path) -> None:
    """A new consumer epoch: nothing that was unfinished is lost."""
    writer = Writer(Policy.BLOCK, 4)
    producer = Wire(tmp_path, 0, 0, RUN)
    producer.add_output(0, writer)
    producer.start()

    def consumer(epoch: int) -> tuple[Wire, Inbox]:
        wire, inbox = Wire(tmp_path, 1, epoch, RUN), Inbox({"a": Port(np.ndarray)}, ["a"])
        wire.add_input(0, inbox, "a", np.ndarray, 0)
        wire.start()
        return wire, inbox

    first, inbox = consumer(0)
    assert producer.connected(5)
    for number in range(4):
        writer.write(Packet(np.zeros(4, np.uint8), Stamp(number, 0, "t", number)))
    assert inbox.next(5).stamp.frame == 0  # type: ignore[union-attr]
    inbox.settle()
    assert inbox.next(5).stamp.frame == 1  # type: ignore[union-attr]  # taken, not finished
    time.sleep(0.1)
    first.close()
    second, inbox = consumer(1)
    writer.end()
    seen = []
    while not inbox.ended:
        if (joined := inbox.next(1)) is not None:
            seen.append(joined.stamp.frame)
        inbox.settle()
    assert seen == [1, 2, 3]
    assert writer.drained(5)
    second.close()
    producer.close()


@pytest.mark.fault(29)
def test_strange_messages_are_refused_and_counted(tmp_path: Path) -> None:
    """Garbage on a data socket and on a return socket is dropped; the edge works on."""
    import zmq

    link = Edge("slot", tmp_path, Policy.BLOCK, 4)
    with zmq.Context() as context:
        for name in ("e0-0", "w0"):
            socket = context.socket(zmq.PUSH)
            socket.connect(f"ipc://{tmp_path}/{name}")
            for junk in (
                b"",
                b"\x00" * 100,
                b"\xc1",
                b"\x95\x00\x00\x00\x00\x00",
                b"\x97\x00\xa1x\xa1y\x00\x00\x00\x00",
            ):
                socket.send(junk)
            socket.close()
    link.write(0)
    assert link.take() == 0
    deadline = time.monotonic() + 5
    while sum(wire.refused for wire in link.wires) < 9 and time.monotonic() < deadline:
        link.inbox.next(0.01)
    assert sum(wire.refused for wire in link.wires) >= 9
    link.close()
