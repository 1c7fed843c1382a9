"""What a run does now: the difference of two snapshots."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sensegraph.control import ask
from sensegraph.errors import TransportError
from sensegraph.rundir import Run, running

Figures = Mapping[str, Any]
KEPT = (
    "state", "restarts", "pid", "rss_bytes", "headlines", "reduced", "ms_p50", "ms_p95", "age_ms_p50", "age_ms_p95",
)  # fmt: skip


def snapshot(run: Run) -> dict[str, Any]:
    """Return the state of a run, with the resident memory of each node's process (`rss_bytes`).

    Raises:
        TransportError: The run does not answer.
    """
    shot: dict[str, Any] = ask(run, {"kind": "snapshot"})
    memory = {pid: resident_bytes(pid) for pid in {node["pid"] for node in shot["nodes"].values()}}
    for node in shot["nodes"].values():
        node["rss_bytes"] = memory[node["pid"]]
    return shot


def readings(run: Run, interval_s: float) -> Iterator[dict[str, Any]]:
    """Yield what a run does in each interval, until it ends; see `reading`.

    Raises:
        TransportError: The run goes on but does not answer.
    """
    try:
        before = snapshot(run)
        while True:
            time.sleep(interval_s)
            now = snapshot(run)
            yield reading(before, now)
            before = now
    except TransportError:
        if run in running():
            raise


def reading(before: Figures, now: Figures) -> dict[str, Any]:
    """Return the figures between two snapshots (`summary.Snapshot` as plain values, with `rss_bytes`).

    Returns:
        `phase`, `elapsed_s`, `nodes` and `edges`. Of a node: `state`, `restarts`, `pid`, `per_s` (packets per second),
        `cpu_percent` (of one core), `rss_bytes` (of its process, None when unknown), `ms_p50`, `ms_p95` (one call),
        `age_ms_p50`, `age_ms_p95` (of a packet when the node begins with it), `headlines`, `reduced` (what it runs with
        instead of its best). Of an edge: what its ledger
        holds, and `made_per_s`, `dropped_per_s`.
    """
    nodes = {name: _node(before["nodes"].get(name), node) for name, node in now["nodes"].items()}
    edges = {}
    for name, edge in now["edges"].items():
        source = name.partition(".")[0]
        passed_s = _passed_s(before["nodes"].get(source), now["nodes"][source])
        edges[name] = _edge(before["edges"].get(name), edge, passed_s)
    return {"phase": now["phase"], "elapsed_s": now["elapsed_s"], "nodes": nodes, "edges": edges}


def _node(was: Figures | None, node: Figures) -> dict[str, Any]:
    if was is None or was["pid"] != node["pid"]:
        was = {"packets": 0, "cpu_s": 0.0, "told_s": 0.0}
    passed_s = _passed_s(was, node)
    return {key: node[key] for key in KEPT} | {
        "per_s": (node["packets"] - was["packets"]) / passed_s,
        "cpu_percent": 100 * (node["cpu_s"] - was["cpu_s"]) / passed_s,
    }


def _edge(was: Figures | None, edge: Figures, passed_s: float) -> dict[str, Any]:
    if was is None or was["made"] > edge["made"]:  # its producer was restarted meanwhile
        was = {"made": 0, "dropped": {}}
    dropped = sum(edge["dropped"].values()) - sum(was["dropped"].values())
    return dict(edge) | {
        "made_per_s": (edge["made"] - was["made"]) / passed_s,
        "dropped_per_s": max(dropped, 0) / passed_s,
    }


def _passed_s(was: Figures | None, node: Figures) -> float:
    """Return the time between the moments at which a worker told its figures, twice a second."""
    passed_s: float = node["told_s"] - (was["told_s"] if was else 0.0)
    return max(passed_s, 1e-3)


def resident_bytes(pid: int) -> int | None:
    """Return the resident memory of a process; None when it is gone or the system does not tell."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    except OSError:
        return _resident_by_ps(pid) if not Path("/proc/self").exists() else None
    return None


def _resident_by_ps(pid: int) -> int | None:
    """Ask `ps`, where there is no /proc (macOS)."""
    try:
        told = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, timeout=2, check=True
        )
        return int(told.stdout) * 1024
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
