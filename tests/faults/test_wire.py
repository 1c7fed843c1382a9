"""What comes over the sockets of a run and is not ours."""

from __future__ import annotations

import os
import random
import socket
import time
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import pytest
import zmq
from hypothesis import given, settings
from hypothesis import strategies as st

from sensegraph.codec import decode, encode
from sensegraph.errors import TransportError
from sensegraph.packet import Bound, End, Packet, Stamp
from sensegraph.payload import Features, Landmarks, Scores
from sensegraph.spec import Policy
from sensegraph.transport.zeromq import LIMIT
from tests.bench import Bench, needs_proc, rss_kb
from tests.transport.test_edge import RUN, Edge

GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(16) + bytes(32)
READY = b"\x04\x19\x05READY\x0bSocket-Type\x00\x00\x00\x04PUSH"
"""The first bytes of ZMTP 3.0, as a PUSH socket says them."""

INFINITE = float("inf")
STRANGE_STATES: list[Any] = [
    [], 7, {}, "state", [0], [0, 1], [[0], 1, 0, 0, 0, 0], [{}, 1, 0, 0, 0, 0], [9, 1, 0, 0, 0, 0], [0] * 7,
    [0, "tcp://127.0.0.1:9", 0, 0, 0, 0], [0, INFINITE, 0, 0, 0, 0], [0, 1, 0, INFINITE, 0, 0], [0, 1, 0, None, 0, 0],
    [LIMIT], [LIMIT, 0, 0], [LIMIT, [], 0], [LIMIT, 0, INFINITE],
]  # fmt: skip


def raw(folder: Path, name: str, data: bytes) -> None:
    """Speak ZMTP to a socket of a run, then say `data`, and hang up when the other end does or after a moment."""
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(0.5)
        peer.connect(f"{folder}/{name}")
        try:
            peer.sendall(GREETING + READY + data)
            while peer.recv(4096):
                pass
        except OSError:
            return


RAW = {
    "nothing": b"",
    "noise": random.Random(0).randbytes(20_000),
    "two gigabytes": b"\x02" + (2 << 30).to_bytes(8, "big") + bytes(1000),
    "many parts": b"\x01\x01x" * 20_000 + b"\x00\x01x",
    "half a message": b"\x02" + (1 << 20).to_bytes(8, "big") + bytes(1000),
    "an unknown command": b"\x04\x06\x05HELLO",
}


@pytest.mark.fault(29)
@needs_proc
@pytest.mark.parametrize("said", RAW.values(), ids=RAW.keys())
def test_a_hostile_peer_does_an_edge_no_harm(tmp_path: Path, said: bytes) -> None:
    """Whatever is said below ZeroMQ, on either socket: no memory is taken for it, and the edge carries on."""
    link = Edge("frame", tmp_path, Policy.BLOCK, 4)
    before = rss_kb(os.getpid())
    for name in ("e0-0", "w0"):
        raw(tmp_path, name, said)
    assert rss_kb(os.getpid()) - before < 64 << 10
    for number in range(10):
        link.write(number)
        assert link.take() == number
        link.inbox.settle()
    assert link.writer.drained(5)
    link.close()


@pytest.mark.fault(29)
def test_a_strange_state_does_a_producer_no_harm(tmp_path: Path) -> None:
    """Edges that are none of its own, numbers that are none: refused and counted, and the edge carries on."""
    link = Edge("frame", tmp_path, Policy.BLOCK, 4)
    with zmq.Context() as context, context.socket(zmq.PUSH) as peer:
        peer.connect(f"ipc://{tmp_path}/w0")
        for state in STRANGE_STATES:
            peer.send(msgpack.packb(state))
        deadline = time.monotonic() + 5
        while link.wires[0].refused < len(STRANGE_STATES) and time.monotonic() < deadline:
            time.sleep(0.01)
    assert link.wires[0].refused == len(STRANGE_STATES)
    for number in range(10):
        link.write(number)
        assert link.take() == number
        link.inbox.settle()
    assert link.writer.drained(5)
    assert link.writer.ledger.unaccounted == 0
    link.close()


