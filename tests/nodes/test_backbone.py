"""BackboneNode."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from sensegraph.errors import ModelError
from sensegraph.models.skeleton import SkeletonWindow
from sensegraph.packet import Packet
from sensegraph.payload import Features
from sensegraph.testing import drive
from sensegraph_nodes.backbone import BackboneNode
from tests.nodes.body import figure, stamp

PICTURE = np.zeros((480, 640, 3), np.uint8)
EMPTY = np.full((480, 640, 3), 255, np.uint8)


class _Tracker:
    """Finds a person in every dark picture."""

    resets = 0

    def track(self, frame: np.ndarray) -> SimpleNamespace | None:
        if frame[0, 0, 0]:
            return None
        return SimpleNamespace(points=figure().points, world=np.zeros((33, 3), np.float32), presence=0.9)

    def reset(self) -> None:
        type(self).resets += 1


class _Net:
    def step(self, window: SkeletonWindow) -> np.ndarray:
        return np.full(128, window.seen, np.float32)


@pytest.fixture(autouse=True)
def _models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models that need no files."""
    module = ModuleType("sensegraph.models.landmarks")
    module.PoseTracker = _Tracker  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sensegraph.models.landmarks", module)
    monkeypatch.setattr("sensegraph_nodes.backbone.TemporalNet", _Net)
    monkeypatch.setattr(_Tracker, "resets", 0)


def features(frames: list[int], *, gaps: tuple[int, ...] = (), picture: np.ndarray = PICTURE) -> list[Packet[Features]]:
    """Return the features of a video of these frame numbers."""
    packets = [Packet(picture, stamp(number, gap=number in gaps)) for number in frames]
    return drive(BackboneNode(), packets=True, frames=packets)["features"]


def test_every_fourth_frame_makes_a_step() -> None:
    """16 frames give 4 steps, with the stamps of frames 3, 7, 11 and 15."""
    steps = features(list(range(16)))
    assert [packet.stamp.frame for packet in steps] == [3, 7, 11, 15]
    assert all(packet.payload.vector.shape == (128,) for packet in steps)


def test_steps_keep_to_the_frame_numbers_after_a_drop() -> None:
    """Dropped frames do not move the steps."""
    steps = features([number for number in range(32) if number not in (9, 10, 17)])
    assert [packet.stamp.frame for packet in steps] == list(range(3, 32, 4))


def test_warm_after_the_window() -> None:
    """The first 40 frames are not warm, the frame that fills the window is."""
    warm = {packet.stamp.frame: packet.payload.warm for packet in features(list(range(48)))}
    assert (warm[35], warm[39], warm[43]) == (False, True, True)


@pytest.mark.parametrize(("frames", "gaps"), [(list(range(96)), (50,)), ([*range(50), *range(62, 120)], ())])
def test_a_gap_starts_anew(frames: list[int], gaps: tuple[int, ...]) -> None:
    """A gap mark or a long jump makes the features cold for another 40 frames."""
    first = 50 if gaps else 62
    for packet in features(frames, gaps=gaps):
        number = packet.stamp.frame
        assert packet.payload.warm == (40 <= number + 1 <= 50 or number + 1 >= first + 40)
    assert _Tracker.resets == 2


def test_a_few_missing_frames_are_bridged() -> None:
    """Up to half a second keeps the window, with frames without a person in it."""
    steps = features([*range(44), *range(48, 60)])
    assert all(packet.payload.warm for packet in steps if packet.stamp.frame >= 39)
    assert steps[-1].payload.vector[0] == pytest.approx(36 / 40)
    assert steps[-1].payload.present == 1.0


def test_an_empty_picture_has_no_landmarks() -> None:
    """Nobody: empty arrays, and `present` is 0."""
    outputs = drive(BackboneNode(), frames=[EMPTY] * 4)
    assert not outputs["landmarks"][0].found
    assert outputs["landmarks"][0].world.shape == (0, 3)
    assert outputs["features"][0].present == 0.0


def test_landmarks_come_with_every_frame() -> None:
    """Points in the pixels of the frame, with its size."""
    landmarks = drive(BackboneNode(), frames=[PICTURE] * 5)["landmarks"]
    assert len(landmarks) == 5
    assert (landmarks[0].width, landmarks[0].height, landmarks[0].points.shape) == (640, 480, (33, 4))


@pytest.mark.parametrize("model", ["efficientnet", "mobilenet"])
def test_pixel_networks_say_what_is_missing(model: str) -> None:
    """The error names the file that was looked for and what works instead."""
    with pytest.raises(ModelError, match=rf"{model}\.ckpt[\s\S]*model: landmarks"):
        BackboneNode(model=model).open()  # type: ignore[arg-type]


def test_auto_says_what_runs() -> None:
    """The report names the model and counts the frames."""
    node = BackboneNode()
    drive(node, frames=[PICTURE] * 4 + [EMPTY] * 4)
    report = node.report()
    assert "landmarks" in report["model"]
    assert (report["frames"], report["person_frames"], report["restarts"]) == (8, 4, 0)
