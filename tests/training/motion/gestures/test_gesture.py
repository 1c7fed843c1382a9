"""The gestures: each does what its name says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sensegraph.models.gesture import POINTS
from sensegraph.training.motion.gestures.figure import Build
from sensegraph.training.motion.gestures.gesture import GESTURES, LABELS, OTHERS
from sensegraph.training.motion.gestures.performer import Mark, Performer
from sensegraph.training.motion.gestures.resting import draw_home
from sensegraph.training.motion.gestures.sheet import all_gestures, gesture_sheet

TABLE = Path(__file__).parents[5] / "shared" / "reference" / "labels.json"
NUMBER = {name: number for number, name in enumerate(POINTS)}
RIGHT = 1
SEEDS = range(12)


def scene(label: str, seed: int, first: str = "begin", last: str = "end") -> tuple[Mark, np.ndarray, np.ndarray]:
    """A gesture of the right hand between two of its marked times: the mark, points and hands in 21 frames."""
    rng = np.random.default_rng(seed)
    performer = Performer(rng, np.array([0.0, 0, 1]), draw_home(rng))
    GESTURES[label].move(performer)
    mark = performer.marks[0]
    times = np.linspace(getattr(mark, first), getattr(mark, last), 21)
    return mark, *performer.perform(Build(), times).joints()


@pytest.mark.skipif(not TABLE.is_file(), reason="the shared label tables are not here")
def test_labels_are_those_of_the_table() -> None:
    """The labels and their order are those that are asked for."""
    assert list(LABELS) == json.loads(TABLE.read_text())["gestures"]


@pytest.mark.parametrize("label", GESTURES)
def test_marks_are_in_order(label: str) -> None:
    """A gesture begins, is complete, and ends, in this order, in every style."""
    for seed in SEEDS:
        mark, points, hands = scene(label, seed)
        assert 0 <= mark.begin <= mark.done <= mark.end + 1e-9
        assert np.isfinite(points).all()
        assert np.isfinite(hands).all()


@pytest.mark.parametrize(
    ("label", "axis", "sign"),
    [("Swiping left", 0, 1), ("Swiping right", 0, -1), ("Swiping up", 1, 1), ("Swiping down", 1, -1)],
)
def test_swipes_go_where_they_are_named_after(label: str, axis: int, sign: int) -> None:
    """The fingertips go at least 10 cm in the direction, as the person sees it."""
    for seed in SEEDS:
        _, _, hands = scene(label, seed, last="done")
        assert (hands[-1, RIGHT, 12, axis] - hands[0, RIGHT, 12, axis]) * sign > 0.1


@pytest.mark.parametrize(("label", "sign"), [("Thumb up", 1), ("Thumb down", -1)])
def test_thumb_is_the_highest_or_the_lowest_joint(label: str, sign: int) -> None:
    """While a thumb is shown, its tip is beyond all other joints of the hand."""
    for seed in SEEDS:
        _, _, hands = scene(label, seed, first="done")
        height = hands[:, RIGHT, :, 1] * sign
        assert (height[:, 4] >= height.max(axis=1) - 1e-9).mean() > 0.8


@pytest.mark.parametrize(
    ("label", "point", "reach"),
    [
        ('"Drinking" gesture', "l_mouth", 0.14),
        ("Putting finger to mouth", "r_mouth", 0.09),
        ("Covering ears", "r_ear", 0.09),
        ("Facepalming", "nose", 0.13),
        ("Covering eyes", "r_eye", 0.09),
    ],
)
def test_hand_is_at_the_face(label: str, point: str, reach: float) -> None:
    """While it lasts, some joint of the right hand is near that point of the face, in metres."""
    for seed in SEEDS:
        _, points, hands = scene(label, seed, first="done")
        apart = np.linalg.norm(hands[:, RIGHT] - points[:, None, NUMBER[point]], axis=-1).min(axis=1)
        assert apart.max() < reach


@pytest.mark.parametrize(
    ("label", "way"),
    [("Pointing left", (1, 0, 0)), ("Pointing right", (-1, 0, 0)), ("Pointing to the camera", (0, 0, 1))],
)
def test_index_finger_points_that_way(label: str, way: tuple[float, float, float]) -> None:
    """The index finger is within 45 degrees of the direction."""
    for seed in SEEDS:
        _, _, hands = scene(label, seed, first="done")
        finger = hands[:, RIGHT, 8] - hands[:, RIGHT, 5]
        assert (finger @ np.array(way) > 0.7 * np.linalg.norm(finger, axis=1)).all()


@pytest.mark.parametrize(("label", "axis"), [("Nodding", 1), ("Shaking head", 0)])
def test_head_swings_about_one_axis(label: str, axis: int) -> None:
    """The nose goes forth and back mostly up and down, or mostly left and right."""
    for seed in SEEDS:
        _, points, _ = scene(label, seed)
        spread = np.ptp(points[:, NUMBER["nose"]] - points[:, NUMBER["l_shoulder"]], axis=0)
        assert spread[axis] > 2 * spread[1 - axis]


def test_other_things_do_not_claim_a_gesture() -> None:
    """Nothing among the other things marks one of the gestures."""
    for gesture in OTHERS:
        for seed in SEEDS:
            rng = np.random.default_rng(seed)
            performer = Performer(rng, np.array([0.0, 0, 1]), draw_home(rng))
            gesture.move(performer)
            assert not {mark.label for mark in performer.marks} & set(GESTURES)


def test_sheet_draws_every_motion() -> None:
    """The contact sheet has a strip for each motion, and none is empty."""
    chosen = dict(list(all_gestures().items())[::6])
    picture = gesture_sheet(chosen, columns=1)
    strips = np.split(picture, len(chosen))
    assert all((strip < 128).any() for strip in strips)
