"""Packets on the wire: a positional msgpack header and raw buffers. No pickle, no class names.

Message = [header, buffer, buffer, ...]. The header is the msgpack array

    [version, kind, run, sequence, epoch, time_ns, capture_ns, wall_ns, clock, deadline_ns, [source, frame],
     [[carrier, dtype, shape, place], ...], gap, tree, reduced]

and further elements are ignored, so that a later version may add some. `tree` is the payload with each array
replaced by its position in the list before it, and each dataclass by the list of its fields: the reader knows the type
from the producer's port. A *carrier* brings each array:

    inline   `place` is its bytes: arrays below 4 KiB
    slot     `place` says where it lies in shared memory, see `transport.shared`
    frame    it follows as a message part; `place` is None
"""

from __future__ import annotations

import dataclasses
import functools
import math
import types
import typing
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgpack
import numpy as np

from sensegraph.errors import TransportError
from sensegraph.packet import Bound, End, Item, Packet, Stamp

VERSION = 1
DATA, BOUND, END = 0, 1, 2
MAX_HEADER_BYTES = 64 * 1024
MAX_BUFFERS = 64
INLINE_BYTES = 4096
"""Arrays below this travel in the header."""
MAX_INLINE_BYTES = MAX_HEADER_BYTES // 2
"""All arrays in one header together; further ones follow as frames."""
MAX_DIMENSIONS = 8
ARRAY_KEY = "\0array"
KINDS = ["bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"]
KINDS += ["float16", "float32", "float64"]
DTYPES = {word: np.dtype(word) for word in KINDS}
NAMES = {dtype: name for name, dtype in DTYPES.items()}


Array = np.ndarray[Any, Any]
Describe = Callable[[Array], list[Any] | None]
Read = Callable[[Sequence[Any], int], Array | None]


class Lost(Bound):
    """In the place of a packet whose arrays are gone: nothing up to its time will come any more."""


def encode(
    item: Item, run: bytes, epoch: int, describe: Describe = lambda array: None, tally: dict[str, int] | None = None,
    pack: Callable[[Any], bytes] = msgpack.packb,
) -> list[Any]:  # fmt: skip
    """Return the message parts of one item; large buffers are not copied.

    Args:
        item: What to send.
        run: 16 bytes that name the run.
        epoch: How often the sending worker has been started.
        describe: Says where an array lies in shared memory; None when it does not.
        tally: Carrier -> bytes, to be added to.
        pack: Of a `msgpack.Packer` that is kept: making one takes memory from the system each time.

    Raises:
        TransportError: The payload holds something that cannot travel, or too much of it.
    """
    frames: list[Any] = []
    if isinstance(item, Packet):
        arrays: list[Array] = []
        stamp, tree = item.stamp, _flatten(item.payload, arrays)
        fields = [VERSION, DATA, run, item.sequence, epoch, stamp.time_ns, stamp.capture_ns, 0, "", 0]
        inline_left, carried = MAX_INLINE_BYTES, []
        for array in arrays:
            carrier, place = _carrier(array, describe, inline_left)
            if carrier == "inline":
                inline_left -= array.nbytes
            elif carrier == "frame":
                frames.append(np.ascontiguousarray(array).data)
            if tally is not None:
                tally[carrier] = tally.get(carrier, 0) + array.nbytes
            carried.append([carrier, NAMES[array.dtype], array.shape, place])
        fields += [[stamp.source, stamp.frame], carried, stamp.gap, tree, stamp.reduced]
    elif isinstance(item, Bound):
        fields = [VERSION, BOUND, run, 0, epoch, item.time_ns]
    else:
        fields = [VERSION, END, run, item.made, epoch, 0]
    header = pack(fields)
    if len(header) > MAX_HEADER_BYTES:
        raise TransportError(f"a payload without its arrays takes {len(header)} bytes, {MAX_HEADER_BYTES} is the limit")
    return [header, *frames]


def _carrier(array: Array, describe: Describe, inline_left: int) -> tuple[str, Any]:
    if array.nbytes < INLINE_BYTES and array.nbytes <= inline_left:
        return "inline", array.tobytes()
    place = describe(array)
    return ("frame", None) if place is None else ("slot", place)


def arrays_of(payload: Any) -> list[Array]:
    """Return all arrays in a payload."""
    if isinstance(payload, np.ndarray):
        return [payload]
    found: list[Array] = []

    def note(array: Array) -> Array:
        found.append(array)
        return array

    with_arrays(payload, note)
    return found


