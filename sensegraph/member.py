"""One worker as the supervisor sees it: what it said last, when it counts as hung, and when it is started again."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sensegraph import whereabouts
from sensegraph.plan import WorkerPlan
from sensegraph.restarts import Restarts, skipped


@dataclass(frozen=True, slots=True)
class Limits:
    """When the supervisor loses patience, in seconds.

    Attributes:
        silent_s: A worker that runs and says nothing for so long hangs (stopped, or holding the interpreter).
        busy_s: A node whose one call lasts longer hangs.
        opening_s: Time for the workers to open models and devices.
        grace_s: Time to drain after a stop.
        shadow_s: Time for shadows to end when all others have.
        restarts: So many restarts within `window_s`, then the graph fails.
    """

    silent_s: float = 5.0
    busy_s: float = 30.0
    opening_s: float = 120.0
    grace_s: float = 10.0
    shadow_s: float = 2.0
    restarts: int = 5
    window_s: float = 60.0


@dataclass(slots=True)
class Member:
    """One worker of a run, through all its starts.

    Attributes:
        plan: What it is told when it is started.
        restarts: Whether and when it may be started again.
        pid: Its process; 0 when there is none.
        state: `starting`, `ready`, `running`, `ended`, `failed`, `retiring` to be replaced, or `waiting` to be started
            again.
        seen_at: When it last said something.
        told_at: When it last told its figures.
        restart_at: When one that waits is started again; when one that retires must have gone.
        figures: What it last told of its nodes and edges.
        reports: What its nodes reported at their end.
        failure: Its last words, when it failed.
        reason: Why it was killed.
        news: What to tell when it runs anew.
    """

    plan: WorkerPlan
    restarts: Restarts
    pid: int = 0
    state: str = "starting"
    seen_at: float = 0.0
    told_at: float = 0.0
    restart_at: float = 0.0
    figures: dict[str, Any] = field(default_factory=dict)
    reports: dict[str, Any] = field(default_factory=dict)
    failure: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    news: str = ""

    @property
    def names(self) -> str:
        """The names of its nodes."""
        return ", ".join(node["name"] for node in self.plan["nodes"])

    @property
    def shadow(self) -> bool:
        """Whether it may neither delay nor fail the others."""
        return self.plan["shadow"]

    @property
    def over(self) -> bool:
        """Whether it will not be started again."""
        return self.gone and self.state in ("ended", "failed")

    @property
    def gone(self) -> bool:
        """Whether it has no process."""
        return self.pid == 0

    def nodes(self, began: float) -> dict[str, dict[str, Any]]:
        """Return node -> its figures, with what is known of the worker; `began` is when the run did."""
        about = {"state": self.state, "restarts": self.restarts.count, "pid": self.pid, "told_s": self.told_at - began}
        return {name: figures | about for name, figures in self.figures.get("nodes", {}).items()}

    def starts(self, now: float) -> None:
        """Forget how the process before ended."""
        self.state, self.failure, self.reason, self.seen_at = "starting", {}, "", now

    def hears(self, message: dict[str, Any], now: float) -> None:
        """Take over what its process says of itself."""
        if not message.get("opening"):  # that a process lives says nothing of its nodes that open
            self.seen_at = now
        if "nodes" in message:
            self.figures, self.told_at = {"nodes": message["nodes"], "edges": message["edges"]}, now
        if message["kind"] in ("ready", "ended"):
            self.state = message["kind"]
        if message["kind"] == "failed":
            self.failure = message
        self.reports = message.get("reports", self.reports)

    def told(self, code: int) -> str:
        """Return in words how its process ended, with an exit code or -n for signal n."""
        ending = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        return self.failure.get("text") or f"node '{self.names}' {self.reason or ending}"

    def hangs(self, now: float, limits: Limits) -> str:
        """Return why its process must be taken for hung; empty while all is well."""
        if self.state == "retiring" and now > self.restart_at:
            return "did not go"
        if self.gone or self.state not in ("starting", "running"):
            return ""
        running = self.state == "running"
        silent_s = now - self.seen_at
        if running and silent_s > limits.silent_s:
            return f"made no progress for {silent_s:.0f} s"
        if not running and silent_s > limits.opening_s:
            return f"has not opened within {silent_s:.0f} s"
        busy_s = max((node["busy_s"] for node in self.figures.get("nodes", {}).values()), default=0.0)
        return f"has been busy with one packet for {busy_s:.0f} s" if running and busy_s > limits.busy_s else ""

    def put_off(self, now: float) -> bool:
        """Wait with the next start, the longer the more there were; False when there were too many."""
        delay_s = self.restarts.delay_s(now)
        if delay_s is None:
            return False
        self.state, self.restart_at = "waiting", now + delay_s
        return True

    def forgive(self) -> None:
        """Forget its failures: it gets other code."""
        self.restarts.forgive()
        self.plan["poison"].clear()

    def spare(self) -> str:
        """Skip a packet at which its process ended again, in whatever way, from now on; return what to say of it."""
        names = [node["name"] for node in self.plan["nodes"]]
        packet = whereabouts.read(Path(self.plan["folder"]), self.plan["worker"], names)
        if packet is None or not self.restarts.skips(packet):
            return ""
        self.plan["poison"].append(packet)
        return skipped(packet)
