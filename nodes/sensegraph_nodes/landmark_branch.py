"""The landmarks of one person and of their hands, and the embeddings of the last seconds of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from sensegraph.models.skeleton import WINDOW_FRAMES, SkeletonWindow
from sensegraph.models.temporal import BODY_SPACE, TemporalNet
from sensegraph.payload import Features, Landmarks
from sensegraph_nodes import hand_branch
from sensegraph_nodes.hand_branch import HandBranch, HandKind

PRESENCE_FRAMES = 16


def models(hands: HandKind) -> tuple[str, ...]:
    """Return the names of the landmark nets that a branch with such hands needs."""
    return ("pose_detection", "pose_landmark_full", *hand_branch.models(hands))


def describe(hands: HandKind) -> str:
    """Return which nets a branch with such hands runs, in a few words."""
    named = "" if hands == "none" else f", BlazeHand {hands}"
    return f"landmarks (BlazePose{named} and our temporal net, features {BODY_SPACE})"


class LandmarkBranch:
    """Follows one person from frame to frame and remembers the last 2.5 s of them; one thread.

    Args:
        hands: Which hand points are followed too: `none`, `lite` or `full`.

    Raises:
        ModelError: A net is missing or cannot be loaded.
    """

    def __init__(self, hands: HandKind) -> None:
        import cv2

        from sensegraph.models.landmarks import PoseTracker

        cv2.setNumThreads(1)
        self.title = describe(hands)
        self._tracker = PoseTracker()
        self._net = TemporalNet()
        self._window = SkeletonWindow()
        self._hands = None if hands == "none" else HandBranch(hands)
        self._presence: deque[bool] = deque(maxlen=PRESENCE_FRAMES)
        self._sent: dict[str, Any] = {}
        self._points: npt.NDArray[np.float32] | None = None
        self._held = 0
        self._seen = 0
        self._found = 0

    def reset(self, frame: int) -> None:
        """Forget everything, in front of the frame of that number."""
        self._tracker.reset()
        self._window.clear()
        if self._hands is not None:
            self._hands.reset()
        self._presence.clear()
        self._sent, self._points, self._held = {}, None, 0
        self._seen = 0

    def skip(self) -> None:
        """Let a frame pass that is missing: nobody is seen in it."""
        self._let_go()
        self._points = None
        self._push(None)
        if self._hands is not None:
            self._hands.skip()

    def follow_hands(self, hands: HandKind) -> None:
        """Go on with other nets for the hands, where hands are followed."""
        if self._hands is not None and hands != "none":
            self._hands.use(hands)

    def hold(self, frame_bgr: npt.NDArray[np.uint8]) -> dict[str, Any]:
        """Take the next frame without looking at it, unless it is the first; return what was seen in the one before."""
        if not self._sent:
            return self.follow(frame_bgr, step=False)
        self._held += 1
        return self._sent

    def follow(self, frame_bgr: npt.NDArray[np.uint8], *, step: bool) -> dict[str, Any]:
        """Take the next frame.

        Args:
            frame_bgr: uint8 (H, W, 3).
            step: Whether an embedding is made with it.

        Returns:
            output of the `BackboneNode` -> payload.
        """
        pose = self._tracker.track(frame_bgr)
        points = None if pose is None else pose.points
        between = self._push_held(points)
        self._push(points)
        self._points = points
        self._presence.append(pose is not None)
        self._found += pose is not None
        outputs: dict[str, Any] = {"landmarks": _landmarks(pose, frame_bgr.shape[1], frame_bgr.shape[0])}
        if self._hands is not None:
            outputs["hands"] = self._hands.follow(frame_bgr, points, between)
        self._sent = dict(outputs)
        return outputs | self.step() if step else outputs

    def step(self) -> dict[str, Features]:
        """Return the embeddings of the last 2.5 s; at least one frame was taken since the start."""
        self._let_go()
        warm = self._seen >= WINDOW_FRAMES
        present = sum(self._presence) / len(self._presence)
        outputs = {"features": Features(self._net.step(self._window), BODY_SPACE, warm, present)}
        if self._hands is not None:
            outputs["hand_features"] = self._hands.features(warm=warm, present=present)
        return outputs

    def report(self) -> Mapping[str, Any]:
        """Return in how many frames a person and each hand were found."""
        hands = {} if self._hands is None else {"hand_frames": dict(self._hands.found)}
        return {"person_frames": self._found, **hands}

    def _let_go(self) -> None:
        """Take it that nothing moved in the frames that were not looked at, as nobody knows what came after them."""
        between = self._push_held(self._points)
        if self._hands is not None:
            self._hands.stay(between)

    def _push_held(self, points: npt.NDArray[np.float32] | None) -> list[npt.NDArray[np.float32] | None]:
        """Fill in the frames that were not looked at, now that it is known what came after them; return them."""
        held, self._held = self._held, 0
        between = [_mix(self._points, points, (number + 1) / (held + 1)) for number in range(held)]
        for each in between:
            self._push(each)
            self._presence.append(each is not None)
        return between

    def _push(self, points: npt.NDArray[np.float32] | None) -> None:
        self._window.push(points)
        self._seen += 1


def _mix(
    before: npt.NDArray[np.float32] | None, after: npt.NDArray[np.float32] | None, share: float
) -> npt.NDArray[np.float32] | None:
    """Return points on their way from one frame to another; those before where they have gone or just come."""
    return before if before is None or after is None else ((1 - share) * before + share * after).astype(np.float32)


def _landmarks(pose: Any, width: int, height: int) -> Landmarks:
    """Return the tracker's pose as a payload."""
    if pose is None:
        nobody = np.zeros((0, 4), np.float32), np.zeros((0, 3), np.float32)
        return Landmarks(*nobody, width, height, 0.0)
    points, world = pose.points.astype(np.float32), pose.world.astype(np.float32)
    return Landmarks(points, world, width, height, float(pose.presence))
