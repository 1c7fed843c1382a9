"""Where two recordings of a stream begin to differ."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sensegraph.packet import NANOSECONDS, Packet
from sensegraph.recording.recording import Placed, Recording

ALIKE = ("time_ns", "source", "frame", "gap")
"""What of a stamp has to be the same; the moment of the capture belongs to the run."""
SHOWN = 60
"""Characters of a value that are shown."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first packet of a stream that is not the same.

    Attributes:
        stream: `node.port`.
        time_ns: Its media time.
        frame: Its frame number; None where it is not in the recording.
        text: What differs.
    """

    stream: str
    time_ns: int
    frame: int | None
    text: str

    def __str__(self) -> str:
        frame = "" if self.frame is None else f" frame {self.frame},"
        return f"{self.stream},{frame} {self.time_ns / NANOSECONDS:.3f} s: {self.text}"


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream in a recording: its packets, in the order of time."""

    recording: Recording
    name: str
    hint: Any
    packets: Sequence[Placed]

    def packet(self, index: int) -> Packet[Any]:
        """Return a packet."""
        return self.recording.packet(self.packets[index][1], self.hint)


def first_difference(
    before: Stream, after: Stream, *, until_ns: int | None = None, unknown: Collection[int] = ()
) -> Difference | None:
    """Return the first packet that differs, or None.

    Args:
        before: What was recorded.
        after: What came of playing it.
        until_ns: Compare up to here, and nothing behind the last packet that was recorded: the recording was cut off.
        unknown: Media times of packets that were not recorded.
    """
    old, new = ({time_ns: i for i, (time_ns, _) in enumerate(each.packets)} for each in (before, after))
    for time_ns in sorted(old.keys() | new.keys()):
        if time_ns in unknown:
            continue
        if until_ns is not None and (time_ns > until_ns or time_ns > max(old, default=-1)):
            return None
        if time_ns not in old:
            return Difference(before.name, time_ns, None, "there is a packet, the recording has none")
        recorded = before.packet(old[time_ns])
        if time_ns not in new:
            return Difference(before.name, time_ns, recorded.stamp.frame, "the packet of the recording is missing")
        if text := _of_packets(recorded, after.packet(new[time_ns])):
            return Difference(before.name, time_ns, recorded.stamp.frame, text)
    return None


def _of_packets(before: Packet[Any], after: Packet[Any]) -> str:
    for field in ALIKE:
        old, new = getattr(before.stamp, field), getattr(after.stamp, field)
        if old != new:
            return _became(f"stamp.{field}", old, new)
    return of_payloads(before.payload, after.payload)


def of_payloads(before: Any, after: Any, place: str = "") -> str:
    """Return where two payloads differ first, in words; empty when they are the same to the bit."""
    if type(before) is not type(after):
        return _became(place, before, after)
    if isinstance(before, np.ndarray):
        return _of_arrays(before, after, place)
    if dataclasses.is_dataclass(before):
        names = [field.name for field in dataclasses.fields(before)]
        pairs = [(f"{place}.{name}".lstrip("."), getattr(before, name), getattr(after, name)) for name in names]
    elif isinstance(before, dict):
        if before.keys() != after.keys():
            return _became(f"the keys of {place}".removesuffix(" of "), list(before), list(after))
        pairs = [(f"{place}.{key}".lstrip("."), before[key], after[key]) for key in before]
    elif isinstance(before, list | tuple):
        if len(before) != len(after):
            return _became(place, before, after)
        pairs = [(f"{place}[{i}]", old, new) for i, (old, new) in enumerate(zip(before, after, strict=True))]
    else:
        both_nan = isinstance(before, float) and math.isnan(before) and math.isnan(after)
        return "" if before == after or both_nan else _became(place, before, after)
    return next((text for name, old, new in pairs if (text := of_payloads(old, new, name))), "")


def _of_arrays(before: np.ndarray[Any, Any], after: np.ndarray[Any, Any], place: str) -> str:
    if (before.dtype, before.shape) != (after.dtype, after.shape):
        return _became(place, f"{before.dtype} {before.shape}", f"{after.dtype} {after.shape}")
    floating = np.issubdtype(before.dtype, np.floating)
    differ = (before != after) & ~(np.isnan(before) & np.isnan(after)) if floating else before != after
    if not differ.any():
        return ""
    first = tuple(int(each) for each in np.unravel_index(int(differ.argmax()), before.shape))
    most = np.abs(after[differ].astype(float) - before[differ].astype(float)).max()
    where = f"{place}[{', '.join(map(str, first))}]"
    others = f"; {differ.sum()} of {before.size} values differ, by {most:.3g} at most"
    return _became(where, before[first].item(), after[first].item()) + others


def _became(place: str, before: Any, after: Any) -> str:
    old, new = (text if len(text := str(each)) <= SHOWN else f"{text[:SHOWN]} ..." for each in (before, after))
    return f"{place} was {old}, is {new}".strip()