@pytest.mark.fault(29)
@needs_proc
def test_strange_words_on_the_control_socket_do_the_supervisor_no_harm(bench: Bench) -> None:
    """Names of no worker, words of no kind, a claim of two gigabytes: the run ends as ever."""
    process = bench.start("--pace", "live", source=", count: 90, real: true")
    bench.wait_for(5)
    (folder,) = bench.runtime.glob("sensegraph-*")
    with zmq.Context() as context:
        for name in (b"nobody", b"99-0", b"0-0-0", b"x-y", b"1-7"):
            with context.socket(zmq.DEALER) as peer:
                peer.setsockopt(zmq.IDENTITY, name)
                peer.connect(f"ipc://{folder}/control")
                for words in ([b""], [b"\xc1"], [b"\x01"], [b"a", b"b", b"c"], [msgpack.packb({"no": 1})]):
                    peer.send_multipart(words)
    raw(folder, "control", RAW["two gigabytes"])
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, out + err
    assert bench.numbers() == list(range(0, 180, 2))
    bench.assert_nothing_left()


@pytest.mark.fault(29)
def test_what_an_earlier_start_of_a_producer_sent_is_counted_and_passed_over(tmp_path: Path) -> None:
    """Its number of starts is older than the one that is known."""
    link = Edge("frame", tmp_path, Policy.BLOCK, 4)
    with zmq.Context() as context, context.socket(zmq.PUSH) as peer:
        peer.connect(f"ipc://{tmp_path}/e0-0")
        for epoch in (5, 4):
            peer.send_multipart(encode(Packet(np.full(9, epoch, np.uint8), Stamp(epoch)), RUN, epoch))
        deadline = time.monotonic() + 5
        while link.wires[1].refused < 1 and time.monotonic() < deadline:
            link.inbox.next(0.01)
    assert link.wires[1].refused == 1
    link.close()


POINTS = np.zeros((33, 4), np.float32)
ITEMS: dict[str, tuple[Any, Any]] = {
    "pictures": (Packet(np.zeros((48, 64, 3), np.uint8), Stamp(5, 6, "camera", 7), 8), np.ndarray),
    "landmarks": (Packet(Landmarks(POINTS, POINTS[:, :3], 640, 480, 0.5), Stamp(5), 8), Landmarks),
    "scores": (Packet(Scores("wave", 0.5, (("wave", 0.5),), True, 3), Stamp(5), 8), Scores),
    "a mapping": (Packet({"a": [1, {"b": POINTS}], "c": None}, Stamp(5), 8), dict),
    "a bound": (Bound(5), object),
    "an end": (End(9), object),
}


def fuzz(parts: list[bytes], hint: Any, chance: random.Random) -> None:
    """Change a few bytes of a message that was good, in any of its parts, and read it."""
    changed = [bytearray(part) for part in parts]
    for _ in range(chance.randint(1, 4)):
        part = changed[0] if chance.random() < 0.9 else chance.choice(changed)
        place, how = chance.randrange(len(part)), chance.random()
        if how < 0.7:
            part[place] = chance.randrange(256)
        elif how < 0.85:
            del part[place : place + chance.randint(1, 8)]
        else:
            part[place:place] = chance.randbytes(chance.randint(1, 8))
        if not part:
            return
    try:
        decode([bytes(part) for part in changed], hint, RUN)
    except TransportError:
        return


def fuzz_all(count: int) -> None:
    """Change each kind of message so often."""
    chance = random.Random(count)
    for item, hint in ITEMS.values():
        parts = [bytes(part) for part in encode(item, RUN, 0)]
        for _ in range(count):
            fuzz(parts, hint, chance)


@pytest.mark.fault(29)
def test_a_message_of_ours_with_changed_bytes_is_read_or_refused() -> None:
    """Nothing but a transport error comes out of the reader."""
    fuzz_all(3000)


_fields = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 1 << 63) | st.floats() | st.text(max_size=4) | st.binary(),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.fault(29)
@given(st.lists(_fields, min_size=14, max_size=14), st.sampled_from([object, Features, Landmarks, Scores, dict]))
@settings(max_examples=50)
def test_a_header_of_our_run_with_any_fields_is_read_or_refused(fields: list[Any], hint: Any) -> None:
    """Also when the version, the kind and the run are right, and all the rest is not."""
    head = [1, 0, RUN, 1, 0, 5]
    for header in ([*head, *fields[6:]], [*head, *fields[6:11], [], False, *fields[13:]], fields):
        try:
            decode([msgpack.packb(header)], hint, RUN)
        except TransportError:
            continue


@pytest.mark.fault(29)
def test_a_payload_nested_to_the_limit_is_read_or_refused() -> None:
    """As deep as msgpack goes."""
    parts = [bytes(part) for part in encode(Packet({}, Stamp(5)), RUN, 0)]
    fields = msgpack.unpackb(parts[0])
    tree: Any = 1
    for _ in range(1000):
        tree = [tree]
    with pytest.raises(TransportError):
        decode([msgpack.packb([*fields[:13], tree])], list, RUN)
