"""The hand tracker: discs for hands with nets that see discs, and people with the real nets and clips."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from sensegraph.errors import ModelError
from sensegraph.models.crop import Crop
from sensegraph.models.hands import SEARCH_EVERY, SEARCH_RARELY, HandTracker
from sensegraph.models.landmarks import PoseTracker
from sensegraph.models.palms import PalmDetector

CLIPS = Path(__file__).parents[3] / "shared" / "clips"
Floats = npt.NDArray[np.float32]
Frame = npt.NDArray[np.uint8]
Answer = tuple[Floats, Floats, Floats]
Place = tuple[float, float]

needs_clips = pytest.mark.skipif(not CLIPS.is_dir(), reason=f"no clips in {CLIPS}")

RADIUS = 20
LEFT_AT, RIGHT_AT = (200.0, 200.0), (440.0, 200.0)
AWAY = (320.0, 400.0)
BLUE, RED = (255, 0, 0), (0, 0, 255)
"""Hands that the net takes for a left and a right one."""


def scene(**hands: tuple[Place, tuple[int, int, int]]) -> Frame:
    """Return a 640 x 480 picture with a disc for each hand."""
    frame = np.zeros((480, 640, 3), np.uint8)
    for (x, y), colour in hands.values():
        cv2.circle(frame, (round(x), round(y)), RADIUS, colour, -1)
    return frame


def below(place: Place) -> Place:
    """Return where the wrist of the hand at a place is."""
    return place[0], place[1] + RADIUS


def person(left: Place, right: Place, *, visible: float = 1.0, fingers: Place = (0.0, -RADIUS)) -> Floats:
    """Return body points with these wrists; the knuckles are `fingers` px from them."""
    pose = np.zeros((33, 4), np.float32)
    for side, wrist in enumerate((left, right)):
        pose[[15 + side, 17 + side, 19 + side], :2] = wrist, np.add(wrist, fingers), np.add(wrist, fingers)
    pose[:, 3] = visible
    return pose


class _Net:
    """Sees the disc nearest to the middle of its picture, if all of it is there, as a hand with the fingers up."""

    def get_inputs(self) -> list[Any]:
        return [type("Input", (), {"name": "picture"})]

    def run(self, _names: None, inputs: dict[str, Floats]) -> tuple[Floats, ...]:
        picture = inputs["picture"][0]
        mask = (picture.max(axis=0) > 0.5).astype(np.uint8)
        count, _, stats, centres = cv2.connectedComponentsWithStats(mask)
        joints = np.zeros((21, 3), np.float32)
        presence, rightness = 0.1, 0.5
        if count > 1:
            best = 1 + int(np.linalg.norm(centres[1:] - 112, axis=1).argmin())
            x, y = centres[best]
            radius = float(stats[best, cv2.CC_STAT_WIDTH]) / 2
            joints[:, :2] = x, y - radius
            joints[[0, 1], :2] = x, y + radius
            joints[[5, 9, 13, 17], 0] += np.array([-0.6, 0, 0.6, 1]) * radius
            joints[[5, 9, 13, 17], 1] = y
            left, top, width, height = stats[best, :4]
            whole = min(left, top) > 0 and max(left + width, top + height) < 224
            presence, rightness = 0.9 if whole else 0.1, float(picture[0, round(min(y, 223)), round(min(x, 223))])
        return joints.reshape(1, 63), np.array([[presence]]), np.array([[rightness]]), np.zeros((1, 63))


class _Palms:
    """Finds the discs that it is told of; remembers how often it was asked."""

    def __init__(self, _path: object) -> None:
        self.runs = 0
        self.places: list[Place] = []

    def detect(self, _frame: Frame) -> list[Crop]:
        self.runs += 1
        return [Crop(x, y, 4.0 * RADIUS, 0.0) for x, y in self.places]


@pytest.fixture
def tracker(monkeypatch: pytest.MonkeyPatch) -> HandTracker:
    """Return a tracker of discs."""
    monkeypatch.setattr("sensegraph.models.hands.load_session", lambda _path: _Net())
    monkeypatch.setattr("sensegraph.models.hands.PalmDetector", _Palms)
    return HandTracker(landmark_path="none", palm_path="none")


def palms(tracker: HandTracker) -> Any:
    """Return the palm detector of a tracker."""
    return tracker._palms


BOTH = scene(left=(LEFT_AT, BLUE), right=(RIGHT_AT, RED))
STANDING = person(below(LEFT_AT), below(RIGHT_AT))
EMPTY = scene()


def test_both_hands_are_found_at_the_wrists(tracker: HandTracker) -> None:
    """The left one comes first; points are in pixels of the frame; nobody asks the palm detector."""
    points, scores = tracker.track(BOTH, STANDING)
    assert points.shape == (2, 21, 3)
    assert points.dtype == scores.dtype == np.float32
    np.testing.assert_allclose(scores, 0.9)
    np.testing.assert_allclose(points[:, 9, :2], [LEFT_AT, RIGHT_AT], atol=8)
    assert palms(tracker).runs == 0


def test_the_side_is_that_of_the_wrist(tracker: HandTracker) -> None:
    """What the net thinks of a hand does not count where one wrist is clearly nearer."""
    points, scores = tracker.track(scene(only=(LEFT_AT, RED)), STANDING)
    assert scores[0] > 0
    assert scores[1] == 0
    assert not points[1].any()


def test_a_hand_is_followed_by_its_own_joints(tracker: HandTracker) -> None:
    """The pose's knuckles place a new hand only; later they may be anywhere."""
    for step in range(10):
        x, y = LEFT_AT[0] + 6 * step, LEFT_AT[1] + 4 * step
        fingers = (0.0, -RADIUS) if step == 0 else (0.0, 5.0)
        pose = person(below((x, y)), below(RIGHT_AT), fingers=fingers)
        points, scores = tracker.track(scene(left=((x, y), BLUE), right=(RIGHT_AT, RED)), pose)
        assert (scores > 0).all()
        np.testing.assert_allclose(points[0, 9, :2], (x, y), atol=8)
    assert palms(tracker).runs == 0


