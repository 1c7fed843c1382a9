"""A process that has imported everything and forks workers in milliseconds. It runs no thread and opens nothing.

Started by `spawn.Zygote` as `python -m sensegraph.zygote SOCKET LIFELINE MODULE...`. Messages are msgpack, one per
datagram: `{"plan": ...}` and `{"kill": pid}` in, `{"pid": ...}` and `{"exit": pid, "status": ...}` out.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import selectors
import signal
import socket
import sys
import traceback
from typing import Any

import msgpack

from sensegraph import signals, worker

MAX_MESSAGE_BYTES = 1 << 20


def main() -> None:
    """Serve until the supervisor is gone; the workers go with it."""
    signals.ignore()
    orders = socket.socket(fileno=int(sys.argv[1]))
    lifeline = int(sys.argv[2])
    for module in sys.argv[3:]:
        with contextlib.suppress(ImportError):  # the worker that needs it will say so
            importlib.import_module(module)
    Server(orders, lifeline).serve()


class Server:
    """Forks on request and reports who has ended."""

    def __init__(self, orders: socket.socket, lifeline: int) -> None:
        self._orders = orders
        self._lifeline = lifeline
        self._children: set[int] = set()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        os.set_blocking(self._wake_read, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)

    def serve(self) -> None:
        """Run until the order socket or the lifeline ends."""
        with selectors.DefaultSelector() as selector:
            for source in (self._orders, self._lifeline, self._wake_read):
                selector.register(source, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj == self._wake_read:
                        self._drain_wake()
                    elif key.fileobj == self._lifeline or not self._obey():
                        self._kill_all()
                        return
                self._reap()

    def _drain_wake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while os.read(self._wake_read, 512):
                pass

    def _obey(self) -> bool:
        data = self._orders.recv(MAX_MESSAGE_BYTES)
        if not data:
            return False
        order = msgpack.unpackb(data)
        if "kill" in order and order["kill"] in self._children:
            os.kill(order["kill"], signal.SIGKILL)
        elif "plan" in order:
            self._fork(order["plan"])
        return True

    def _fork(self, plan: Any) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            code = worker.CRASHED
            try:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                self._orders.close()
                os.close(self._wake_read)
                os.close(self._wake_write)
                code = worker.main(plan, self._lifeline)
            except BaseException:  # nothing of ours may climb out of a fork, and nothing may be lost
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        self._children.add(pid)
        self._tell({"pid": pid})

    def _reap(self) -> None:
        for pid in list(self._children):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                self._children.discard(pid)
                self._tell({"exit": pid, "status": os.waitstatus_to_exitcode(status)})

    def _tell(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):  # the supervisor is gone; the lifeline says so next
            self._orders.send(msgpack.packb(message))

    def _kill_all(self) -> None:
        for pid in self._children:
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
