"""A pixel network that follows one video: its features of the last seconds, and what stands in for missing frames."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt

from sensegraph.models.pixel.architecture import RECEPTIVE_FIELD, STEP_FRAMES
from sensegraph.models.pixel.backbone import Backbone, load_backbone
from sensegraph.models.pixel.checkpoints import Checkpoints
from sensegraph.models.pixel.heads import backbone_weights
from sensegraph.models.pixel.prepare import prepare
from sensegraph.models.pixel.stream import Feature
from sensegraph.models.pixel.weights import space
from sensegraph.payload import Features
from sensegraph_nodes import official
from sensegraph_nodes.official import Device, Precision

log = logging.getLogger(__name__)

FEATURE_OUTPUTS = ("features", "hand_features")
"""A pixel network sees the hands as well as the body, so its one embedding is for the heads of both."""


@dataclass(frozen=True, eq=False)
class Network:
    """A network that runs.

    Attributes:
        backbone: The network; any number of streams may share it.
        space: Name of the space of its features: net and version, the head whose layers it has instead of its own, if
            so, and the beginning of the digest of its weights, `efficientnet-pro@1a2b3c4d`.
        title: What it is, in a few words.
    """

    backbone: Backbone
    space: str
    title: str


_networks: WeakValueDictionary[object, Network] = WeakValueDictionary()
"""Those that are in use in this process: nodes with the same weights share them."""


def load(found: Checkpoints, precision: Precision, device: Device) -> Network:
    """Return the network of official weights; nodes of one process get the same one, and it ends with the last of them.

    Raises:
        ModelError: It cannot be loaded, or not with this precision or on this device.
    """
    key = found.net, found.version, *official.files(found), precision, device
    network = _networks.get(key)
    if network is None:
        network = _networks[key] = _load(found, precision, device)
    return network


def _load(found: Checkpoints, precision: Precision, device: Device) -> Network:
    weights = backbone_weights(found)
    layers = "" if isinstance(weights, Path) else "-".join(found.heads)
    if layers and len(found.heads) > 1:
        raise official.cannot_share(list(found.heads))
    backbone = load_backbone(found.net, weights, precision=precision, device=device)
    title = official.describe(found)
    if backbone.precision != "fp32":
        title += f", {backbone.precision}: its features are {backbone.deviation:.1%} off those of fp32"
        log.warning("backbone: %s", title)
    return Network(backbone, space(found.net, found.version, layers, backbone.weights), title)


class PixelBranch:
    """Gives the frames of a video to a pixel network, in step with the numbers of the frames.

    The network counts in fours and knows no times, so every frame number has to have a picture: one that is missing
    is the one before it once more. Where the video starts within a step, its first picture stands for the
    frames of the step before it.

    Args:
        network: The network; it may have other streams.
    """

    def __init__(self, network: Network) -> None:
        import cv2

        cv2.setNumThreads(1)
        self.title = network.title
        self._network = network
        self._stream = network.backbone.stream()
        self._picture: npt.NDArray[np.uint8] | None = None
        self._missing = 0
        self._seen = 0

    def reset(self, frame: int) -> None:
        """Forget everything, in front of the frame of that number."""
        self._stream.reset()
        self._picture = None
        self._missing = frame % STEP_FRAMES
        self._seen = -self._missing  # what stands in for frames before the start was not seen

    def skip(self) -> None:
        """Let a frame pass that is missing."""
        self._missing += 1

    def follow(self, frame_bgr: npt.NDArray[np.uint8], *, step: bool) -> dict[str, Any]:
        """Take the next frame.

        Args:
            frame_bgr: uint8 (H, W, 3).
            step: Whether features are made with it.

        Returns:
            output of the `BackboneNode` -> payload.
        """
        picture = prepare(frame_bgr)
        stand_in = picture if self._picture is None else self._picture
        for _ in range(self._missing):
            self._push(stand_in)
        self._missing = 0
        self._picture = picture
        feature = self._push(picture)
        if not step or feature is None:
            return {}
        features = Features(feature.pooled, self._network.space, self._seen >= RECEPTIVE_FIELD, 1.0)
        return dict.fromkeys(FEATURE_OUTPUTS, features)

    def step(self) -> dict[str, Any]:
        """Return the features of the last seconds; the last picture stands for what is missing of the step."""
        if self._picture is None:
            return {}
        for _ in range(STEP_FRAMES):
            feature = self._push(self._picture)
            if feature is not None:
                features = Features(feature.pooled, self._network.space, self._seen >= RECEPTIVE_FIELD, 1.0)
                return dict.fromkeys(FEATURE_OUTPUTS, features)
        return {}

    def report(self) -> Mapping[str, Any]:
        """Return nothing more than what every branch tells."""
        return {}

    def _push(self, picture: npt.NDArray[np.uint8]) -> Feature | None:
        self._seen += 1
        features = self._stream.features(picture[None])
        return features[0] if features else None
