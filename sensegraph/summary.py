"""What a run tells: a snapshot while it goes on, a summary at its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Snapshot:
    """The state of a run at one moment.

    Attributes:
        phase: `starting`, `running`, `stopping` or `ended`.
        elapsed_s: Seconds since the start of the run.
        nodes: Node -> the figures of its meter (`Meter.as_dict`), with `state`, `restarts` and `pid` of its worker,
            and `told_s`, when it told them.
        edges: Edge name -> its ledger (`Ledger.as_dict`).
        events: What happened, in words, oldest first: restarts, failures.
    """

    phase: str = "starting"
    elapsed_s: float = 0.0
    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    edges: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Summary:
    """How a run ended.

    Attributes:
        exit_code: 0 ended, 1 an error of ours, 2 bad input, 3 a node failed for good, 130 Ctrl-C, 143 SIGTERM.
        error: Why it failed; empty when it did not.
        reports: Node -> what it reported at its end.
        last: The last snapshot.
    """

    exit_code: int = 0
    error: str = ""
    reports: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    last: Snapshot = field(default_factory=Snapshot)

    @property
    def unaccounted(self) -> int:
        """Packets that were made and neither delivered, dropped with a reason nor in flight; always 0."""
        return sum(
            edge["made"] - edge["delivered"] - sum(edge["dropped"].values()) - edge["in_flight"]
            for edge in self.last.edges.values()
        )

    def __str__(self) -> str:
        head = f"failed: {self.error}" if self.error else f"ended after {self.last.elapsed_s:.1f} s"
        told = [f"{name}: {_words(report)}" for name, report in self.reports.items() if report]
        return "\n".join([head, *told])


def _words(report: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{key} {_words(value)}" if isinstance(value, Mapping) else f"{key} {value}" for key, value in report.items()
    )
