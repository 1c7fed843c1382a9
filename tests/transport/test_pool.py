"""Shared memory: what is read never changes, what nobody reads is used again, and nothing stays behind."""

import contextlib
import gc
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgpack
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensegraph.codec import Lost, decode, encode
from sensegraph.errors import TransportError
from sensegraph.packet import Packet, Stamp
from sensegraph.payload import Landmarks
from sensegraph.transport import pool as pools
from sensegraph.transport.pool import Pool
from sensegraph.transport.segment import Segment, Stale
from sensegraph.transport.shared import Shared

RUN = b"p" * 16
SHAPE = (64, 96, 3)


def picture(number: int) -> Packet[np.ndarray]:
    """Return a packet whose every byte tells its number."""
    return Packet(np.full(SHAPE, number % 251, np.uint8), Stamp(number + 1, frame=number))


class Link:
    """A producing and a reading worker in this process, over files or memory."""

    def __init__(self, folder: Path, *, named: bool = False, slots: int = 4, most_held: int = 6) -> None:
        self.producer = Shared(RUN, 0, 3, 0, folder, named=named)
        self.consumer = Shared(RUN, 1, 3, 0, folder, named=named, most_held=most_held)
        self.third = Shared(RUN, 2, 3, 0, folder, named=named, most_held=most_held)
        self.pool = Pool("a.frames", self.producer, slots)

    @property
    def slots(self) -> int:
        return sum(segment.slots for segment in self.producer._segments)

    def send(self, packet: Packet[np.ndarray], by: Shared | None = None, to: Shared | None = None) -> np.ndarray | None:
        """Return what the consumer makes of a packet; None when its memory was gone."""
        [message] = encode(packet, RUN, 0, (by or self.producer).describe)
        item, _ = decode([message], np.ndarray, RUN, (to or self.consumer).read)
        assert isinstance(item, Packet | Lost)
        return item.payload if isinstance(item, Packet) else None


@pytest.fixture(params=["memory", "files"])
def link(request: pytest.FixtureRequest, tmp_path: Path) -> Link:
    """Return a link over each medium."""
    return Link(tmp_path, named=request.param == "files")


def test_a_payload_is_copied_once_and_read_where_it_lies(link: Link) -> None:
    """The consumer sees the producer's own memory, and may not write there."""
    placed, copied = link.pool.place(picture(7))
    assert copied == placed.payload.nbytes
    got = link.send(placed)
    assert got is not None
    assert (got == 7).all()
    assert not got.flags.writeable
    assert not placed.payload.flags.writeable
    with pytest.raises(ValueError, match="cannot set"):
        got.flags.writeable = True
    link.producer.locate(placed.payload)[0].view(0)[:] = 9  # type: ignore[index]
    assert (got == 9).all()


def test_a_slot_is_used_again_when_nobody_refers_to_it(link: Link) -> None:
    """One frame at a time needs one slot."""
    for number in range(50):
        placed, _ = link.pool.place(picture(number))
        got = link.send(placed)
        assert link.producer.locate(placed.payload)[1] == 0  # type: ignore[index]
        del placed, got
    assert link.slots == 4


def test_what_a_node_keeps_never_changes(link: Link) -> None:
    """Views that outlive their packet keep their content, whatever follows; beyond the cap they are copies."""
    kept = []
    for number in range(100):
        placed, _ = link.pool.place(picture(number))
        kept.append(link.send(placed)[10:20])  # type: ignore[index]
        del placed
    assert all((each == number % 251).all() for number, each in enumerate(kept))
    assert link.consumer.copied == 94 * np.prod(SHAPE)
    assert link.consumer.notes == ["keeps more than 6 payloads at a time; further ones are copied"]
    assert link.slots <= 8
    del kept
    assert link.pool.place(picture(0))[0].payload is not None
    assert link.consumer._segments[0].held == 0


def test_a_producer_never_waits_for_a_slot(link: Link) -> None:
    """Where all slots are taken the pool grows."""
    held = [link.pool.place(picture(number))[0] for number in range(20)]
    assert all((packet.payload == number).all() for number, packet in enumerate(held))
    assert link.slots >= 20


