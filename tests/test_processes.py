"""Whole graphs as real processes: ends, crashes, hangs, signals, and nothing left behind."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import ClassVar

import pytest

from sensegraph import Node, Port, dead_letter

NODES = '''
import os, time
import numpy as np
from sensegraph import Node, Packet, Port, Source, Stamp

class Numbers(Source):
    """Numbers at 30 Hz of media time."""
    outputs = {"n": Port(dict)}
    def __init__(self, count: int = 60, real: bool = False) -> None:
        self.count, self.real = count, real
    def live(self) -> bool:
        return self.real
    def read(self):
        for n in range(self.count):
            if self.real:
                time.sleep(1 / 30)
            yield {"n": Packet({"n": n}, Stamp(n * 33_333_333, frame=n))}

class Twice(Node):
    """Doubles; may fail at a number, the first time or always, by `how`."""
    inputs = {"n": Port(dict)}
    outputs = {"n": Port(dict)}
    def __init__(self, at: int = -1, how: str = "", once: str = "", slow_open: float = 0.0) -> None:
        self.at, self.how, self.once, self.slow_open = at, how, once, slow_open
    def open(self) -> None:
        time.sleep(self.slow_open)
    def process(self, n):
        bad = n["n"] == self.at or (self.how == "worse" and n["n"] > self.at)
        if bad and not (self.once and os.path.exists(self.once)):
            if self.once:
                open(self.once, "w").close()
            if self.how in ("raise", "worse"):
                raise ValueError("a bad number")
            if self.how == "exit":
                os._exit(9)
            if self.how == "stop":
                os.kill(os.getpid(), 19)
                time.sleep(60)  # another thread may take the signal: this one goes on for a moment
        return {"n": {"n": 2 * n["n"]}}

class Sum(Node):
    """The sum so far, and how many there were; dies at some of them, each time before another step of its work."""
    inputs = {"n": Port(dict)}
    outputs = {"n": Port(dict)}
    def __init__(self, folder: str) -> None:
        self.folder = folder
    def open(self) -> None:
        self.sum = self.count = 0
    def state(self):
        self.die(23)
        return {"sum": self.sum, "count": self.count}
    def restore(self, state) -> None:
        self.sum, self.count = state["sum"], state["count"]
    def die(self, at) -> None:
        mark = f"{self.folder}/died-{at}"
        if self.n == at and not os.path.exists(mark):
            open(mark, "w").close()
            os._exit(9)
    def process(self, n):
        self.n = n["n"]
        self.die(11)
        self.sum += self.n
        self.count += 1
        self.die(37)
        return {"n": {"n": f"{self.count}:{self.sum}"}}

class Write(Node):
    """Writes numbers to a file, one a line."""
    inputs = {"n": Port(dict)}
    def __init__(self, path: str = "out.txt") -> None:
        self.path = path
    def open(self) -> None:
        self.file = open(self.path, "a")
    def process(self, n) -> None:
        self.file.write(f"{n['n']}\\n")
        self.file.flush()
    def close(self) -> None:
        self.file.close()
'''


class Bench:
    """A folder with a graph of three nodes, and the command line on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written = folder / "out.txt"
        (folder / "mine.py").write_text(NODES)

    def graph(self, source: str = "", middle: str = "", kind: str = "Twice") -> Path:
        path = self.folder / "graph.yaml"
        path.write_text(
            "version: 1\nnodes:\n"
            f"  numbers: {{type: './mine.py:Numbers'{source}}}\n"
            f"  twice: {{type: './mine.py:{kind}'{middle}, inputs: {{n: numbers.n}}}}\n"
            f"  write: {{type: './mine.py:Write', path: '{self.written}', inputs: {{n: twice.n}}}}\n"
        )
        return path

    def start(self, *flags: str, **graph: str) -> subprocess.Popen[str]:
        command = [str(Path(sys.executable).with_name("sensegraph")), "run", str(self.graph(**graph)), *flags]
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
            env=os.environ | {"XDG_RUNTIME_DIR": str(self.folder), "XDG_STATE_HOME": str(self.folder / "state")},
        )  # fmt: skip

    def run(self, *flags: str, **graph: str) -> tuple[int, str]:
        process = self.start(*flags, **graph)
        out, err = process.communicate(timeout=60)
        return process.returncode, out + err

    def numbers(self) -> list[int]:
        return [int(line) for line in self.written.read_text().split()] if self.written.exists() else []

    def wait_for(self, count: int) -> None:
        deadline = time.monotonic() + 30
        while len(self.numbers()) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(self.numbers()) >= count

    def left_over(self) -> list[str]:
        """Return the processes and run folders that belong to this bench."""
        found = [str(path) for path in self.folder.glob("sensegraph-*")]
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if str(self.folder).encode() in (entry / "environ").read_bytes():
                    found.append((entry / "cmdline").read_bytes().decode(errors="replace").replace("\0", " "))
        return found

    def assert_nothing_left(self, timeout_s: float = 3.0) -> None:
        deadline = time.monotonic() + timeout_s
        while self.left_over() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert self.left_over() == []


