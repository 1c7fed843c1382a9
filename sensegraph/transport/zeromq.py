"""The carrier between processes: one PUSH -> PULL pair per edge, and one return socket per worker.

The consumer binds a fresh PULL socket each time it starts, named by edge and epoch, and tells of it in its state
message `[edge, consumer epoch, producer epoch seen, packets finished, of these unreadable, bytes copied]`, which it
repeats: the message is greeting, credit and acknowledgement in one, and losing one does no harm. A producer that sees a
new consumer epoch closes its old PUSH socket, so a half-dead pipe can never take a share of the packets, and sends the
unfinished window again. The end of a way that is limited tells its begin, over the same socket and as often, how far it
is: `[LIMIT, limit, media time]`.

A node's own thread receives its packets, one thread per process receives credit; sends happen under the lock of the
edge's writer (or of the return socket).
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgpack
import zmq

from sensegraph.codec import Lost, decode, encode
from sensegraph.errors import TransportError
from sensegraph.packet import Item
from sensegraph.transport.ledger import Ledger
from sensegraph.transport.limiter import Limiter
from sensegraph.transport.reader import Inbox, Reader
from sensegraph.transport.segment import Unmappable
from sensegraph.transport.shared import Shared
from sensegraph.transport.writer import Writer

STATE_EVERY_S = 0.3
MAX_MESSAGE_BYTES = 256 << 20
LINGER_MS = 500
LIMIT = -1
"""Stands in the place of an edge's number."""
CONTROL_ROOM = 1024
"""Messages that may wait in a pipe besides the window: bounds and ends take no credit."""


