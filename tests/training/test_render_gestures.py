"""Gestures before the camera: who makes them with which hand, how long they last, and the sample film of them."""

import json
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from sensegraph.training.motion.gestures.commands import COMMANDS
from sensegraph.training.motion.gestures.figure import PLACE
from sensegraph.training.motion.gestures.gesture import GESTURES
from sensegraph.training.render import closeup, gesture_sample
from sensegraph.training.render.closeup import HOME, LABELS, Hand, Stage
from sensegraph.training.render.look import LOOKS, WORKOUT
from sensegraph.training.render.rotation import heading

SAMPLES = Path(__file__).parents[2] / "graphs" / "samples"
FPS = 16
LEFT, RIGHT = 0, 1


def stage(degrees: float = 0.0) -> Stage:
    """A stage with a second of rest."""
    return Stage(WORKOUT, FPS, 1.0, degrees)


def way(scene: closeup.Scene, hand: int, begin: float = 0.0, end: float | None = None) -> np.ndarray:
    """Places (T,3) of a wrist between two times of a scene."""
    stop = None if end is None else round(end * FPS)
    return np.asarray(scene.figure.arms[round(begin * FPS) : stop, hand, PLACE])


def test_every_gesture_and_every_command_can_be_made() -> None:
    """27 gestures and the 12 commands of gesture control, but the one that stands for what is none."""
    assert set(LABELS) == {*GESTURES, *COMMANDS} - {"invalid_gesture_offset=0"}
    assert len(LABELS) == 39
    assert closeup.ways("Squats") == []


@pytest.mark.parametrize("label", LABELS)
def test_a_scene_goes_from_rest_to_rest(label: str) -> None:
    """Both hands begin and end at home, and the gesture is made between, after the rest."""
    scene = stage().scene([1], label, seconds=2.0)
    seconds = len(scene.figure.head) / FPS
    assert 0.9 <= scene.begin < scene.end < seconds
    for at in (0, -1):
        assert scene.figure.arms[at] == pytest.approx(HOME, abs=0.02)
    assert np.ptp(scene.figure.head, axis=0).max() + 100 * np.ptp(scene.figure.arms[..., PLACE], axis=0).max() > 4
    if label in COMMANDS:
        assert scene.command == label


@pytest.mark.parametrize("label", ["Thumb up", "Waving", "Nodding", "Swiping left", "Zooming in", '"Sleeping" gesture'])
def test_a_gesture_is_held_or_repeated_for_as_long_as_is_asked(label: str) -> None:
    """Poses stay, movements go on, strokes are made again; none of them jumps."""
    short, long = (stage().scene([2], label, seconds=seconds) for seconds in (0.0, 6.0))
    assert short.end - short.begin < 6.0 <= long.end - long.begin
    steps = [np.linalg.norm(np.diff(way(each, RIGHT), axis=0), axis=1).max() for each in (short, long)]
    assert steps[1] <= 1.3 * steps[0] + 0.01


def test_a_pose_that_is_held_longer_stands_still() -> None:
    """In the seconds that are added the hand does not move; a waving hand does."""
    up, wave = (stage().scene([seed], label, seconds=6.0) for seed, label in ((21, "Thumb up"), (15, "Waving")))
    assert np.ptp(way(up, RIGHT, up.end - 3, up.end), axis=0).max() < 0.01
    assert np.ptp(way(wave, RIGHT, wave.end - 3, wave.end), axis=0).max() > 0.03


def test_a_command_is_made_once() -> None:
    """However many seconds a label is to last."""
    short, long = (stage().scene([2], "Swipe Up", seconds=seconds) for seconds in (0.0, 20.0))
    assert (short.begin, short.end) == (long.begin, long.end)


@pytest.mark.parametrize("hand", ["right", "left"])
@pytest.mark.parametrize(("label", "sign"), [("Swiping left", 1), ("Swiping right", -1)])
def test_either_hand_swipes_to_the_side_of_the_label(label: str, sign: int, hand: Hand) -> None:
    """The hand that was asked for moves to the person's own left or right, the other one rests."""
    scene = stage().scene([4], label, hand)
    moving, resting = (RIGHT, LEFT) if hand == "right" else (LEFT, RIGHT)
    stroke = way(scene, moving, scene.begin, scene.end + 0.1)[:, 0]
    assert sign * (stroke[-1] - stroke[0]) > 0.1
    assert np.ptp(way(scene, resting), axis=0).max() < 0.01
    assert scene.command == f"Swipe {label.split()[1].title()} ({hand} hand)"