needs_proc = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads /proc")


def wait_until_in_charge(pid: int) -> None:
    """Wait until Python's own start is over, in which a Ctrl-C is not ours to handle."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and "_datetime" not in Path(f"/proc/{pid}/maps").read_text():
        time.sleep(0.001)  # click, the first that the command line imports, brings it


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Return a bench in a folder of its own."""
    return Bench(tmp_path)


@needs_proc
@pytest.mark.parametrize("flags", [(), ("--in-process",)])
def test_a_graph_runs_to_its_end(bench: Bench, flags: tuple[str, ...]) -> None:
    """Every number arrives once, in order, and nothing is left behind."""
    code, _ = bench.run(*flags)
    assert code == 0
    assert bench.numbers() == list(range(0, 120, 2))
    bench.assert_nothing_left()


@needs_proc
def test_a_worker_that_dies_is_replaced_and_nothing_is_lost(bench: Bench) -> None:
    """A lossless graph survives the death of a node: each number is written once."""
    code, said = bench.run(middle=f", at: 20, how: exit, once: '{bench.folder}/once'")
    assert code == 0, said
    assert bench.numbers() == list(range(0, 120, 2))


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


def worker_pids(bench: Bench) -> list[tuple[int, str]]:
    """Return the workers of a bench with the node that each runs, by the title of its main thread."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str(bench.folder).encode() in (entry / "environ").read_bytes():
                names = [(task / "comm").read_text().strip() for task in (entry / "task").glob("*")]
                found += [(int(entry.name), name) for name in names if name.startswith("sg:")]
    return found


@needs_proc
def test_a_worker_that_hangs_is_replaced(bench: Bench) -> None:
    """A stopped process is noticed, killed and replaced."""
    code, said = bench.run(middle=f", at: 20, how: stop, once: '{bench.folder}/once'")
    assert code == 0, said
    assert bench.numbers() == list(range(0, 120, 2))
    bench.assert_nothing_left()


def test_a_node_that_always_fails_ends_the_graph_with_3(bench: Bench) -> None:
    """One message names node, frame, error and place; there is no traceback."""
    code, said = bench.run(middle=", at: 20, how: worse")
    assert code == 3
    assert "node 'twice' failed at frame 2" in said
    assert "ValueError: a bad number (mine.py:" in said
    assert "Traceback" not in said


@needs_proc
def test_a_state_survives_crashes_and_counts_every_packet_once(bench: Bench) -> None:
    """Wherever a process dies: before it counts, after that, after it has sent what it counted."""
    code, said = bench.run(kind="Sum", middle=f", folder: '{bench.folder}'")
    assert code == 0, said
    assert {mark.name for mark in bench.folder.glob("died-*")} == {"died-11", "died-23", "died-37"}
    lines = bench.written.read_text().split()
    assert lines == [f"{n + 1}:{n * (n + 1) // 2}" for n in range(60)]
    bench.assert_nothing_left()


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
