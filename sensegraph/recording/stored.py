"""A packet as a record: where it belongs, then the message that also goes over the wire."""

from __future__ import annotations

import struct
from typing import Any

import msgpack
import numpy as np

from sensegraph.codec import MAX_BUFFERS, decode, encode
from sensegraph.errors import TransportError
from sensegraph.packet import Packet
from sensegraph.recording.picture import PictureCoder, is_picture

PLACE = struct.Struct("<Hq")
"""Number of the stream and media time in nanoseconds: enough to sort packets without reading them."""
RUN = bytes(16)
PLAIN = "plain"


def pack(stream: int, packet: Packet[Any], coder: PictureCoder, *, lossy: bool = False) -> bytes:
    """Return the body of a packet's record.

    Raises:
        TransportError: The payload holds something that cannot be stored.
    """
    form, shape, payload = PLAIN, (), packet.payload
    if is_picture(payload):
        form, shape = "jpeg" if lossy else "ffv1", payload.shape
        payload = np.frombuffer(coder.encode(payload, form), np.uint8)
    parts = encode(Packet(payload, packet.stamp, packet.sequence), RUN, 0)
    return PLACE.pack(stream, packet.stamp.time_ns) + bytes(msgpack.packb([form, shape, *parts]))


def place(body: bytes) -> tuple[int, int]:
    """Return number of the stream and media time of a packet's record.

    Raises:
        TransportError: The record is too short for it.
    """
    if len(body) < PLACE.size:
        raise TransportError("a record of a packet is too short")
    stream, time_ns = PLACE.unpack_from(body)
    return stream, time_ns


def unpack(body: bytes, hint: Any, coder: PictureCoder) -> Packet[Any]:
    """Return the packet of a record; its arrays are read-only.

    Args:
        body: Body of the record.
        hint: Type of the payload as the producer's port declares it.
        coder: Decodes pictures.

    Raises:
        TransportError: It is none of ours, or of another type.
    """
    try:
        fields = msgpack.unpackb(memoryview(body)[PLACE.size :], max_array_len=MAX_BUFFERS + 3, max_ext_len=0)
        form, shape, *parts = fields
        if not isinstance(shape, list) or not all(type(each) is int for each in shape):
            raise ValueError("the shape of its picture is none")
        if not parts or not all(isinstance(part, bytes) for part in parts):
            raise ValueError("it holds no message")
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        raise TransportError(f"a record of a packet cannot be read: {error}") from error
    packet, _ = decode(parts, hint if form == PLAIN else np.ndarray, RUN)
    if not isinstance(packet, Packet):
        raise TransportError("a record of a packet holds none")
    if form == PLAIN:
        return packet
    if not isinstance(packet.payload, np.ndarray):
        raise TransportError("a record of a picture holds none")
    return Packet(coder.decode(packet.payload.tobytes(), tuple(shape), form), packet.stamp, packet.sequence)