class _Return:
    """The way back to one producing worker; may be used from several threads."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], endpoint: str) -> None:
        self._lock = threading.Lock()
        self._pack = msgpack.Packer().pack
        self._socket = context.socket(zmq.PUSH)
        self._socket.setsockopt(zmq.IMMEDIATE, 1)
        self._socket.setsockopt(zmq.LINGER, LINGER_MS)
        self._socket.setsockopt(zmq.RECONNECT_IVL, 20)
        self._socket.setsockopt(zmq.RECONNECT_IVL_MAX, 500)
        self._socket.connect(endpoint)

    def send(self, message: list[Any]) -> None:
        # A producer that is away misses nothing: the state is cumulative and repeated.
        with self._lock, contextlib.suppress(zmq.Again):
            self._socket.send(self._pack(message), zmq.DONTWAIT)

    def close(self) -> None:
        with self._lock:
            self._socket.close()


@dataclass(slots=True)
class _Output:
    """An edge out of this process."""

    writer: Writer
    consumer_epoch: int = -1
    finished: int = 0
    lost: int = 0
    copied: int = 0
    socket: zmq.Socket[bytes] | None = None


@dataclass(slots=True)
class _Input:
    """An edge into this process."""

    edge: int
    hint: Any
    back: _Return
    socket: zmq.Socket[bytes]
    reader: Reader | None = None
    producer_epoch: int = -1
    finished: int = 0
    lost: int = 0
    copied: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Wire:
    """All ZeroMQ edges of one worker process.

    Args:
        folder: Run directory (mode 0700) for the sockets.
        worker: Number of this worker; its return socket is named by it.
        epoch: How often this worker has been started.
        run: 16 bytes that name the run; messages of another run are refused and counted.
        shared: The shared memory of this process; None where all goes through the sockets.

    Attributes:
        refused: Messages that were not ours, or of an earlier start of their producer.
        failure: Why this worker cannot go on receiving; None while it can.
    """

    def __init__(self, folder: Path, worker: int, epoch: int, run: bytes, shared: Shared | None = None) -> None:
        self.refused = 0
        self.failure: Exception | None = None
        self.shared = shared
        self._folder, self._epoch, self._run = folder, epoch, run
        self._context = zmq.Context(io_threads=1)
        self._outputs: dict[int, _Output] = {}
        self._inputs: list[_Input] = []
        self._returns: dict[int, _Return] = {}
        self._limiters: dict[int, Limiter] = {}
        self._passed: dict[int, tuple[_Return, int]] = {}
        self._credits = self._pull(_return_endpoint(folder, worker))
        self._closing = threading.Event()
        self._greeted = threading.Condition()
        self._thread = threading.Thread(target=self._tend, name="wire", daemon=True)

    def add_output(self, edge: int, writer: Writer) -> None:
        """Carry what `writer` sends over edge number `edge`; it waits until the consumer has come."""
        self._outputs[edge] = _Output(writer)

    def add_input(self, edge: int, inbox: Inbox, name: str, hint: Any, producer: int) -> None:
        """Deliver edge number `edge` to an input of a node.

        Args:
            edge: Number of the edge in the graph.
            inbox: The node's inbox.
            name: The input.
            hint: Payload type that the producer's port declares.
            producer: Number of the worker at the other end.
        """
        socket = self._pull(_data_endpoint(self._folder, edge, self._epoch))
        entry = _Input(edge, hint, self._return_to(producer), socket)

        def credit(count: int) -> None:
            with entry.lock:
                entry.finished += count
            self._send_state(entry)

        entry.reader = inbox.reader(name, credit)
        inbox.attach(entry.socket, lambda: self._receive(entry))
        self._inputs.append(entry)

    def add_limiter(self, limit: int, limiter: Limiter) -> None:
        """Tell `limiter` how far the node at the end of limit number `limit` is."""
        self._limiters[limit] = limiter

    def add_way_back(self, limit: int, worker: int) -> Callable[[int], None]:
        """Return what tells the worker at which a limited way begins up to which media time all is done."""
        back = self._return_to(worker)

        def passed(time_ns: int) -> None:
            self._passed[limit] = (back, time_ns)
            back.send([LIMIT, limit, time_ns])

        return passed

    def start(self) -> None:
        """Begin to receive."""
        self._thread.start()

    def connected(self, timeout_s: float) -> bool:
        """Wait until the consumer of every output has come."""
        with self._greeted:
            return self._greeted.wait_for(
                lambda: all(output.socket is not None for output in self._outputs.values()), timeout_s
            )

    def close(self) -> None:
        """Stop receiving; what was sent still leaves within half a second."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()
        for socket in [self._credits, *(entry.socket for entry in self._inputs)]:
            socket.close(linger=0)
        for back in self._returns.values():
            back.close()
        for output in self._outputs.values():
            output.writer.connect(None)
            if output.socket is not None:
                output.socket.close(linger=LINGER_MS)
        self._context.term()

    def _return_to(self, worker: int) -> _Return:
        if worker not in self._returns:
            self._returns[worker] = _Return(self._context, _return_endpoint(self._folder, worker))
        return self._returns[worker]

    def _pull(self, endpoint: str) -> zmq.Socket[bytes]:
        socket: zmq.Socket[bytes] = self._context.socket(zmq.PULL)
        socket.setsockopt(zmq.RCVHWM, CONTROL_ROOM)
        socket.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE_BYTES)
        socket.setsockopt(zmq.HANDSHAKE_IVL, 2000)
        socket.bind(endpoint)
        return socket

    def _tend(self) -> None:
        """Tell the producers how far we are, and take what our consumers tell."""
        state_at = 0.0
        while not self._closing.is_set():
            if time.monotonic() >= state_at:
                state_at = time.monotonic() + STATE_EVERY_S
                for entry in self._inputs:
                    self._send_state(entry)
                for limit, (back, time_ns) in list(self._passed.items()):
                    back.send([LIMIT, limit, time_ns])
            if self._credits.poll(100):
                self._take_state(self._credits.recv())

    def _receive(self, entry: _Input) -> bool:
        """Take a message of an edge into this process, if there is one."""
        socket = entry.socket
        try:
            parts: list[Any] = [socket.recv(zmq.DONTWAIT)]
        except zmq.Again:
            return False
        while socket.getsockopt(zmq.RCVMORE):
            parts.append(socket.recv(copy=False).buffer)
        self._take_item(entry, parts)
        return True

    def _take_item(self, entry: _Input, parts: list[Any]) -> None:
        shared = self.shared
        copied = shared.copied if shared else 0
        try:
            item, epoch = decode(parts, entry.hint, self._run, *([shared.read] if shared else []))
        except Unmappable as error:
            self.failure = error
            return
        except TransportError:
            self.refused += 1
            return
        with entry.lock:
            if epoch < entry.producer_epoch:
                self.refused += 1
                return
            if epoch > entry.producer_epoch:
                entry.producer_epoch, entry.finished, entry.lost, entry.copied = epoch, 0, 0, 0
            entry.copied += (shared.copied if shared else 0) - copied
            if isinstance(item, Lost):
                entry.finished += 1
                entry.lost += 1
        if entry.reader is not None:
            entry.reader.receive(item)

    def _send_state(self, entry: _Input) -> None:
        with entry.lock:
            state = [entry.edge, self._epoch, entry.producer_epoch]
            state += [entry.finished, entry.lost, entry.copied]
        entry.back.send(state)

    def _take_state(self, message: bytes) -> None:
        try:
            edge, *told = msgpack.unpackb(message)
            if not all(type(each) is int for each in told):
                raise ValueError("what is told are whole numbers")
            if edge == LIMIT:
                limit, time_ns = told
                self._limiters[limit].passed(time_ns)
                return
            consumer_epoch, producer_epoch, finished, lost, copied = told
            output = self._outputs[edge]
        except (ValueError, KeyError, TypeError, msgpack.UnpackException):
            self.refused += 1
            return
        if consumer_epoch > output.consumer_epoch:
            output.consumer_epoch, output.finished, output.lost, output.copied = consumer_epoch, 0, 0, 0
            self._connect(output, _data_endpoint(self._folder, edge, consumer_epoch))
        if consumer_epoch == output.consumer_epoch and producer_epoch == self._epoch and finished > output.finished:
            output.writer.credit(finished - output.finished, lost - output.lost, copied - output.copied)
            output.finished, output.lost, output.copied = finished, lost, copied

    def _connect(self, output: _Output, endpoint: str) -> None:
        output.writer.connect(None)
        if output.socket is not None:
            output.socket.close(linger=0)
        socket: zmq.Socket[bytes] = self._context.socket(zmq.PUSH)
        socket.setsockopt(zmq.SNDHWM, CONTROL_ROOM)
        socket.setsockopt(zmq.LINGER, LINGER_MS)
        socket.connect(endpoint)
        output.socket = socket
        output.writer.connect(self._sender(socket, output.writer.ledger))
        with self._greeted:
            self._greeted.notify_all()

    def _sender(self, socket: zmq.Socket[bytes], ledger: Ledger) -> Callable[[Item], None]:
        describe = self.shared.describe if self.shared else _nowhere
        pack = msgpack.Packer().pack  # sending is done under the lock of the edge's writer

        def send(item: Item) -> None:
            before = ledger.carried["frame"]
            parts = encode(item, self._run, self._epoch, describe, ledger.carried, pack)
            ledger.copied += 2 * (ledger.carried["frame"] - before)
            if len(parts) == 1:
                socket.send(parts[0])
            else:  # not copied from 64 KiB on: payloads are read-only once sent
                socket.send_multipart(parts, copy=False)

        return send


def _nowhere(array: Any) -> None:
    return None


def _data_endpoint(folder: Path, edge: int, epoch: int) -> str:
    return f"ipc://{folder}/e{edge}-{epoch}"


def _return_endpoint(folder: Path, worker: int) -> str:
    return f"ipc://{folder}/w{worker}"