@pytest.mark.fault(17)
def test_larger_payloads_make_a_new_generation_and_the_old_one_goes_when_it_is_unused(link: Link) -> None:
    """A change of resolution: frames of the old one that are still read stay as they are, then their memory goes."""
    old = link.send(link.pool.place(picture(1))[0])
    large = link.pool.place(Packet(np.full((200, 200, 3), 2, np.uint8), Stamp(9)))[0]
    assert (link.send(large) == 2).all()
    assert (old == 1).all()
    assert len(link.producer._segments) == 2
    del old
    large = link.pool.place(Packet(np.full((200, 200, 3), 3, np.uint8), Stamp(10)))[0]
    assert len(link.producer._segments) == 1
    assert (link.send(large) == 3).all()
    assert len(list(link.producer.folder.glob("pool-*"))) == link.producer.named


def test_a_frame_is_passed_on_without_a_copy_and_outlives_who_passed_it_on(link: Link) -> None:
    """A third worker reads the first one's memory; its lease is its own."""
    forward = Pool("b.frames", link.consumer, 2)
    placed, _ = link.pool.place(picture(5))
    got = link.send(placed)
    assert got is not None
    passed, copied = forward.place(Packet(got, placed.stamp))
    assert copied == 0
    assert passed.payload is got
    last = link.send(passed, by=link.consumer, to=link.third)
    segment = link.producer.locate(placed.payload)[0]  # type: ignore[index]
    del placed, got, passed
    link.producer.gone(1, 1)  # the worker between is dead
    for number in range(10):
        link.pool.place(picture(number))
    assert (last == 5).all()
    assert segment.leases[0].tolist() == [0, 0, 1]
    del last
    assert segment.leases[0].tolist() == [0, 0, 0]


def test_a_part_of_a_frame_is_passed_on_as_well_and_a_broken_view_is_copied(link: Link) -> None:
    """Rows of an input lie in one piece; every second column does not."""
    forward = Pool("b.frames", link.consumer, 2)
    got = link.send(link.pool.place(picture(5))[0])
    assert got is not None
    rows, copied = forward.place(Packet(got[20:40], Stamp(1)))
    assert copied == 0
    assert link.send(rows, by=link.consumer, to=link.third).shape == (20, 96, 3)  # type: ignore[union-attr]
    columns, copied = forward.place(Packet(got[:, ::2], Stamp(1)))
    assert copied == got[:, ::2].nbytes
    assert (columns.payload == 5).all()


def test_a_dead_consumer_holds_nothing(link: Link) -> None:
    """Its leases are void as soon as its death is known, and its next start begins without any."""
    kept = [link.send(link.pool.place(picture(number))[0]) for number in range(3)]
    segment = link.producer._segments[0]
    assert (segment.leases[:, 1] == 1).sum() == 3
    link.producer.gone(1, 1)
    assert link.producer.locate(link.pool.place(picture(9))[0].payload)[1] == 0  # type: ignore[index]
    again = Shared(RUN, 1, 3, 1, link.producer.folder, named=link.producer.named)
    got = link.send(link.pool.place(picture(8))[0], to=again)
    assert (got == 8).all()
    assert sorted(segment.leases[:, 1].tolist()) == [0, 0, 0, 2]
    del kept


def test_a_slot_that_was_filled_anew_is_not_mistaken_for_the_old_one(link: Link) -> None:
    """A message that comes too late is a loss, told as such, and never another picture."""
    [late] = encode(link.pool.place(picture(1))[0], RUN, 0, link.producer.describe)
    link.pool.place(picture(2))
    item, _ = decode([late], np.ndarray, RUN, link.consumer.read)
    assert isinstance(item, Lost)
    assert item.time_ns == 2
    assert link.consumer._segments[0].held == 0


def test_memory_of_a_process_that_is_gone_is_a_loss(tmp_path: Path) -> None:
    """Its number may belong to somebody else by now: what is there is looked at before it is opened."""
    link = Link(tmp_path)
    placed, _ = link.pool.place(picture(1))
    serial = link.producer._segments[0].serial
    with (tmp_path / "other").open("wb") as other:
        for address in ([serial, 2**22 + 1, 5], [serial, os.getpid(), other.fileno()], [serial, os.getpid(), 9999]):
            assert link.consumer.read([address, 0, 1, 0], 10) is None
    assert placed.payload is not None