def test_a_label_that_names_its_hand_is_made_with_that_hand() -> None:
    """Whatever hand was asked for."""
    scene = stage().scene([4], "Swipe Left (left hand)", "right")
    assert np.ptp(way(scene, LEFT), axis=0).max() > 0.2 > 0.01 > np.ptp(way(scene, RIGHT), axis=0).max()
    assert scene.command == "Swipe Left (left hand)"


def test_equal_seeds_give_equal_gestures() -> None:
    """Another seed gives another style."""
    first, same, other = (stage().scene([seed], "Waving").figure.arms for seed in (1, 1, 2))
    assert (first == same).all()
    assert first.shape != other.shape or (first != other).any()


def test_scenes_follow_one_another_at_their_times() -> None:
    """The figure of a scene is seen at its place, with its fingers; at the end there is a rest."""
    place = stage()
    scenes = [place.scene([21], "Thumb up"), place.scene([15], "Waving", "left")]
    made, times = place.play(scenes), place.times(scenes)
    assert len(made.joints) == len(made.hands) == len(made.palms) == len(made.turns) == place.frames(scenes)
    assert place.frames(scenes) == sum(len(each.figure.head) for each in scenes) + FPS
    (begin, end), (again, last) = times
    assert 1.0 < begin < end < again - 1.0 < last < place.frames(scenes) / FPS - 1.0
    thumb, wave = round((begin + end) / 2 * FPS), round((again + last) / 2 * FPS)
    assert min(made.hands[thumb][RIGHT].fingers or ()) > 0.8
    assert max(made.hands[wave][LEFT].fingers or ()) < 0.3
    assert made.joints[wave, 5, 1] > made.joints[wave, 6, 1] + 0.2


def test_a_person_who_is_turned_still_points_to_the_camera() -> None:
    """Joints and palms turn with the view, and the hand goes to where the camera is."""
    ahead, aside = stage(), stage(45)
    front, side = (each.play([each.scene([1], "Pointing to the camera")]) for each in (ahead, aside))
    shoulders = side.joints[0, 1] - side.joints[0, 2]
    assert shoulders @ heading(45)[:, 0] > 0.99 * np.linalg.norm(shoulders)
    moment = len(front.joints) // 2
    for made in (front, side):
        palm = made.palms[moment][RIGHT]
        assert palm is not None
        assert palm[0][2] > 0.8


def test_pictures_show_head_to_hips() -> None:
    """uint8 RGB of the size asked for, one for each frame, and the gesture changes them."""
    place = Stage(LOOKS["gym"], 2, 1.0)
    scenes = [place.scene([21], "Thumb up")]
    pictures = list(place.pictures(scenes, (96, 64), fine=1))
    assert len(pictures) == place.frames(scenes)
    assert pictures[0].shape == (64, 96, 3)
    assert pictures[0].dtype == np.uint8
    middle = round(np.mean(place.times(scenes)[0]) * 2)
    assert (np.abs(pictures[middle].astype(int) - pictures[0]).max(2) > 40).mean() > 0.01


def test_the_gestures_of_the_sample_are_apart() -> None:
    """Five labels, each once, after 2.5 s, and 2.5 s at least between them, so that each can be an event of its own."""
    where = gesture_sample.stage()
    made = gesture_sample.scenes(where)
    assert len({each.label for each in made}) == len(made) == 5
    times = [(0.0, 0.0), *where.times(made)]
    assert all(start - end >= 2.5 for (_, end), (start, _) in pairwise(times))


def test_the_shipped_sample_agrees_with_its_truth() -> None:
    """The film is small, H.264 yuv420p, as long as its truth says, and the truth is what the programme gives."""
    path = SAMPLES / "gestures.mp4"
    facts = json.loads((SAMPLES / "gestures.json").read_text())
    where = gesture_sample.stage()
    assert facts == gesture_sample.truth(where, gesture_sample.scenes(where))
    assert path.stat().st_size <= 1_500_000
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert [stream.codec_context.width, stream.codec_context.height] == facts["size"]
        assert stream.average_rate == facts["fps"]
        assert stream.frames / facts["fps"] == pytest.approx(facts["seconds"], abs=0.01)
    assert 25 <= facts["seconds"] <= 35
