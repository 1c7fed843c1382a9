"""The carrier between processes: one PUSH -> PULL pair per edge, and one return socket per worker.

The consumer binds a fresh PULL socket each time it starts and names it in its state message
`[edge, consumer epoch, endpoint, producer epoch seen, packets finished]`, which it repeats: the message is greeting,
credit and acknowledgement in one, and losing one does no harm. A producer that sees a new consumer epoch closes its
old PUSH socket, so a half-dead pipe can never take a share of the packets, and sends the unfinished window again.

One thread per process receives; sends happen under the lock of the edge's writer (or of the return socket).
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

from sensegraph.codec import decode, encode
from sensegraph.errors import TransportError
from sensegraph.packet import Item
from sensegraph.transport.reader import Inbox, Reader
from sensegraph.transport.writer import Writer

STATE_EVERY_S = 0.3
MAX_MESSAGE_BYTES = 256 << 20
LINGER_MS = 500
CONTROL_ROOM = 1024
"""Messages that may wait in a pipe besides the window: bounds and ends take no credit."""


@dataclass(slots=True)
class _Output:
    """An edge out of this process."""

    writer: Writer
    consumer_epoch: int = -1
    finished: int = 0
    socket: zmq.Socket[bytes] | None = None


@dataclass(slots=True)
class _Input:
    """An edge into this process."""

    edge: int
    hint: Any
    producer: int
    socket: zmq.Socket[bytes]
    endpoint: str
    reader: Reader | None = None
    producer_epoch: int = -1
    finished: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class _Return:
    """The way back to one producing worker; may be used from several threads."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], endpoint: str) -> None:
        self._lock = threading.Lock()
        self._socket = context.socket(zmq.PUSH)
        self._socket.setsockopt(zmq.IMMEDIATE, 1)
        self._socket.setsockopt(zmq.LINGER, LINGER_MS)
        self._socket.setsockopt(zmq.RECONNECT_IVL, 20)
        self._socket.setsockopt(zmq.RECONNECT_IVL_MAX, 500)
        self._socket.connect(endpoint)

    def send(self, message: list[Any]) -> None:
        # A producer that is away misses nothing: the state is cumulative and repeated.
        with self._lock, contextlib.suppress(zmq.Again):
            self._socket.send(msgpack.packb(message), zmq.DONTWAIT)

    def close(self) -> None:
        with self._lock:
            self._socket.close()


class Wire:
    """All ZeroMQ edges of one worker process.

    Args:
        folder: Run directory (mode 0700) for the sockets.
        worker: Number of this worker; its return socket is named by it.
        epoch: How often this worker has been started.
        run: 16 bytes that name the run; messages of another run are refused and counted.
    """

    def __init__(self, folder: Path, worker: int, epoch: int, run: bytes) -> None:
        self.refused = 0
        self._folder, self._epoch, self._run = folder, epoch, run
        self._context = zmq.Context(io_threads=1)
        self._outputs: dict[int, _Output] = {}
        self._inputs: dict[zmq.Socket[bytes], _Input] = {}
        self._returns: dict[int, _Return] = {}
        self._credits = self._pull(_return_endpoint(folder, worker))
        self._closing = threading.Event()
        self._greeted = threading.Condition()
        self._thread = threading.Thread(target=self._receive, name="wire", daemon=True)

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
        endpoint = f"ipc://{self._folder}/e{edge}-{self._epoch}"
        entry = _Input(edge, hint, producer, self._pull(endpoint), endpoint)
        if producer not in self._returns:
            self._returns[producer] = _Return(self._context, _return_endpoint(self._folder, producer))

        def credit(count: int) -> None:
            with entry.lock:
                entry.finished += count
            self._send_state(entry)

        entry.reader = inbox.reader(name, credit)
        self._inputs[entry.socket] = entry

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
        for socket in [self._credits, *self._inputs]:
            socket.close(linger=0)
        for back in self._returns.values():
            back.close()
        for output in self._outputs.values():
            output.writer.connect(None)
            if output.socket is not None:
                output.socket.close(linger=LINGER_MS)
        self._context.term()

    def _pull(self, endpoint: str) -> zmq.Socket[bytes]:
        socket: zmq.Socket[bytes] = self._context.socket(zmq.PULL)
        socket.setsockopt(zmq.RCVHWM, CONTROL_ROOM)
        socket.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE_BYTES)
        socket.setsockopt(zmq.HANDSHAKE_IVL, 2000)
        socket.bind(endpoint)
        return socket

    def _receive(self) -> None:
        poller = zmq.Poller()
        for socket in [self._credits, *self._inputs]:
            poller.register(socket, zmq.POLLIN)
        state_at = 0.0
        while not self._closing.is_set():
            if time.monotonic() >= state_at:
                state_at = time.monotonic() + STATE_EVERY_S
                for entry in self._inputs.values():
                    self._send_state(entry)
            for socket, _ in poller.poll(100):
                if socket is self._credits:
                    self._take_state(self._credits.recv())
                else:
                    self._take_item(self._inputs[socket], socket.recv_multipart(copy=False))

    def _take_item(self, entry: _Input, parts: list[zmq.Frame]) -> None:
        try:
            item, epoch = decode([part.buffer for part in parts], entry.hint, self._run)
        except TransportError:
            self.refused += 1
            return
        with entry.lock:
            if epoch < entry.producer_epoch:
                return
            if epoch > entry.producer_epoch:
                entry.producer_epoch, entry.finished = epoch, 0
        if entry.reader is not None:
            entry.reader.receive(item)

    def _send_state(self, entry: _Input) -> None:
        with entry.lock:
            state = [entry.edge, self._epoch, entry.endpoint, entry.producer_epoch, entry.finished]
        self._returns[entry.producer].send(state)

    def _take_state(self, message: bytes) -> None:
        try:
            edge, consumer_epoch, endpoint, producer_epoch, finished = msgpack.unpackb(message)
            output = self._outputs[edge]
        except (ValueError, KeyError, TypeError, msgpack.UnpackException):
            self.refused += 1
            return
        if consumer_epoch > output.consumer_epoch:
            output.consumer_epoch, output.finished = consumer_epoch, 0
            self._connect(output, endpoint)
        if consumer_epoch == output.consumer_epoch and producer_epoch == self._epoch:
            done, output.finished = finished - output.finished, max(finished, output.finished)
            if done > 0:
                output.writer.credit(done)

    def _connect(self, output: _Output, endpoint: str) -> None:
        output.writer.connect(None)
        if output.socket is not None:
            output.socket.close(linger=0)
        socket: zmq.Socket[bytes] = self._context.socket(zmq.PUSH)
        socket.setsockopt(zmq.SNDHWM, CONTROL_ROOM)
        socket.setsockopt(zmq.LINGER, LINGER_MS)
        socket.connect(endpoint)
        output.socket = socket
        output.writer.connect(self._sender(socket))
        with self._greeted:
            self._greeted.notify_all()

    def _sender(self, socket: zmq.Socket[bytes]) -> Callable[[Item], None]:
        def send(item: Item) -> None:
            # Not copied from 64 KiB on: payloads are read-only once sent.
            socket.send_multipart(encode(item, self._run, self._epoch), copy=False)

        return send


def _return_endpoint(folder: Path, worker: int) -> str:
    return f"ipc://{folder}/w{worker}"
