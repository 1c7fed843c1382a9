"""The loop of a node: stamps, bounds, ends, errors."""

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from sensegraph.errors import NodeError
from sensegraph.ladder import Step
from sensegraph.loop import NodeLoop
from sensegraph.node import Node, Port, Source, Stop
from sensegraph.packet import Bound, End, Packet, Stamp
from sensegraph.spec import Pace, Policy
from sensegraph.transport import memory
from sensegraph.transport.reader import Inbox
from sensegraph.transport.writer import Writer


class Even(Node):
    """Passes on even numbers."""

    inputs = {"n": Port(int)}
    outputs = {"n": Port(int)}

    def __init__(self) -> None:
        self.closed = False

    def process(self, n: int) -> dict[str, int] | None:
        if n == 13:
            raise ValueError("thirteen")
        if n == 14:
            raise Stop
        return {"n": n} if n % 2 == 0 else None

    def finish(self) -> dict[str, Any]:
        return {"n": Packet(-1, Stamp(10_000))}

    def close(self) -> None:
        self.closed = True


class Count(Source):
    """Counts."""

    outputs = {"n": Port(int)}

    def read(self) -> Iterator[dict[str, Any]]:
        for n in range(3):
            yield {"n": Packet(n, Stamp(n + 1))}


def looped(node: Node, numbers: list[int] | None) -> tuple[NodeLoop, list[Any]]:
    """Return a loop whose input holds all numbers, and what it sends."""
    sent: list[Any] = []
    writer = Writer(Policy.BLOCK, 1000, sent.append)
    inbox = None
    if numbers is not None:
        inbox, feed = Inbox(node.inputs, ["n"]), Writer(Policy.BLOCK, 1000)
        memory.connect(feed, inbox, "n")
        for n in numbers:
            feed.write(Packet(n, Stamp(n + 1, frame=n)))
        feed.end()
    return NodeLoop("even", node, inbox, {"n": [writer]}, Pace.FAST), sent


def test_outputs_take_the_stamp_of_their_input_and_silence_becomes_a_bound() -> None:
    """What a node does not send it promises not to send; the end carries the count."""
    node = Even()
    loop, sent = looped(node, [0, 1, 2])
    loop.run()
    packets = [(item.payload, item.stamp.time_ns) for item in sent if isinstance(item, Packet)]
    assert packets == [(0, 1), (2, 3), (-1, 10_000)]
    assert [item.time_ns for item in sent if isinstance(item, Bound)] == [2]
    assert sent[-1] == End(3)
    assert node.closed


def test_what_is_sent_at_the_end_is_as_old_as_the_last_packet() -> None:
    """It keeps lineage and time of capture, so that a budget does not take it for expired."""
    node = Even()
    sent: list[Any] = []
    inbox, feed = Inbox(node.inputs, ["n"]), Writer(Policy.BLOCK, 1000)
    memory.connect(feed, inbox, "n")
    feed.write(Packet(1, Stamp(3, 7, "camera")))
    feed.end()
    NodeLoop("even", node, inbox, {"n": [Writer(Policy.BLOCK, 1000, sent.append)]}, Pace.FAST).run()
    assert sent[-2].stamp == Stamp(10_000, 7, "camera")


def test_a_source_names_itself_in_the_lineage() -> None:
    """Packets of a source carry its name."""
    loop, sent = looped(Count(), None)
    loop.run()
    assert [item.stamp.source for item in sent[:-1]] == ["even"] * 3


class Alarm(Source):
    """A picture each second, and word of the fire that never breaks out."""

    outputs = {"n": Port(int), "fire": Port(str)}

    def read(self) -> Iterator[dict[str, Any]]:
        for n in range(3):
            yield {"n": Packet(n, Stamp(n * 100))}


@pytest.mark.parametrize("restamps", [False, True])
def test_what_a_source_leaves_out_of_an_item_it_promises_not_to_send_earlier(restamps: bool) -> None:
    """A join with a silent output of a source goes on, unless the source sends its outputs in no common order."""
    source = Alarm()
    source.restamps = restamps  # type: ignore[misc]
    sent: list[Any] = []
    writers = {"n": [Writer(Policy.BLOCK, 1000, lambda item: None)], "fire": [Writer(Policy.BLOCK, 1000, sent.append)]}
    NodeLoop("alarm", source, None, writers, Pace.FAST).run()
    assert [item.time_ns for item in sent if isinstance(item, Bound)] == ([] if restamps else [-1, 99, 199])


def test_an_error_names_the_node_and_the_frame_and_the_node_is_closed() -> None:
    """The exception passes on with a note; close runs."""
    node = Even()
    loop, _ = looped(node, [13])
    with pytest.raises(ValueError, match="thirteen") as caught:
        loop.run()
    assert caught.value.__notes__ == ["in node 'even', frame 13 at 0.000 s"]
    assert node.closed


def test_a_node_that_stops_the_graph_still_ends_its_streams() -> None:
    """`Stop` is told once, what still comes is taken, the end is sent."""
    node = Even()
    stopped: list[bool] = []
    loop, sent = looped(node, [14, 15, 16])
    loop._on_stop = lambda: stopped.append(True)
    loop.run()
    assert stopped == [True]
    assert sent[-1] == End(0)


def test_an_unknown_output_is_named() -> None:
    """Returning a port that does not exist is an error that lists those that do."""

    class Wrong(Even):
        def process(self, n: int) -> dict[str, int]:
            return {"m": n}

    with pytest.raises(NodeError, match=r"returned 'm'.*\(n\)"):
        looped(Wrong(), [0])[0].run()


def test_times_that_go_back_are_refused() -> None:
    """A stream's times strictly increase."""

    class Back(Even):
        def process(self, n: int) -> dict[str, Any]:
            return {"n": Packet(n, Stamp(5))}

    with pytest.raises(NodeError, match="must increase"):
        looped(Back(), [0, 1])[0].run()


class Steps:
    """A ladder that takes one step, after the second packet."""

    reduced = ""

    def note(self, now_s: float, busy_s: float, sequence: int) -> Step | None:
        if sequence != 1:
            return None
        self.reduced = "factor 3"
        return Step(1.2, {"factor": 2}, {"factor": 3}, down=True)


def test_a_step_of_the_ladder_is_taken_between_two_packets_and_told() -> None:
    """The next packet is made with less; its stamp, the figures of the node and a note say so."""

    class Times(Node):
        inputs: ClassVar = {"n": Port(int)}
        outputs: ClassVar = {"n": Port(int)}
        factor = 2

        def process(self, n: int) -> dict[str, int]:
            return {"n": n * self.factor}

    loop, sent = looped(Times(), [1, 2, 3])
    told: list[str] = []
    loop.ladder, loop.tell = Steps(), told.append  # type: ignore[assignment]
    loop.run()
    made = [(item.payload, item.stamp.reduced) for item in sent if isinstance(item, Packet)]
    assert made == [(2, ""), (4, ""), (9, f"{loop.name} factor 3")]
    assert loop.meter.as_dict()["reduced"] == "factor 3"
    assert told == [f"node '{loop.name}': falls behind (120 % busy): factor 2 -> 3"]


def test_a_node_that_retires_neither_finishes_nor_ends_its_streams() -> None:
    """What comes is for another process."""
    loop, sent = looped(Even(), [1, 2])
    loop.retire()
    loop.run()
    assert not loop.ended
    assert not [item for item in sent if isinstance(item, End | Packet)]
