"""Chains, slow consumers, deaths and starts of ours."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.transport.frames import RATE_HZ, found
from benchmarks.transport.methods import PATIENCE_S, ROOT, Outcome, environment, run
from benchmarks.transport.ours import graph

Add = Callable[[str, str, str, float], None]
Note = Callable[[str, str, Outcome], dict[str, Any] | None]

SLOW_S = 0.1
"""What a slow consumer needs for a frame: three periods."""


def chains(add: Add, note: Note) -> None:
    """Five nodes, the three in the middle pass the frame on, or a copy of it."""
    for kind, copy in (("forwarding", "false"), ("copying", "true")):
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            camera = "size: 720p, rate_hz: 0.0, count: 1500"
            file = graph(Path(folder, "graph.yaml"), camera, hops=3, hop=f"copy: {copy}")
            if (told := note("ours", "720p", _run(file))) is not None:
                add("chain rate", kind, "720p", told["rate"])


def slow_consumer(add: Add, note: Note) -> None:
    """How old a frame is when its consumer begins with it, in periods of the source."""
    outcome = run("ours", "720p", RATE_HZ, 150, viewer=f"work_s: {SLOW_S}", edge="policy: latest")
    if (told := note("ours", "720p", outcome)) is not None:
        add("age", "p50", "720p", told["ms"] / 1e3 * RATE_HZ)
        add("age", "most", "720p", told["most_ms"] / 1e3 * RATE_HZ)


def kill(add: Add, note: Note) -> None:
    """Kill -9 of a node in the middle of a live graph."""
    before = set(os.listdir("/dev/shm"))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        opened = Path(folder, "opened")
        camera = f"size: 720p, rate_hz: {RATE_HZ}, count: 150"
        file = graph(Path(folder, "graph.yaml"), camera, hops=1, hop=f"opened: {opened}")
        process = _start(file)
        pid = _line(opened, 0)[1]
        time.sleep(2.0)
        os.kill(pid, signal.SIGKILL)
        killed_ns = time.monotonic_ns()
        again_ns = _line(opened, 1)[0]
        log = process.communicate(timeout=PATIENCE_S)[0]
    if (told := note("ours", "720p", Outcome(found(log) or {}, log=log))) is not None:
        add("kill", "gap s", "720p", told["gap_s"])
        add("kill", "restart s", "720p", (again_ns - killed_ns) / 1e9)
        add("kill", "left", "720p", float(len(set(os.listdir("/dev/shm")) - before)))


def start(add: Add) -> None:
    """From the command to the moment at which the source may begin: every node of seven is ready."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        began = Path(folder, "began")
        camera = f"size: 64B, rate_hz: 0.0, count: 1, began: {began}"
        file = graph(Path(folder, "graph.yaml"), camera, hops=5)
        started_ns = time.monotonic_ns()
        line = [sys.executable, "-m", "sensegraph", "run", str(file), "--quiet"]
        subprocess.run(line, cwd=ROOT, env=environment(), check=True, timeout=PATIENCE_S)
        add("start", "s", "720p", (int(began.read_text()) - started_ns) / 1e9)


def _run(file: Path) -> Outcome:
    process = _start(file)
    log = process.communicate(timeout=PATIENCE_S)[0]
    return Outcome(found(log) or {}, log=log)


def _start(file: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.transport.ours", str(file)], cwd=ROOT, env=environment(),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def _line(file: Path, number: int) -> list[int]:
    """Return the numbers in a line of a file, as soon as it is there."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        lines = file.read_text().splitlines(keepends=True) if file.exists() else []
        if len(lines) > number and lines[number].endswith("\n"):
            return [int(word) for word in lines[number].split()]
        time.sleep(0.002)
    raise TimeoutError(f"{file} has no line {number}")
