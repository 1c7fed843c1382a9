"""A whole graph on virtual time."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensegraph.check import check
from sensegraph.errors import GraphError, NodeError
from sensegraph.launch import execute
from sensegraph.load import load_text
from sensegraph.node import Node, Port
from sensegraph.packet import Packet, Stamp
from sensegraph.spec import Pace
from sensegraph.testing import Backwards, Drop, Fault, Kill, Played, Slow, frames_at, play
from tests.testing import cast

CHAIN = """version: 1
nodes:
  numbers: {type: "tests.testing.cast:Numbers"}
  sum: {type: "tests.testing.cast:Sum", inputs: {n: numbers.n}}
  even: {type: "tests.testing.cast:Even", inputs: {n: sum.n}}
"""
NUMBERS = list(range(40))
SUMS = [n * (n + 1) // 2 for n in NUMBERS]


def chain(*faults: Fault, pace: str = "fast", **options: Any) -> Played:
    """Play the chain with numbers at 10 Hz."""
    return play(CHAIN, {"numbers": NUMBERS}, faults=faults, pace=pace, rate_hz=10, **options)


def test_every_output_is_kept_with_its_stamp_and_every_packet_accounted_for() -> None:
    """Outputs are named by node and port, also those that nobody reads."""
    run = chain()
    assert run.payloads("sum.n") == [*SUMS, -SUMS[-1]]
    assert run.payloads("sum.count") == [n + 1 for n in NUMBERS]
    assert [packet.stamp.frame for packet in run.outputs["sum.count"]] == NUMBERS
    assert run.outputs["even.n"][1].stamp.source == "numbers"
    assert (run.unaccounted, run.ledger("numbers>sum").delivered, run.dropped("numbers>sum")) == (0, 40, {})
    assert (run.reports["sum"], run.nodes["sum"].sum, run.error) == ({"seen": 40}, SUMS[-1], "")  # type: ignore[attr-defined]


def test_in_live_pace_a_source_sends_at_its_media_times() -> None:
    """The run lasts as long as its script, in virtual time, and a node that takes no time sees no age."""
    run = chain(pace="live")
    assert run.lasted_s == 3.9
    assert run.ages_ms["even"] == [0.0] * 41


def test_a_slow_node_takes_virtual_time_and_what_it_misses_is_counted() -> None:
    """At 0.25 s a number an edge that keeps the newest drops what comes meanwhile; the age stays within a period."""
    graph = CHAIN.replace("{n: numbers.n}", "{n: {from: numbers.n, policy: latest}}")
    run = play(graph, {"numbers": NUMBERS}, faults=[Slow("sum", 0.25)], rate_hz=10)
    seen = len(run.outputs["sum.count"])
    assert run.dropped("numbers>sum") == {"replaced": 40 - seen}
    assert max(run.ages_ms["sum"]) <= 100
    assert 15 <= seen <= 18
    assert run.unaccounted == 0


def test_how_slow_may_depend_on_the_packet() -> None:
    """A function of the stamp says how long."""
    run = chain(Slow("sum", lambda stamp: 1.0 if stamp.frame == 3 else 0.0), pace="live")
    assert run.ages_ms["sum"][:6] == [0, 0, 0, 0, 900, 800]


def test_what_is_too_old_expires_by_the_virtual_clock() -> None:
    """A budget of an edge is kept by the same time."""
    graph = CHAIN.replace("{n: numbers.n}", "{n: {from: numbers.n, policy: drop_oldest, queue: 9, expire_ms: 150}}")
    run = play(graph, {"numbers": NUMBERS}, faults=[Slow("sum", 0.25)], rate_hz=10)
    assert run.dropped("numbers>sum")["expired"] > 10
    assert max(run.ages_ms["sum"]) <= 150


def test_a_limit_drops_where_its_way_begins() -> None:
    """One number may be under way to the slow end of the chain."""
    run = play(CHAIN + "limits: [{from: numbers, to: even, in_flight: 1}]\n", {"numbers": NUMBERS},
               faults=[Slow("even", 0.25)], rate_hz=10)  # fmt: skip
    assert run.dropped("numbers>sum")["limited"] > 20
    assert run.dropped("sum>even") == {}


def test_patience_with_the_other_inputs_ends() -> None:
    """In live pace a number waits 0.1 s for the other stream and then goes without."""
    graph = CHAIN + '  add: {type: "tests.testing.cast:Add", inputs: {n: numbers.n, other: sum.n}}\n'
    run = play(graph, {"numbers": [1]}, faults=[Slow("sum", 0.5)], rate_hz=10)
    assert run.payloads("add.n") == [1]
    assert run.lasted_s == 0.5


@pytest.mark.parametrize("pace", ["live", "fast"])
def test_a_killed_node_goes_on_from_its_state_and_counts_every_number_once(pace: str) -> None:
    """What it had not finished comes again; what it sends again counts as sent before."""
    run = chain(Kill("sum", at_s=1.0), Kill("sum", at_s=2.5), Kill("even", at_s=2.5), pace=pace)
    assert run.payloads("sum.n") == [*SUMS, -SUMS[-1]]
    assert [note.partition(": ")[2] for note in run.notes] == [
        "node 'sum' was killed by signal 9; restarting",
        "node 'sum' was killed by signal 9; restarting",
        "node 'even' was killed by signal 9; restarting",
    ]
    assert (run.unaccounted, run.dropped("numbers>sum"), run.dropped("sum>even")) == (0, {}, {})


def test_where_the_newest_counts_a_kill_costs_what_was_under_way() -> None:
    """It is counted as `peer_restart`, and what came during the restart as replaced."""
    graph = CHAIN.replace("{n: numbers.n}", "{n: {from: numbers.n, policy: latest}}")
    run = play(graph, {"numbers": NUMBERS}, faults=[Kill("sum", at_s=1.0)], rate_hz=10)
    assert run.dropped("numbers>sum") == {"peer_restart": 1}
    assert run.payloads("sum.n")[-1] == -(SUMS[-1] - 10)


def test_the_nodes_of_one_process_die_together() -> None:
    """What was under way between them is gone, and counted."""
    together = CHAIN.replace("inputs: {n: numbers.n}", "process: both, inputs: {n: numbers.n}").replace(
        "inputs: {n: sum.n}", "process: both, inputs: {n: sum.n}"
    )
    run = play(together, {"numbers": NUMBERS}, faults=[Kill("even", at_s=1.0)], rate_hz=10)
    assert run.notes == ["1.000 s: node 'sum, even' was killed by signal 9; restarting"]
    assert run.dropped("sum>even") == {"killed": 1}
    assert run.payloads("sum.count")[-1] == 40


def test_a_packet_at_which_a_node_dies_twice_is_skipped() -> None:
    """As in a run: the third start passes it over."""
    run = chain(Kill("sum", at_s=1.0), Kill("sum", at_s=1.0))
    assert run.skipped == {"sum": [1.0]}
    assert "(2 times with the packet at 1.000 s: it will be skipped)" in run.notes[1]
    assert run.payloads("sum.n")[-1] == -(SUMS[-1] - 10)


def test_a_kill_that_finds_nobody_is_told() -> None:
    """A time after the last packet."""
    assert chain(Kill("sum", at_s=9.0)).notes == [
        "0.000 s: node 'sum' was not killed: it worked on nothing from 9 s on"
    ]


def test_lost_packets_are_counted_as_injected() -> None:
    """Every fifth within the time; joins behind go on."""
    run = chain(Drop("numbers.n", every=5, from_s=1.0, until_s=3.0))
    assert run.dropped("numbers>sum") == {"injected": 4}
    assert run.payloads("sum.count")[-1] == 36


def test_a_source_whose_times_go_back_is_refused_as_in_a_run() -> None:
    """The error names the source and the times; a jump ahead is none."""
    with pytest.raises(NodeError, match=r"node 'numbers' sent 1\.500000 s on 'n' after 1\.900000 s"):
        chain(Backwards("numbers", at_s=2.0, by_s=0.5))
    assert chain(Backwards("numbers", at_s=2.0, by_s=-5), pace="live").lasted_s == 8.9


def test_what_a_node_raises_is_raised_with_the_node_and_the_frame() -> None:
    """The test that plays it fails where the node does."""
    with pytest.raises(ValueError, match="a bad number") as caught:
        chain(nodes={"sum": cast.Sum(at=7)})
    assert caught.value.__notes__ == ["in node 'sum', frame 7 at 0.700 s"]


def test_on_demand_a_node_that_raises_is_started_again_and_spared_the_second_time() -> None:
    """As in a run: two tries, then the packet is skipped."""
    run = chain(nodes={"sum": cast.Sum(at=7)}, restart=True)
    assert run.skipped == {"sum": [0.7]}
    assert run.notes[0].startswith(
        "0.000 s: node 'sum' failed at frame 7 at 0.700 s: ValueError: a bad number (cast.py:"
    )
    assert run.payloads("sum.n")[-1] == -(SUMS[-1] - 7)
    assert (run.error, run.unaccounted) == ("", 0)


def test_what_no_restart_cures_ends_the_run() -> None:
    """An error of ours at once, any other one after five restarts; the account balances all the same."""
    run = chain(Backwards("numbers", at_s=2.0, by_s=0.5), restart=True)
    assert "must increase" in run.error
    assert run.unaccounted == 0

    class Worse(cast.Sum):
        def process(self, n: int) -> dict[str, int]:
            raise ValueError("all are bad")

    assert chain(nodes={"sum": Worse()}, restart=True).error.endswith("It was restarted 5 times in 60 s.")


def test_more_kills_than_a_run_survives_fail_it() -> None:
    """As in a run, and where nothing is to be started again by an exception."""
    with pytest.raises(NodeError, match=r"was killed by signal 9\n  It was restarted 5 times in 60 s\."):
        chain(*[Kill("sum", at_s=tenth / 10) for tenth in range(6)])


def test_every_node_is_closed_unless_it_was_killed() -> None:
    """Also when another one raises."""
    closed: list[str] = []

    class Closing(cast.Sum):
        def close(self) -> None:
            closed.append(f"sum of {self.at}")

    chain(nodes={"sum": Closing()})
    with pytest.raises(ValueError, match="a bad number"):
        chain(nodes={"sum": Closing(at=7)})
    chain(nodes={"sum": Closing(at=8)}, restart=True)
    chain(Kill("sum", at_s=1.0), nodes={"sum": Closing(at=50)})
    assert closed == ["sum of -1", "sum of 7", *["sum of 8"] * 3, "sum of 50"]


def test_a_node_may_end_the_graph() -> None:
    """`Stop` ends the sources, and the rest drains."""
    run = chain(nodes={"sum": cast.Sum(stop_at=9)}, pace="live")
    assert run.payloads("sum.n") == SUMS[:9]
    assert run.lasted_s == 1.0
    assert run.unaccounted == 0


def test_nodes_that_wait_for_each_other_are_told() -> None:
    """Where a run would hang for ever, it says who waits for what."""
    graph = """version: 1
