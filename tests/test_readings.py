"""What a run does now."""

import os
from typing import Any

import pytest

from sensegraph.readings import reading, resident_bytes


def shot(told_s: float, packets: int, made: int, *, pid: int = 7, dropped: int = 0) -> dict[str, Any]:
    """Return a snapshot of one node and one edge."""
    node = {
        "state": "running", "restarts": 0, "pid": pid, "rss_bytes": 1000, "headlines": {}, "reduced": "",
        "told_s": told_s,
        "packets": packets, "cpu_s": packets / 100, "ms_p50": 1.0, "ms_p95": 2.0, "age_ms_p50": 3.0, "age_ms_p95": 4.0,
    }  # fmt: skip
    edge = {"made": made, "delivered": made - dropped, "dropped": {"replaced": dropped}, "in_flight": 0}
    return {"phase": "running", "elapsed_s": told_s + 0.2, "nodes": {"cam": node}, "edges": {"cam.frames>a.b": edge}}


def test_rates_are_taken_between_the_moments_at_which_the_worker_told_its_figures() -> None:
    """Not between the moments at which they were asked for."""
    found = reading(shot(10.0, 100, 100), shot(12.0, 150, 130, dropped=4))
    assert found["nodes"]["cam"]["per_s"] == pytest.approx(25.0)
    assert found["nodes"]["cam"]["cpu_percent"] == pytest.approx(25.0)
    edge = found["edges"]["cam.frames>a.b"]
    assert (edge["made_per_s"], edge["dropped_per_s"]) == (pytest.approx(15.0), pytest.approx(2.0))


def test_after_a_restart_the_rates_start_anew_and_are_never_negative() -> None:
    """The counters of the new process begin at 0."""
    found = reading(shot(10.0, 1000, 1000, dropped=9), shot(12.0, 20, 20, pid=8))
    assert found["nodes"]["cam"]["per_s"] == pytest.approx(20 / 12)
    assert min(found["edges"]["cam.frames>a.b"][key] for key in ("made_per_s", "dropped_per_s")) >= 0


def test_a_node_that_was_not_there_before_is_measured_from_the_start_of_the_run() -> None:
    """It had told nothing yet."""
    before = shot(0.0, 0, 0) | {"nodes": {}, "edges": {}}
    assert reading(before, shot(2.0, 50, 50))["nodes"]["cam"]["per_s"] == pytest.approx(25.0)


def test_the_memory_of_a_process_is_told_and_of_one_that_is_gone_is_not() -> None:
    """There is no zero that means unknown."""
    assert (resident_bytes(os.getpid()) or 0) > 10_000_000
    assert resident_bytes(2**22 + 1) is None