def test_a_hand_that_is_not_at_its_wrist_is_dropped(tracker: HandTracker) -> None:
    """The disc stays where it was, the arm has moved on."""
    tracker.track(BOTH, STANDING)
    _, scores = tracker.track(BOTH, person(AWAY, below(RIGHT_AT)))
    assert (scores > 0).tolist() == [False, True]


def test_two_sides_that_swap_in_the_pose_swap_with_it(tracker: HandTracker) -> None:
    """A track does not keep its side when the wrist under it is the other one now."""
    tracker.track(BOTH, STANDING)
    points, _ = tracker.track(BOTH, person(below(RIGHT_AT), below(LEFT_AT)))
    np.testing.assert_allclose(points[:, 9, :2], [RIGHT_AT, LEFT_AT], atol=8)


@pytest.mark.parametrize(("colour", "found"), [(BLUE, [True, False]), (RED, [False, True])])
def test_one_hand_between_two_wrists_is_one_hand(tracker: HandTracker, colour: Any, found: list[bool]) -> None:
    """Two tracks never sit on it; whose it is, only here the net decides."""
    wrist = below(LEFT_AT)
    pose = person(wrist, (wrist[0] + 3, wrist[1]))
    for _ in range(3):
        _, scores = tracker.track(scene(only=(LEFT_AT, colour)), pose)
        assert (scores > 0).tolist() == found


def test_two_tracks_that_meet_on_one_hand_become_one(tracker: HandTracker) -> None:
    """The hand stays with the wrist it is at."""
    near = (LEFT_AT[0] + 3 * RADIUS, LEFT_AT[1])
    tracker.track(scene(left=(LEFT_AT, BLUE), right=(near, RED)), person(below(LEFT_AT), below(near)))
    pose = person(below(LEFT_AT), below((LEFT_AT[0] + RADIUS, LEFT_AT[1])))
    points, scores = tracker.track(scene(left=(LEFT_AT, BLUE)), pose)
    assert (scores > 0).tolist() == [True, False]
    assert not points[1].any()


@pytest.mark.parametrize(
    ("frame", "pose"),
    [
        (EMPTY, STANDING),
        (BOTH, None),
        (BOTH, person((-5.0, 220.0), (700.0, 220.0))),
        (scene(left=((200, 499), BLUE)), person((200.0, 478.0), below(RIGHT_AT), fingers=(0.0, RADIUS))),
    ],
    ids=["no hands", "nobody", "wrists outside", "hand outside"],
)
def test_where_no_hand_can_be_seen_there_are_zeros(tracker: HandTracker, frame: Frame, pose: Floats | None) -> None:
    """Nothing of what was there before stays."""
    tracker.track(BOTH, STANDING)
    points, scores = tracker.track(frame, pose)
    assert not points.any()
    assert not scores.any()


def runs_on(tracker: HandTracker, pose: Floats, frames: int, frame: Frame = EMPTY) -> list[int]:
    """Return the numbers of the frames on which the palm detector ran."""
    numbers = []
    for number in range(frames):
        before = palms(tracker).runs
        tracker.track(frame, pose)
        numbers += [number] * (palms(tracker).runs - before)
    return numbers


def test_the_palm_detector_runs_ever_more_rarely_in_vain(tracker: HandTracker) -> None:
    """At once, at most every fourth frame, and about once a second in the end."""
    pauses = np.diff(runs_on(tracker, STANDING, 150))
    assert pauses.min() >= SEARCH_EVERY
    assert pauses[-1] == SEARCH_RARELY
    assert (np.diff(pauses) >= 0).all()


