"""Renderer and its canvas."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sensegraph.packet import Packet
from sensegraph.payload import NOBODY, OTHER, Counts, Hands, Scores, Totals
from sensegraph.testing import drive
from sensegraph_nodes.overlay import Canvas, plain
from sensegraph_nodes.render import Renderer
from tests.nodes.body import figure, stamp

SQUATS = Scores("Squats", 0.93, (("Squats", 0.9), ("Lunges (stationary)", 0.06), (OTHER, 0.04)), True, 0)
REPS = Counts("Squats", 12, {"Squats": 12, "Jumping Jacks": 30})
ENERGY = Totals(5.3, 6.0, 41.2, "work+class")


def hands(x: float = 100.0) -> Hands:
    """Return a left hand, and a right one that is not seen."""
    points = np.zeros((2, 21, 3), np.float32)
    points[0, :, 0] = x + np.arange(21) % 5 * 9
    points[0, :, 1] = 240 + np.arange(21) * 3
    return Hands(points, np.array([0.9, 0.0], np.float32), 640, 480)


EVERYTHING: dict[str, Any] = {
    "exercise": [SQUATS],
    "reps": [REPS],
    "calories": [ENERGY],
    "landmarks": [figure()],
    "hands": [hands()],
}


def picture(width: int = 640, height: int = 480) -> np.ndarray:
    """Return a picture that may not be written to, as packets are."""
    frame = np.full((height, width, 3), 120, np.uint8)
    frame[:, : width // 3] = 200
    frame.flags.writeable = False
    return frame


def draw(node: Renderer | None = None, frame: np.ndarray | None = None, **inputs: list[Any]) -> np.ndarray:
    """Return the picture that a renderer makes."""
    return drive(node or Renderer(), frames=[picture() if frame is None else frame], **inputs)["frames"][0]


@pytest.mark.parametrize("size", [(160, 120), (64, 48), (360, 640), (640, 480), (1280, 720), (3840, 2160), (17, 9)])
def test_any_size_is_drawn(size: tuple[int, int]) -> None:
    """The picture keeps its size and type, and something is on it."""
    frame = picture(*size)
    drawn = draw(frame=frame, **EVERYTHING)
    assert drawn.shape == frame.shape
    assert drawn.dtype == np.uint8
    assert (drawn != frame).any()


def test_nothing_connected_changes_nothing() -> None:
    """Without results the picture passes through as a copy."""
    frame = picture()
    drawn = draw(frame=frame)
    assert (drawn == frame).all()
    assert drawn is not frame


def test_mirror_flips_the_picture_but_not_the_text() -> None:
    """Panels stay at the left, the background is flipped."""
    plain_one, mirrored = draw(exercise=[SQUATS]), draw(Renderer(mirror=True), exercise=[SQUATS])
    assert (mirrored[300, 500] == 200).all()
    assert (draw(Renderer(mirror=True)) == picture()[:, ::-1]).all()
    uniform = np.full((480, 640, 3), 120, np.uint8)
    assert (draw(frame=uniform, exercise=[SQUATS]) == draw(Renderer(mirror=True), uniform, exercise=[SQUATS])).all()
    assert plain_one.shape == mirrored.shape


def test_mirror_flips_the_skeleton() -> None:
    """The person's left side is drawn where the mirrored picture has it."""
    uniform = np.full((480, 640, 3), 120, np.uint8)
    straight = draw(frame=uniform, landmarks=[figure(x=200)])
    mirrored = draw(Renderer(mirror=True), uniform, landmarks=[figure(x=200)])
    assert (straight[:, :320] != 120).any()
    assert not (straight[:, 330:] != 120).any()
    assert not (mirrored[:, :310] != 120).any()


def test_hands_are_drawn_where_they_are_seen() -> None:
    """Thin lines in the place of the hand, mirrored with the picture, and none for a hand that is not seen."""
    uniform = np.full((480, 640, 3), 120, np.uint8)
    changed = (draw(frame=uniform, hands=[hands()]) != 120).any(axis=2)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    assert 235 <= rows[0] <= rows[-1] <= 305
    assert 95 <= columns[0] <= columns[-1] <= 141
    mirrored = (draw(Renderer(mirror=True), uniform, hands=[hands()]) != 120).any(axis=(0, 2))
    assert np.flatnonzero(mirrored)[0] >= 640 - 145
    assert (draw(Renderer(skeleton=False), hands=[hands()]) == picture()).all()


