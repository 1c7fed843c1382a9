"""Whole graphs as real processes: ends, crashes, hangs, signals, and nothing left behind."""

import json
import os
import signal
import time
from typing import ClassVar

import pytest

from sensegraph import Node, Port, dead_letter
from tests.bench import Bench, needs_proc, wait_until_in_charge, worker_pids


@needs_proc
@pytest.mark.parametrize("flags", [(), ("--in-process",)])
def test_a_graph_runs_to_its_end(bench: Bench, flags: tuple[str, ...]) -> None:
    """Every number arrives once, in order, and nothing is left behind."""
    code, _ = bench.run(*flags)
    assert code == 0
    assert bench.numbers() == list(range(0, 120, 2))
    bench.assert_nothing_left()


@pytest.mark.fault(2)
@needs_proc
def test_a_worker_that_dies_is_replaced_and_nothing_is_lost(bench: Bench) -> None:
    """A lossless graph survives the death of a node: each number is written once."""
    code, said = bench.run(middle=f", at: 20, how: exit, once: '{bench.folder}/once'")
    assert code == 0, said
    assert bench.numbers() == list(range(0, 120, 2))


@pytest.mark.fault(1, 2)
@needs_proc
@pytest.mark.parametrize("node", ["numbers", "twice", "write"])
def test_a_node_that_is_killed_from_outside_is_replaced(bench: Bench, node: str) -> None:
    """Kill -9 of any worker: the graph ends by itself with every number, none twice (a sink may repeat one)."""
    process = bench.start("--pace", "live", source=", count: 150, real: true")
    bench.wait_for(10)
    pids = [pid for pid in worker_pids(bench) if node in pid[1]]
    os.kill(pids[0][0], signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode == 0
    numbers = bench.numbers()
    assert sorted(set(numbers))[-1] == 298
    if node != "numbers":
        assert sorted(set(numbers)) == list(range(0, 300, 2))
        assert len(numbers) - len(set(numbers)) <= 1
    bench.assert_nothing_left()


@pytest.mark.fault(6)
@needs_proc
def test_a_worker_that_hangs_is_replaced(bench: Bench) -> None:
    """A stopped process is noticed, killed and replaced."""
    code, said = bench.run(middle=f", at: 20, how: stop, once: '{bench.folder}/once'")
    assert code == 0, said
    assert bench.numbers() == list(range(0, 120, 2))
    bench.assert_nothing_left()


@pytest.mark.fault(10)
def test_a_node_that_always_fails_ends_the_graph_with_3(bench: Bench) -> None:
    """One message names node, frame, error and place; there is no traceback."""
    code, said = bench.run(middle=", at: 20, how: worse")
    assert code == 3
    assert "node 'twice' failed at frame 2" in said
    assert "ValueError: a bad number (mine.py:" in said
    assert "Traceback" not in said


@pytest.mark.fault(2)
@needs_proc
def test_a_state_survives_crashes_and_counts_every_packet_once(bench: Bench) -> None:
    """Wherever a process dies: before it counts, after that, after it has sent what it counted."""
    code, said = bench.run(kind="Sum", middle=f", folder: '{bench.folder}'")
    assert code == 0, said
    assert {mark.name for mark in bench.folder.glob("died-*")} == {"died-11", "died-23", "died-37"}
    lines = bench.written.read_text().split()
    assert lines == [f"{n + 1}:{n * (n + 1) // 2}" for n in range(60)]
    bench.assert_nothing_left()


@pytest.mark.fault(11)
@needs_proc
@pytest.mark.parametrize("how", ["raise", "exit", "stop"])
def test_a_packet_that_fails_twice_is_skipped_and_kept(bench: Bench, how: str) -> None:
    """Fault 11: the run goes on without that one packet, says so, and the node can be tried on it again."""
    code, said = bench.run(middle=f", at: 20, how: {how}")
    assert code == 0, said
    assert bench.numbers() == [n for n in range(0, 120, 2) if n != 40]
    (letter,) = (bench.folder / "state").rglob("*.letter")
    assert str(letter) in said.replace("\n", "")
    assert letter.stat().st_mode & 0o077 == 0

    class Twice(Node):
        inputs: ClassVar = {"n": Port(dict)}

    assert dead_letter.read(letter, Twice) == {"n": {"n": 20}}
    bench.assert_nothing_left()


@pytest.mark.fault(22, 23)
@needs_proc
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)], ids=["int", "term", "hup"]
)
def test_a_signal_stops_in_order(bench: Bench, number: int, code: int) -> None:
    """What was on its way is finished, the exit code tells the signal, nothing is left, no traceback."""
    process = bench.start("--pace", "live", source=", count: 100000, real: true")
    bench.wait_for(10)
    os.killpg(process.pid, number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert "Traceback" not in out + err
    numbers = bench.numbers()
    assert numbers == list(range(0, 2 * len(numbers), 2))
    bench.assert_nothing_left()


@pytest.mark.fault(22)
@needs_proc
@pytest.mark.parametrize("delay_s", [0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 1.1])
def test_ctrl_c_at_any_moment_leaves_nothing(bench: Bench, delay_s: float) -> None:
    """While importing, spawning, opening or running: exit 130, no traceback, nothing left."""
    process = bench.start("--pace", "live", source=", count: 100000, real: true", middle=", slow_open: 0.5")
    wait_until_in_charge(process.pid)
    time.sleep(delay_s)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in out + err
    bench.assert_nothing_left()


@pytest.mark.fault(24)
@needs_proc
def test_a_killed_supervisor_takes_everybody_with_it(bench: Bench) -> None:
    """Kill -9 of the supervisor: no worker stays, and the next run sweeps its folder."""
    process = bench.start("--pace", "live", source=", count: 100000, real: true")
    bench.wait_for(10)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=10)
    deadline = time.monotonic() + 5
    while any("python" in each for each in bench.left_over()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any("python" in each for each in bench.left_over())
    bench.written.unlink()
    assert bench.run()[0] == 0
    bench.assert_nothing_left()


def test_one_process_and_many_write_the_same_bytes(bench: Bench) -> None:
    """`--results` of a graph is the same in one process, in many, and in a group."""
    path = bench.folder / "r.jsonl"
    seen = set()
    for flags in ((), ("--in-process",), ()):
        code, said = bench.run("--results", str(path), "--pace", "fast", *flags)
        assert code == 0, said
        seen.add(path.read_bytes())
        path.unlink()
    assert len(seen) == 1
    rows = [json.loads(line) for line in seen.pop().splitlines()]
    assert [row["time"] for row in rows] == sorted(row["time"] for row in rows)