def with_arrays(payload: Any, change: Callable[[Array], Array]) -> Any:
    """Return a payload with each array in it changed; the payload itself where none was."""
    if isinstance(payload, np.ndarray):
        return change(payload)
    if isinstance(payload, list | tuple):
        entries = [with_arrays(each, change) for each in payload]
        same = all(new is old for new, old in zip(entries, payload, strict=True))
        return payload if same else entries if isinstance(payload, list) else tuple(entries)
    if isinstance(payload, dict):
        changed = {key: with_arrays(each, change) for key, each in payload.items()}
        return payload if all(changed[key] is payload[key] for key in payload) else changed
    if dataclasses.is_dataclass(payload) and not isinstance(payload, type):
        before = {field.name: getattr(payload, field.name) for field in dataclasses.fields(payload)}
        after = {name: with_arrays(each, change) for name, each in before.items()}
        changed = {name: each for name, each in after.items() if each is not before[name]}
        return dataclasses.replace(payload, **changed) if changed else payload
    return payload


def _nowhere(place: Sequence[Any], nbytes: int) -> Array:
    raise ValueError("there is no shared memory here")


UNREADABLE = (
    ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError, msgpack.UnpackException,
)  # fmt: skip
"""What may come out of reading a message that is none of ours."""


def decode(parts: Sequence[Any], hint: Any, run: bytes, read: Read = _nowhere) -> tuple[Item, int]:
    """Return the item of a message and the epoch of its sender; arrays are read-only views of the parts.

    Args:
        parts: Message parts as bytes-like objects.
        hint: Type of the payload as the producer's port declares it.
        run: 16 bytes that name the run; a message of another run is refused.
        read: Returns the bytes that lie in shared memory, None when they are gone; `Lost` is then returned. What it
            raises besides `ValueError` passes through.

    Raises:
        TransportError: The message is not one of ours.
    """
    try:
        return _decode(parts, hint, run, read)
    except UNREADABLE as error:
        raise TransportError(f"a message cannot be read: {error}") from error


def _decode(parts: Sequence[Any], hint: Any, run: bytes, read: Read) -> tuple[Item, int]:
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
    if not type(kind) is type(sequence) is type(epoch) is type(time_ns) is int:
        raise ValueError("its header has the wrong types")
    if kind == BOUND:
        return Bound(time_ns), epoch
    if kind == END:
        return End(sequence), epoch
    if kind != DATA:
        raise ValueError(f"there is no kind {kind}")
    capture_ns, (source, frame), carried, gap, tree = fields[6], fields[10], fields[11], fields[12], fields[13]
    if [each[0] for each in carried].count("frame") != len(parts) - 1:
        raise ValueError("its buffers do not match its header")
    frames = iter(parts[1:])
    arrays = [array for each in carried if (array := _array(each, frames, read)) is not None]
    if len(arrays) < len(carried):
        return Lost(time_ns), epoch
    reduced = str(fields[14]) if len(fields) > 14 else ""
    stamp = Stamp(int(time_ns), int(capture_ns), str(source), int(frame), bool(gap), reduced)
    return Packet(_rebuild(tree, hint, arrays), stamp, sequence), epoch


def _array(carried: Sequence[Any], frames: Iterator[Any], read: Read) -> Array | None:
    carrier, dtype, shape, place = carried[:4]
    kind = DTYPES.get(dtype)
    if kind is None or len(shape) > MAX_DIMENSIONS or min(shape, default=0) < 0:
        raise ValueError(f"an array of {dtype} {shape} is not accepted")
    nbytes = math.prod(shape) * kind.itemsize
    if carrier == "slot":
        content = read(place, nbytes)
        return None if content is None else content.view(kind).reshape(shape)
    if carrier not in ("inline", "frame"):
        raise ValueError(f"there is no carrier {carrier}")
    view = memoryview(next(frames) if carrier == "frame" else place)
    if nbytes != view.nbytes:
        raise ValueError(f"an array of {dtype} {shape} does not fit its {view.nbytes} bytes")
    array: Array = np.frombuffer(view, dtype=kind).reshape(shape)
    array.flags.writeable = False
    return array


def _flatten(value: Any, buffers: list[Array]) -> Any:
    if isinstance(value, np.ndarray):
        if value.dtype not in NAMES:
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


def _rebuild(tree: Any, hint: Any, arrays: list[Array]) -> Any:
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
