"""The consumer of the dora-rs dataflow."""

from __future__ import annotations

import os

from dora import Node

from benchmarks.transport.frames import SIZES, Tally, tell, touch

node, tally = Node(), Tally()
shape, count = SIZES[os.environ["BENCH_SIZE"]], int(os.environ["BENCH_COUNT"])
while True:
    event = node.next(timeout=8.0)
    if event is None or event["type"] in ("STOP", "INPUT_CLOSED"):
        break
    if event["type"] == "INPUT":
        touch(event["value"].to_numpy(zero_copy_only=True).reshape(shape))
        number = event["metadata"]["number"]
        tally.add(number, event["metadata"]["sent_ns"])
        if number == count - 1:
            break
tell(tally.as_dict())
