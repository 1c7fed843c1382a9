"""The hands of the person that a backbone follows, and the embedding of the last seconds of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from sensegraph.models.gesture import GestureWindow
from sensegraph.models.temporal import HAND_SPACE, TemporalNet
from sensegraph.models.traits import hand_traits
from sensegraph.payload import Features, Hands

HandKind = Literal["none", "lite", "full"]
Floats = npt.NDArray[np.float32]

NO_HANDS = np.zeros((2, 21, 3), np.float32), np.zeros(2, np.float32)


def models(kind: HandKind) -> tuple[str, ...]:
    """Return the names of the nets that follow hands of this kind."""
    return () if kind == "none" else ("palm_detection_lite", f"hand_landmark_{kind}")


class HandBranch:
    """Follows both hands from frame to frame and remembers the last seconds of them.

    Args:
        kind: Of the hand net.

    Attributes:
        found: Frames with the left and with the right hand.

    Raises:
        ModelError: A net is missing or cannot be loaded.
    """

    def __init__(self, kind: Literal["lite", "full"]) -> None:
        from sensegraph.models.hands import HandTracker

        self._tracker = HandTracker(kind)
        self._window = GestureWindow()
        self._net = TemporalNet("gesture")
        self.found = {"left": 0, "right": 0}
        self._last = NO_HANDS

    def use(self, kind: Literal["lite", "full"]) -> None:
        """Go on with the other hand net; the hands that are followed stay."""
        self._tracker.use(kind)

    def reset(self) -> None:
        """Forget everything, after a gap in the video."""
        self._tracker.reset()
        self._window.clear()
        self._last = NO_HANDS

    def skip(self) -> None:
        """Let a frame pass that is missing."""
        self._window.push(None, *NO_HANDS)
        self._last = NO_HANDS

    def stay(self, between: Sequence[Floats | None]) -> None:
        """Let frames pass that were not looked at, with those body points: the hands are where they were."""
        for points in between:
            self._window.push(points, *self._last)

    def follow(
        self, frame_bgr: npt.NDArray[np.uint8], points: Floats | None, between: Sequence[Floats | None] = ()
    ) -> Hands:
        """Return the hands in the next frame.

        Args:
            frame_bgr: uint8 (H, W, 3).
            points: (33, 4) body points of the person in it; None when nobody is there.
            between: The same of the frames before it that were not looked at; the hands in them are filled in.
        """
        hands, scores = self._tracker.track(frame_bgr, points)
        before, scores_before = self._last
        moved = (scores > 0) & (scores_before > 0)
        for number, body in enumerate(between, 1):
            share = number / (len(between) + 1)
            mixed = np.where(moved[:, None, None], (1 - share) * before + share * hands, before).astype(np.float32)
            self._window.push(body, mixed, scores_before)
        self._last = hands, scores
        self._window.push(points, hands, scores)
        for side, score in zip(self.found, scores, strict=True):
            self.found[side] += bool(score > 0)
        return Hands(hands, scores, frame_bgr.shape[1], frame_bgr.shape[0])

    def features(self, *, warm: bool, present: float) -> Features:
        """Return embedding and traits of the last 2.5 s; `warm` and `present` are the body's."""
        channels = self._window.tensor()
        return Features(self._net.embed(channels)[0], HAND_SPACE, warm, present, hand_traits(channels)[0])
