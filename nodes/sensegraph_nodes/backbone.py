"""BackboneNode: features and landmarks from pictures."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from sensegraph.errors import ModelError
from sensegraph.models.classifier import Classifier, read_classifier
from sensegraph.models.pixel.architecture import ARCHITECTURES
from sensegraph.models.pixel.checkpoints import Checkpoints
from sensegraph.models.temporal import HAND_SPACE
from sensegraph.node import Node, Port, pictures
from sensegraph.packet import Packet, Stamp
from sensegraph.payload import Features, Hands, Landmarks
from sensegraph_nodes import landmark_branch, official, pixel_branch
from sensegraph_nodes.hand_branch import HandKind
from sensegraph_nodes.landmark_branch import LandmarkBranch
from sensegraph_nodes.official import Device, Model, Precision
from sensegraph_nodes.pixel_branch import FEATURE_OUTPUTS, PixelBranch

log = logging.getLogger(__name__)

STEP_FRAMES = 4
MISSING_FRAMES = 8
"""As many missing frames in a row are bridged; more of them start the window anew."""
TOO_SLOW = 2
"""Jumps over dropped frames after which it is told that the machine is too slow."""


class BackboneNode(Node):
    """Turns video at 16 frames per second into features, four times per second.

    `landmarks` follows one person's body points and embeds the last 2.5 s of them; the points are an output as
    well. With `hands` it also follows the hands of that person and embeds the last 2.5 s of body and hands for the
    heads of gestures; without, nothing of that is loaded.

    `efficientnet` and `mobilenet` are the networks of sense, which need the official weights. Their features, of the
    last 2.8 s of pictures, are for any head of these weights, those of gestures as well; they know no points. `auto`
    takes one of them where weights with all `heads` are there, else landmarks, and the run says which.

    A step is made with every fourth frame number, whatever was dropped in between. `warm` is false until the whole
    window was seen since the start or a gap. Up to half a second of missing frames is bridged: without a person in
    them, or, for a network, with the picture before them.

    With a `classifier` of one's own, model and hands are what that was trained on, `features` are in its space, and a
    step is made also of what is left at the end of the video.

    `hands` and `every` can change while it runs, so a `ladder` may hold them; the feature spaces stay the same.

    Args:
        model: `auto`, `landmarks`, `efficientnet` or `mobilenet`.
        hands: Hand points with landmarks: `none`, `lite` (fast) or `full` (exact, slower).
        checkpoints: Folder with the official weights; empty for those that were imported.
        heads: Heads of the official weights that hang on it: `fitness`, `gestures`, `gesture_control`, `met`,
            `reps`. Weights without one of them are not taken; none named means that `auto` is `landmarks`.
        precision: Of a network: `fp32`, or `int8` (faster, slightly different features).
        device: What a network runs on: `cpu` or `cuda`.
        classifier: Folder of a classifier of one's own, whose head hangs on it.
        every: The nets of landmarks run on every so many-th frame. Features are made of all frames, with points between
            those; the points that are sent stay for the frames in between. A network of sense sees every frame.
    """

    changeable: ClassVar[frozenset[str]] = frozenset({"hands", "every"})

    inputs: ClassVar[Mapping[str, Port]] = {"frames": pictures("video at 16 frames per second", rate_hz=16.0)}
    outputs: ClassVar[Mapping[str, Port]] = {
        "features": Port(Features, "an embedding of the last seconds", rate_hz=4.0),
        "landmarks": Port(Landmarks, "body points of each frame, with `model: landmarks`", rate_hz=16.0),
        "hands": Port(Hands, "hand points of each frame, with `hands: lite` or `full`", rate_hz=16.0),
        "hand_features": Port(Features, "an embedding of the last seconds of body and hands", rate_hz=4.0),
    }

    def __init__(
        self,
        model: Model = "auto",
        hands: HandKind = "none",
        checkpoints: str = "",
        heads: list[str] | None = None,
        precision: Precision = "fp32",
        device: Device = "cpu",
        classifier: str = "",
        every: Literal[1, 2] = 1,
    ) -> None:
        self.model = model
        self.hands = hands
        self.checkpoints = checkpoints
        self.heads = heads
        self.precision = precision
        self.device = device
        self.classifier = classifier
        self.every = every

    def describe(self) -> str:
        """Return which model runs, in one line."""
        found = self._weights()
        return landmark_branch.describe(self._hands()) if found is None else official.describe(found)

    def models(self) -> Sequence[str]:
        """Return the landmark nets, unless a pixel network runs.

        Raises:
            ModelError: Its weights are not there, or not with all heads.
        """
        if self._weights() is None:
            return landmark_branch.models(self._hands())
        if self.every > 1:
            raise ModelError("a network of sense sees every frame\n  Leave `every` out, or take `model: landmarks`.")
        return ()

    def reads(self) -> Sequence[str]:
        """Return the files of the official weights, if they are used."""
        try:
            return official.files(self._weights())
        except ModelError:
            return ()  # told with what is needed

    def silent(self) -> Mapping[str, str]:
        """Return the outputs that the model does not make."""
        try:
            model, hands = self._model(), self._hands()
        except ModelError:
            return {}  # told with what is needed
        if model in ARCHITECTURES or official.there(model, self.checkpoints, self.heads or ()):
            remedy = "A pixel network knows no points: take `model: landmarks`."
            return {port: remedy for port in self.outputs if port not in FEATURE_OUTPUTS}
        remedy = "Give the BackboneNode `hands: lite` (or `full`)."
        return dict.fromkeys(("hands", "hand_features"), remedy) if hands == "none" else {}

    def open(self) -> None:
        """Load the models; one thread."""
        found = self._weights()
        self._branch: LandmarkBranch | PixelBranch
        if found is None:
            self._branch = LandmarkBranch(self._hands())
        else:
            self._branch = PixelBranch(pixel_branch.load(found, self.precision, self.device))
        own = self._own()
        self._port = "hand_features" if own is not None and own.space == HAND_SPACE else "features"
        self._last: Stamp | None = None
        self._frame: int | None = None
        self._processed = 0
        self._resets = -1
        self._bridged = 0
        self._jumps = 0

    def change(self, name: str, value: Any) -> None:
        """Go on with other hand nets, or with nets on more or fewer frames."""
        super().change(name, value)
        if name == "hands" and isinstance(self._branch, LandmarkBranch):
            self._branch.follow_hands(self._hands())

    def process(self, frames: npt.NDArray[np.uint8], stamp: Stamp) -> Mapping[str, Any]:
        """Take one frame; with every fourth one, make a step."""
        self._continue(stamp)
        self._processed += 1
        step = stamp.frame % STEP_FRAMES == STEP_FRAMES - 1
        self._last = None if step else stamp
        if isinstance(self._branch, LandmarkBranch) and stamp.frame % self.every != self.every - 1:
            return self._chosen(self._branch.hold(frames))
        return self._chosen(self._branch.follow(frames, step=step))

    def finish(self) -> Mapping[str, Any] | None:
        """Make the step within which the video ended, for a classifier of one's own: its clips may be short."""
        if self._last is None or not self.classifier:
            return None
        just_after = self._last.at(self._last.time_ns + 1, self._last.frame)  # nothing more was promised at its time
        return {port: Packet(made, just_after) for port, made in self._chosen(self._branch.step()).items()}

    def report(self) -> Mapping[str, Any]:
        """Return the model, the frames, and in how many of them a person and each hand were found."""
        return {
            "model": self._branch.title,
            "frames": self._processed,
            **self._branch.report(),
            "missing_frames": self._bridged,
            "restarts": max(self._resets, 0),
        }

    def _chosen(self, outputs: dict[str, Any]) -> dict[str, Any]:
        """Let `features` be those of the classifier."""
        return outputs | {"features": outputs[self._port]} if self._port in outputs else outputs

    def _own(self) -> Classifier | None:
        return read_classifier(Path(self.classifier)) if self.classifier else None

    def _model(self) -> Model:
        own = self._own()
        return self.model if own is None else own.backbone

    def _hands(self) -> HandKind:
        own = self._own()
        return self.hands if own is None else own.hands

    def _weights(self) -> Checkpoints | None:
        own = self._own()
        if own is not None and own.backbone != "landmarks":
            return official.of_classifier(Path(self.classifier), own, self.checkpoints)
        return official.choose(self._model(), self.checkpoints, self.heads or ())

    def _continue(self, stamp: Stamp) -> None:
        """Bridge the frames that are missing in front of this one, or start anew."""
        missing = 0 if self._frame is None else stamp.frame - self._frame - 1
        if self._frame is None or stamp.gap or not 0 <= missing <= MISSING_FRAMES:
            if missing > MISSING_FRAMES and not stamp.gap:
                self._jump(missing)
            self._branch.reset(stamp.frame)
            self._resets += 1
        else:
            for _ in range(missing):
                self._branch.skip()
            self._bridged += missing
        self._frame = stamp.frame

    def _jump(self, missing: int) -> None:
        """Tell once that frames are dropped because this node does not keep up."""
        self._jumps += 1
        if self._jumps == TOO_SLOW:
            log.warning(
                "backbone: %d frames in a row were dropped, again: this machine is too slow for %s at 16 frames per "
                "second, and nothing is named until 3 s are seen without a gap\n"
                "  Take a faster model (`--model mobilenet` or `landmarks`), or `--pace fast` for a file.",
                missing,
                self._branch.title.split(" ")[0],
            )
