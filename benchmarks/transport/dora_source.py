"""The producer of the dora-rs dataflow: `dora run` starts it with its settings in the environment."""

from __future__ import annotations

import os
import time

import numpy as np
import pyarrow as pa
from dora import Node

from benchmarks.transport.frames import Pacer, frames

node = Node()
pictures = [each.reshape(-1) for each in frames(os.environ["BENCH_SIZE"])]
raw = os.environ["BENCH_RAW"] == "1"
time.sleep(1.5)  # its direct path is agreed on after the start
pacer = Pacer(float(os.environ["BENCH_RATE"]))
for number in range(int(os.environ["BENCH_COUNT"])):
    pacer.wait()
    picture = pictures[number % 4]
    about = {"number": number, "sent_ns": time.monotonic_ns()}
    if raw:
        with node.send_output_raw("frame", picture.nbytes, metadata=about) as buffer:
            np.copyto(np.asarray(buffer, dtype=np.uint8), picture)
    else:
        node.send_output("frame", pa.array(picture), about)
until = time.monotonic() + 2.0
while time.monotonic() < until:  # let the consumer finish
    event = node.next(timeout=0.2)
    if event is not None and event["type"] in ("STOP", "INPUT_CLOSED"):
        break
