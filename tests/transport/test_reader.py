"""The consumer's end on a clock that somebody else moves."""

from sensegraph.node import Port
from sensegraph.packet import Bound, Packet, Stamp
from sensegraph.recording.script import ScriptedJoin
from sensegraph.transport.reader import Inbox


def test_patience_begins_when_a_packet_waits_and_ends_once() -> None:
    """What comes on the other input in between does not make it begin anew."""
    now_ns = 0
    inbox = Inbox({"a": Port(int), "b": Port(int)}, ["a", "b"], patience_s=1e-6, clock=lambda: now_ns)
    assert (inbox.next(0), inbox.forced_ns) == (None, None)
    inbox.put("a", Packet(1, Stamp(50)))
    assert (inbox.next(0), inbox.forced_ns) == (None, 1000)
    now_ns = 900
    inbox.put("b", Packet(2, Stamp(10)))
    assert (inbox.next(0), inbox.forced_ns) == (None, 1000)
    now_ns = 1000
    joined = inbox.next(0)
    assert joined is not None
    assert (joined.payloads, inbox.forced_ns) == ({"a": 1, "b": 2}, None)


def test_nobody_is_impatient_where_nothing_can_be_forced() -> None:
    """Merged inputs and sets of a script come in their order or not at all: there is no time to be spun away."""
    merged = Inbox({"*": Port(int)}, ["a", "b"], patience_s=0.1)
    scripted = ScriptedJoin({"a": Port(int), "b": Port(int)}, ["a", "b"], [{"a": [1], "b": [1]}])
    for inbox in (merged, Inbox({}, [], 0.1, scripted)):
        inbox.put("a", Packet(1, Stamp(1)))
        inbox.put("a", Packet(2, Stamp(2)))
        assert (inbox.next(0), inbox.forced_ns) == (None, None)


def test_it_is_fresh_when_something_has_come_since_it_was_looked_into() -> None:
    """A bound is something, too."""
    inbox = Inbox({"a": Port(int)}, ["a"])
    inbox.next(0)
    assert not inbox.fresh
    inbox.put("a", Bound(1))
    assert inbox.fresh
