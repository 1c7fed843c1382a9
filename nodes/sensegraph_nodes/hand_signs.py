"""HandSigns: reads the shape of each hand and the path of its index finger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from sensegraph.models.hand_state import HandReader
from sensegraph.models.skeleton import RATE_FPS, STEP_FRAMES
from sensegraph.node import Node, Port
from sensegraph.packet import Stamp
from sensegraph.payload import Hands, HandSign

SIDES = ("left", "right")


class HandSigns(Node):
    """Reads both hands: open, fist or pointer; index finger still, circling or moving. Four times per second each.

    A hand that is not seen sends nothing, and its path starts anew.
    """

    inputs: ClassVar[Mapping[str, Port]] = {"hands": Port(Hands, "both hands", rate_hz=16.0)}
    outputs: ClassVar[Mapping[str, Port]] = {
        side: Port(HandSign, f"what the {side} hand shows", rate_hz=4.0) for side in SIDES
    }

    def open(self) -> None:
        """Load the nets."""
        self._readers = {side: HandReader() for side in SIDES}
        self._seconds: dict[str, dict[str, float]] = {side: {} for side in SIDES}

    def process(self, hands: Hands, stamp: Stamp) -> Mapping[str, HandSign]:
        """Read one frame."""
        signs = {}
        for number, (side, reader) in enumerate(self._readers.items()):
            if stamp.gap or not hands.scores[number]:
                reader.clear()
            if not hands.scores[number]:
                continue
            shape, score, path, _ = reader.push(hands.points[number], hands.width)
            if stamp.frame % STEP_FRAMES == STEP_FRAMES - 1:
                signs[side] = HandSign(side, shape, path, score)
                seconds = self._seconds[side]
                seconds[shape] = seconds.get(shape, 0.0) + STEP_FRAMES / RATE_FPS
        return signs

    def report(self) -> Mapping[str, Any]:
        """Return for how many seconds each hand showed each shape."""
        return {"seconds": {side: dict(seconds) for side, seconds in self._seconds.items()}}
