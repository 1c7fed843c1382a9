"""One side of a peer: `python -m benchmarks.transport.peers METHOD ROLE SIZE RATE COUNT FOLDER [CONSUMERS]`.

`copy` and `nocopy` are pyzmq PUSH -> PULL over ipc; `queue` is multiprocessing.Queue, both sides at once; `ring` is the
bare shared-memory ring: descriptors over ZeroMQ, 8 slots of a memfd, an acknowledgement for each frame, and nothing
else: no header, no account, no policy, no recovery.
"""

from __future__ import annotations

import mmap
import multiprocessing
import os
import struct
import sys
import time
from typing import Any

import numpy as np
import zmq

from benchmarks.transport.frames import SIZES, Frame, Pacer, Tally, frames, tell, touch

WINDOW = 8
HEADER = struct.Struct("<qq")


def zeromq_source(size: str, rate_hz: float, count: int, folder: str, consumers: int, *, copy: bool) -> None:
    """Send frames over a PUSH socket to each consumer."""
    with zmq.Context() as context:
        back = context.socket(zmq.PULL)
        back.bind(f"ipc://{folder}/back")
        outputs = [context.socket(zmq.PUSH) for _ in range(consumers)]
        for index, socket in enumerate(outputs):
            socket.setsockopt(zmq.SNDHWM, WINDOW)
            socket.bind(f"ipc://{folder}/data{index}")
        for _ in range(consumers):
            back.recv()
        pictures, pacer = frames(size), Pacer(rate_hz)
        for number in range(count):
            pacer.wait()
            header = HEADER.pack(number, time.monotonic_ns())
            for socket in outputs:
                socket.send_multipart([header, pictures[number % 4]], copy=copy)
        for _ in range(consumers):
            back.recv()
        for socket in [back, *outputs]:
            socket.close(linger=0)


def zeromq_sink(size: str, count: int, folder: str, index: int, *, copy: bool) -> None:
    """Receive frames over a PULL socket."""
    with zmq.Context() as context:
        data, back = context.socket(zmq.PULL), context.socket(zmq.PUSH)
        data.setsockopt(zmq.RCVHWM, WINDOW)
        data.connect(f"ipc://{folder}/data{index}")
        back.connect(f"ipc://{folder}/back")
        back.send(b"")
        tally = Tally()
        for _ in range(count):
            header, body = data.recv_multipart(copy=copy)
            number, sent_ns = HEADER.unpack(header if copy else header.buffer)
            touch(np.frombuffer(body if copy else body.buffer, np.uint8).reshape(SIZES[size]))
            tally.add(number, sent_ns)
        tell(tally.as_dict())
        back.send(b"")
        data.close()
        back.close(linger=500)


class Ring:
    """Slots of one memfd, and for each a byte that its reader sets back."""

    def __init__(self, fd: int, nbytes: int, *, writes: bool) -> None:
        step = -(-nbytes // mmap.PAGESIZE) * mmap.PAGESIZE
        if writes:
            os.posix_fallocate(fd, 0, mmap.PAGESIZE + WINDOW * step)
        self.taken = mmap.mmap(fd, mmap.PAGESIZE)
        access = mmap.PROT_READ | (mmap.PROT_WRITE if writes else 0)
        self._memory = mmap.mmap(fd, WINDOW * step, mmap.MAP_SHARED | mmap.MAP_POPULATE, access, offset=mmap.PAGESIZE)
        self.slots = [np.frombuffer(self._memory, np.uint8, nbytes, k * step) for k in range(WINDOW)]


def ring_source(size: str, rate_hz: float, count: int, folder: str) -> None:
    """Copy frames into slots, lowest free one first."""
    pictures: list[Frame] = [each.reshape(-1) for each in frames(size)]
    fd = os.memfd_create("ring")
    ring = Ring(fd, pictures[0].nbytes, writes=True)
    with zmq.Context() as context:
        data, back = context.socket(zmq.PUSH), context.socket(zmq.PULL)
        data.bind(f"ipc://{folder}/data0")
        back.bind(f"ipc://{folder}/back")
        back.recv()
        data.send(struct.pack("<qq", os.getpid(), fd))
        back.recv()
        pacer = Pacer(rate_hz)
        for number in range(count):
            pacer.wait()
            sent_ns = time.monotonic_ns()
            while (slot := ring.taken[:WINDOW].find(0)) < 0:
                back.recv()
            np.copyto(ring.slots[slot], pictures[number % 4])
            ring.taken[slot] = 1
            data.send(struct.pack("<qqq", number, sent_ns, slot))
            while back.poll(0):
                back.recv()
        while back.recv() != b"end":
            pass
        data.close(linger=0)
        back.close(linger=0)


def ring_sink(size: str, count: int, folder: str) -> None:
    """Read slots where they are."""
    with zmq.Context() as context:
        data, back = context.socket(zmq.PULL), context.socket(zmq.PUSH)
        data.connect(f"ipc://{folder}/data0")
        back.connect(f"ipc://{folder}/back")
        back.send(b"hello")
        pid, number = struct.unpack("<qq", data.recv())
        ring = Ring(os.open(f"/proc/{pid}/fd/{number}", os.O_RDWR), int(np.prod(SIZES[size])), writes=False)
        back.send(b"ready")
        tally = Tally()
        for _ in range(count):
            number, sent_ns, slot = struct.unpack("<qqq", data.recv())
            touch(ring.slots[slot])
            tally.add(number, sent_ns)
            ring.taken[slot] = 0
            back.send(b"")
        tell(tally.as_dict())
        back.send(b"end")
        data.close()
        back.close(linger=500)


def queue_sink(queue: Any, ready: Any, count: int) -> None:
    """Receive pickles."""
    tally = Tally()
    ready.set()
    for _ in range(count):
        number, sent_ns, frame = queue.get()
        touch(frame)
        tally.add(number, sent_ns)
    tell(tally.as_dict())


def queue(size: str, rate_hz: float, count: int) -> None:
    """Send frames through a multiprocessing.Queue."""
    context = multiprocessing.get_context("spawn")
    line, ready = context.Queue(WINDOW), context.Event()
    consumer = context.Process(target=queue_sink, args=(line, ready, count))
    consumer.start()
    ready.wait()
    pictures, pacer = frames(size), Pacer(rate_hz)
    for number in range(count):
        pacer.wait()
        line.put((number, time.monotonic_ns(), pictures[number % 4]))
    consumer.join()


def main() -> None:
    """Play the side that the command line names."""
    method, role, size, rate, number, folder, *rest = sys.argv[1:]
    count = int(number)
    if method == "queue":
        queue(size, float(rate), count)
    elif method == "ring" and role == "source":
        ring_source(size, float(rate), count, folder)
    elif method == "ring":
        ring_sink(size, count, folder)
    elif role == "source":
        zeromq_source(size, float(rate), count, folder, int(rest[0]), copy=method == "copy")
    else:
        zeromq_sink(size, count, folder, int(rest[0]), copy=method == "copy")


if __name__ == "__main__":
    main()
