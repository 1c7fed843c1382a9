"""Packets as records: nothing of them is lost, and nothing that is no packet comes out."""

from __future__ import annotations

from typing import Any

import msgpack
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sensegraph.errors import TransportError
from sensegraph.packet import Packet, Stamp
from sensegraph.payload import Counts, Landmarks, Scores
from sensegraph.recording.compare import of_payloads
from sensegraph.recording.picture import PictureCoder
from sensegraph.recording.stored import PLACE, pack, place, unpack

STAMP = Stamp(1_234_567_890_123, 77, "camera", 41, True)
BODY = Landmarks(np.ones((33, 4), np.float32), np.zeros((33, 3), np.float32), 640, 480, 0.5)
PAYLOADS = {
    "a dataclass of arrays": (BODY, Landmarks),
    "one of tuples": (Scores("Squats", 0.5, (("Squats", 0.5), ("Lunges", 0.25)), True, 12), Scores),
    "one with a dict": (Counts("Squats", 2, {"Squats": 2}), Counts),
    "plain values": ({"a": [1, 2.5, None, "x", True]}, dict),
    "a grey picture": (np.arange(9000, dtype=np.uint8).reshape(90, 100), np.ndarray),
    "a small picture": (np.zeros((3, 4, 3), np.uint8), np.ndarray),
    "half floats": (np.arange(4000, dtype=np.float16), np.ndarray),
}


def again(payload: Any, hint: Any, **options: Any) -> Packet[Any]:
    """Return what is read of a packet that was stored."""
    body = pack(3, Packet(payload, STAMP, 5), PictureCoder(), **options)
    assert place(body) == (3, STAMP.time_ns)
    return unpack(body, hint, PictureCoder())


@pytest.mark.parametrize(("payload", "hint"), PAYLOADS.values(), ids=PAYLOADS.keys())
def test_a_packet_comes_back_as_it_was(payload: Any, hint: Any) -> None:
    """With its stamp, gap and sequence."""
    packet = again(payload, hint)
    assert (packet.stamp, packet.sequence) == (STAMP, 5)
    assert of_payloads(payload, packet.payload) == ""


@given(picture=st.tuples(st.integers(20, 60), st.integers(70, 90)).flatmap(lambda s: arrays(np.uint8, (*s, 3))))
def test_pictures_lose_nothing(picture: np.ndarray[Any, Any]) -> None:
    """Whatever their size and noise, to the bit; they are read-only."""
    back = again(picture, np.ndarray).payload
    assert np.array_equal(back, picture)
    assert not back.flags.writeable


def test_lossy_pictures_are_near_and_small() -> None:
    """Of a smooth picture: no value is far off, and it takes a fraction."""
    rows, columns = np.mgrid[0:120, 0:160]
    picture = np.stack([rows, columns, rows + columns], axis=2).clip(0, 255).astype(np.uint8)
    back = again(picture, np.ndarray, lossy=True).payload
    assert np.abs(back.astype(int) - picture).mean() < 3
    assert len(pack(0, Packet(picture, STAMP), PictureCoder(), lossy=True)) < picture.nbytes / 4


def changed(**fields: Any) -> bytes:
    """Return the record of a picture with other fields."""
    body = pack(0, Packet(np.full((48, 64, 3), 7, np.uint8), STAMP), PictureCoder())
    form, shape, *parts = msgpack.unpackb(body[PLACE.size :])
    new = [fields.get("form", form), fields.get("shape", shape), *fields.get("parts", parts)]
    return body[: PLACE.size] + bytes(msgpack.packb(new))


HOSTILE = {
    "a picture that would not fit into memory": changed(shape=[1 << 20, 1 << 20, 3]),
    "a negative size": changed(shape=[-1, -1, 3]),
    "a shape of texts": changed(shape=["a"]),
    "another size than its data": changed(shape=[480, 640, 3]),
    "a form that is not known": changed(form="pickle"),
    "no message": changed(parts=[]),
    "a message of numbers": changed(parts=[1, 2]),
    "a cut header": changed(parts=[b"\x93"]),
    "nothing": b"",
    "no msgpack": bytes(PLACE.size) + b"\xc1",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_packet_is_refused(body: bytes) -> None:
    """With an error of ours, whatever it is."""
    with pytest.raises(TransportError):
        unpack(body, np.ndarray, PictureCoder())


@given(noise=st.binary(max_size=200))
def test_noise_is_refused(noise: bytes) -> None:
    """No bytes make anything but a packet or that error."""
    try:
        packet = unpack(bytes(PLACE.size) + noise, dict, PictureCoder())
    except TransportError:
        return
    assert isinstance(packet, Packet)
