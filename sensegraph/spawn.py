"""Two ways to start a worker process: forked from a zygote (Linux) or as a fresh interpreter (everywhere)."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
from collections.abc import Sequence
from typing import Protocol

import msgpack

from sensegraph.errors import TransportError
from sensegraph.plan import WorkerPlan
from sensegraph.signals import held_back

CHILD_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
"""One thread per worker: nodes are the unit of parallel work, and a zygote may have no threads."""


class Spawner(Protocol):
    """Starts worker processes and tells which have ended."""

    def start(self, plan: WorkerPlan) -> int:
        """Start a worker and return its process id."""
        ...

    def kill(self, pid: int) -> None:
        """End a worker at once."""
        ...

    def exits(self) -> list[tuple[int, int]]:
        """Return (process id, exit code) of the workers that have ended since the last call; -n for signal n."""
        ...

    def close(self) -> None:
        """Kill what is left and release everything."""
        ...


def spawner(modules: Sequence[str]) -> Spawner:
    """Return the quickest spawner that is safe here.

    Args:
        modules: Modules to import before forking.
    """
    # Forking after frameworks were loaded aborts on macOS; SEQPACKET sockets are missing there too.
    return Zygote(modules) if sys.platform == "linux" else Exec()


class Zygote:
    """Forks workers from one process that has imported `modules`."""

    def __init__(self, modules: Sequence[str]) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        lifeline, self._lifeline = os.pipe()
        self._orders = ours
        self._exits: list[tuple[int, int]] = []
        command = [sys.executable, "-m", "sensegraph.zygote", str(theirs.fileno()), str(lifeline), *modules]
        with held_back():
            self._process = subprocess.Popen(
                command,
                pass_fds=(theirs.fileno(), lifeline),
                env=os.environ | CHILD_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
            )
        theirs.close()
        os.close(lifeline)

    def start(self, plan: WorkerPlan) -> int:
        """Fork a worker."""
        self._orders.send(msgpack.packb({"plan": plan}))
        while True:
            message = self._receive()
            if "pid" in message:
                return message["pid"]
            self._exits.append((message["exit"], message["status"]))

    def kill(self, pid: int) -> None:
        """Have a worker killed."""
        self._orders.send(msgpack.packb({"kill": pid}))

    def exits(self) -> list[tuple[int, int]]:
        """Return who has ended."""
        while select.select([self._orders], [], [], 0)[0]:
            message = self._receive()
            self._exits.append((message["exit"], message["status"]))
        ended, self._exits = self._exits, []
        return ended

    def close(self) -> None:
        """Let the zygote and all workers go."""
        self._orders.close()
        os.close(self._lifeline)
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _receive(self) -> dict[str, int]:
        try:
            data = self._orders.recv(1 << 20)
        except ConnectionResetError:
            data = b""
        if not data:
            raise TransportError("the process that starts the workers has ended; run `sensegraph doctor`")
        message: dict[str, int] = msgpack.unpackb(data)
        return message


class Exec:
    """Starts each worker as a fresh interpreter."""

    def __init__(self) -> None:
        self._lifeline_read, self._lifeline = os.pipe()
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, plan: WorkerPlan) -> int:
        """Start an interpreter."""
        with held_back():
            process = subprocess.Popen(
                [sys.executable, "-m", "sensegraph.worker", str(self._lifeline_read)],
                pass_fds=(self._lifeline_read,),
                env=os.environ | CHILD_ENVIRONMENT,
                stdin=subprocess.PIPE,
            )
        if process.stdin is not None:
            process.stdin.write(msgpack.packb(plan))
            process.stdin.close()
        self._processes[process.pid] = process
        return process.pid

    def kill(self, pid: int) -> None:
        """Kill a worker."""
        if pid in self._processes:
            self._processes[pid].kill()

    def exits(self) -> list[tuple[int, int]]:
        """Return who has ended."""
        ended = [(pid, code) for pid, p in self._processes.items() if (code := p.poll()) is not None]
        for pid, _ in ended:
            del self._processes[pid]
        return ended

    def close(self) -> None:
        """Kill what is left."""
        for process in self._processes.values():
            process.kill()
            process.wait()
        os.close(self._lifeline)
        os.close(self._lifeline_read)
