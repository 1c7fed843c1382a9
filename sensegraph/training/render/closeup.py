"""Gestures made one after another before a camera close by, with rests between, and the truth of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from sensegraph.training.motion.gestures import motions, signs, swipes
from sensegraph.training.motion.gestures.commands import MIRRORED
from sensegraph.training.motion.gestures.figure import MIRROR, Build, Gesticulation
from sensegraph.training.motion.gestures.gesture import GESTURES, Move
from sensegraph.training.motion.gestures.performer import Course, Mark, Performer, arm_value
from sensegraph.training.render.array import Array
from sensegraph.training.render.film import film
from sensegraph.training.render.gesticulate import Gestures, figure_build, gestures
from sensegraph.training.render.look import Look
from sensegraph.training.render.pose import Palm
from sensegraph.training.render.rotation import heading
from sensegraph.training.render.stance import on_floor
from sensegraph.training.render.view import turned, upper_body

Hand = Literal["right", "left"]

MOVES: dict[str, Move] = {
    "Clockwise Rotation": motions.circle,
    "Swipe Down": swipes.down,
    "Swipe Left (right hand)": swipes.left,
    "Swipe Right (right hand)": swipes.right,
    "Swipe Up": swipes.up,
    "Thumb Down": signs.thumb_down,
    "Thumb Up": signs.thumb_up,
    "Zoom In": motions.zoom_in,
    "Zoom Out": motions.zoom_out,
}
"""The commands of gesture control, as the right hand makes them."""

STROKES = ("Swiping", "Zooming")  # over at once, so they last only by being made again
HOME = np.stack(
    [arm_value((side * 0.23, -0.535, 0.07), (-side * 0.1, -1, 0.25), (-side * 0.7, 0, -0.4)) for side in (1, -1)]
)
"""Where both hands rest, (2, 16): beside the body of somebody who stands."""
GAZE_DEG = (0.0, 4.0, 0.0)
SETTLE_S = 0.5  # in which all that is not at rest after a gesture comes to rest
TRIES = 40  # not every style of zooming is a command


@dataclass(frozen=True)
class Way:
    """How a hand makes what a label says.

    Attributes:
        hand: which.
        move: lets a performer do it with the right hand; the left hand's is the mirror image.
        command: the right hand's command of gesture control that it must be; empty for a gesture.
    """

    hand: Hand
    move: Move
    command: str = ""


def ways(label: str) -> list[Way]:
    """The ways to make a gesture or a command, the right hand's first; none for another label."""
    if label in GESTURES:
        return [Way("right", GESTURES[label].move), Way("left", GESTURES[GESTURES[label].mirror or label].move)]
    right = [Way("right", move, command) for command, move in MOVES.items() if command == label]
    return right + [
        Way("left", move, command) for command, move in MOVES.items() if MIRRORED.get(command, command) == label
    ]


LABELS = (*GESTURES, *dict.fromkeys([*MOVES, *(MIRRORED.get(command, command) for command in MOVES)]))
"""What can be performed: 27 gestures and 12 commands."""


@dataclass(frozen=True)
class Scene:
    """One gesture, from rest to rest.

    Attributes:
        label: Its label.
        figure: What the figure does, with the rest before it.
        begin: Seconds from the start of the figure at which that which is typical begins.
        end: Seconds at which it is over, before the hand goes home.
        command: The command of gesture control that it is as well; empty for none, `UNSAID` where that is open.
    """

    label: str
    figure: Gesticulation
    begin: float
    end: float
    command: str


