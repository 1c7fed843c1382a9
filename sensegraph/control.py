"""Asking a run that goes on: requests and answers are msgpack maps over one socket in its run folder (mode 0700)."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgpack
import zmq

from sensegraph.errors import RunError, SensegraphError, TransportError, closest
from sensegraph.rundir import Run, running

Reply = Callable[[Mapping[str, Any]], None]
Answer = Callable[[Mapping[str, Any], Reply], None]

SOCKET = "ask"
PATIENCE_S = 5.0
"""How long an answer is waited for; the supervisor looks twenty times a second."""
MOST_BYTES = 64 << 10
MAX_MESSAGE_BYTES = 16 << 20
AT_ONCE = 32


class Desk:
    """Where a run is asked.

    Args:
        context: The supervisor's context.
        folder: The run folder.
        answer: Called with a request and with what sends its reply, now or later; a `SensegraphError` that it raises
            is the reply.
    """

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], folder: Path, answer: Answer) -> None:
        self._answer = answer
        self._socket = router(context, folder, SOCKET, linger_ms=0)
        self._socket.setsockopt(zmq.MAXMSGSIZE, MOST_BYTES)

    def serve(self) -> None:
        """Take what was asked; returns at once. What is no request of ours is left without a reply."""
        for _ in range(AT_ONCE):
            if not self._socket.poll(0):
                return
            who, *content = self._socket.recv_multipart()
            reply = functools.partial(self._reply, who)
            try:
                self._answer(msgpack.unpackb(b"".join(content)), reply)
            except SensegraphError as error:
                reply({"error": str(error)})
            except (ValueError, TypeError, KeyError, AttributeError, msgpack.UnpackException):
                continue

    def _reply(self, who: bytes, reply: Mapping[str, Any]) -> None:
        with contextlib.suppress(zmq.Again):
            self._socket.send_multipart([who, msgpack.packb(reply)], zmq.DONTWAIT)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def router(context: zmq.Context[zmq.Socket[bytes]], folder: Path, name: str, *, linger_ms: int) -> zmq.Socket[bytes]:
    """Return a ROUTER socket bound in a run folder.

    Raises:
        TransportError: It cannot be made there.
    """
    socket: zmq.Socket[bytes] = context.socket(zmq.ROUTER)
    socket.setsockopt(zmq.LINGER, linger_ms)
    socket.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE_BYTES)
    try:
        socket.bind(f"ipc://{folder}/{name}")
    except zmq.ZMQError as error:
        socket.close()
        raise TransportError(
            f"{folder}: a socket cannot be made there: {error.strerror}\n"
            "  Free space, or set XDG_RUNTIME_DIR to another folder."
        ) from error
    return socket


def ask(run: Run, request: Mapping[str, Any], timeout_s: float = PATIENCE_S) -> Any:
    """Return the answer of a run to a request, e.g. `{"kind": "snapshot"}`.

    Raises:
        RunError: The run refuses.
        TransportError: The run does not answer.
    """
    with zmq.Context(io_threads=1) as context, context.socket(zmq.DEALER) as socket:
        socket.setsockopt(zmq.LINGER, 0)
        socket.connect(f"ipc://{run.folder}/{SOCKET}")
        socket.send(msgpack.packb(dict(request)))
        if not socket.poll(round(timeout_s * 1000)):
            raise TransportError(
                f"the run of '{run.graph}' (process {run.pid}) did not answer within {timeout_s:.0f} s\n"
                "  It may just have ended, or be stopped."
            )
        reply = msgpack.unpackb(socket.recv())
    if isinstance(reply, dict) and "error" in reply:
        raise RunError(str(reply["error"]))
    return reply


def find_run(name: str | None) -> Run:
    """Return the run that goes on of a graph, or with a process number; None means the only one.

    Raises:
        RunError: There is none, or more than one.
    """
    runs = running()
    if not runs:
        raise RunError("nothing is running\n  Start a graph in another terminal: sensegraph run fitness")
    graph = Path(name).stem if name and name.endswith((".yaml", ".yml")) else name
    chosen = [run for run in runs if name is None or graph == run.graph or name == str(run.pid)]
    if len(chosen) == 1:
        return chosen[0]
    listed = ", ".join(f"{run.graph} (process {run.pid})" for run in chosen or runs)
    if chosen:
        raise RunError(f"several runs go on: {listed}\n  Name one by the number of its process.")
    hint = closest(str(graph), [run.graph for run in runs])
    raise RunError(f"no run of '{name}' goes on; these do: {listed}\n  {hint}".rstrip())
