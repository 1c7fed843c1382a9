"""Driving a node in a test."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from sensegraph import Node, Packet, Port, Source, Stamp, drive, pictures


class Mean(Node):
    """Mean of a picture and the text that goes with it."""

    inputs = {"frames": pictures(), "text": Port(str, optional=True)}
    outputs = {"mean": Port(float)}

    def process(self, frames: np.ndarray, text: str | None, stamp: Stamp) -> dict[str, Any]:
        return {"mean": (float(frames.mean()), text, stamp.frame)}


class Two(Source):
    """Two numbers."""

    outputs = {"n": Port(int)}

    def read(self) -> Iterator[dict[str, int]]:
        yield {"n": 1}
        yield {"n": 2}


def test_drive_stamps_plain_payloads_at_a_rate() -> None:
    """Payloads come out by port; an input that is left out is None."""
    frames = [np.full((2, 2, 3), n, np.uint8) for n in (1, 2)]
    assert drive(Mean(), frames=frames) == {"mean": [(1.0, None, 0), (2.0, None, 1)]}


def test_drive_joins_packets_by_their_time() -> None:
    """Packets keep their stamps."""
    frames = [np.zeros((2, 2, 3), np.uint8)] * 2
    texts = [Packet("late", Stamp(62_500_000))]
    assert drive(Mean(), frames=frames, text=texts) == {"mean": [(0.0, None, 0), (0.0, "late", 1)]}


def test_drive_reads_a_source() -> None:
    """A source is read to its end, or so often as asked."""
    assert drive(Two()) == {"n": [1, 2]}
    assert drive(Two(), limit=1) == {"n": [1]}
