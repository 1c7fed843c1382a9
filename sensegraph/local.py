"""Running a whole graph in this process: the same loops and edges, in threads."""

from __future__ import annotations

import time
from collections.abc import Callable

from sensegraph.crew import Crew, describe
from sensegraph.plan import WorkerPlan
from sensegraph.signals import Signals
from sensegraph.summary import Snapshot, Summary

GRACE_S = 10.0


def run_local(plan: WorkerPlan, signals: Signals, watch: Callable[[Snapshot], None] | None = None) -> Summary:
    """Run all nodes of a plan in threads of this process; nothing is restarted.

    Args:
        plan: A plan that holds the whole graph.
        signals: Tells of Ctrl-C, SIGTERM and SIGHUP.
        watch: Called about four times a second with the state.
    """
    summary = Summary()
    began = time.monotonic()
    crew: Crew | None = None

    def on_failure(name: str, error: Exception) -> None:
        if not summary.error:
            summary.error, summary.exit_code = describe(name, error)
        if crew is not None:
            crew.abandon()

    def on_stop() -> None:
        if crew is not None:
            crew.stop()

    try:
        crew = Crew(plan, None, on_stop, on_failure)
        crew.open()
    except Exception as error:  # whatever a node's open() raises ends the run with one line
        notes = [note for note in getattr(error, "__notes__", []) if note.startswith("in node '")]
        on_failure(notes[0].split("'")[1] if notes else plan["nodes"][0]["name"], error)
        return summary
    crew.start()
    stop_until = float("inf")
    while not crew.join(0.1):
        if codes := signals.taken():
            summary.exit_code = codes[0]
            stop_until = time.monotonic() + GRACE_S if stop_until == float("inf") else 0.0
            crew.stop()
        if time.monotonic() > stop_until:
            crew.abandon()
        if watch is not None:
            watch(_snapshot(crew, "running", began))
    summary.reports = crew.reports()
    summary.last = _snapshot(crew, "ended", began)
    return summary


def _snapshot(crew: Crew, phase: str, began: float) -> Snapshot:
    figures = crew.figures()
    nodes = {name: each | {"state": phase, "restarts": 0} for name, each in figures["nodes"].items()}
    return Snapshot(phase, time.monotonic() - began, nodes, figures["edges"], list(crew.notes))
