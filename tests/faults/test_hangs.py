"""Nodes that hang, are slow, or never open, in graphs of real processes."""

from __future__ import annotations

import os
import signal

import pytest

from tests.bench import Bench, needs_proc, rss_kb, worker_pids

STUCK = """
import ctypes, os, threading, time
from sensegraph import Node, Port

class Stuck(Node):
    inputs = {"n": Port(dict)}
    outputs = {"n": Port(dict)}
    def __init__(self, how: str, once: str) -> None:
        self.how, self.once = how, once
    def process(self, n):
        if n["n"] == 20 and not os.path.exists(self.once):
            open(self.once, "w").close()
            if self.how == "holds":
                ctypes.PyDLL(None).sleep(600)
            while self.how == "spins":
                pass
            lock = threading.Lock()
            lock.acquire()
            lock.acquire()
        return {"n": {"n": 2 * n["n"]}}
"""


def run_stuck(bench: Bench, how: str) -> str:
    """Run a graph whose middle node hangs once at a packet; return what was said."""
    (bench.folder / "mine.py").write_text((bench.folder / "mine.py").read_text() + STUCK)
    code, said = bench.run(kind="Stuck", middle=f", how: {how}, once: '{bench.folder}/once'")
    assert code == 0, said
    assert bench.numbers() == list(range(0, 120, 2))
    bench.assert_nothing_left()
    return said


@pytest.mark.slow
@pytest.mark.fault(7)
@needs_proc
def test_a_call_that_holds_the_interpreter_is_noticed(bench: Bench) -> None:
    """No thread of the process can tell that it is alive: it is replaced, and nothing is lost."""
    assert "made no progress" in run_stuck(bench, "holds")


@pytest.mark.slow
@pytest.mark.fault(7)
@needs_proc
@pytest.mark.parametrize("how", ["spins", "deadlock"])
def test_a_call_that_never_returns_is_noticed(bench: Bench, how: str) -> None:
    """Its process still says that it is alive, and that it is busy with one packet."""
    assert "has been busy with one packet" in run_stuck(bench, how)


@pytest.mark.slow
@pytest.mark.fault(6)
@needs_proc
def test_the_others_go_on_while_one_is_stopped(bench: Bench) -> None:
    """SIGSTOP from outside: the source goes on in live pace, the node comes back, the account balances."""
    process = bench.start("--pace", "live", source=", count: 100000, real: true")
    bench.wait_for(10)
    pids = dict((name, pid) for pid, name in worker_pids(bench))
    os.kill(pids["sg:twice"], signal.SIGSTOP)
    written = len(bench.numbers())
    bench.wait_for(written + 30)
    assert dict((name, pid) for pid, name in worker_pids(bench))["sg:numbers"] == pids["sg:numbers"]
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, out + err
    assert "node 'twice' made no progress" in err
    bench.assert_nothing_left()


@pytest.mark.slow
@pytest.mark.fault(8)
def test_a_slow_load_is_waited_for(bench: Bench) -> None:
    """30 s in `open` are no hang: nothing is restarted."""
    code, said = bench.run(middle=", slow_open: 30.0")
    assert code == 0, said
    assert "restart" not in said.replace("restarts", "")
    assert bench.numbers() == list(range(0, 120, 2))


@pytest.mark.fault(10)
def test_a_node_that_cannot_open_ends_the_graph_at_once(bench: Bench) -> None:
    """Nothing has run yet that a restart could save: code 3, with node, error and line."""
    nodes = bench.folder / "mine.py"
    nodes.write_text(nodes.read_text().replace("time.sleep(self.slow_open)", "raise KeyError('no such model')"))
    code, said = bench.run()
    assert code == 3
    line = next(n for n, text in enumerate(nodes.read_text().splitlines(), 1) if "no such model" in text)
    assert f"node 'twice' failed at open(): KeyError: 'no such model' (mine.py:{line})" in said
    assert "Traceback" not in said
    bench.assert_nothing_left()


@pytest.mark.slow
@pytest.mark.fault(9)
@needs_proc
def test_a_slow_node_gets_new_frames_and_nothing_piles_up(bench: Bench) -> None:
    """Five times slower than its source: most frames are passed over, and no process grows."""
    process = bench.start("--pace", "live", source=", count: 100000, real: true", kind="Slow", middle=", each_s: 0.17")

    bench.wait_for(10)
    before = {name: rss_kb(pid) for pid, name in worker_pids(bench)}
    bench.wait_for(25)
    after = {name: rss_kb(pid) for pid, name in worker_pids(bench)}
    os.kill(process.pid, signal.SIGINT)
    process.communicate(timeout=30)
    numbers = bench.numbers()
    assert numbers[-1] > 3 * len(numbers)  # it does not work through what has piled up, it passes it over
    assert all(after[name] - before[name] < 4096 for name in before)


@pytest.mark.slow
@pytest.mark.fault(19)
@needs_proc
def test_a_source_of_one_frame_in_seven_seconds_is_no_hang(bench: Bench) -> None:
    """It is longer than a silence may be, and nobody is restarted."""
    nodes = bench.folder / "mine.py"
    nodes.write_text(nodes.read_text().replace("time.sleep(1 / 30)", "time.sleep(7)"))
    code, said = bench.run("--pace", "live", source=", count: 3, real: true")
    assert code == 0, said
    assert "restarting" not in said
    assert bench.numbers() == [0, 2, 4]
