"""One worker process: it runs the nodes of its plan and answers to the supervisor.

Control messages are msgpack maps over one DEALER socket. To the supervisor: `hello`, `ready` (with the user's files
that its nodes are made of), `beat` (twice a second, with figures), `stop` (a node wants the end), `note` (something to
tell the user), `failed`, `retired`, `ended`. From it: `start`, `stop` (sources end, the rest drains), `retire` (drain
and go, for a new process that goes on), `abandon` (leave without draining), `change` (another value of a parameter),
`gone` (every start of `worker` before `epoch` is dead).
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import msgpack
import zmq

from sensegraph import signals
from sensegraph.crew import Crew, describe
from sensegraph.errors import SensegraphError
from sensegraph.plan import WorkerPlan, make_shared
from sensegraph.transport.zeromq import Wire

BEAT_S = 0.5
DRAIN_S = 60.0
SHADOW_DRAIN_S = 2.0
"""How long a worker whose work is done waits for shadows to finish with theirs."""
SHADOW_NICENESS = 10
CRASHED = 70
"""Exit code of a worker whose node failed in a way that a restart may cure."""


def main(plan: WorkerPlan, lifeline: int) -> int:
    """Run a worker until its nodes have ended.

    Args:
        plan: What to run.
        lifeline: File descriptor of a pipe whose other end only the supervisor holds: its end is ours.

    Returns:
        The exit code of the process.
    """
    signals.ignore()  # the supervisor decides when we end
    if plan["shadow"]:
        os.nice(SHADOW_NICENESS)
    _title("sg:" + ",".join(node["name"] for node in plan["nodes"]))
    threading.Thread(target=_die_with, args=(lifeline,), name="lifeline", daemon=True).start()
    return Worker(plan).run()


def _die_with(lifeline: int) -> None:
    while os.read(lifeline, 1):
        pass
    os._exit(CRASHED)


def _title(name: str) -> None:
    """Name the process for `ps` and `top`, where the system can."""
    if sys.platform == "linux":
        set_name = 15  # PR_SET_NAME, 15 bytes
        ctypes.CDLL(None).prctl(set_name, name.encode()[:15], 0, 0, 0)


class Worker:
    """The life of one worker process."""

    def __init__(self, plan: WorkerPlan) -> None:
        self._plan = plan
        self._shared = make_shared(plan)
        self._wire = Wire(Path(plan["folder"]), plan["worker"], plan["epoch"], plan["run"], self._shared)
        self._context = zmq.Context(io_threads=1)
        self._control = self._context.socket(zmq.DEALER)
        self._control.setsockopt(zmq.IDENTITY, f"{plan['worker']}-{plan['epoch']}".encode())
        self._control.setsockopt(zmq.LINGER, 1000)
        self._control.connect(f"ipc://{plan['folder']}/control")
        self._failure: tuple[str, Exception] | None = None
        self._wants_end = threading.Event()
        self._crew: Crew | None = None
        self._beat_at = 0.0

    def run(self) -> int:
        """Open, report ready, run, drain, report the end; returns the exit code."""
        self._send("hello", pid=os.getpid())
        opener = threading.Thread(target=self._open, name="open", daemon=True)
        opener.start()
        while opener.is_alive():
            self._tend(opener_busy=True)
        if self._failure is not None or self._crew is None:
            return self._fail()
        code = self._work(self._crew)
        self._wire.close()
        self._control.close()
        self._context.term()
        return code

    def _open(self) -> None:
        name = self._plan["nodes"][0]["name"]
        try:
            crew = Crew(self._plan, self._wire, self._wants_end.set, self._on_failure)
            crew.open()
            self._crew = crew
        except Exception as error:  # whatever a node's open() raises is reported to the supervisor
            self._failure = (_node_of(error, name), error)

    def _work(self, crew: Crew) -> int:
        self._wire.start()
        self._send("ready", files=sorted(crew.files))
        started = False
        told = False
        idle_since = float("inf")
        retiring = False
        while True:
            if self._wire.failure is not None:
                self._on_failure(self._plan["nodes"][0]["name"], self._wire.failure)
            if self._failure is not None:
                return self._fail()
            if self._wants_end.is_set() and not told:
                told = True
                self._send("stop")
            order = self._tend()
            if order == "start" and not started:
                started = True
                crew.start()
            elif order == "stop":
                crew.stop()
                if not started:
                    break
            elif order == "abandon":
                crew.abandon()
                if not started:
                    break
            retiring = retiring or order == "retire"
            if started and retiring:
                if crew.retired(0.05):
                    break
            elif started and crew.join(0.01):
                idle_since = min(idle_since, time.monotonic())
                idle_s = time.monotonic() - idle_since
                shadows = self._plan["shadow"] or idle_s < SHADOW_DRAIN_S
                if self._failure is None and (crew.drained(0.05, shadows=shadows) or idle_s > DRAIN_S):
                    break
        self._pass_on_notes()
        self._send("ended" if crew.ended or not retiring else "retired", reports=crew.reports(), **crew.figures())
        return 0

    def _tend(self, *, opener_busy: bool = False) -> str | None:
        """Send a heartbeat when it is due and return an order of the supervisor."""
        now = time.monotonic()
        if now >= self._beat_at:
            self._beat_at = now + BEAT_S
            self._send("beat", opening=opener_busy, **(self._crew.figures() if self._crew else {}))
            self._pass_on_notes()
        if self._control.poll(20 if opener_busy else 50):
            message = msgpack.unpackb(self._control.recv())
            if message["kind"] == "gone" and self._shared is not None:
                self._shared.gone(message["worker"], message["epoch"])
            if message["kind"] == "change" and self._crew is not None:
                self._crew.change(message["node"], message["param"], message["value"])
            return str(message["kind"])
        return None

    def _pass_on_notes(self) -> None:
        while self._crew is not None and self._crew.notes:
            self._send("note", text=self._crew.notes.popleft())
        while self._shared is not None and self._shared.notes:
            names = ", ".join(node["name"] for node in self._plan["nodes"])
            self._send("note", text=f"node '{names}': {self._shared.notes.pop(0)}")

    def _on_failure(self, name: str, error: Exception) -> None:
        self._failure = self._failure or (name, error)

    def _fail(self) -> int:
        name, error = self._failure or ("?", RuntimeError("the worker could not start"))
        text, code = describe(name, error)
        lasting = isinstance(error, SensegraphError)
        if self._crew is not None:
            self._crew.abandon()
            self._crew.join(2.0)
        figures = self._crew.figures() if self._crew else {}
        self._pass_on_notes()
        self._send("failed", text=text, exit_code=code, lasting=lasting, **figures)
        self._control.close()
        self._context.term()
        return code if lasting else CRASHED

    def _send(self, kind: str, **fields: Any) -> None:
        self._control.send(msgpack.packb({"kind": kind, **fields}))


def _node_of(error: BaseException, default: str) -> str:
    for note in getattr(error, "__notes__", []):
        if note.startswith("in node '"):
            return str(note.split("'")[1])
    return default


def _exec() -> None:
    """Entry of a worker that was started as a fresh interpreter: the plan comes on standard input."""
    plan = msgpack.unpackb(sys.stdin.buffer.read())
    code = main(plan, int(sys.argv[1]))
    sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    _exec()
