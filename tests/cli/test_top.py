"""`sensegraph top`."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli import refused, say
from tests.cli.ceaseless import ceaseless


@pytest.fixture
def process(tmp_path: Path) -> Iterator[int]:
    """Run a graph that goes on until the test ends; returns its process."""
    with ceaseless(tmp_path, "ceaseless") as run:
        yield run.pid


def test_a_run_is_measured_until_it_ends(process: int) -> None:
    """Its nodes, its edges and their processes, a line of JSON each time."""
    command = [sys.executable, "-m", "sensegraph", "top", str(process), "--json", "--interval", "0.6"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as top:
        assert top.stdout is not None
        lines = [json.loads(top.stdout.readline()) for _ in range(4)]
        os.kill(process, signal.SIGINT)
        assert top.wait(20) == 0
    last = lines[-1]
    assert (last["graph"], last["phase"]) == ("ceaseless", "running")
    assert last["nodes"]["numbers"]["per_s"] > 5
    assert last["nodes"]["times"]["pid"] != last["nodes"]["numbers"]["pid"] != process
    assert last["nodes"]["times"]["rss_bytes"] > 1_000_000
    edge = last["edges"]["numbers.n>times.n"]
    assert edge["made"] == edge["delivered"] + sum(edge["dropped"].values()) + edge["in_flight"] > 0


def test_the_table_fits_a_terminal_of_80_columns(process: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every node and edge by its whole name."""
    monkeypatch.setenv("COLUMNS", "80")
    told = say("top", str(process), "--once", "--interval", "0.6").out
    assert "numbers.n > times.n" in told
    assert "running" in told
    assert all(len(line.rstrip()) <= 80 for line in told.splitlines())


def test_a_run_that_is_not_there_is_told() -> None:
    """And what to do."""
    assert "no run of" in (told := refused("top", "no-such-graph")) or "nothing is running" in told


@pytest.mark.fault(26)
def test_a_port_that_is_taken_is_told(process: int) -> None:
    """With the port, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"127.0.0.1:{port}" in refused("top", str(process), "--prometheus", str(port))