@pytest.mark.parametrize(
    "place",
    [
        [[b"12345678", 0, "../../etc/passwd"], 0, 1, 0], [[b"12345678", 0, "pool-x"], 0, 1, 0],
        [[b"12345678", "a", "b"], 0, 1, 0], [1, 2, 3, 4], "nonsense", [],
    ],
)  # fmt: skip
def test_places_that_cannot_be_are_refused(link: Link, place: object) -> None:
    """What names nothing of ours is never opened."""
    message = encode(picture(1), RUN, 0, lambda array: place)  # type: ignore[arg-type, return-value]
    with pytest.raises(TransportError):
        decode(message, np.ndarray, RUN, link.consumer.read)


@pytest.mark.parametrize(("slot", "offset"), [(-1, 0), (4, 0), (0, -1), (0, 5 * 4096)])
def test_places_outside_of_the_memory_are_refused(link: Link, slot: int, offset: int) -> None:
    """Neither slot nor offset lead out of a segment."""
    placed, _ = link.pool.place(picture(1))
    [address, _, turn, _] = link.producer.describe(placed.payload)  # type: ignore[misc]
    with pytest.raises(ValueError, match="out of the segment"):
        link.consumer.read([address, slot, turn, offset], 64)


def test_a_segment_of_another_run_is_not_mapped(link: Link) -> None:
    """Its memory is not ours."""
    link.pool.place(picture(1))
    with pytest.raises(Stale):
        Segment.attach(link.producer._segments[0].address, b"x" * 16, link.producer.folder)


def test_arrays_within_a_payload_share_a_slot(link: Link) -> None:
    """A dataclass with large arrays: they lie together, small ones travel in the header."""
    points = np.arange(2000, dtype=np.float32).reshape(-1, 4)
    body = Landmarks(points, np.ones((500, 3), np.float32), 640, 480, 0.5)
    placed, copied = link.pool.place(Packet(body, Stamp(1)))
    assert copied == 14_000
    [message] = encode(placed, RUN, 0, link.producer.describe)
    item, _ = decode([message], Landmarks, RUN, link.consumer.read)
    assert isinstance(item, Packet)
    np.testing.assert_array_equal(item.payload.points, points)
    assert item.payload.world.shape == (500, 3)
    assert link.consumer._segments[0].held == 1


def test_a_loan_is_sent_without_a_copy_and_goes_back_when_it_is_not_sent(link: Link) -> None:
    """What was filled in place is passed by reference."""
    for _ in range(20):
        link.pool.lend(SHAPE, np.uint8)[:] = 1
    loan = link.pool.lend(SHAPE, np.uint8)
    loan[:] = 3
    placed, copied = link.pool.place(Packet(loan, Stamp(1)))
    assert copied == 0
    assert (link.send(placed) == 3).all()
    assert not loan.flags.writeable
    assert link.slots == 4


def test_without_memory_an_edge_falls_back_and_tells_or_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fall-back is told once; where an edge insists it is an error."""
    monkeypatch.setattr(pools, "memory_available", lambda: 1 << 16)
    shared = Shared(RUN, 0, 1, 0, tmp_path)
    pool = Pool("a.frames", shared, 4)
    for number in range(3):
        packet = picture(number)
        assert pool.place(packet) == (packet, 0)
    assert len(shared.notes) == 1
    assert "no shared memory for 'a.frames'" in shared.notes[0]
    with pytest.raises(TransportError, match="shm!"):
        Pool("a.frames", shared, 4, required=True).place(picture(0))


def read(link: Link, packet: Packet[np.ndarray]) -> tuple[int, np.ndarray]:
    """Return the number of a packet and what its consumer sees."""
    got = link.send(packet)
    assert got is not None
    return packet.stamp.frame, got


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["send", "keep", "drop", "gone"]), st.integers(0, 5)), max_size=60))
def test_no_view_ever_changes(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]) -> None:
    """Whatever is sent, kept, dropped, and whoever dies: what a live reader holds is what was sent to it."""
    link = Link(tmp_path_factory.mktemp("link"))
    epochs = {1: 0}
    kept: list[tuple[int, np.ndarray]] = []
    waiting: list[Packet[np.ndarray]] = []
    for number, (what, which) in enumerate(steps):
        if what == "send":
            waiting = [*waiting[-2:], link.pool.place(picture(number))[0]]
        elif what == "keep" and waiting:
            kept.append(read(link, waiting[which % len(waiting)]))
        elif what == "drop" and kept:
            del kept[which % len(kept)]
        elif what == "gone":
            kept.clear()
            epochs[1] += 1
            link.consumer = Shared(RUN, 1, 3, epochs[1], link.producer.folder)
            link.producer.gone(1, epochs[1])
        assert all((view == frame % 251).all() for frame, view in kept)
        assert all((packet.payload == packet.stamp.frame % 251).all() for packet in waiting)
    del kept[:], waiting[:]
    gc.collect()
    assert all(segment.idle(link.producer.floors) for segment in link.producer._segments)


READER = """
import sys, time
from pathlib import Path
import msgpack, numpy as np
from sensegraph.codec import decode
from sensegraph.transport.shared import Shared
shared = Shared(b"p" * 16, 1, 3, int(sys.argv[2]), Path(sys.argv[1]))
messages = msgpack.Unpacker(sys.stdin.buffer, read_size=1)
for message in messages:
    packet = decode([message], np.ndarray, b"p" * 16, shared.read)[0]
    print(int(packet.payload[0, 0, 0]), int(packet.payload.min()), int(packet.payload.max()), flush=True)
    if len(sys.argv) > 3:
        time.sleep(60)
