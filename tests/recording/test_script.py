"""Joining by a script: what a node got in live pace it gets again, in whatever order things come."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensegraph.errors import SourceError
from sensegraph.join import Join, JoinedSet
from sensegraph.node import EVERY, Port
from sensegraph.packet import Bound, End, Item, Packet, Stamp
from sensegraph.recording.journal import NotedJoin
from sensegraph.recording.script import ScriptedJoin, Wanted

PORTS = {
    "hold": {"a": Port(int), "b": Port(int), "c": Port(int)},
    "exact": {"a": Port(int), "b": Port(int, join="exact"), "c": Port(int)},
    "nearest": {"a": Port(int), "b": Port(int, join="nearest", tolerance_s=3e-9), "c": Port(int)},
    "since": {"a": Port(int), "b": Port(int, join="since"), "c": Port(int)},
    "any": {EVERY: Port(int)},
}
NAMES = ["a", "b", "c"]
Streams = dict[str, list[int]]


class Notes:
    """A journal in memory."""

    def __init__(self) -> None:
        self.sets: list[Wanted] = []

    def joined(self, node: str, names: Sequence[str], joined: JoinedSet) -> None:
        stamps = {name: stamp for name, stamp in joined.stamps.items() if name in names}
        listed = {n: s if isinstance(s, list) else [] if s is None else [s] for n, s in stamps.items()}
        self.sets.append({name: [stamp.time_ns for stamp in several] for name, several in listed.items()})


def item(time_ns: int) -> Packet[int]:
    """Return a packet of that time."""
    return Packet(time_ns * 10, Stamp(time_ns))


def told(joined: JoinedSet) -> tuple[Any, ...]:
    """Return all that a node gets."""
    return joined.stamp.time_ns, sorted(joined.payloads.items()), sorted(joined.stamps.items(), key=lambda e: e[0])


def interleaved(streams: Streams, chance: random.Random, keep: float) -> list[tuple[str, Item]]:
    """Return the streams in a random order between them; of each packet that is not kept, its bound comes."""
    left: dict[str, list[Item]] = {}
    for name, times in streams.items():
        kept: list[Item] = [item(t) if chance.random() < keep else Bound(t) for t in times]
        left[name] = [*kept, End(len(times))]
    order = []
    while any(left.values()):
        name = chance.choice([name for name, items in left.items() if items])
        order.append((name, left[name].pop(0)))
    return order


def sets_of(join: Join, items: list[tuple[str, Item]], hurry: random.Random | None = None) -> list[tuple[Any, ...]]:
    """Return the sets of a join; with `hurry` it is forced now and then, as in live pace."""
    found = []
    for name, each in items:
        join.push(name, each)
        while (joined := join.next(force=hurry is not None and hurry.random() < 0.3)) is not None:
            found.append(told(joined))
    assert join.ended
    return found


STREAMS = st.fixed_dictionaries(
    {name: st.lists(st.integers(0, 40), unique=True, max_size=25).map(sorted) for name in NAMES}
)


@given(streams=STREAMS, kind=st.sampled_from(sorted(PORTS)), seed=st.integers(0, 1 << 30))
def test_a_script_gives_the_sets_of_a_live_run(streams: Streams, kind: str, seed: int) -> None:
    """There packets were dropped and sets were hurried; here everything comes, in another order."""
    chance, notes = random.Random(seed), Notes()
    noted = NotedJoin(PORTS[kind], NAMES, notes, "node")  # type: ignore[arg-type]
    live = sets_of(noted, interleaved(streams, chance, keep=0.6), hurry=None if kind == "any" else chance)
    scripted = ScriptedJoin(PORTS[kind], NAMES, notes.sets)
    assert sets_of(scripted, interleaved(streams, chance, keep=1.0)) == live
    assert sum(scripted.finished().values()) == sum(map(len, streams.values()))


@given(streams=STREAMS, kind=st.sampled_from(["hold", "exact", "since"]), seed=st.integers(0, 1 << 30))
def test_a_script_lets_no_producer_wait_for_another(streams: Streams, kind: str, seed: int) -> None:
    """With room for one unfinished packet on each edge, all comes through, though most of it is not asked for."""
    chance, notes = random.Random(seed), Notes()
    noted = NotedJoin(PORTS[kind], NAMES, notes, "node")  # type: ignore[arg-type]
    live = sets_of(noted, interleaved(streams, chance, keep=0.3), hurry=chance)
    join, found, unfinished = ScriptedJoin(PORTS[kind], NAMES, notes.sets), [], Counter[str]()
    for time_ns, name in sorted((time_ns, name) for name, times in streams.items() for time_ns in times):
        assert unfinished[name] == 0
        join.push(name, item(time_ns))
        unfinished[name] += 1
        while (joined := join.next()) is not None:
            found.append(told(joined))
        unfinished.subtract(join.finished())
    assert found == live


def test_a_set_whose_first_packet_does_not_come_is_left_out() -> None:
    """The node before it now does something else; nobody waits for ever."""
    join = ScriptedJoin(PORTS["hold"], NAMES, [{"a": [1], "b": [], "c": []}, {"a": [2], "b": [1], "c": []}])
    join.push("a", item(2))
    assert join.next() is None
    join.push("b", item(0))
    join.push("b", item(3))
    joined = join.next()
    assert joined is not None
    assert (joined.payloads["a"], joined.payloads["b"]) == (20, 0)  # the newest before what is missing


def test_a_promise_reaches_to_the_next_set() -> None:
    """So those behind need not wait for what will not come."""
    join = ScriptedJoin(PORTS["hold"], NAMES, [{"a": [7], "b": [], "c": []}])
    assert join.bound_ns() == 6


def test_sets_of_other_inputs_are_refused() -> None:
    """A recording may be anything."""
    with pytest.raises(SourceError, match="sets of other inputs"):
        ScriptedJoin(PORTS["hold"], NAMES, [{"b": [7]}])


def test_what_a_restarted_node_got_again_counts_once() -> None:
    """Times increase."""
    sets: list[Wanted] = [{"a": [t], "b": [], "c": []} for t in (1, 2, 1, 2, 3)]
    join = ScriptedJoin(PORTS["hold"], NAMES, sets)
    streams: Streams = {"a": [1, 2, 3], "b": [], "c": []}
    assert [each[0] for each in sets_of(join, interleaved(streams, random.Random(1), keep=1.0))] == [1, 2, 3]
