"""Starts the workers of one machine, watches them, restarts them, and brings them down in order."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import msgpack
import zmq

from sensegraph import parameters, whereabouts
from sensegraph.control import Desk, Reply, router
from sensegraph.errors import RunError, closest
from sensegraph.packet import NANOSECONDS
from sensegraph.plan import WorkerPlan
from sensegraph.registry import find
from sensegraph.signals import Signals
from sensegraph.spawn import Spawner
from sensegraph.summary import Snapshot, Summary

Watch = Callable[[Snapshot], None]

LAST_WORDS_S = 0.2
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
class _Member:
    """One worker as the supervisor sees it."""

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

    @property
    def names(self) -> str:
        return ", ".join(node["name"] for node in self.plan["nodes"])

    @property
    def gone(self) -> bool:
        return self.pid == 0


class Supervisor:
    """Runs the workers of one graph on this machine.

    Args:
        plans: One for each worker, from the sources to the sinks.
        spawner: Starts processes; closed at the end of the run.
        signals: Tells of Ctrl-C, SIGTERM and SIGHUP.
        limits: When to lose patience.
        watch: Called about four times a second with the state.
        clock: Monotonic seconds.
    """

    def __init__(
        self, plans: list[WorkerPlan], spawner: Spawner, signals: Signals, *, limits: Limits | None = None,
        watch: Watch | None = None, clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._members = [_Member(plan) for plan in plans]
        self._spawner, self._signals, self._limits = spawner, signals, limits or Limits()
        self._watch, self._clock = watch, clock
        self._began = clock()
        self._phase = "starting"
        self._summary = Summary()
        self._events: list[str] = []
        self._stop_until = 0.0
        self._abandoned = False
        self._watch_at = 0.0
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context(io_threads=1)
        folder = Path(plans[0]["folder"])
        self._control = router(self._context, folder, "control", linger_ms=200)
        self._desk = Desk(self._context, folder, self._answer)

    def run(self) -> Summary:
        """Run until every worker has ended; returns how."""
        try:
            for member in self._members:
                self._start(member)
            while not all(member.gone and member.state in ("ended", "failed") for member in self._members):
                self._step()
            self._phase = "ended"
            self._summary.last = self.snapshot()
            if self._watch:
                self._watch(self._summary.last)  # what happened since it last looked
            for member in self._members:
                self._summary.reports |= member.reports
            return self._summary
        finally:
            self._spawner.close()
            self._control.close()
            self._desk.close()
            self._context.term()

    def snapshot(self) -> Snapshot:
        """Return the state now."""
        shot = Snapshot(self._phase, self._clock() - self._began, events=list(self._events))
        for member in self._members:
            for name, figures in member.figures.get("nodes", {}).items():
                about = {"state": member.state, "restarts": len(member.restarts), "pid": member.pid,
                         "told_s": member.told_at - self._began}  # fmt: skip
                shot.nodes[name] = figures | about
            shot.edges |= member.figures.get("edges", {})
        return shot

    def _step(self) -> None:
        if self._control.poll(50):
            while self._control.poll(0):
                self._hear(self._control.recv_multipart())
        self._desk.serve()
        for pid, code in self._spawner.exits():
            self._on_exit(next(m for m in self._members if m.pid == pid), code)
        now = self._clock()
        for member in self._members:
            self._check(member, now)
        self._check_signals()
        if self._phase == "stopping" and now > self._stop_until:
            self._hurry(now)
        if self._watch and now >= self._watch_at:
            self._watch_at = now + 0.25
            self._watch(self.snapshot())

    def _answer(self, request: Mapping[str, Any], reply: Reply) -> None:
        """Answer somebody who asks this run."""
        if request["kind"] == "snapshot":
            reply(asdict(self.snapshot()))
        elif request["kind"] == "set":
            reply(self._set(request["node"], request["param"], request["value"]))
        else:
            raise RunError(f"this run does not know '{request['kind']}'")

    def _set(self, name: str, param: str, value: Any) -> dict[str, Any]:
        """Give a parameter of a node another value, now and whenever it is started again.

        Raises:
            RunError: There is no such node or parameter, it cannot change in a run, or not to this value.
        """
        nodes = {node["name"]: (member, node) for member in self._members for node in member.plan["nodes"]}
        if name not in nodes:
            raise RunError(f"there is no node '{name}' in this run\n  {closest(name, nodes, ', '.join(nodes))}")
        member, node = nodes[name]
        if member.plan["tape"]["record"]:
            raise RunError("this run is recorded, and a recording does not hold changes: it could not be verified")
        kind = find(node["type"], Path(member.plan["base"]))
        parameters.must_change(kind, f"{name}.{param}", node["params"], param, value)
        was = node["params"].get(param, parameters.default(kind, param))
        node["params"][param] = value
        if member.state == "running":
            self._order(member, "change", node=name, param=param, value=value)
        return {"was": was, "now": value}

    def _start(self, member: _Member) -> None:
        member.state, member.failure, member.reason = "starting", {}, ""
        member.seen_at = self._clock()
        member.pid = self._spawner.start(member.plan)

    def _hear(self, parts: list[bytes]) -> None:
        try:
            worker, epoch, message = _told(parts)
            member = self._members[worker]
        except (LookupError, TypeError, ValueError, msgpack.UnpackException):
            return  # it is none of our workers that talks
        if epoch != member.plan["epoch"]:
            return
        if not message.get("opening"):  # that a process lives says nothing of its nodes that open
            member.seen_at = self._clock()
        if "nodes" in message:
            member.figures, member.told_at = {"nodes": message["nodes"], "edges": message["edges"]}, member.seen_at
        kind = message["kind"]
        if kind == "ready":
            member.state = "ready"
            self._on_ready(member)
        elif kind == "stop":
            self._stop()
        elif kind == "note":
            self._events.append(message["text"])
        elif kind == "failed":
            member.failure = message
        elif kind == "ended":
            member.state = "ended"
            member.reports = message["reports"]

    def _on_ready(self, member: _Member) -> None:
        if self._phase == "starting" and all(m.state == "ready" for m in self._members):
            self._phase = "running"
        ready = [m for m in self._members if m.state == "ready"] if self._phase == "running" else []
        for each in ready:
            each.state = "running"
            self._order(each, "start")
        if self._phase == "stopping":
            self._order(member, "stop")

    def _order(self, member: _Member, kind: str, **fields: Any) -> None:
        identity = f"{member.plan['worker']}-{member.plan['epoch']}".encode()
        self._control.send_multipart([identity, msgpack.packb({"kind": kind, **fields})])

    def _on_exit(self, member: _Member, code: int) -> None:
        self._hear_last_words(member)
        member.pid = 0
        if member.state == "ended":
            return
        member.state = "failed"
        text = member.failure.get("text") or f"node '{member.names}' {member.reason or _ending(code)}"
        if self._phase == "stopping":
            return
        if member.failure.get("lasting") or self._phase == "starting":
            self._fail(text, member.failure.get("exit_code", 3))
        else:
            self._restart(member, text + self._spare(member))

    def _hear_last_words(self, member: _Member) -> None:
        """Take what may still be on its way through our own I/O thread; the others never fall silent meanwhile."""
        until = time.monotonic() + LAST_WORDS_S
        while member.state != "ended" and not member.failure:
            left_s = until - time.monotonic()
            if left_s <= 0 or not self._control.poll(round(1000 * left_s)):
                return
            self._hear(self._control.recv_multipart())

    def _spare(self, member: _Member) -> str:
        """Let a worker skip a packet at which it ended again, in whatever way; return what to say of it."""
        names = [node["name"] for node in member.plan["nodes"]]
        packet = whereabouts.read(Path(member.plan["folder"]), member.plan["worker"], names)
        if packet is None:
            return ""
        member.tries[packet] += 1
        if member.tries[packet] < TRIES:
            return ""
        member.plan["poison"].append(packet)
        return f" ({TRIES} times with the packet at {packet[2] / NANOSECONDS:.3f} s: it will be skipped)"

    def _restart(self, member: _Member, text: str) -> None:
        now = self._clock()
        while member.restarts and now - member.restarts[0] > self._limits.window_s:
            member.restarts.popleft()
        if len(member.restarts) >= self._limits.restarts:
            count = len(member.restarts)
            self._fail(f"{text}\n  It was restarted {count} times in {self._limits.window_s:.0f} s.", 3)
            return
        delay_s = min(30.0, 0.1 * 2 ** len(member.restarts))
        member.restarts.append(now)
        member.state, member.restart_at = "waiting", now + delay_s
        member.plan["epoch"] += 1
        for each in self._members:
            if not each.gone:
                self._order(each, "gone", worker=member.plan["worker"], epoch=member.plan["epoch"])
        self._events.append(f"{text}; restarting")

    def _check(self, member: _Member, now: float) -> None:
        if member.state == "waiting" and now >= member.restart_at:
            if self._phase == "stopping":
                member.state = "failed"
            else:
                self._start(member)
        if member.gone or member.state not in ("starting", "running"):
            return
        busy_s = max((n["busy_s"] for n in member.figures.get("nodes", {}).values()), default=0.0)
        running = member.state == "running"
        silent_s = now - member.seen_at
        if running and silent_s > self._limits.silent_s:
            self._kill(member, f"made no progress for {silent_s:.0f} s")
        elif not running and silent_s > self._limits.opening_s:
            self._kill(member, f"has not opened within {silent_s:.0f} s")
        elif running and busy_s > self._limits.busy_s:
            self._kill(member, f"has been busy with one packet for {busy_s:.0f} s")

    def _kill(self, member: _Member, reason: str) -> None:
        member.reason = member.reason or reason
        member.seen_at = self._clock()
        member.figures = {}
        self._spawner.kill(member.pid)

    def _check_signals(self) -> None:
        codes = self._signals.taken()
        if not codes:
            return
        if self._phase in ("starting", "stopping"):
            self._summary.exit_code = self._summary.exit_code or codes[0]
            self._kill_all()
        else:
            self._summary.exit_code = codes[0]
            self._stop()

    def _stop(self) -> None:
        if self._phase == "stopping":
            return
        self._phase = "stopping"
        self._stop_until = self._clock() + self._limits.grace_s
        for member in self._members:
            if not member.gone:
                self._order(member, "stop")

    def _fail(self, text: str, code: int) -> None:
        """Give up: the first failure counts; what is left closes its files and goes."""
        if not self._summary.error:
            self._summary.error, self._summary.exit_code = text, code
        if self._phase == "starting":
            self._kill_all()
            return
        self._phase = "stopping"
        self._abandon()

    def _hurry(self, now: float) -> None:
        """Time to drain is up: first leave without draining, then kill."""
        if self._abandoned:
            self._kill_all()
        else:
            self._abandon()

    def _abandon(self) -> None:
        self._abandoned = True
        self._stop_until = self._clock() + self._limits.grace_s / 2
        for member in self._members:
            if not member.gone:
                self._order(member, "abandon")

    def _kill_all(self) -> None:
        self._phase = "stopping"
        self._stop_until = self._clock() + self._limits.grace_s
        for member in self._members:
            if member.state == "waiting":
                member.state = "failed"
            if not member.gone:
                self._spawner.kill(member.pid)


def _told(parts: list[bytes]) -> tuple[int, int, dict[str, Any]]:
    """Return which worker, how often it was started, and what it says."""
    identity, data = parts
    worker, epoch = map(int, identity.split(b"-"))
    message: dict[str, Any] = msgpack.unpackb(data)
    message["kind"]
    return worker, epoch, message


def _ending(code: int) -> str:
    return f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
