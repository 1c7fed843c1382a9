"""The wire: what goes in comes out, and nothing else is believed."""

import msgpack
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sensegraph.codec import DTYPES, INLINE_BYTES, MAX_INLINE_BYTES, arrays_of, decode, encode, with_arrays
from sensegraph.errors import TransportError
from sensegraph.packet import Bound, End, Item, Packet, Stamp
from sensegraph.payload import Counts, Features, Landmarks, Scores, Totals

RUN = b"r" * 16


def wire(item: Item, hint: object = object) -> Item:
    """Return what the wire makes of an item."""
    return decode([bytes(part) for part in encode(item, RUN, 3)], hint, RUN)[0]


@given(hnp.arrays(st.sampled_from(sorted(DTYPES)), hnp.array_shapes(min_dims=0, max_dims=4, min_side=0)))
def test_any_array_comes_back_equal_and_read_only(array: np.ndarray) -> None:
    """Every accepted dtype and shape survives, and the reader cannot write into it."""
    item = wire(Packet(array, Stamp(7, 8, "camera", 9, True), 4), np.ndarray)
    assert isinstance(item, Packet)
    np.testing.assert_array_equal(item.payload, array)
    assert item.payload.dtype == array.dtype
    assert not item.payload.flags.writeable
    assert (item.stamp, item.sequence) == (Stamp(7, 8, "camera", 9, True), 4)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.text(max_size=5), each, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=8), values, max_size=5))
def test_plain_values_come_back_equal(payload: dict) -> None:
    """Dicts of numbers, texts and lists survive without a declared type."""
    item = wire(Packet(payload, Stamp(1)))
    assert isinstance(item, Packet)
    assert item.payload == payload


@pytest.mark.parametrize(
    "payload",
    [
        Scores("Squats", 0.5, (("Squats", 0.5), ("Lunges", 0.25)), True, 3),
        Counts("Squats", 2, {"Squats": 2, "Pushups": 1}),
        Totals(3.0, 3.5, 1.25, "class"),
    ],
)
def test_results_come_back_equal(payload: object) -> None:
    """The dataclasses of the standard nodes are rebuilt from the producer's port type."""
    item = wire(Packet(payload, Stamp(1)), type(payload))
    assert isinstance(item, Packet)
    assert item.payload == payload


def test_dataclasses_carry_arrays() -> None:
    """Landmarks and features keep their arrays."""
    points = np.arange(132, dtype=np.float32).reshape(33, 4)
    item = wire(Packet(Landmarks(points, points[:, :3], 640, 480, 0.5), Stamp(1)), Landmarks)
    assert isinstance(item, Packet)
    np.testing.assert_array_equal(item.payload.world, points[:, :3])
    features = wire(Packet(Features(points[0], "landmarks-body@1", True, 1.0), Stamp(1)), Features)
    assert isinstance(features, Packet)
    assert features.payload.space == "landmarks-body@1"


@pytest.mark.parametrize("item", [Bound(5), End(7)])
def test_bounds_and_ends_travel(item: Item) -> None:
    """Control items come back as they were."""
    assert wire(item) == item


@pytest.mark.parametrize("payload", [object(), np.array([object()]), {1: 2}, {"x": {3, 4}}])
def test_what_cannot_travel_is_refused_when_it_is_sent(payload: object) -> None:
    """The sender is told, before anything is on the wire."""
    with pytest.raises(TransportError, match="cannot be sent"):
        encode(Packet(payload, Stamp(1)), RUN, 0)


@pytest.mark.fault(29)
@given(st.lists(st.binary(max_size=64), min_size=1, max_size=4))
def test_garbage_is_refused(parts: list) -> None:
    """Random bytes raise a transport error and nothing else."""
    with pytest.raises(TransportError):
        decode(parts, object, RUN)


@pytest.mark.fault(29)
@given(st.lists(values, min_size=0, max_size=16))
def test_wrong_headers_are_refused(fields: list) -> None:
    """A msgpack array that is not our header raises a transport error and nothing else."""
    with pytest.raises(TransportError):
        decode([msgpack.packb([1, 0, RUN, *fields[:4], "x", *fields[4:]])], object, RUN)


@pytest.mark.fault(29)
def test_another_run_is_refused() -> None:
    """A message of another run is not believed."""
    with pytest.raises(TransportError, match="another version or run"):
        decode([bytes(p) for p in encode(Bound(1), b"x" * 16, 0)], object, RUN)


@pytest.mark.fault(29)
def test_a_shape_that_lies_is_refused() -> None:
    """The declared shape must fit the bytes that came."""
    parts = [bytes(p) for p in encode(Packet(np.zeros(INLINE_BYTES, np.uint8), Stamp(1)), RUN, 0)]
    with pytest.raises(TransportError, match="does not fit"):
        decode([parts[0], parts[1] * 2], np.ndarray, RUN)


def test_small_arrays_travel_in_the_header() -> None:
    """Below 4 KiB an array needs no message part of its own; so many of them that the header would burst do."""
    tally: dict[str, int] = {}
    assert len(encode(Packet(np.zeros(INLINE_BYTES - 1, np.uint8), Stamp(1)), RUN, 0, tally=tally)) == 1
    assert tally == {"inline": INLINE_BYTES - 1}
    item = Packet([np.full(4000, n, np.uint8) for n in range(20)], Stamp(1))
    parts = encode(item, RUN, 0)
    assert len(parts) == 1 + 20 - MAX_INLINE_BYTES // 4000
    back = decode(parts, list[np.ndarray], RUN)[0]
    assert isinstance(back, Packet)
    assert [int(each[0]) for each in back.payload] == list(range(20))


def test_a_place_in_shared_memory_is_not_believed_where_there_is_none() -> None:
    """A message that names a slot is refused by a reader that has no shared memory."""
    parts = encode(Packet(np.zeros(INLINE_BYTES, np.uint8), Stamp(1)), RUN, 0, describe=lambda array: [[b"", 1, 1], 0])
    assert len(parts) == 1
    with pytest.raises(TransportError, match="no shared memory"):
        decode(parts, np.ndarray, RUN)


def test_arrays_are_changed_where_they_are_and_nothing_else_is() -> None:
    """A payload without arrays, or whose arrays stay, is the same object."""
    points = np.zeros((33, 4), np.float32)
    body = Landmarks(points, points[:, :3], 640, 480, 0.5)
    assert with_arrays(body, lambda array: array) is body
    changed = with_arrays({"a": [body, (1, "x")]}, lambda array: array + 1)
    assert changed["a"][0].points[0, 0] == 1
    assert changed["a"][0].width == 640
    assert changed["a"][1] == (1, "x")
    assert len(arrays_of({"a": [body, (1, "x")]})) == 2
