"""What the renderer shows of gestures and events, and that nothing lies over anything else."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from sensegraph.packet import Packet
from sensegraph.payload import Counts, Event, Scores, Totals
from sensegraph.testing import drive
from sensegraph_nodes.overlay import Canvas
from sensegraph_nodes.render import Renderer
from tests.nodes.body import stamp

SIZES = [(1280, 720), (1920, 1080), (640, 480), (854, 480), (360, 640), (270, 480), (320, 240), (160, 120)]
LABELS = [
    "Swipe Down", "Swipe Up", "Swipe Left (left hand)", "Swipe Left (right hand)", "Swipe Right (left hand)",
    "Swipe Right (right hand)", "Thumb Down", "Thumb Up",
]  # fmt: skip
LONG = "Quadruped Thoracic Spine Rotations"

Box = tuple[int, int, int, int]
"""Left, top, right, bottom; the last two are outside."""


def scores(label: str) -> Scores:
    """Return a decision."""
    return Scores(label, 0.93, ((label, 0.9), ("Swipe Up", 0.06), (LONG, 0.04)), True, 0)


def event(label: str, count: int) -> Event:
    """Return an event at time 0."""
    return Event(label, 0.0, 0.0, 0.0, 0.9, count)


def draw(node: Renderer, size: tuple[int, int] = (640, 480), at: int = 1, **inputs: list[Any]) -> np.ndarray:
    """Return the last picture that a renderer makes: of frames at time 0 and at frame number `at`."""
    plain = np.full((size[1], size[0], 3), 120, np.uint8)
    given = {name: [Packet(each, stamp(index)) for index, each in enumerate(all)] for name, all in inputs.items()}
    return drive(node, frames=[Packet(plain, stamp(0)), Packet(plain, stamp(at))], **given)["frames"][-1]


def changed(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two pictures differ."""
    return bool((one != other).any())


def test_an_event_is_shown_for_a_second() -> None:
    """Then it goes, and the picture is as before."""
    inputs = {"events": [event("Thumb Up", 3)]}
    assert changed(draw(Renderer(), at=15, **inputs), draw(Renderer(), at=15))
    assert not changed(draw(Renderer(), at=16, **inputs), draw(Renderer(), at=16))


def test_the_tally_keeps_what_has_happened() -> None:
    """The count of a label stays when another event comes."""
    node, other = Renderer(tally=LABELS), Renderer(tally=LABELS)
    both = draw(node, at=60, events=[event("Swipe Up", 2), event("Thumb Up", 3)])
    last = draw(other, at=60, events=[event("Thumb Up", 3)])
    assert changed(both, last)


def test_the_tally_shows_how_probable_its_labels_are() -> None:
    """A bar grows with the probability, and is empty while the classifier is not warm."""
    node = Renderer(tally=LABELS)
    sure = draw(node, gesture=[scores("Thumb Up")])
    cold = Scores("Thumb Up", 0.93, scores("Thumb Up").top, False, 0)
    assert changed(sure, draw(node, gesture=[cold]))


def test_no_gesture_is_shown_calmly() -> None:
    """`background`, as a head for gesture control says, is not the name of a gesture."""
    assert not changed(
        draw(Renderer(top=0), gesture=[scores("background")]), draw(Renderer(top=0), gesture=[scores("Doing nothing")])
    )


def overlays() -> list[Any]:
    """Return what the shipped graphs show, each at its largest."""
    energy, reps = (
        Totals(15.0, 15.0, 1412.2, "work+class"),
        Counts(LONG, 112, {LONG: 112, "Boxing: Jab": 3, "Squats": 1}),
    )
    swiping = "Swiping down (with two hands)"
    fitness = {"exercise": [scores(LONG)], "reps": [reps], "calories": [energy]}
    gestures = {"gesture": [scores(swiping)], "events": [event(swiping, 128)]}
    control = {"gesture": [scores(LABELS[5])], "events": [event(LABELS[5], 128)]}
    return [
        pytest.param(Renderer(title="Fitness"), fitness, id="fitness"),
        pytest.param(Renderer(title="Gestures"), gestures, id="gestures"),
        pytest.param(Renderer(title="Gesture control", tally=LABELS), control, id="gesture_control"),
    ]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(("node", "inputs"), overlays())
def test_nothing_overlaps_or_runs_out_of_the_picture(
    node: Renderer, inputs: dict[str, list[Any]], size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Panels are apart and inside the picture; each text lies in a panel, and no two texts touch."""
    panels: list[Box] = []
    texts: list[Box] = []
    panel, text = Canvas.panel, Canvas.text

    def note_panel(self: Canvas, left: int, top: int, width: int, height: int) -> None:
        panels.append((left, top, left + width, top + height))
        panel(self, left, top, width, height)

    def note_text(self: Canvas, x: int, baseline: int, words: str, cap: float, *rest: Any, **named: Any) -> int:
        width = text(self, x, baseline, words, cap, *rest, **named)
        left = x - width if named.get("right") else x
        texts.append((left, baseline - round(0.7 * cap), left + width, baseline))
        return width

    monkeypatch.setattr(Canvas, "panel", note_panel)
    monkeypatch.setattr(Canvas, "text", note_text)
    draw(node, size, **inputs)
    panels, texts = panels[len(panels) // 2 :], texts[len(texts) // 2 :]  # of the second of two pictures
    assert panels
    assert texts
    picture = (0, 0, *size)
    assert [each for each in panels if not inside(each, picture)] == []
    assert [each for each in texts if not any(inside(each, one) for one in panels)] == []
    assert [pair for boxes in (panels, texts) for pair in itertools.combinations(boxes, 2) if overlap(*pair)] == []


def inside(box: Box, outer: Box) -> bool:
    """Whether a box lies in another one."""
    return box[0] >= outer[0] and box[1] >= outer[1] and box[2] <= outer[2] and box[3] <= outer[3]


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes have an area in common."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
