"""BackboneNode: features and landmarks from pictures."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from sensegraph.errors import ModelError
from sensegraph.models.catalogue import cache_folder
from sensegraph.models.skeleton import STEP_FRAMES, WINDOW_FRAMES, SkeletonWindow
from sensegraph.models.temporal import BODY_SPACE, TemporalNet
from sensegraph.node import Node, Port, pictures
from sensegraph.packet import Stamp
from sensegraph.payload import Features, Hands, Landmarks
from sensegraph_nodes import hand_branch
from sensegraph_nodes.hand_branch import HandBranch, HandKind

log = logging.getLogger(__name__)

PRESENCE_FRAMES = 16
MISSING_FRAMES = 8
"""As many missing frames in a row are bridged; more of them start the window anew."""

Model = Literal["auto", "landmarks", "efficientnet", "mobilenet"]


def pixel_weights(model: str) -> Path:
    """Return where the official weights of a pixel network are looked for."""
    return cache_folder() / "20bn" / f"{model}.ckpt"


class BackboneNode(Node):
    """Turns video at 16 frames per second into features, four times per second.

    `landmarks` (what `auto` takes) follows one person's body points and embeds the last 2.5 s of them; the
    points are an output as well. A step is made with every fourth frame number, whatever was dropped in
    between. `warm` is false until 2.5 s were seen since the start or a gap. Up to half a second of missing
    frames is bridged.

    With `hands` it also follows the hands of that person and embeds the last 2.5 s of body and hands for the
    heads of gestures; without, nothing of that is loaded.

    Args:
        model: `auto`, `landmarks`, or a pixel network, which needs the official weights.
        hands: `none`, `lite` (fast) or `full` (exact, slower) hand points.
    """

    inputs: ClassVar[Mapping[str, Port]] = {"frames": pictures("video at 16 frames per second", rate_hz=16.0)}
    outputs: ClassVar[Mapping[str, Port]] = {
        "features": Port(Features, "an embedding of the last seconds", rate_hz=4.0),
        "landmarks": Port(Landmarks, "body points of each frame", rate_hz=16.0),
        "hands": Port(Hands, "hand points of each frame, with `hands: lite` or `full`", rate_hz=16.0),
        "hand_features": Port(Features, "an embedding of the last seconds of body and hands", rate_hz=4.0),
    }

    def __init__(self, model: Model = "auto", hands: HandKind = "none") -> None:
        self.model = model
        self.hands = hands

    def describe(self) -> str:
        """Return which model runs, in one line."""
        if self.model in ("auto", "landmarks"):
            hands = "" if self.hands == "none" else f", BlazeHand {self.hands}"
            return f"landmarks (BlazePose{hands} and our temporal net, features {BODY_SPACE})"
        return f"{self.model} ({pixel_weights(self.model)})"

    def models(self) -> Sequence[str]:
        """Return the landmark nets, unless a pixel network was chosen."""
        if self.model not in ("auto", "landmarks"):
            return ()
        return ("pose_detection", "pose_landmark_full", *hand_branch.models(self.hands))

    def silent(self) -> Mapping[str, str]:
        """Return the outputs of the hands, unless hands are followed."""
        remedy = "Give the BackboneNode `hands: lite` (or `full`)."
        return dict.fromkeys(("hands", "hand_features"), remedy) if self.hands == "none" else {}

    def open(self) -> None:
        """Load the models; one thread."""
        if self.model not in ("auto", "landmarks"):
            raise ModelError(
                f"model '{self.model}': the official 20BN weights are not here; "
                f"looked for {pixel_weights(self.model)}\n"
                "  `model: landmarks` needs no such file and works now."
            )
        import cv2

        from sensegraph.models.landmarks import PoseTracker

        cv2.setNumThreads(1)
        self._tracker = PoseTracker()
        self._net = TemporalNet()
        self._window = SkeletonWindow()
        self._hands = None if self.hands == "none" else HandBranch(self.hands)
        self._presence: deque[bool] = deque(maxlen=PRESENCE_FRAMES)
        self._frame: int | None = None
        self._seen_frames = 0
        self._found_frames = 0
        self._processed = 0
        self._resets = -1
        self._bridged = 0
        log.info("backbone: %s", self.describe())

    def process(self, frames: npt.NDArray[np.uint8], stamp: Stamp) -> Mapping[str, Any]:
        """Follow the person in one frame; with every fourth frame, embed the window."""
        self._continue(stamp)
        pose = self._tracker.track(frames)
        points = None if pose is None else pose.points
        self._push(points)
        self._presence.append(pose is not None)
        self._processed += 1
        self._found_frames += pose is not None
        outputs: dict[str, Any] = {"landmarks": _landmarks(pose, frames.shape[1], frames.shape[0])}
        if self._hands is not None:
            outputs["hands"] = self._hands.follow(frames, points)
        if stamp.frame % STEP_FRAMES == STEP_FRAMES - 1:
            warm = self._seen_frames >= WINDOW_FRAMES
            present = sum(self._presence) / len(self._presence)
            outputs["features"] = Features(self._net.step(self._window), BODY_SPACE, warm, present)
            if self._hands is not None:
                outputs["hand_features"] = self._hands.features(warm=warm, present=present)
        return outputs

    def report(self) -> Mapping[str, Any]:
        """Return the model, and in how many of the frames a person and each hand were found."""
        hands = {} if self._hands is None else {"hand_frames": dict(self._hands.found)}
        return {
            "model": self.describe(),
            "frames": self._processed,
            "person_frames": self._found_frames,
            **hands,
            "missing_frames": self._bridged,
            "restarts": max(self._resets, 0),
        }

    def _continue(self, stamp: Stamp) -> None:
        """Bridge the frames that are missing in front of this one, or start anew."""
        missing = 0 if self._frame is None else stamp.frame - self._frame - 1
        if self._frame is None or stamp.gap or not 0 <= missing <= MISSING_FRAMES:
            self._reset()
        else:
            for _ in range(missing):
                self._push(None)
                if self._hands is not None:
                    self._hands.skip()
            self._bridged += missing
        self._frame = stamp.frame

    def _reset(self) -> None:
        self._tracker.reset()
        self._window.clear()
        if self._hands is not None:
            self._hands.reset()
        self._presence.clear()
        self._seen_frames = 0
        self._resets += 1

    def _push(self, points: npt.NDArray[np.float32] | None) -> None:
        self._window.push(points)
        self._seen_frames += 1


def _landmarks(pose: Any, width: int, height: int) -> Landmarks:
    """Return the tracker's pose as a payload."""
    if pose is None:
        nobody = np.zeros((0, 4), np.float32), np.zeros((0, 3), np.float32)
        return Landmarks(*nobody, width, height, 0.0)
    points, world = pose.points.astype(np.float32), pose.world.astype(np.float32)
    return Landmarks(points, world, width, height, float(pose.presence))
