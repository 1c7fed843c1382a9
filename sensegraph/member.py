"""One worker as its supervisor sees it: what it does, whether it hangs, how often it may be started again."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sensegraph import whereabouts
from sensegraph.packet import NANOSECONDS
from sensegraph.plan import WorkerPlan

TRIES = 2
"""A packet with which a worker ends so often is skipped."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When the supervisor loses patience, in seconds.

    Attributes:
        silent_s: A worker that runs and says nothing for so long hangs (stopped, or holding the interpreter).
        busy_s: A node whose one call lasts longer hangs.
        opening_s: Time for the workers to open models and devices.
        grace_s: Time to drain after a stop.
        restarts: So many restarts within `window_s`, then the graph fails.
    """

    silent_s: float = 5.0
    busy_s: float = 30.0
    opening_s: float = 120.0
    grace_s: float = 10.0
    restarts: int = 5
    window_s: float = 60.0


@dataclass(slots=True)
class Member:
    """A worker: what it was told, and what it said since.

    Attributes:
        pid: Its process; 0 while it has none.
        state: `starting`, `ready`, `running`, `ended`, `failed`, `retiring` to be replaced, or `waiting` to be started
            again.
        seen_at: When it said something last, by the supervisor's clock.
        told_at: When it told its figures last.
        restart_at: When one that waits is started again; when one that retires must have gone.
        restarts: When it was started again because it had ended, in the last `Limits.window_s`.
        figures: Of its nodes and edges, as it told them.
        reports: What its nodes reported at their end.
        failure: Its last words, if it failed.
        reason: Why it was killed, if it was.
        tries: How often it ended with a packet.
        news: What to tell when it runs anew.
    """

    plan: WorkerPlan
    pid: int = 0
    state: str = "starting"
    seen_at: float = 0.0
    told_at: float = 0.0
    restart_at: float = 0.0
    restarts: deque[float] = field(default_factory=deque)
    figures: dict[str, Any] = field(default_factory=dict)
    reports: dict[str, Any] = field(default_factory=dict)
    failure: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    tries: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    news: str = ""

    @property
    def names(self) -> str:
        """Its nodes, for people."""
        return ", ".join(node["name"] for node in self.plan["nodes"])

    @property
    def gone(self) -> bool:
        """Whether it has no process."""
        return self.pid == 0

    def hangs(self, now: float, limits: Limits) -> str:
        """Return in which way it makes no progress; empty when it does."""
        if self.state == "retiring" and now > self.restart_at:
            return "did not go"
        if self.gone or self.state not in ("starting", "running"):
            return ""
        running = self.state == "running"
        if now - self.seen_at > (limits.silent_s if running else limits.opening_s):
            return f"made no progress for {now - self.seen_at:.0f} s"
        busy_s = max((node["busy_s"] for node in self.figures.get("nodes", {}).values()), default=0.0)
        return f"has been busy with one packet for {busy_s:.0f} s" if running and busy_s > limits.busy_s else ""

    def delay_s(self, now: float, limits: Limits) -> float | None:
        """Note one more restart; return how long it must wait for that, or None when it was restarted too often."""
        while self.restarts and now - self.restarts[0] > limits.window_s:
            self.restarts.popleft()
        if len(self.restarts) >= limits.restarts:
            return None
        delay_s: float = min(30.0, 0.1 * 2 ** len(self.restarts))
        self.restarts.append(now)
        return delay_s

    def forgive(self) -> None:
        """Forget its failures: it gets other code."""
        self.restarts.clear()
        self.tries.clear()
        self.plan["poison"].clear()

    def spare(self) -> str:
        """Let it skip a packet with which it ended again, in whatever way; return what to say of it."""
        names = [node["name"] for node in self.plan["nodes"]]
        packet = whereabouts.read(Path(self.plan["folder"]), self.plan["worker"], names)
        if packet is None:
            return ""
        self.tries[packet] += 1
        if self.tries[packet] < TRIES:
            return ""
        self.plan["poison"].append(packet)
        return f" ({TRIES} times with the packet at {packet[2] / NANOSECONDS:.3f} s: it will be skipped)"


def ending(code: int) -> str:
    """Return in words how a process ended, by its exit code; -n for signal n."""
    return f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