class Stage:
    """Where gestures are made: who makes them, and how that person stands before the camera.

    Args:
        look: who and where.
        fps: frames per second.
        rest_s: seconds of rest before, between and after gestures.
        degrees: how far the person is turned from facing the camera, to their left.
    """

    def __init__(self, look: Look, fps: float, rest_s: float, degrees: float = 0.0) -> None:
        self.look, self.fps, self.rest_s, self.degrees = look, fps, rest_s, degrees
        self.build: Build = figure_build(look)

    def scene(self, seed: Sequence[int], label: str, hand: Hand = "right", seconds: float = 0.0) -> Scene:
        """Make a gesture or a command once.

        Args:
            seed: Of style and tempo.
            label: One of `LABELS`.
            hand: The hand that makes it, where the label leaves that open.
            seconds: How long a gesture is held or repeated, at least; a command is made once and not held longer.
        """
        way = min(ways(label), key=lambda each: each.hand != hand)
        left, strokes = way.hand == "left", label.startswith(STROKES)
        camera = heading(self.degrees)[2] * (MIRROR if left else 1)
        performer = self._perform(seed, way, camera, seconds if strokes else 0.0)
        first, last = performer.marks[0], performer.marks[-1]
        begin, end = first.begin, max(last.end, last.done)
        start, extra = (end, 0.0) if strokes or way.command else _again(last, begin, end, seconds)
        times = np.arange(round((self.rest_s + performer.now + extra) * self.fps)) / self.fps - self.rest_s
        figure = performer.perform(self.build, _prolonged(times, start, end, extra))
        return Scene(
            label,
            figure.mirrored() if left else figure,
            self.rest_s + begin,
            self.rest_s + end + extra,
            MIRRORED.get(last.command, last.command) if left else last.command,
        )

    def _perform(self, seed: Sequence[int], way: Way, camera: Array, seconds: float) -> Performer:
        """Somebody who has done it, in the same style again until some seconds are full, and has come to rest."""
        for number in range(TRIES):
            rng = np.random.default_rng([*seed, number])
            performer = Performer(rng, camera, HOME)
            performer.head, performer.trunk = Course(GAZE_DEG), Course(np.zeros(5))
            performer.gaze = performer.head.value
            style = rng.bit_generator.state
            way.move(performer)
            if not way.command or performer.marks[-1].command == way.command:
                break
        while performer.marks[-1].end - performer.marks[0].begin < seconds:
            performer.together()
            rng.bit_generator.state = style
            way.move(performer)
        performer.together()
        for course in (performer.left, performer.right, performer.head, performer.trunk):
            course.to(SETTLE_S, course.values[0])
        return performer

    def play(self, scenes: Sequence[Scene]) -> Gestures:
        """The scenes one after another, and a rest at the end; the person sways a little all the time."""
        figures = [each.figure for each in scenes]
        rest = round(self.rest_s * self.fps)
        arms, head, trunk = (
            np.concatenate([*parts, np.repeat(parts[-1][-1:], rest, 0)])
            for parts in ([getattr(each, name) for each in figures] for name in ("arms", "head", "trunk"))
        )
        t = np.arange(len(head)) / self.fps
        sway = np.stack([0.004 * np.sin(0.9 * t), 0 * t, 0.5 * np.sin(1.7 * t), 0.5 * np.sin(1.1 * t), 0.7 * np.sin(t)])
        made = gestures(Gesticulation(arms, head, trunk + sway.T, figures[0].build), self.look)
        turn = heading(self.degrees)
        palms = [(_turned(left, turn), _turned(right, turn)) for left, right in made.palms]
        return replace(made, joints=on_floor(turned(made.joints, self.degrees)), palms=palms)

    def pictures(self, scenes: Sequence[Scene], size: tuple[int, int], fine: int = 2, seed: int = 0) -> Iterator[Array]:
        """All pictures of the scenes, head to hips: uint8 RGB (H,W,3); `fine` and `seed` as in `film`."""
        made = self.play(scenes)
        camera = upper_body(made.joints, size)
        return film(
            made.joints, hands=made.hands, palms=made.palms, turns=made.turns, look=self.look, camera=camera,
            fine=fine, seed=seed,
        )  # fmt: skip

    def frames(self, scenes: Sequence[Scene]) -> int:
        """Number of the pictures."""
        return sum(len(each.figure.head) for each in scenes) + round(self.rest_s * self.fps)

    def times(self, scenes: Sequence[Scene]) -> list[tuple[float, float]]:
        """Begin and end of each scene's gesture, in seconds of the film."""
        starts = np.cumsum([0, *(len(each.figure.head) for each in scenes)]) / self.fps
        return [
            (round(float(at + each.begin), 3), round(float(at + each.end), 3))
            for at, each in zip(starts, scenes, strict=False)
        ]


def _turned(palm: Palm | None, turn: Array) -> Palm | None:
    return None if palm is None else (turn @ palm[0], turn @ palm[1])


def _again(mark: Mark, begin: float, end: float, seconds: float) -> tuple[float, float]:
    """From where a gesture goes to and fro to last some seconds, and for how many seconds more.

    What is complete only when it is over is a movement: all of it is done again. Else it is a pose, and the last half
    of the time for which it is held goes on.
    """
    start = begin if mark.done >= mark.end else (mark.done + end) / 2
    swing = 2 * (end - start)
    return start, swing * max(0, int(np.ceil((seconds - (end - begin)) / swing - 1e-9)))


def _prolonged(times: Array, start: float, end: float, extra: float) -> Array:
    """Times of a performance in which start to end goes to and fro for `extra` seconds."""
    span = max(end - start, 1e-9)
    swung = start + np.abs((times - end) % (2 * span) - span)
    return np.where(times < end, times, np.where(times < end + extra, swung, times - extra))
