"""BackboneNode."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar, Literal

import numpy as np
import pytest

from sensegraph.errors import ModelError
from sensegraph.models.gesture import BODY_CHANNELS
from sensegraph.models.skeleton import SkeletonWindow
from sensegraph.models.traits import TRAITS
from sensegraph.packet import Packet
from sensegraph.payload import Features, Hands
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
    monkeypatch.setattr("sensegraph_nodes.landmark_branch.TemporalNet", _Net)
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


class _HandTracker:
    """Finds the right hand of everybody."""

    kinds: list[str] = []

    def __init__(self, kind: str) -> None:
        self.kinds.append(kind)

    def reset(self) -> None: ...

    def track(self, frame: np.ndarray, points: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        hands, scores = np.zeros((2, 21, 3), np.float32), np.zeros(2, np.float32)
        if points is not None:
            hands[1, :, :2], scores[1] = points[16, :2], 0.8
        return hands, scores


class _GestureNet:
    """Embeds a window as the share of its frames that show a person."""

    def embed(self, windows: np.ndarray) -> np.ndarray:
        return np.repeat(windows[:, BODY_CHANNELS - 1].mean(axis=1, keepdims=True), 4, axis=1)


@pytest.fixture
def hand_nets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nets of the hands that need no files."""
    monkeypatch.setattr("sensegraph.models.hands.HandTracker", _HandTracker)
    monkeypatch.setattr("sensegraph_nodes.hand_branch.TemporalNet", lambda _name: _GestureNet())
    monkeypatch.setattr(_HandTracker, "kinds", [])


@pytest.mark.usefixtures("hand_nets")
def test_hands_come_with_every_frame_and_their_features_with_every_fourth() -> None:
    """In the pixels of the frame, and in a space of their own."""
    node = BackboneNode(hands="full")
    outputs = drive(node, frames=[PICTURE] * 44)
    hands: list[Hands] = outputs["hands"]
    assert (len(hands), hands[0].width, hands[0].height) == (44, 640, 480)
    np.testing.assert_allclose(hands[0].scores, [0, 0.8])
    np.testing.assert_allclose(hands[0].points[1, 0, :2], figure().points[16, :2])
    features: list[Features] = outputs["hand_features"]
    assert {each.space for each in features} == {"landmarks-hands@2"}
    assert [each.warm for each in features] == [each.warm for each in outputs["features"]]
    assert (len(features), features[-1].vector.tolist()) == (11, [1.0] * 4)
    assert features[-1].traits.shape == (TRAITS,)
    assert not outputs["features"][-1].traits.size
    assert _HandTracker.kinds == ["full"]
    assert node.report()["hand_frames"] == {"left": 0, "right": 44}


@pytest.mark.usefixtures("hand_nets")
def test_missing_frames_and_gaps_are_the_same_for_hands() -> None:
    """A few missing frames are frames without a person, a gap empties the window."""
    frames = [Packet(PICTURE, stamp(number, gap=number == 60)) for number in [*range(44), *range(48, 64)]]
    shares = [each.vector[0] for each in drive(BackboneNode(hands="lite"), frames=frames)["hand_features"]]
    assert shares[-4:-1] == pytest.approx([36 / 40] * 3)
    assert shares[-1] == pytest.approx(4 / 40)


@pytest.mark.usefixtures("hand_nets")
def test_without_hands_nothing_of_them_is_loaded_or_sent() -> None:
    """The default costs a fitness graph nothing."""
    node = BackboneNode()
    outputs = drive(node, frames=[PICTURE] * 8)
    assert (outputs["hands"], outputs["hand_features"], _HandTracker.kinds) == ([], [], [])
    assert "hand_frames" not in node.report()


def test_the_models_of_hands_are_named_when_they_are_used() -> None:
    """They are fetched before the start, and only then."""
    pose = ("pose_detection", "pose_landmark_full")
    assert BackboneNode().models() == pose
    assert BackboneNode(hands="lite").models() == (*pose, "palm_detection_lite", "hand_landmark_lite")
    assert BackboneNode(hands="full").models()[-1] == "hand_landmark_full"
    assert set(BackboneNode().silent()) == {"hands", "hand_features"}
    assert not BackboneNode(hands="full").silent()


class _Walker(_Tracker):
    """Finds a person who walks: where they are is the second byte of the picture."""

    looks: ClassVar[list[int]] = []

    def track(self, frame: np.ndarray) -> SimpleNamespace:
        self.looks.append(int(frame[0, 0, 1]))
        points = figure().points + np.float32(frame[0, 0, 1])
        return SimpleNamespace(points=points, world=np.zeros((33, 3), np.float32), presence=0.9)


class _Copy:
    """Returns the window itself in the place of an embedding."""

    def step(self, window: SkeletonWindow) -> np.ndarray:
        return window.tensor().ravel()


def walked(monkeypatch: pytest.MonkeyPatch, every: Literal[1, 2], missing: set[int]) -> dict[str, list[Packet[Any]]]:
    """Return what a backbone makes of a person who walks, but for some frames."""
    monkeypatch.setattr(sys.modules["sensegraph.models.landmarks"], "PoseTracker", _Walker)
    monkeypatch.setattr("sensegraph_nodes.landmark_branch.TemporalNet", _Copy)
    _Walker.looks.clear()
    frames = []
    for number in sorted(set(range(48)) - missing):
        picture = PICTURE.copy()
        picture[0, 0, 1] = number
        frames.append(Packet(picture, stamp(number)))
    return drive(BackboneNode(every=every), packets=True, frames=frames)


def test_features_of_every_second_frame_are_those_of_all_when_nothing_jerks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Points between two frames are filled in; the points that are sent stay; half the frames are looked at."""
    all_of_them = walked(monkeypatch, 1, set())
    half = walked(monkeypatch, 2, set())
    assert _Walker.looks == [0, *range(1, 48, 2)]
    for one, other in zip(all_of_them["features"], half["features"], strict=True):
        np.testing.assert_allclose(one.payload.vector, other.payload.vector, atol=1e-4)
        assert (one.stamp, one.payload.warm, one.payload.present) == (
            other.stamp,
            other.payload.warm,
            other.payload.present,
        )
    shown = [packet.payload.points[0, 0] - figure().points[0, 0] for packet in half["landmarks"]]
    assert np.allclose(shown, [0, 1, *(n - 1 + n % 2 for n in range(2, 48))])


@pytest.mark.parametrize("missing", [{20}, {21}, {20, 21, 22}])
def test_frames_that_are_missing_between_looks_keep_their_place(
    monkeypatch: pytest.MonkeyPatch, missing: set[int]
) -> None:
    """As many steps come as without, and nobody is seen in the missing frames, whatever was looked at."""
    made = walked(monkeypatch, 2, missing)["features"]
    assert [packet.stamp.frame for packet in made] == list(range(3, 48, 4))
    assert [packet.payload.warm for packet in made] == [packet.stamp.frame >= 39 for packet in made]


def test_the_hands_follow_with_another_net_in_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """`change` hands the new kind on; the branch and all that it remembers stay."""
    used: list[str] = []
    hands = SimpleNamespace(use=used.append)
    node = BackboneNode()
    node.open()
    monkeypatch.setattr(node._branch, "_hands", hands)
    node.change("hands", "lite")
    assert used == ["lite"]