@pytest.mark.parametrize(
    ("frame", "pose"),
    [
        (BOTH, STANDING),
        (EMPTY, person(below(LEFT_AT), below(RIGHT_AT), visible=0.2)),
        (EMPTY, person((-9.0, 20.0), (9.0, 999.0))),
    ],
    ids=["both found", "hidden", "outside"],
)
def test_the_palm_detector_rests(tracker: HandTracker, frame: Frame, pose: Floats) -> None:
    """It is not asked while both hands are there, or no wrist that lacks one can be seen."""
    assert runs_on(tracker, pose, 20, frame) == []


def test_a_hand_that_the_pose_misses_is_found_by_its_palm(tracker: HandTracker) -> None:
    """The knuckles of the pose point to nowhere; the hand goes to the wrist that it is at."""
    frame, pose = scene(right=(RIGHT_AT, BLUE)), person(AWAY, below(RIGHT_AT), fingers=(0.0, 5.0))
    palms(tracker).places = [(60.0, 60.0), RIGHT_AT]
    points, scores = tracker.track(frame, pose)
    assert (scores > 0).tolist() == [False, True]
    np.testing.assert_allclose(points[1, 9, :2], RIGHT_AT, atol=8)


def test_the_hand_of_somebody_else_is_left_alone(tracker: HandTracker) -> None:
    """A palm that is at neither wrist is nobody's."""
    palms(tracker).places = [LEFT_AT, RIGHT_AT]
    _, scores = tracker.track(BOTH, person(AWAY, (AWAY[0] + 60, AWAY[1])))
    assert not scores.any()


def test_a_reset_forgets(tracker: HandTracker) -> None:
    """After it, a hand that only its own track could hold is not there."""
    lost = person(below(LEFT_AT), below(RIGHT_AT), fingers=(0.0, 5.0))
    tracker.track(BOTH, STANDING)
    assert tracker.track(BOTH, lost)[1].all()
    tracker.reset()
    assert not tracker.track(BOTH, lost)[1].any()


@pytest.fixture
def trackers() -> tuple[PoseTracker, HandTracker]:
    """Return both trackers with the cached nets."""
    try:
        return PoseTracker(), HandTracker()
    except ModelError:
        pytest.skip("the landmark nets are not in the cache: run `sensegraph models get`")


def frames(name: str, every: int = 2) -> Iterator[Frame]:
    """Yield every second frame of a clip, in BGR."""
    video = cv2.VideoCapture(str(CLIPS / name))
    while video.grab():
        yield np.asarray(video.retrieve()[1], dtype=np.uint8)
        for _ in range(every - 1):
            video.grab()


def follow(trackers: tuple[PoseTracker, HandTracker], name: str, most: int = 999) -> list[Answer]:
    """Return pose, hand points and scores of the frames of a clip with a person."""
    body, hands = trackers
    body.reset()
    hands.reset()
    answers = []
    for frame in islice(frames(name), most):
        pose = body.track(frame)
        points, scores = hands.track(frame, None if pose is None else pose.points)
        answers += [] if pose is None else [(pose.points, points, scores)]
    return answers


@needs_clips
@pytest.mark.parametrize(("name", "hand"), [("asl_bird.mkv", 0), ("asl_please.mkv", 1)])
def test_a_hand_at_a_webcam_is_followed(trackers: tuple[PoseTracker, HandTracker], name: str, hand: int) -> None:
    """The resting or the signing hand of a signer is there in nearly all frames, at its wrist and no other's."""
    answers = follow(trackers, name)
    assert sum(scores[hand] > 0 for _, _, scores in answers) >= 0.8 * len(answers)
    for pose, points, scores in answers:
        for side in np.flatnonzero(scores):
            wrist, middle = points[side, 0, :2], points[side, 9, :2]
            size = 2 * max(float(np.linalg.norm(middle - wrist)), 20.0)
            assert np.linalg.norm(wrist - pose[15 + side, :2]) < size


@needs_clips
def test_the_same_frames_give_the_same_hands(trackers: tuple[PoseTracker, HandTracker]) -> None:
    """After a reset everything repeats to the last bit."""
    first, second = (follow(trackers, "asl_help.mkv", 12) for _ in range(2))
    for (_, points, scores), (_, again, repeated) in zip(first, second, strict=True):
        np.testing.assert_array_equal(points, again)
        np.testing.assert_array_equal(scores, repeated)


@needs_clips
def test_the_palm_detector_finds_one_hand_on_a_desk(trackers: tuple[PoseTracker, HandTracker]) -> None:
    """One crop in nearly every frame of the one hand."""
    detector: PalmDetector = trackers[1]._palms
    found = [len(detector.detect(frame)) for frame in islice(frames("hand_temuge0.mp4", 10), 12, None)]
    assert np.mean(np.array(found) == 1) >= 0.9
