"""The tracker: crops by arithmetic, people with the real nets and clips where they are."""

import math
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from sensegraph.errors import ModelError
from sensegraph.models.crop import Crop
from sensegraph.models.landmarks import PATIENCE_FRAMES, SEARCH_EVERY, Pose, PoseTracker
from sensegraph.models.session import load_session

CLIPS = Path(__file__).parents[3] / "shared" / "clips"
Frame = npt.NDArray[np.uint8]

needs_clips = pytest.mark.skipif(not CLIPS.is_dir(), reason=f"no clips in {CLIPS}")


@pytest.fixture
def tracker() -> PoseTracker:
    """Return a tracker with the cached nets."""
    try:
        return PoseTracker()
    except ModelError:
        pytest.skip("the pose nets are not in the cache: run `sensegraph models get`")


def frames(name: str, every: int = 3) -> Iterator[Frame]:
    """Yield every third frame of a clip, in BGR."""
    video = cv2.VideoCapture(str(CLIPS / name))
    while video.grab():
        yield np.asarray(video.retrieve()[1], dtype=np.uint8)
        for _ in range(every - 1):
            video.grab()


def black(width: int = 320, height: int = 240) -> Frame:
    """Return a black frame."""
    return np.zeros((height, width, 3), np.uint8)


def count_detections(tracker: PoseTracker, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that receives the value of the first pixel of each frame the detector looks at."""
    runs: list[int] = []
    detect = tracker._detector.detect

    def counted(frame: Frame) -> Crop | None:
        runs.append(int(frame[0, 0, 0]))
        return detect(frame)

    monkeypatch.setattr(tracker._detector, "detect", counted)
    return runs


def test_importing_the_models_starts_nothing_heavy() -> None:
    """onnxruntime, onnx and torch stay out until a net is loaded."""
    code = (
        "import sys, sensegraph.models.landmarks, sensegraph.models.fetch, sensegraph.models.session\n"
        "print({'onnxruntime', 'onnx', 'torch', 'tflite'} & set(sys.modules))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"


def test_a_file_that_is_no_net_is_a_model_error(tmp_path: Path) -> None:
    """Garbage and absent files are sentences, not tracebacks of onnxruntime."""
    (tmp_path / "garbage.onnx").write_bytes(b"garbage")
    with pytest.raises(ModelError, match=r"garbage\.onnx cannot be loaded"):
        load_session(tmp_path / "garbage.onnx")
    with pytest.raises(ModelError, match=r"absent\.onnx cannot be read"):
        load_session(tmp_path / "absent.onnx")


def test_the_crop_of_an_upright_person_is_not_rotated() -> None:
    """The edge point straight above the hips gives angle 0 and 2.5 times the distance as side."""
    crop = Crop.around(np.array([100.0, 200.0]), np.array([100.0, 120.0]))
    assert (crop.x, crop.y, crop.side) == (100, 200, 200)
    assert crop.angle == pytest.approx(0)


def test_the_crop_of_a_lying_person_has_the_head_up() -> None:
    """With the head to the right, the top of the crop is the right of the frame."""
    crop = Crop.around(np.array([100.0, 100.0]), np.array([180.0, 100.0]))
    top_centre = crop.to_frame(256) @ [128, 0, 1]
    np.testing.assert_allclose(top_centre, [200, 100], atol=1e-9)


@pytest.mark.parametrize(
    "crop", [Crop(50, 50, 0, 0), Crop(math.nan, 50, 80, 0), Crop(50, 50, math.nan, 0), Crop(900, 50, 80, 0)]
)
def test_senseless_crops_do_not_fit(crop: Crop) -> None:
    """Empty, undefined and far-away crops are refused."""
    assert Crop(50, 50, 80, 1).fits(200, 100)
    assert not crop.fits(200, 100)


@pytest.mark.parametrize(
    "frame",
    [np.zeros((3, 8, 8), np.uint8), np.zeros((8, 8, 3), np.float32), np.zeros((8, 8), np.uint8), black(0, 8)],
)
def test_other_than_bgr_frames_are_refused(tracker: PoseTracker, frame: Frame) -> None:
    """The message says what was expected and what came."""
    with pytest.raises(ValueError, match=r"uint8 with shape \(H, W, 3\), but got"):
        tracker.track(frame)


@pytest.mark.parametrize("size", [(320, 240), (1, 1), (1000, 2), (2, 1000)])
def test_nobody_is_in_an_empty_picture(tracker: PoseTracker, size: tuple[int, int]) -> None:
    """Black, noise and odd sizes hold no person and do no harm."""
    noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), np.uint8)
    assert tracker.track(black(*size)) is None
    assert tracker.track(noise) is None


def test_the_detector_rests_while_nobody_is_there(tracker: PoseTracker, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a second it looks at every frame, then at every third, and after a reset at every frame again."""
    runs = count_detections(tracker, monkeypatch)
    for number in range(PATIENCE_FRAMES + 7):
        tracker.track(np.full((48, 64, 3), number, np.uint8))
    later = [PATIENCE_FRAMES + SEARCH_EVERY, PATIENCE_FRAMES + 2 * SEARCH_EVERY]
    assert runs == [*range(PATIENCE_FRAMES + 1), *later]
    tracker.reset()
    tracker.track(np.full((48, 64, 3), 99, np.uint8))
    assert runs[-1] == 99


@needs_clips
def test_a_person_is_followed_through_the_squats(tracker: PoseTracker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found in nearly every frame after one look of the detector, with sound shapes and proportions."""
    runs = count_detections(tracker, monkeypatch)
    poses = [tracker.track(frame) for frame in frames("squats_nowva.mp4")]
    found = [pose for pose in poses if pose is not None]
    assert len(found) >= 0.98 * len(poses)
    assert len(runs) <= 2
    standing = found[0]
    assert standing.points.shape == (33, 4)
    assert standing.world.shape == (33, 3)
    assert standing.points.dtype == standing.world.dtype == np.float32
    assert ((standing.points[:, 3] >= 0) & (standing.points[:, 3] <= 1)).all()
    np.testing.assert_allclose(standing.world[[23, 24]].mean(axis=0), 0, atol=1e-6)
    nose, ankle = standing.world[0], standing.world[27]
    assert 1.0 < ankle[1] - nose[1] < 2.0


@needs_clips
@pytest.mark.parametrize("name", ["asl_eat.mkv", "asl_school.mkv"])
def test_an_upper_body_at_a_webcam_is_a_person(tracker: PoseTracker, name: str) -> None:
    """Legs out of view do not matter."""
    assert all(tracker.track(frame) is not None for frame in frames(name))


@needs_clips
def test_a_desk_with_a_hand_is_rarely_a_person(tracker: PoseTracker) -> None:
    """The net invents bodies on a desk; the gate lets through few of them."""
    poses = [tracker.track(frame) for frame in frames("hand_temuge0.mp4")]
    assert sum(pose is not None for pose in poses) <= 0.05 * len(poses)


@needs_clips
def test_a_table_in_an_empty_room_is_not_a_person(tracker: PoseTracker) -> None:
    """Before anybody enters, nobody is found; once somebody stands there, they are."""
    poses = [tracker.track(frame) for frame in islice(frames("intel_persons.mp4"), 40)]  # 10 frames per second
    assert poses[:18] == [None] * 18
    assert None not in poses[26:]


@needs_clips
@pytest.mark.parametrize("alone", range(20, 23))
def test_a_newcomer_is_found_soon(tracker: PoseTracker, alone: int) -> None:
    """After a long absence a person is found within 0.4 s at 16 fps, wherever the search stands."""
    for _ in range(alone):
        tracker.track(black())
    assert any(tracker.track(frame) is not None for frame in islice(frames("squats_nowva.mp4"), 6))


@needs_clips
def test_the_same_frames_give_the_same_poses(tracker: PoseTracker) -> None:
    """After a reset everything repeats to the last bit."""

    def run() -> list[Pose | None]:
        tracker.reset()
        return [tracker.track(frame) for frame in islice(frames("body_temuge.mp4"), 5)]

    for first, second in zip(run(), run(), strict=True):
        assert first is not None
        assert second is not None
        np.testing.assert_array_equal(first.points, second.points)
        np.testing.assert_array_equal(first.world, second.world)


@needs_clips
def test_a_turned_picture_gives_the_same_body(tracker: PoseTracker) -> None:
    """Landmarks of a picture on its side are those of the upright one, turned; world axes turn along."""
    frame = next(frames("squats_nowva.mp4"))
    upright = tracker.track(frame)
    tracker.reset()
    turned = tracker.track(np.ascontiguousarray(np.rot90(frame, -1)))
    assert upright is not None
    assert turned is not None
    joints = [11, 12, 23, 24, 25, 26, 27, 28]
    x, y = turned.points[joints, 1], frame.shape[0] - 1 - turned.points[joints, 0]
    size = np.ptp(upright.points[:, 1])
    assert np.abs(np.stack([x, y], 1) - upright.points[joints, :2]).max() < 0.08 * size
    assert turned.world[0, 0] > 0.3  # turned clockwise, the head is at the right
