"""Resampler16fps: a steady 16 frames per second out of any frame rate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from sensegraph.node import Node, Port, pictures
from sensegraph.packet import NANOSECONDS, Packet, Stamp
from sensegraph_nodes.decode import Picture

RATE_HZ = 16
PERIOD_NS = NANOSECONDS // RATE_HZ
"""62 500 000 ns, without a remainder: the times of the outputs do not drift."""
ROUNDING_NS = 2_000_000
"""Times in files are rounded to milliseconds: the end of the last frame is not known better than this."""


class Resampler16fps(Node):
    """Frames at exactly 16 per second: output k shows the input frame that is nearest to k/16 s.

    Of two frames that are equally near it takes the earlier one; slower input is repeated. Where no frame
    comes for more than `gap_s`, or the source tells a gap, nothing is made up: the outputs go on at the
    next k/16 s after the gap, with `stamp.gap` set. The last frame in front of a gap or the end is shown as
    long as the one before it was. Keeps one frame.

    Args:
        gap_s: Longer times without a frame are gaps, in seconds.
    """

    inputs: ClassVar[Mapping[str, Port]] = {"frames": pictures("frames at any rate")}
    outputs: ClassVar[Mapping[str, Port]] = {"frames": pictures("frames at 16 Hz", rate_hz=float(RATE_HZ))}
    restamps: ClassVar[bool] = True

    def __init__(self, gap_s: Annotated[float, Field(gt=0)] = 0.5) -> None:
        self.gap_s = gap_s
        self._next = 0
        self._last: tuple[Picture, Stamp] | None = None
        self._shown_ns = PERIOD_NS
        self._gap = False
        self._gaps = 0

    def process(self, frames: Picture, stamp: Stamp) -> Iterator[Mapping[str, Any]]:
        """Yield the outputs up to the time of this frame.

        Args:
            frames: uint8 (H, W, 3) BGR.
            stamp: Its stamp.
        """
        last = self._last
        if last is None:
            self._begin(stamp)
        elif stamp.gap or stamp.time_ns - last[1].time_ns > self.gap_s * NANOSECONDS:
            yield from self._tail(until_ns=stamp.time_ns)
            self._gaps += 1
            self._gap = True
            last = None
            self._begin(stamp)
        else:
            self._shown_ns = stamp.time_ns - last[1].time_ns
        while (due_ns := self._next * PERIOD_NS) <= stamp.time_ns:
            before_is_nearer = last is not None and due_ns - last[1].time_ns <= stamp.time_ns - due_ns
            yield self._emit(last if last is not None and before_is_nearer else (frames, stamp))
        self._last = frames, stamp

    def finish(self) -> Iterator[Mapping[str, Any]]:
        """Yield the outputs of the last frame, to the end of its display time."""
        yield from self._tail()

    def _begin(self, stamp: Stamp) -> None:
        """Start again: no output before this frame, none for it is taken from an earlier one."""
        self._gap = self._gap or stamp.gap
        self._next = max(self._next, -(-stamp.time_ns // PERIOD_NS))
        self._last = None
        self._shown_ns = PERIOD_NS

    def _tail(self, until_ns: int | None = None) -> Iterator[Mapping[str, Any]]:
        if self._last is None:
            return
        end_ns = self._last[1].time_ns + self._shown_ns - ROUNDING_NS
        if until_ns is not None:
            end_ns = min(end_ns, until_ns)
        while self._next * PERIOD_NS < end_ns:
            yield self._emit(self._last)

    def _emit(self, shown: tuple[Picture, Stamp]) -> Mapping[str, Any]:
        picture, stamp = shown
        stamp = stamp.at(self._next * PERIOD_NS, frame=self._next, gap=self._gap)
        self._next += 1
        self._gap = False
        return {"frames": Packet(picture, stamp)}

    def report(self) -> Mapping[str, Any]:
        """Return the number of gaps, if any."""
        return {"gaps": self._gaps} if self._gaps else {}