def test_an_old_skeleton_is_not_drawn() -> None:
    """Points from half a second ago do not float over the picture."""
    frames = [Packet(picture(), stamp(8))]
    old = {"landmarks": [Packet(figure(), stamp(0))], "hands": [Packet(hands(), stamp(0))]}
    drawn = drive(Renderer(), frames=frames, **old)["frames"][0]
    assert (drawn == picture()).all()


def test_the_skeleton_can_be_left_out() -> None:
    """`skeleton: false` draws no points."""
    assert (draw(Renderer(skeleton=False), landmarks=[figure()]) == picture()).all()


def test_the_same_input_gives_the_same_bytes() -> None:
    """Nothing of the wall clock is in the picture."""
    first = draw(Renderer(title="fitness"), **EVERYTHING)
    time.sleep(0.02)
    assert (draw(Renderer(title="fitness"), **EVERYTHING) == first).all()


def test_live_adds_a_line() -> None:
    """Frame rate and age are drawn only on request."""
    assert (draw(Renderer(live=True), **EVERYTHING) != draw(**EVERYTHING)).any()


@pytest.mark.parametrize("label", [OTHER, NOBODY])
def test_states_are_drawn_calmly(label: str) -> None:
    """A state has no bar of probability: its panel is lower than that of an exercise."""
    state = draw(Renderer(top=0), exercise=[Scores(label, 0.9, (), True, 0)])
    named = draw(Renderer(top=0), exercise=[SQUATS])
    rows = [int((drawn != picture()).any(axis=(1, 2)).sum()) for drawn in (state, named)]
    assert rows[0] < rows[1]


def test_points_outside_the_picture_do_no_harm() -> None:
    """Broken or far points are left out or clipped."""
    landmarks = figure()
    landmarks.points[11, :2] = np.nan
    landmarks.points[12, :2] = 1e12
    landmarks.points[15, :2] = -500
    assert draw(landmarks=[landmarks]).shape == (480, 640, 3)


def test_text_is_reduced_to_the_letters_of_the_font() -> None:
    """Accents fall away, other letters become question marks."""
    assert plain("Kniebeugé… 深") == "Kniebeuge... ?"


def test_long_text_fits_its_room() -> None:
    """A label that is too long becomes smaller, then is cut."""
    canvas = Canvas(np.zeros((480, 640, 3), np.uint8))
    width = canvas.text(10, 100, "Boxing: Uppercut Left-Uppercut Right and more", 17, room=150)
    assert width <= 150
    assert not canvas.picture[:, 170:].any()


@pytest.mark.slow
def test_drawing_is_fast() -> None:
    """Everything on 640 x 480 takes less than 4 ms, the best of several."""
    node, frame = Renderer(), picture()
    node.open()
    arguments = {"exercise": SQUATS, "reps": REPS, "calories": ENERGY, "landmarks": figure(), "hands": hands()}
    best = 1.0
    for _ in range(20):
        start = time.perf_counter()
        node.process(frame, **arguments, stamp=stamp(0), stamps=dict.fromkeys(arguments, stamp(0)))
        best = min(best, time.perf_counter() - start)
    assert best < 0.004


def test_the_picture_says_what_is_reduced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, however many inputs were made with less than the best; and no more when that is long ago."""
    said: list[str] = []
    written = Canvas.text
    monkeypatch.setattr(
        Canvas, "text", lambda self, *words, **more: said.append(words[2]) or written(self, *words, **more)
    )
    less = replace(stamp(16), reduced="backbone hands lite")
    inputs: dict[str, Any] = {"exercise": [Packet(SQUATS, less)], "landmarks": [Packet(figure(), less)]}
    draw(frame=Packet(picture(), stamp(16)), **inputs)
    assert said.count("reduced: backbone hands lite") == 1
    draw(frame=Packet(picture(), stamp(64)), **inputs)
    assert said.count("reduced: backbone hands lite") == 1