nodes:
  numbers: {type: "tests.testing.cast:Numbers"}
  late: {type: "tests.testing.cast:AtTheEnd", inputs: {n: numbers.n}}
  add: {type: "tests.testing.cast:Add", inputs: {n: numbers.n, other: late.n}}
"""
    told = "'numbers' waits for room in numbers.n>add.n, 'late' waits for its inputs, 'add' waits for its inputs"
    with pytest.raises(NodeError, match=f"the graph stands still at 0.000 s: {told}"):
        play(graph, pace="fast")


def test_a_stub_must_fit_and_each_start_gets_a_new_one() -> None:
    """Ports are checked; what a start has made is gone with it."""

    class Words(Node):
        inputs: ClassVar[dict[str, Port]] = {"n": Port(int)}
        outputs: ClassVar[dict[str, Port]] = {"n": Port(str)}

    with pytest.raises(GraphError, match=r"sum\.n gives str, even\.n takes int"):
        chain(nodes={"sum": Words()})
    with pytest.raises(GraphError, match="what is in its place has no output 'n'"):
        chain(nodes={"sum": Node()})
    stub = cast.Sum()
    chain(Kill("sum", at_s=1.0), nodes={"sum": stub})
    assert not hasattr(stub, "sum")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"sources": {"number": []}}, "sources: there is no node 'number' that is played\n  Did you mean 'numbers'"),
        ({"sources": {"sum": []}}, "sources: 'sum' is no source"),
        ({"sources": {"numbers": {"m": []}}}, "output 'm', which it does not have\n  It has n"),
        ({"nodes": {"summ": cast.Sum()}}, "nodes: there is no node 'summ'"),
        ({"faults": [Slow("su", 1.0)]}, "Slow: there is no node 'su'"),
        ({"faults": [Drop("sum>numbers")]}, "no edge is 'sum>numbers'"),
        ({"faults": [Backwards("numbers", 1, 1)]}, "Backwards: 'numbers' has no script"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(given: dict[str, Any], told: str) -> None:
    """Sources, stubs and faults name nodes and edges of the graph."""
    with pytest.raises(GraphError, match=told):
        play(CHAIN, **given)


def test_a_script_may_have_several_outputs_and_packets_of_another_run() -> None:
    """Packets of one time go together; who captured them before does not count."""

    class Two(cast.Numbers):
        outputs: ClassVar[dict[str, Port]] = {"n": Port(int), "fire": Port(str)}

    script = {"n": [1, 2, 3], "fire": [Packet("!", Stamp(62_500_000, capture_ns=5, source="elsewhere"))]}
    run = play(CHAIN, {"numbers": script}, nodes={"numbers": Two()})
    assert [packet.stamp for packet in run.outputs["numbers.fire"]] == [Stamp(62_500_000, 62_500_000, "numbers")]
    assert run.payloads("sum.n")[:3] == [1, 3, 6]


def test_a_script_of_pictures_is_at_a_rate() -> None:
    """Small grey ones unless told otherwise."""
    frames = frames_at(30, seconds=0.1)
    assert [packet.stamp.time_ns for packet in frames] == [0, 33_333_333, 66_666_667]
    assert (frames[2].payload.shape, frames[2].payload.max()) == ((8, 8, 3), 2)


# Random graphs


@st.composite
def graphs(draw: st.DrawFn, *, lossy: bool) -> str:
    """Draw the text of a graph: a source, and nodes that each hang on one or two of those before."""
    lines = ['version: 1\nnodes:\n  n0: {type: "tests.testing.cast:Numbers", count: 25}']
    for number in range(1, draw(st.integers(2, 6))):
        kind = draw(st.sampled_from(["Sum", "Even", "Add", "Gather"]))
        names = ["n", "other"] if kind in ("Add", "Gather") else ["n"]
        inputs = [f"{name}: {draw(edges(number, lossy=lossy))}" for name in names]
        process = f"process: p{draw(st.integers(0, 2))}, " if draw(st.booleans()) else ""
        lines.append(f'  n{number}: {{type: "tests.testing.cast:{kind}", {process}inputs: {{{", ".join(inputs)}}}}}')
    if draw(st.booleans()):
        inputs = [f"{name}: {draw(edges(len(lines), lossy=lossy))}" for name in "ab"]
        lines.append(f'  every: {{type: "tests.testing.cast:Every", inputs: {{{", ".join(inputs)}}}}}')
    return "\n".join(lines) + "\n"


@st.composite
def edges(draw: st.DrawFn, number: int, *, lossy: bool) -> str:
    """Draw an edge from an earlier node."""
    options = [f"from: n{draw(st.integers(0, number - 1))}.n"]
    if lossy:
        policy = draw(st.sampled_from(["block", "latest", "drop_oldest"]))
        options += [f"policy: {policy}", f"sample: {draw(st.integers(1, 3))}"]
        options += [f"queue: {draw(st.integers(1, 4))}"] if policy != "latest" else []
        options += [f"expire_ms: {draw(st.integers(50, 500))}"] if draw(st.booleans()) else []
    return f"{{{', '.join(options)}}}"


def faults(*, kills: bool) -> st.SearchStrategy[list[Fault]]:
    """Draw faults of the first three nodes, which every graph has two of."""
    node, seconds = st.sampled_from(["n0", "n1"]), st.sampled_from([0.0, 0.03, 0.1, 0.25, 1.0])
    slow = st.builds(Slow, node, seconds)
    some: list[st.SearchStrategy[Any]] = [slow, st.builds(Drop, st.just("n0"), st.integers(1, 5), seconds)]
    some += [st.builds(Kill, node, st.floats(0, 2.5))] if kills else []
    return st.lists(st.one_of(some), max_size=4)


@settings(max_examples=40)
@given(graph=graphs(lossy=True), faults=faults(kills=True), pace=st.sampled_from(["live", "fast"]))
def test_the_same_script_gives_the_same_in_every_way_and_every_account_balances(
    graph: str, faults: list[Fault], pace: str
) -> None:
    """Outputs with their stamps, ledgers, ages and notes; nothing is left on its way."""
    first, second = (play(graph, faults=faults, pace=pace) for _ in range(2))
    for name in ("outputs", "ledgers", "ages_ms", "notes", "reports", "skipped", "lasted_s"):
        assert getattr(first, name) == getattr(second, name)
    assert first.unaccounted == 0
    assert [ledger.in_flight for ledger in first.ledgers.values()] == [0] * len(first.ledgers)


@settings(max_examples=30)
@given(graph=graphs(lossy=False), slow=st.dictionaries(st.integers(0, 1), st.floats(0, 2), min_size=1))
def test_in_fast_pace_nothing_depends_on_who_is_slow(graph: str, slow: dict[int, float]) -> None:
    """All outputs are the same, with their media times."""
    run = play(graph, faults=[Slow(f"n{number}", by) for number, by in slow.items()], pace="fast")
    assert values(run) == values(play(graph, pace="fast"))


@settings(max_examples=30)
@given(kills=st.lists(st.builds(Kill, st.sampled_from(["sum", "even"]), st.floats(0, 4)), max_size=4), data=st.data())
def test_whoever_is_killed_when_every_number_is_counted_once(kills: list[Kill], data: st.DataObject) -> None:
    """Unless a node dies twice at the same one, in either pace, whoever is slow."""
    slow = [Slow(name, data.draw(st.sampled_from([0, 0.05, 0.3]))) for name in ("numbers", "sum", "even")]
    run = chain(*kills, *slow, pace=data.draw(st.sampled_from(["live", "fast"])))
    if not run.skipped:
        assert run.payloads("sum.n") == [*SUMS, -SUMS[-1]]
        assert run.payloads("even.n") == [n for n in [*SUMS, -SUMS[-1]] if n % 2 == 0]


@settings(max_examples=10)
@given(graph=graphs(lossy=False))
def test_in_fast_pace_it_gives_what_a_real_run_gives(graph: str) -> None:
    """The same graph in threads and on real time sends the same on every stream."""
    names = [line.split(":")[0].strip() for line in graph.splitlines()[2:] if line.startswith("  n")]
    ears = [f'  hear_{n}: {{type: "tests.testing.cast:Hear", name: {n}, inputs: {{n: {n}.n}}}}\n' for n in names]
    spec = load_text(graph + "".join(ears), Path("graph"), {}, {})
    cast.HEARD.clear()
    summary = execute(check(spec, pace=Pace.FAST), pace=Pace.FAST, in_process=True)
    assert summary.error == ""
    heard = {f"{name}.n": cast.HEARD.get(name, []) for name in names}
    assert heard == {stream: each for stream, each in values(play(graph, pace="fast")).items() if stream in heard}


def test_a_first_input_may_end_before_the_others() -> None:
    """Its node goes on taking what comes on them, so that their producer comes to its end, in a real run too."""
    numbers = 'type: "tests.testing.cast:Numbers", count'
    add = 'type: "tests.testing.cast:Add", inputs: {n: short.n, other: long.n}'
    graph = f"version: 1\nnodes:\n  short: {{{numbers}: 5}}\n  long: {{{numbers}: 200}}\n  add: {{{add}}}\n"
    run = play(graph, pace="fast")
    assert (len(run.outputs["add.n"]), run.ledger("long>add").delivered) == (5, 200)
    summary = execute(check(load_text(graph, Path("graph"), {}, {}), pace=Pace.FAST), pace=Pace.FAST, in_process=True)
    assert (summary.error, summary.last.edges["long.n>add.other"]["delivered"]) == ("", 200)


def values(run: Played) -> dict[str, list[tuple[Any, int]]]:
    """Return the payloads of all outputs with their media times."""
    return {name: [(each.payload, each.stamp.time_ns) for each in sent] for name, sent in run.outputs.items()}
