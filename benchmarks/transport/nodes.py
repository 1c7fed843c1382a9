"""Nodes that do nothing but carry frames."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from benchmarks.transport.frames import SIZES, Frame, Pacer, Tally, frames, touch
from sensegraph import Node, Packet, Port, Source, Stamp


class Camera(Source):
    """Sends noise.

    Args:
        size: One of `SIZES`.
        rate_hz: Frames per second; 0 = as fast as they are taken.
        count: How many.
        loan: Fill an array on loan instead of an ordinary one; the filling is not timed.
        began: File that takes the moment of the first frame.
    """

    outputs: ClassVar[Mapping[str, Port]] = {"frames": Port(np.ndarray, "noise", dtype="uint8", live="block")}

    def __init__(
        self, size: str = "720p", rate_hz: float = 30.0, count: int = 100, loan: bool = False, began: str = ""
    ) -> None:
        self.size, self.rate_hz, self.count, self.loan_it, self.began = size, rate_hz, count, loan, began

    def live(self) -> bool:
        """It keeps its own pace, also where that is as fast as it goes: its stamps do not hold it back."""
        return True

    def read(self) -> Iterator[Mapping[str, Any]]:
        """Yield the frames, stamped when they are handed over."""
        if self.began:
            Path(self.began).write_text(str(time.monotonic_ns()))
        pictures, pacer = frames(self.size), Pacer(self.rate_hz)
        for number in range(self.count):
            pacer.wait()
            picture = pictures[number % 4]
            if self.loan_it:
                filled = self.loan("frames", SIZES[self.size])
                np.copyto(filled, picture)
                picture = filled
            yield {"frames": Packet(picture, Stamp(number * 1_000_000, time.monotonic_ns(), frame=number))}


class Hop(Node):
    """Passes frames on.

    Args:
        copy: Send a copy.
        opened: File that takes a line with the moment of each start, and the process that was started.
    """

    inputs: ClassVar[Mapping[str, Port]] = {"frames": Port(np.ndarray, live="block")}
    outputs: ClassVar[Mapping[str, Port]] = {"frames": Port(np.ndarray, live="block")}

    def __init__(self, copy: bool = False, opened: str = "") -> None:
        self.copy, self.opened = copy, opened

    def open(self) -> None:
        """Tell the moment."""
        if self.opened:
            import os

            with Path(self.opened).open("a") as file:
                file.write(f"{time.monotonic_ns()} {os.getpid()}\n")

    def process(self, frames: Frame) -> Mapping[str, Any]:
        """Return the frame, or a copy of it."""
        if not self.copy:
            return {"frames": frames}
        copied = self.loan("frames", frames.shape)
        np.copyto(copied, frames)
        return {"frames": copied}


class Viewer(Node):
    """Reads every page and measures.

    Args:
        work_s: Seconds that it works on each frame.
    """

    inputs: ClassVar[Mapping[str, Port]] = {"frames": Port(np.ndarray, live="block")}

    def __init__(self, work_s: float = 0.0) -> None:
        self.work_s = work_s
        self._tally = Tally()

    def process(self, frames: Frame, stamp: Stamp) -> None:
        """Read a frame."""
        touch(frames)
        self._tally.add(stamp.frame, stamp.capture_ns)
        time.sleep(self.work_s)

    def report(self) -> Mapping[str, Any]:
        """Return what the tally holds."""
        return self._tally.as_dict()
