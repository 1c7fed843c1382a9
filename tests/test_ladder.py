"""Ladders: down when a node cannot keep up, up when there is room, and never to and fro."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from sensegraph.check import check
from sensegraph.errors import GraphError
from sensegraph.ladder import QUIET_S, WINDOW_S, Ladder
from sensegraph.load import load

RUNGS = [{"net": "full", "every": 1}, {"net": "lite", "every": 1}, {"net": "lite", "every": 2}]
COSTS = (1.0, 0.6, 0.3)
Moves = list[tuple[float, int]]


def simulate(lasts_s: float, cost_s: Callable[[float], float], rate_hz: float = 16.0) -> tuple[Ladder, Moves]:
    """Let packets come to a node that takes the newest one when it is free; return when it moved to which rung.

    Args:
        lasts_s: How long.
        cost_s: Time -> how long it works on a packet on its best rung.
        rate_hz: Packets a second.
    """
    made, moves = Ladder(RUNGS), []
    now_s, next_one = 0.0, 0
    while now_s < lasts_s:
        sequence = max(next_one, int(now_s * rate_hz))
        now_s = max(now_s, sequence / rate_hz)
        busy_s = cost_s(now_s) * COSTS[made.rung]
        now_s += busy_s
        next_one = sequence + 1
        if made.note(now_s, busy_s, sequence) is not None:
            moves.append((now_s, made.rung))
    return made, moves


def test_a_node_that_keeps_up_stays_on_its_best_rung() -> None:
    """At 80 % nothing changes, for a quarter of an hour."""
    assert simulate(900, lambda now_s: 0.8 / 16)[1] == []


def test_a_node_steps_down_until_it_keeps_up_and_up_when_the_load_has_gone() -> None:
    """Overload from 10 s to 60 s takes it down twice, each within two windows; then it climbs, a rung at a time."""
    made, moves = simulate(200, lambda now_s: (2.0 if 10 <= now_s < 60 else 0.5) / 16)
    down, up = moves[:2], moves[2:]
    assert [rung for _, rung in down] == [1, 2]
    assert down[0][0] < 10 + 2 * WINDOW_S
    assert down[1][0] < down[0][0] + 2 * WINDOW_S
    assert [rung for _, rung in up] == [1, 0]
    assert all(now_s > 60 + QUIET_S - WINDOW_S for now_s, _ in up)
    assert made.reduced == ""


def test_a_load_for_which_a_lower_rung_is_right_keeps_it_there() -> None:
    """The better rung, known to be too much, is not tried again and again."""
    made, moves = simulate(900, lambda now_s: 1.4 / 16)
    assert [rung for _, rung in moves] == [1]
    assert made.reduced == "net lite"


def test_what_cannot_be_kept_up_is_tried_ever_more_rarely() -> None:
    """Under a load for the lowest rung alone: down twice, then a few tries in an hour, each longer after the last."""
    _, moves = simulate(3600, lambda now_s: 2.2 / 16)
    climbs = [now_s for now_s, rung in moves if rung == 1][1:]
    assert len(climbs) <= 6
    waits = [later - before for before, later in itertools.pairwise(climbs)]
    assert waits == sorted(waits)


def test_a_rung_that_was_measured_in_a_bad_moment_is_tried_again() -> None:
    """The load goes just when it steps down, so that the better rung seems far too dear; that is forgotten in time."""
    made, moves = simulate(300, lambda now_s: (4.0 if now_s < WINDOW_S + 1.5 else 0.3) / 16)
    assert moves[0][1] == 1
    assert moves[-1][1] == made.rung == 0


def test_what_a_sampled_edge_leaves_out_is_not_missed() -> None:
    """Every fourth packet is all that the node is to get."""
    made = Ladder(RUNGS, sample=4)
    steps = [made.note(n / 4, 0.5 / 4, 4 * n) for n in range(400)]
    assert steps == [None] * 400


@st.composite
def loads(draw: Any) -> Callable[[float], float]:
    """Return a load that jumps at any times between nothing and four times what can be done."""
    levels = draw(st.lists(st.tuples(st.floats(0.5, 60), st.floats(0.0, 4.0)), min_size=1, max_size=12))

    def at(now_s: float) -> float:
        left_s = now_s % sum(lasts_s for lasts_s, _ in levels)
        for lasts_s, level in levels:
            if left_s < lasts_s:
                return float(level) / 16
            left_s -= lasts_s
        return 0.0

    return at


@settings(max_examples=25, deadline=None)
@given(loads())
def test_it_never_moves_faster_than_it_may(load_at: Callable[[float], float]) -> None:
    """Whatever the load: a rung is kept for a window, one is climbed after the quiet time, and one at a time."""
    _, moves = simulate(250, load_at)
    before = [(0.0, 0), *moves]
    for (then_s, was), (now_s, rung) in zip(before, moves, strict=False):
        assert abs(rung - was) == 1
        assert now_s - then_s >= (WINDOW_S if rung > was else QUIET_S)


NODES = """
from typing import Literal
from sensegraph import Node, Port, Source

class Numbers(Source):
    outputs = {"n": Port(int)}
    changeable = frozenset({"to"})
    def __init__(self, to: int = 9) -> None:
        self.to = to

