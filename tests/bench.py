"""A graph of three small nodes, run by the command line, that tests kill, stop and look at."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.place import kill_left

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

class Slow(Node):
    """Passes numbers on, each after a while; in live pace the newest."""
    inputs = {"n": Port(dict, live="latest")}
    outputs = {"n": Port(dict)}
    def __init__(self, each_s: float) -> None:
        self.each_s = each_s
    def process(self, n):
        time.sleep(self.each_s)
        return {"n": n}

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

    def __init__(self, folder: Path, runtime: Path) -> None:
        self.folder, self.runtime = folder, runtime
        self.started: list[subprocess.Popen[str]] = []
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

    def start(self, *flags: str, streams: Mapping[str, Any] | None = None, **graph: str) -> subprocess.Popen[str]:
        command = [str(Path(sys.executable).with_name("sensegraph")), "run", str(self.graph(**graph)), *flags]
        process = subprocess.Popen(
            command, **(streams or PIPES), text=True, start_new_session=True,
            env=os.environ | {"XDG_RUNTIME_DIR": str(self.runtime), "XDG_STATE_HOME": str(self.folder / "state")},
        )  # fmt: skip
        self.started.append(process)
        return process

    def end(self) -> None:
        """Kill what a test that failed left running."""
        kill_left(self.started)

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
        found = [str(path) for path in self.runtime.glob("sensegraph-*")]
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


PIPES = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
needs_proc = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads /proc")


def wait_until_in_charge(pid: int) -> None:
    """Wait until Python's own start is over, in which a Ctrl-C is not ours to handle."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and "_datetime" not in Path(f"/proc/{pid}/maps").read_text():
        time.sleep(0.001)  # click, the first that the command line imports, brings it


def worker_pids(bench: Bench) -> list[tuple[int, str]]:
    """Return the workers of a bench with the node that each runs, by the title of its main thread."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str(bench.folder).encode() in (entry / "environ").read_bytes():
                names = [(task / "comm").read_text().strip() for task in (entry / "task").glob("*")]
                found += [(int(entry.name), name) for name in names if name.startswith("sg:")]
    return found


def rss_kb(pid: int) -> int:
    """Return the resident memory of a process in KB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])
