"""Running one carrier once: processes are started, measured and gone."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.transport.frames import found
from benchmarks.transport.ours import graph

ROOT = Path(__file__).parents[2]
PATIENCE_S = 90.0
SHARED = "sensegraph"


@dataclass(slots=True)
class Outcome:
    """One run.

    Attributes:
        result: What its consumer told (`Tally.as_dict`); empty when it failed.
        cpu_s: CPU time of all processes.
        path: How dora-rs carried the frames, `direct` or `daemon`.
        log: What was printed.
    """

    result: dict[str, Any] = field(default_factory=dict)
    cpu_s: float = 0.0
    path: str = ""
    log: str = ""


def run(method: str, size: str, rate_hz: float, count: int, *, consumers: int = 1, **options: str) -> Outcome:
    """Run a method: `copy`, `nocopy`, `queue`, `ring`, `dora`, `dora raw`, `dora lossless`, `ours` or `loaned`."""
    before = _cpu_s()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        try:
            log = _run(method, size, rate_hz, count, Path(folder), consumers, options)
        except subprocess.TimeoutExpired as error:
            return Outcome(log=f"no end within {PATIENCE_S:.0f} s: {error.stdout!r}"[-2000:])
    path = "direct" if "zenoh direct path" in log else "daemon" if "daemon path" in log else ""
    return Outcome(found(log) or {}, _cpu_s() - before, path, log[-2000:])


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _run(
    method: str, size: str, rate_hz: float, count: int, folder: Path, consumers: int, options: dict[str, str]
) -> str:
    if method in ("ours", "loaned"):
        camera = f"size: {size}, rate_hz: {rate_hz}, count: {count}, loan: {str(method == 'loaned').lower()}"
        file = graph(folder / "graph.yaml", camera, viewers=consumers, **options)
        return _call([sys.executable, "-m", "benchmarks.transport.ours", str(file)])
    if method.startswith("dora"):
        return _dora(method, size, rate_hz, count, folder)
    line = [sys.executable, "-m", "benchmarks.transport.peers", method]
    about = [size, str(rate_hz), str(count), str(folder)]
    if method == "queue":
        return _call([*line, "both", *about])
    sides = [[*line, "source", *about, str(consumers)]]
    sides += [[*line, "sink", *about, str(index)] for index in range(consumers)]
    return _together(sides)


def _call(line: Sequence[str], **more: str) -> str:
    done = subprocess.run(
        line, cwd=ROOT, env=environment(**more), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    return done.stdout


def _together(lines: Sequence[Sequence[str]]) -> str:
    processes = [
        subprocess.Popen(line, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in lines
    ]
    try:
        return "".join(process.communicate(timeout=PATIENCE_S)[0] for process in reversed(processes))
    finally:
        for process in processes:
            process.kill()
            process.wait()


def environment(**more: str) -> dict[str, str]:
    """Return the environment of every run: one thread for numpy, this tree, and the programs beside this Python."""
    beside = str(Path(sys.executable).parent)
    path = os.pathsep.join([beside, os.environ.get("PATH", "")])
    return os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), "PATH": path} | more


def dora() -> Path | None:
    """Return the program of dora-rs, where it is installed beside this Python."""
    program = Path(sys.executable).with_name("dora")
    return program if program.exists() else None


def _dora(method: str, size: str, rate_hz: float, count: int, folder: Path) -> str:
    program = dora()
    if program is None:
        return "dora-rs is not installed"
    settings = {
        "BENCH_SIZE": size, "BENCH_RATE": str(rate_hz), "BENCH_COUNT": str(count),
        "BENCH_RAW": str(int(method == "dora raw")), "PYTHONPATH": str(ROOT), "DORA_NODE_SHM_POOL_SIZE": str(256 << 20),
    }  # fmt: skip
    frame: dict[str, Any] = {"source": "source/frame", "queue_size": 100}
    if method == "dora lossless":
        frame["queue_policy"] = "backpressure"
    here = Path(__file__).parent
    nodes = [
        {"id": "source", "path": str(here / "dora_source.py"), "env": settings, "outputs": ["frame"]},
        {"id": "sink", "path": str(here / "dora_sink.py"), "env": settings, "inputs": {"frame": frame}},
    ]
    flow = folder / "flow.yml"
    flow.write_text(json.dumps({"nodes": nodes}))
    done = subprocess.run(
        [str(program), "run", str(flow)], cwd=folder,
        env=environment(VIRTUAL_ENV=str(Path(sys.executable).parents[1])),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    return done.stdout
