"""The producer's end where nobody waits: whoever moves the clock comes again."""

from typing import Any

from sensegraph.packet import Bound, End, Packet, Stamp
from sensegraph.spec import Policy
from sensegraph.transport.writer import Writer


def numbers(sent: list[Any]) -> list[int]:
    """Return the payloads that were sent."""
    return [item.payload for item in sent if isinstance(item, Packet)]


def test_a_full_edge_keeps_a_packet_until_there_is_room() -> None:
    """It counts as in flight; the edge is ready when it has left."""
    sent: list[Any] = []
    writer = Writer(Policy.BLOCK, 1, sent.append)
    writer.write(Packet(0, Stamp(0)), wait=False)
    assert writer.ready
    writer.write(Packet(1, Stamp(1)), wait=False)
    assert (writer.ready, numbers(sent), writer.ledger.in_flight) == (False, [0], 2)
    writer.credit(1)
    assert (writer.ready, numbers(sent), writer.ledger.in_flight) == (True, [0, 1], 1)


def test_an_edge_that_loses_is_always_ready() -> None:
    """What does not fit is replaced."""
    writer = Writer(Policy.DROP_OLDEST, 1, lambda item: None)
    for n in range(4):
        writer.write(Packet(n, Stamp(n)))
        assert writer.ready
    assert writer.ledger.dropped == {"replaced": 2}


def test_a_producer_that_is_gone_leaves_what_its_consumer_has() -> None:
    """Only what had not been sent is lost; the rest is still finished."""
    writer = Writer(Policy.BLOCK, 1, lambda item: None)
    for n in range(2):
        writer.write(Packet(n, Stamp(n)), wait=False)
    writer.abandon("killed", sent=False)
    assert (writer.ledger.dropped, writer.ledger.in_flight, writer.ready) == ({"killed": 1}, 1, True)
    writer.credit(1)
    assert (writer.ledger.delivered, writer.ledger.unaccounted) == (1, 0)


def test_what_a_gate_refuses_is_counted_under_its_reason_and_promised_not_to_come() -> None:
    """Several gates are all asked; the first that refuses gives the reason."""

    class Shut:
        asked = 0

        def __init__(self, reason: str) -> None:
            self.reason = reason

        def admits(self, time_ns: int) -> bool:
            self.asked += 1
            return False

    sent: list[Any] = []
    writer = Writer(Policy.BLOCK, 4, sent.append)
    writer.limiters = [Shut("injected"), Shut("limited")]
    writer.write(Packet(0, Stamp(5)))
    writer.end()
    assert (writer.ledger.dropped, sent) == ({"injected": 1}, [Bound(5), End(1)])
    assert [gate.asked for gate in writer.limiters] == [1, 1]  # type: ignore[attr-defined]


def test_age_is_measured_by_the_clock_that_is_given() -> None:
    """A packet expires between two moments of it."""
    now_ns = 0
    writer = Writer(Policy.BLOCK, 1, lambda item: None, expire_ms=1.0, clock=lambda: now_ns)
    writer.write(Packet(0, Stamp(0, capture_ns=0)), wait=False)
    writer.write(Packet(1, Stamp(1, capture_ns=0)), wait=False)
    now_ns = 1_000_001
    writer.credit(1)
    assert writer.ledger.dropped == {"expired": 1}
