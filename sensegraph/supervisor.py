"""Starts the workers of one machine, watches them, restarts or replaces them, and brings them down in order."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgpack
import zmq

from sensegraph import parameters
from sensegraph.control import Desk, Reply, router
from sensegraph.errors import RunError, closest
from sensegraph.member import Limits, Member
from sensegraph.plan import WorkerPlan
from sensegraph.registry import find
from sensegraph.reload import Reload, Verdict
from sensegraph.restarts import Restarts
from sensegraph.signals import Signals
from sensegraph.spawn import Spawner
from sensegraph.summary import Snapshot, Summary

Watch = Callable[[Snapshot], None]

LAST_WORDS_S = 0.2


class Supervisor:
    """Runs the workers of one graph on this machine.

    Args:
        plans: One for each worker, from the sources to the sinks.
        spawner: Starts processes; closed at the end of the run.
        signals: Tells of Ctrl-C, SIGTERM and SIGHUP.
        limits: When to lose patience.
        watch: Called about four times a second with the state.
        clock: Monotonic seconds.
        reload: Looks at the files of the run, where its nodes are to follow them; closed at its end.
    """

    def __init__(
        self, plans: list[WorkerPlan], spawner: Spawner, signals: Signals, *, limits: Limits | None = None,
        watch: Watch | None = None, clock: Callable[[], float] = time.monotonic,
        reload: Reload | None = None,
    ) -> None:  # fmt: skip
        self._spawner, self._signals, self._limits = spawner, signals, limits or Limits()
        restarts = self._limits.restarts, self._limits.window_s
        self._members = [Member(plan, Restarts(*restarts)) for plan in plans]
        self._watch, self._clock, self._reload = watch, clock, reload
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
            while not all(member.over for member in self._members):
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
            if self._reload is not None:
                self._reload.close()
            self._control.close()
            self._desk.close()
            self._context.term()

    def snapshot(self) -> Snapshot:
        """Return the state now."""
        shot = Snapshot(self._phase, self._clock() - self._began, events=list(self._events))
        for member in self._members:
            shot.nodes |= member.nodes(self._began)
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
        if self._reload is not None and self._phase == "running":
            self._follow(self._reload.look(now))
        self._check_signals()
        if self._phase == "running" and self._only_shadows():
            self._stop()
            self._stop_until = now + self._limits.shadow_s
        if self._phase == "stopping" and now > self._stop_until:
            self._hurry(now)
        if self._watch and now >= self._watch_at:
            self._watch_at = now + 0.25
            self._watch(self.snapshot())

    def _only_shadows(self) -> bool:
        """Whether all is over but what nobody waits for."""
        return all(member.over for member in self._members if not member.shadow)

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
        if any(param in rung for rung in node["ladder"]):
            raise RunError(f"{name}.{param} follows the load: the node has a ladder of it in the graph file")
        kind = find(node["type"], Path(member.plan["base"]))
        parameters.must_change(kind, f"{name}.{param}", node["params"], param, value)
        was = node["params"].get(param, parameters.default(kind, param))
        node["params"][param] = value
        if member.state == "running":
            self._order(member, "change", node=name, param=param, value=value)
        return {"was": was, "now": value}

    def _start(self, member: Member) -> None:
        member.starts(self._clock())
        member.pid = self._spawner.start(member.plan)

    def _hear(self, parts: list[bytes]) -> None:
        try:
            worker, epoch, message = _told(parts)
            member = self._members[worker]
        except (LookupError, TypeError, ValueError, msgpack.UnpackException):
            return  # it is none of our workers that talks
        if epoch != member.plan["epoch"]:
            return
        member.hears(message, self._clock())
        if message["kind"] == "ready":
            if self._reload is not None:
                self._reload.watch(worker, message["files"])
            self._on_ready(member)
        elif message["kind"] == "stop":
            self._stop()
        elif message["kind"] == "note":
            self._events.append(message["text"])

    def _on_ready(self, member: Member) -> None:
        if self._phase == "starting" and all(m.state == "ready" for m in self._members if not m.shadow):
            self._phase = "running"
        ready = [m for m in self._members if m.state == "ready"] if self._phase == "running" else []
        for each in ready:
            each.state = "running"
            self._order(each, "start")
            if each.news:
                self._events.append(f"node '{each.names}': {each.news}")
                each.news = ""
        if self._phase == "stopping":
            self._order(member, "stop")

    def _follow(self, verdict: Verdict | None) -> None:
        """Do what a change of the run's files comes to."""
        if verdict is None:
            return
        self._events += verdict.told
        for node, param, value in verdict.changes:
            told = self._set(node, param, value)
            self._events.append(f"node '{node}': {param} {told['was']} -> {value}")
        for worker, news in verdict.replaced.items():
            self._replace(self._members[worker], news)

    def _replace(self, member: Member, news: str) -> None:
        """Start a worker anew by its plan: what it has begun it ends; what comes waits for the new one."""
        now = self._clock()
        if member.state in ("ended", "failed"):
            self._events.append(f"node '{member.names}': has ended, and stays as it was")
            return
        member.forgive()
        member.news = news
        if member.state == "waiting":
            member.restart_at = now
        elif member.state == "running":
            member.state, member.restart_at = "retiring", now + self._limits.grace_s
            self._order(member, "retire")
        else:
            member.state, member.restart_at = "retiring", now
            self._kill(member, "")

    def _order(self, member: Member, kind: str, **fields: Any) -> None:
        identity = f"{member.plan['worker']}-{member.plan['epoch']}".encode()
        self._control.send_multipart([identity, msgpack.packb({"kind": kind, **fields})])

    def _on_exit(self, member: Member, code: int) -> None:
        self._hear_last_words(member)
        member.pid = 0
        if member.state == "ended":
            return
        if member.state == "retiring" and self._phase == "running":
            self._events += [member.failure["text"]] if member.failure else []
            self._declare_gone(member)
            self._start(member)
            return
        member.state = "failed"
        text = member.told(code)
        if self._phase == "stopping":
            return
        if member.failure.get("lasting") or self._phase == "starting":
            self._lose(member, text, member.failure.get("exit_code", 3))
        else:
            self._restart(member, text + member.spare())

    def _hear_last_words(self, member: Member) -> None:
        """Take what may still be on its way through our own I/O thread; the others never fall silent meanwhile."""
        until = time.monotonic() + LAST_WORDS_S
        while member.state != "ended" and not member.failure:
            left_s = until - time.monotonic()
            if left_s <= 0 or not self._control.poll(round(1000 * left_s)):
                return
            self._hear(self._control.recv_multipart())

    def _lose(self, member: Member, text: str, code: int) -> None:
        """Go on without a shadow that failed for good; without any other worker the graph fails."""
        if member.shadow:
            self._events.append(f"{text}\n  It is a shadow: the run goes on without it.")
        else:
            self._fail(text, code)

    def _restart(self, member: Member, text: str) -> None:
        now = self._clock()
        if not member.put_off(now):
            self._lose(member, f"{text}\n  {member.restarts.told}", 3)
            return
        self._declare_gone(member)
        self._events.append(f"{text}; restarting")

    def _declare_gone(self, member: Member) -> None:
        """Let everybody know that what has been started of a worker so far is dead."""
        member.plan["epoch"] += 1
        for each in self._members:
            if not each.gone:
                self._order(each, "gone", worker=member.plan["worker"], epoch=member.plan["epoch"])

    def _check(self, member: Member, now: float) -> None:
        if member.state == "waiting" and now >= member.restart_at:
            if self._phase == "stopping":
                member.state = "failed"
            else:
                self._start(member)
        elif reason := member.hangs(now, self._limits):
            self._kill(member, reason)

    def _kill(self, member: Member, reason: str) -> None:
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
        if self._abandoned or self._only_shadows():
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
    message = msgpack.unpackb(data)
    if not isinstance(message, dict) or "kind" not in message:
        raise ValueError("it says nothing")
    return worker, epoch, message