"""

needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs memory without a name")


@contextlib.contextmanager
def reader(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a reading process."""
    process = subprocess.Popen(
        [sys.executable, "-c", READER, str(folder), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ask(process: subprocess.Popen[bytes], link: Link, packet: Packet[np.ndarray]) -> list[int]:
    """Return what a reading process finds in a packet."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(msgpack.packb(encode(packet, RUN, 0, link.producer.describe)[0]))
    process.stdin.flush()
    return [int(word) for word in process.stdout.readline().split()]


def left_in_dev_shm() -> list[str]:
    """Return what has a name there."""
    return sorted(os.listdir("/dev/shm"))


@pytest.mark.fault(2)
@needs_proc
def test_a_killed_reader_gives_back_what_it_held(tmp_path: Path) -> None:
    """Kill -9 in the middle of reading: its slot is free once its death is known, and nothing is left anywhere."""
    before = left_in_dev_shm()
    link = Link(tmp_path)
    for epoch in range(5):
        with reader(tmp_path, str(epoch), "hold") as process:
            packet, _ = link.pool.place(picture(epoch))
            assert ask(process, link, packet) == [epoch] * 3
            segment = link.producer._segments[0]
            del packet
            assert (segment.leases[0] >= link.producer.floors).any()
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        link.producer.gone(1, epoch + 1)
        assert segment.idle(link.producer.floors)
    assert link.slots == 4
    assert left_in_dev_shm() == before


@pytest.mark.fault(1, 25)
@needs_proc
def test_a_reader_goes_on_when_the_producer_is_killed_and_then_the_memory_goes(tmp_path: Path) -> None:
    """Kill -9 of the owner: what was mapped stays readable and can be passed on; with the last reader it is gone."""
    before = left_in_dev_shm()
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path)], stdout=subprocess.PIPE)
    assert owner.stdout is not None
    message = msgpack.unpackb(owner.stdout.read(int(owner.stdout.readline())))
    middle, last = Shared(RUN, 1, 3, 0, tmp_path), Shared(RUN, 2, 3, 0, tmp_path)
    item, _ = decode([message], np.ndarray, RUN, middle.read)
    os.kill(owner.pid, signal.SIGKILL)
    owner.communicate()
    assert isinstance(item, Packet)
    assert (item.payload == 42).all()
    [passed] = encode(item, RUN, 0, middle.describe)
    again, _ = decode([passed], np.ndarray, RUN, last.read)
    assert isinstance(again, Packet)
    del item
    assert (again.payload == 42).all()
    assert left_in_dev_shm() == before


OWNER = """
import sys, time
from pathlib import Path
import msgpack, numpy as np
from sensegraph.codec import encode
from sensegraph.packet import Packet, Stamp
from sensegraph.transport.pool import Pool
from sensegraph.transport.shared import Shared
shared = Shared(b"p" * 16, 0, 3, 0, Path(sys.argv[1]))
packet, _ = Pool("a.frames", shared, 4).place(Packet(np.full((64, 96, 3), 42, np.uint8), Stamp(1)))
data = msgpack.packb(encode(packet, b"p" * 16, 0, shared.describe)[0])
sys.stdout.buffer.write(b"%d\\n" % len(data) + data)
sys.stdout.flush()
time.sleep(60)
"""
