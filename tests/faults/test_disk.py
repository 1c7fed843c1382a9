"""A slow disk; a full one is tested with the sinks and in test_bad_input.py."""

from __future__ import annotations

import fcntl
import os
import time

import pytest

from tests.bench import Bench, needs_proc, rss_kb, worker_pids

PIPE_SIZE = 1031
"""Of fcntl on Linux."""


@pytest.mark.slow
@pytest.mark.fault(21)
@needs_proc
def test_a_place_that_takes_nothing_for_seconds_holds_its_producer_back(bench: Bench) -> None:
    """What a sink cannot write waits, a few packets at most; no process grows, and no line is lost."""
    slow = bench.folder / "slow.jsonl"
    os.mkfifo(slow)
    source = ", count: 240, real: true"
    process = bench.start("--pace", "live", "--results", str(slow), source=source)
    number = os.open(slow, os.O_RDONLY)
    fcntl.fcntl(number, PIPE_SIZE, 4096)
    bench.wait_for(30)
    before = {name: rss_kb(pid) for pid, name in worker_pids(bench)}
    time.sleep(8)
    after = {name: rss_kb(pid) for pid, name in worker_pids(bench)}
    assert len(bench.numbers()) < 180  # it is held back
    assert all(after[name] - before[name] < 4096 for name in before)
    with os.fdopen(number) as reader:
        lines = reader.read().splitlines()
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, out + err
    assert len(lines) == 2 * 240
    assert bench.numbers() == list(range(0, 480, 2))
