"""Joining: the same packets give the same sets, in whatever order they arrive."""

from hypothesis import given
from hypothesis import strategies as st

from sensegraph.join import Join
from sensegraph.node import Port
from sensegraph.packet import Bound, End, Item, Packet, Stamp


def at(time_ns: int) -> Packet[int]:
    """Return a packet that carries its own time."""
    return Packet(time_ns, Stamp(time_ns))


def sets(join: Join) -> list[dict]:
    """Return all sets that are complete."""
    found = []
    while (joined := join.next()) is not None:
        found.append(joined.payloads)
    return found


def test_a_set_waits_until_the_other_input_is_known() -> None:
    """Without a later packet or a bound nothing is joined."""
    join = Join({"a": Port(int), "b": Port(int)}, ["a", "b"])
    join.push("a", at(10))
    assert join.next() is None
    join.push("b", at(4))
    assert join.next() is None
    join.push("b", Bound(10))
    assert sets(join) == [{"a": 10, "b": 4}]


def test_hold_keeps_the_newest_at_or_before() -> None:
    """A slow input is repeated, a later packet is not used early."""
    join = Join({"a": Port(int), "b": Port(int)}, ["a", "b"])
    for time_ns in (1, 2, 3):
        join.push("a", at(time_ns))
    join.push("b", at(2))
    join.push("b", End(1))
    assert sets(join) == [{"a": 1, "b": None}, {"a": 2, "b": 2}, {"a": 3, "b": 2}]


def test_exact_takes_only_the_same_time() -> None:
    """Other times give None."""
    join = Join({"a": Port(int), "b": Port(int, join="exact")}, ["a", "b"])
    for time_ns in (1, 2, 3):
        join.push("a", at(time_ns))
    join.push("b", at(2))
    join.push("b", End(1))
    assert [each["b"] for each in sets(join)] == [None, 2, None]


def test_nearest_looks_both_ways_within_its_tolerance() -> None:
    """The nearer neighbour wins; one too far away is None."""
    join = Join({"a": Port(int), "b": Port(int, join="nearest", tolerance_s=5e-9)}, ["a", "b"])
    for time_ns in (10, 20, 40):
        join.push("a", at(time_ns))
    for time_ns in (7, 12, 24):
        join.push("b", at(time_ns))
    join.push("b", End(3))
    assert [each["b"] for each in sets(join)] == [12, 24, None]


def test_since_gives_all_between_two_packets() -> None:
    """Every packet of the faster input is handed over once."""
    join = Join({"a": Port(int), "b": Port(int, join="since")}, ["a", "b"])
    for time_ns in (2, 4):
        join.push("a", at(time_ns))
    for time_ns in (1, 2, 3, 4, 5):
        join.push("b", at(time_ns))
    assert [each["b"] for each in sets(join)] == [[1, 2], [3, 4]]


def test_a_pace_that_passes_by_frees_the_other_input() -> None:
    """Bounds of the first input give back credit on the others, so a rare first input blocks nobody."""
    join = Join({"a": Port(int), "b": Port(int)}, ["a", "b"])
    for time_ns in range(1, 6):
        join.push("b", at(time_ns))
    join.push("a", Bound(4))
    assert join.next() is None
    assert join.finished() == {"b": 4}


def test_a_set_that_waits_frees_what_it_will_take() -> None:
    """Else an edge that is full of earlier packets would hold back the one that the set waits for."""
    join = Join({"a": Port(int), "b": Port(int)}, ["a", "b"])
    join.push("a", at(5))
    join.push("b", at(2))
    join.push("b", at(4))
    assert join.next() is None
    assert join.finished() == {"b": 2}
    join.push("b", at(6))
    assert sets(join) == [{"a": 5, "b": 4}]


def test_a_repeat_is_not_taken_twice() -> None:
    """What was sent again after a restart is refused."""
    join = Join({"a": Port(int)}, ["a"])
    assert join.push("a", at(5))
    assert not join.push("a", at(5))
    assert not join.push("a", at(4))


def test_any_inputs_are_merged_in_order_of_time() -> None:
    """`*` gives one packet at a time."""
    join = Join({"*": Port(object)}, ["x", "y"])
    for time_ns in (1, 4):
        join.push("x", at(time_ns))
    join.push("y", at(3))
    assert sets(join) == [{"x": 1}, {"y": 3}]
    join.push("y", End(1))
    assert sets(join) == [{"x": 4}]


def test_it_ends_when_the_first_input_has_ended() -> None:
    """The other inputs do not keep a node alive."""
    join = Join({"a": Port(int), "b": Port(int)}, ["a", "b"])
    join.push("a", at(1))
    join.push("a", End(1))
    assert not join.ended
    join.push("b", Bound(1))
    assert len(sets(join)) == 1
    assert join.ended


times = st.lists(st.integers(0, 40), unique=True, max_size=8).map(sorted)
JOINS = st.sampled_from(["hold", "exact", "nearest", "since"])


@given(times, times, times, JOINS, JOINS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(a: list, b: list, c: list, jb: str, jc: str, random) -> None:  # noqa: ANN001
    """Any interleaving of the three streams gives the same sets in the same order."""
    ports = {"a": Port(int), "b": Port(int, join=jb, tolerance_s=3e-9), "c": Port(int, join=jc, tolerance_s=3e-9)}
    streams: dict[str, list[Item]] = {
        name: [*map(at, stream), End(len(stream))] for name, stream in zip("abc", (a, b, c), strict=True)
    }

    def joined(shuffled: bool) -> list[dict]:
        join, queues, found = Join(ports, ["a", "b", "c"]), {n: list(s) for n, s in streams.items()}, []
        while any(queues.values()):
            open_names = [name for name in queues if queues[name]]
            name = random.choice(open_names) if shuffled else open_names[0]
            join.push(name, queues[name].pop(0))
            found += sets(join)
        assert join.ended
        return found

    assert joined(True) == joined(False)
    assert len(joined(True)) == len(a)
