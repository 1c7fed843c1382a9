"""Packets on the wire: a positional msgpack header and raw buffers. No pickle, no class names.

Message = [header, buffer, buffer, ...]. The header is the msgpack array

    [version, kind, run, sequence, epoch, time_ns, capture_ns, wall_ns, clock, deadline_ns, [source, frame],
     [[carrier, dtype, shape], ...], gap, tree]

and further elements are ignored, so that a later version may add some. `tree` is the payload with each array
replaced by its position among the buffers, and each dataclass by the list of its fields: the reader knows the type
from the producer's port. `carrier` is "frame" (the buffer follows as a message part); shared-memory slots come here.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import types
import typing
from collections.abc import Sequence
from typing import Any

import msgpack
import numpy as np

from sensegraph.errors import TransportError
from sensegraph.packet import Bound, End, Item, Packet, Stamp

VERSION = 1
DATA, BOUND, END = 0, 1, 2
MAX_HEADER_BYTES = 64 * 1024
MAX_BUFFERS = 64
MAX_DIMENSIONS = 8
ARRAY_KEY = "\0array"
DTYPES = frozenset(
    ["bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float16", "float32", "float64"]
)


def encode(item: Item, run: bytes, epoch: int) -> list[Any]:
    """Return the message parts of one item; buffers are not copied.

    Args:
        item: What to send.
        run: 16 bytes that name the run.
        epoch: How often the sending worker has been started.

    Raises:
        TransportError: The payload holds something that cannot travel, or too much of it.
    """
    buffers: list[np.ndarray[Any, Any]] = []
    if isinstance(item, Packet):
        stamp, tree = item.stamp, _flatten(item.payload, buffers)
        fields = [VERSION, DATA, run, item.sequence, epoch, stamp.time_ns, stamp.capture_ns, 0, "", 0]
        shapes = [["frame", array.dtype.name, list(array.shape)] for array in buffers]
        fields += [[stamp.source, stamp.frame], shapes, stamp.gap, tree]
    elif isinstance(item, Bound):
        fields = [VERSION, BOUND, run, 0, epoch, item.time_ns]
    else:
        fields = [VERSION, END, run, item.made, epoch, 0]
    header = msgpack.packb(fields)
    if len(header) > MAX_HEADER_BYTES:
        raise TransportError(f"a payload without its arrays takes {len(header)} bytes, {MAX_HEADER_BYTES} is the limit")
    return [header, *(np.ascontiguousarray(array).data for array in buffers)]


def decode(parts: Sequence[Any], hint: Any, run: bytes) -> tuple[Item, int]:
    """Return the item of a message and the epoch of its sender; arrays are read-only views of the parts.

    Args:
        parts: Message parts as bytes-like objects.
        hint: Type of the payload as the producer's port declares it.
        run: 16 bytes that name the run; a message of another run is refused.

    Raises:
        TransportError: The message is not one of ours.
    """
    try:
        return _decode(parts, hint, run)
    except (ValueError, TypeError, IndexError, KeyError, msgpack.UnpackException) as error:
        raise TransportError(f"a message cannot be read: {error}") from error


def _decode(parts: Sequence[Any], hint: Any, run: bytes) -> tuple[Item, int]:
    header = bytes(parts[0])
    if len(header) > MAX_HEADER_BYTES or len(parts) > MAX_BUFFERS + 1:
        raise ValueError("it is too long")
    fields = msgpack.unpackb(
        header, max_array_len=4096, max_map_len=1024, max_str_len=MAX_HEADER_BYTES, max_bin_len=MAX_HEADER_BYTES,
        max_ext_len=0, strict_map_key=True,
    )  # fmt: skip
    version, kind, sender, sequence, epoch, time_ns = fields[:6]
    if version != VERSION or sender != run:
        raise ValueError("it belongs to another version or run")
    if not all(isinstance(number, int) for number in (kind, sequence, epoch, time_ns)):
        raise ValueError("its header has the wrong types")
    if kind == BOUND:
        return Bound(time_ns), epoch
    if kind == END:
        return End(sequence), epoch
    if kind != DATA:
        raise ValueError(f"there is no kind {kind}")
    capture_ns, (source, frame), shapes, gap, tree = fields[6], fields[10], fields[11], fields[12], fields[13]
    if len(shapes) != len(parts) - 1:
        raise ValueError("its buffers do not match its header")
    arrays = [_array(part, *shape) for part, shape in zip(parts[1:], shapes, strict=True)]
    stamp = Stamp(int(time_ns), int(capture_ns), str(source), int(frame), bool(gap))
    return Packet(_rebuild(tree, hint, arrays), stamp, sequence), epoch


def _array(part: Any, carrier: str, dtype: str, shape: list[int]) -> np.ndarray[Any, Any]:
    if carrier != "frame" or dtype not in DTYPES or len(shape) > MAX_DIMENSIONS or min(shape, default=0) < 0:
        raise ValueError(f"an array of {dtype} {shape} by {carrier} is not accepted")
    view = memoryview(part)
    if math.prod(shape) * np.dtype(dtype).itemsize != view.nbytes:
        raise ValueError(f"an array of {dtype} {shape} does not fit its {view.nbytes} bytes")
    array = np.frombuffer(view, dtype=dtype).reshape(shape)
    array.flags.writeable = False
    return array


def _flatten(value: Any, buffers: list[np.ndarray[Any, Any]]) -> Any:
    if isinstance(value, np.ndarray):
        if value.dtype.name not in DTYPES:
            raise TransportError(f"an array of {value.dtype} cannot be sent; use one of {', '.join(sorted(DTYPES))}")
        buffers.append(value)
        return {ARRAY_KEY: len(buffers) - 1}
    if value is None or isinstance(value, bool | int | float | str | bytes):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if dataclasses.is_dataclass(value):
        return [_flatten(getattr(value, field.name), buffers) for field in dataclasses.fields(value)]
    if isinstance(value, list | tuple):
        return [_flatten(entry, buffers) for entry in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: _flatten(entry, buffers) for key, entry in value.items()}
    raise TransportError(
        f"a payload of type {type(value).__name__} cannot be sent; use arrays, numbers, texts, lists, "
        "dicts with text keys, or a dataclass of them"
    )


def _rebuild(tree: Any, hint: Any, arrays: list[np.ndarray[Any, Any]]) -> Any:
    if isinstance(tree, dict) and ARRAY_KEY in tree:
        return arrays[tree[ARRAY_KEY]]
    hint = _without_none(hint) if tree is not None else hint
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        hints = _field_hints(hint)
        if not isinstance(tree, list) or len(tree) != len(hints):
            raise ValueError(f"its payload is not a {hint.__name__}")
        return hint(*(_rebuild(part, kind, arrays) for part, kind in zip(tree, hints, strict=True)))
    if isinstance(tree, list):
        kinds = arguments or (object,)
        each = kinds[0] if origin is list or kinds[-1] is ... or len(kinds) != len(tree) else None
        entries = [_rebuild(part, each or kinds[i], arrays) for i, part in enumerate(tree)]
        return tuple(entries) if origin is tuple or hint is tuple else entries
    if isinstance(tree, dict):
        kind = arguments[1] if len(arguments) == 2 else object
        return {key: _rebuild(part, kind, arrays) for key, part in tree.items()}
    return float(tree) if hint is float and isinstance(tree, int) else tree


def _without_none(hint: Any) -> Any:
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        kinds = [kind for kind in typing.get_args(hint) if kind is not type(None)]
        return kinds[0] if len(kinds) == 1 else object
    return hint


@functools.lru_cache(maxsize=256)
def _field_hints(kind: type) -> tuple[Any, ...]:
    hints = typing.get_type_hints(kind)
    return tuple(hints[field.name] for field in dataclasses.fields(kind))
