"""What the landmark nets see in a clip, frame by frame, and what else it could have looked like."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.gesture import HAND_JOINTS
from sensegraph.models.skeleton import BLAZEPOSE_POINTS, RATE_FPS
from sensegraph.packet import NANOSECONDS, Stamp
from sensegraph.training.project.footage import node, shown

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
HandKind = Literal["none", "lite", "full"]

PAIRS = ((1, 4), (2, 5), (3, 6), (7, 8), (9, 10), *((left, left + 1) for left in range(11, 33, 2)))
"""Left and right points of BlazePose, which change places in a mirror."""
MIRRORED = [dict(PAIRS + tuple(pair[::-1] for pair in PAIRS)).get(point, point) for point in range(BLAZEPOSE_POINTS)]


@dataclass(frozen=True, slots=True)
class Observation:
    """The landmarks of a clip at 16 frames per second.

    Attributes:
        points: (T, 33, 4) x px, y px, z px, visibility 0..1; zeros where nobody was found.
        seen: (T,) whether a person was found.
        hands: (T, 2, 21, 3) x px, y px, z px, the person's left hand first; zeros where a hand was not found.
        found: (T, 2) whether the hand was found.
    """

    points: Floats
    seen: Flags
    hands: Floats
    found: Flags

    def __len__(self) -> int:
        return len(self.seen)

    def mirrored(self) -> Observation:
        """Return what a mirror shows: left and right change places."""
        points, hands = self.points[:, MIRRORED].copy(), self.hands[:, ::-1].copy()
        points[..., 0] *= -1  # where the picture lies does not matter to the nets
        hands[..., 0] *= -1
        return Observation(points, self.seen, hands, self.found[:, ::-1].copy())

    def retimed(self, tempo: float) -> Observation:
        """Return the clip `tempo` times as fast; between frames landmarks are interpolated where both have them."""
        places = np.arange(0, len(self) - 1 + 1e-9, tempo)
        before = places.astype(np.intp)
        after = np.minimum(before + 1, len(self) - 1)
        share = (places - before).astype(np.float32)

        def between(values: Floats, known: Flags) -> Floats:
            both = known[before] & known[after]
            weight = np.where(both, share.reshape(-1, *[1] * (known.ndim - 1)), 0)
            weight = weight.reshape(*weight.shape, *[1] * (values.ndim - weight.ndim))
            return np.asarray(values[before] * (1 - weight) + values[after] * weight, np.float32)

        return Observation(
            between(self.points, self.seen), self.seen[before], between(self.hands, self.found), self.found[before]
        )

    def trembling(self, rng: np.random.Generator, share: float) -> Observation:
        """Return the clip with noise on its points, `share` of the size of what is there."""
        points, hands = self.points.copy(), self.hands.copy()
        for values, known in ((points, self.seen), (hands, self.found)):
            if known.any():
                size = np.median(np.ptp(values[known][..., :2], axis=-2).max(axis=-1))
                values[..., :2] += rng.normal(0, share * size, values[..., :2].shape).astype(np.float32)
        return Observation(points, self.seen, hands, self.found)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return its arrays by name, to be kept."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def observe(video: Path) -> Observation:
    """Let the landmark nets look for the body in a video of 16 frames a second, as they do in a graph.

    Raises:
        SourceError: It cannot be read.
        ModelError: A net is missing.
    """
    backbone = node("BackboneNode", model="landmarks")
    backbone.open()
    with shown(camera(video)) as pictures:
        frames = [
            backbone.process(picture, Stamp(number * NANOSECONDS // RATE_FPS, frame=number))["landmarks"]
            for number, (picture, _) in enumerate(pictures)
        ]
    seen = np.array([frame.found for frame in frames], np.bool_)
    points = np.zeros((len(frames), BLAZEPOSE_POINTS, 4), np.float32)
    for number in np.flatnonzero(seen):
        points[number] = frames[number].points
    none = np.zeros((len(frames), 2, HAND_JOINTS, 3), np.float32), np.zeros((len(frames), 2), np.bool_)
    return Observation(points, seen, *none)


def with_hands(observation: Observation, video: Path, kind: Literal["lite", "full"]) -> Observation:
    """Let the hand nets look at a video whose bodies are known.

    Raises:
        SourceError: It cannot be read.
        ModelError: A net is missing.
    """
    import cv2

    from sensegraph.models.hands import HandTracker

    cv2.setNumThreads(1)
    tracker, hands, found = HandTracker(kind), observation.hands.copy(), observation.found.copy()
    with shown(camera(video)) as pictures:
        for number, (picture, _) in enumerate(pictures):
            body = observation.points[number] if observation.seen[number] else None
            hands[number], scores = tracker.track(picture, body)
            found[number] = scores > 0
    return Observation(observation.points, observation.seen, hands, found)


def camera(video: Path) -> Any:
    """Return the source of a video."""
    return node("CameraSource", source=str(video.absolute()))