class Work(Node):
    inputs = {"n": Port(int)}
    outputs = {"n": Port(int), "m": Port(int)}
    changeable = frozenset({"net", "every"})
    def __init__(self, net: Literal["full", "lite", "none"] = "full", every: int = 1, fixed: int = 0) -> None:
        self.net, self.every, self.fixed = net, every, fixed
    def silent(self):
        return {"m": "Take a net."} if self.net == "none" else {}
    def process(self, n):
        return {}
"""


def graph(folder: Path, rungs: str, on_source: str = "") -> Any:
    """Return the checked graph with a ladder."""
    (folder / "nodes.py").write_text(NODES)
    path = folder / "g.yaml"
    path.write_text(
        f"version: 1\nnodes:\n  numbers: {{type: ./nodes.py:Numbers{on_source}}}\n"
        f"  work: {{type: ./nodes.py:Work, ladder: {rungs}, inputs: {{n: numbers.n}}}}\n"
    )
    return check(load(path))


@pytest.mark.parametrize(
    "rungs", ["{net: [full, lite]}", "[{net: full}, {net: lite}]", "[{}, {net: lite}]"], ids=["short", "long", "own"]
)
def test_a_ladder_is_written_as_rungs_or_as_values(tmp_path: Path, rungs: str) -> None:
    """What a rung does not name is as the node has it."""
    assert graph(tmp_path, rungs).nodes["work"].ladder == ({"net": "full"}, {"net": "lite"})


WRONG = {
    "{net: full}": "g.yaml:4:41: work.ladder: is no list of two rungs or more",
    "[{net: full}]": "is no list of two rungs or more",
    "{net: [full, lite], every: [1]}": "is no list of two rungs or more",
    "{net: [full, light]}": "rung 2: net: 'light'",
    "{fixed: [1, 2]}": "rung 1: Work cannot change fixed while it runs\n  It can change: every, net.",
    "{net: [full, none]}": "rung 2: it would not send the same outputs (m)",
}


@pytest.mark.parametrize("rungs", WRONG)
def test_a_wrong_ladder_is_told_before_the_start(tmp_path: Path, rungs: str) -> None:
    """With the place, the rung, and what may be."""
    with pytest.raises(GraphError) as caught:
        graph(tmp_path, rungs)
    assert WRONG[rungs] in str(caught.value)


def test_a_source_has_no_ladder(tmp_path: Path) -> None:
    """It is never behind: its edges drop."""
    with pytest.raises(GraphError, match="a source keeps up by dropping"):
        graph(tmp_path, "{net: [full, lite]}", ", ladder: {to: [9, 5]}")


SLOWED = """
import time
from pathlib import Path
from typing import Literal
from sensegraph import Node, Packet, Port, Source, Stamp

class Numbers(Source):
    outputs = {"n": Port(int, live="latest")}
    def live(self) -> bool:
        return True
    def read(self):
        for n in range(10_000):
            time.sleep(1 / 30)
            yield {"n": Packet(n, Stamp(n * 33_333_333, frame=n))}

class Work(Node):
    '''Takes as many milliseconds as the file `load` says, half of it with the lite net.'''
    inputs = {"n": Port(int, live="latest")}
    outputs = {"text": Port(dict)}
    changeable = frozenset({"net"})
    def __init__(self, net: Literal["full", "lite"] = "full") -> None:
        self.net = net
    def process(self, n):
        time.sleep(float(Path(__file__).with_name("load").read_text()) / 1e3 / (1 if self.net == "full" else 2))
        return {"text": {"n": n, "net": self.net}}
"""


@pytest.mark.slow
def test_a_run_steps_down_under_load_and_up_when_it_has_gone(tmp_path: Path) -> None:
    """With processes: 50 ms for 30 a second are too much for the full net; it comes back when they are 10 ms."""
    (tmp_path / "nodes.py").write_text(SLOWED)
    (tmp_path / "load").write_text("50")
    (tmp_path / "g.yaml").write_text(
        "version: 1\nnodes:\n  numbers: {type: ./nodes.py:Numbers}\n"
        "  work: {type: ./nodes.py:Work, ladder: {net: [full, lite]}, inputs: {n: numbers.n}}\n"
    )
    said = tmp_path / "said.txt"
    command = [str(Path(sys.executable).with_name("sensegraph")), "run", str(tmp_path / "g.yaml"), "--headless"]
    with said.open("w") as errors:
        run = subprocess.Popen(
            command, stdout=errors, stderr=errors, start_new_session=True,
            env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path), "COLUMNS": "200"},
        )  # fmt: skip
    try:
        wait_until(lambda: "net full -> lite" in said.read_text())
        time.sleep(2 * WINDOW_S)  # so that the lite net is measured under the same load
        (tmp_path / "load").write_text("10")
        wait_until(lambda: "net lite -> full" in said.read_text())
        os.killpg(run.pid, signal.SIGINT)
        assert run.wait(20) == 130
    finally:
        if run.poll() is None:
            run.kill()
    told = [line for line in said.read_text().splitlines() if line.startswith("node 'work': ")]
    assert [line.partition(" (")[0] for line in told] == ["node 'work': falls behind", "node 'work': has room again"]


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait half a minute at most."""
    deadline = time.monotonic() + 30
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert holds()
