"""The bank of negatives: drawn movements that are none of somebody's classes, until they look like one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.gesture import gesture_channels
from sensegraph.models.skeleton import WINDOW_FRAMES, skeleton_channels
from sensegraph.payload import NOTHING, OTHER
from sensegraph.training.classifier.space import Space
from sensegraph.training.motion import sample
from sensegraph.training.motion.body import Body
from sensegraph.training.motion.camera import film
from sensegraph.training.motion.exercises import EXERCISES
from sensegraph.training.motion.gestures import gesture
from sensegraph.training.motion.gestures import sample as gesture_sample
from sensegraph.training.motion.negatives import OTHER as EVERYDAY
from sensegraph.training.motion.styles import Styles

Floats = NDArray[np.float32]

BANK_VERSION = 1
"""Raised when other windows are drawn: banks that are cached are drawn anew."""
EACH = 10
"""Windows of each exercise or gesture."""
EACH_OTHER = 30
"""Windows of each everyday movement."""
STILL = 60
"""Windows of standing or sitting still."""
COLD = 0.4
"""Share of the windows that have just begun: nobody, or the first pose, stands for what was before."""


@dataclass(frozen=True, slots=True)
class Bank:
    """Drawn windows, embedded.

    Attributes:
        vectors: (N, E).
        names: (N,) what each shows.
    """

    vectors: Floats
    names: NDArray[np.str_]


def draw(space: Space, seed: int) -> Bank:
    """Draw the bank of a space; the same seed gives the same one."""
    names, channels = (_hand_windows if space.hands else _body_windows)(seed)
    return Bank(space.of_channels(channels), np.array(names))


def _body_windows(seed: int) -> tuple[list[str], Floats]:
    rng = Styles(seed)
    names, joints, seen = [], [], []
    for name, count in _body_plan():
        for _ in range(count):
            points, found = _body_window(rng, name)
            _begin(rng, found, points)
            names.append(name)
            joints.append(points)
            seen.append(found)
    return names, skeleton_channels(np.stack(joints), np.stack(seen))


def _body_plan() -> Iterator[tuple[str, int]]:
    yield from ((name, EACH) for name in EXERCISES)
    yield from ((_title(move.__name__), EACH_OTHER) for move in EVERYDAY)
    yield NOTHING, STILL


def _body_window(rng: Styles, name: str) -> tuple[Floats, NDArray[np.bool_]]:
    moves = {_title(move.__name__): move for move in EVERYDAY}
    if name in moves:
        joints = moves[name](rng, Body.draw(rng), WINDOW_FRAMES)
        points, seen = film(rng, joints, crop=0.3, astray=0.03, table=0.1)
        return points.astype(np.float32), seen
    window = sample.window(rng, name)
    return window.joints, window.seen


def _hand_windows(seed: int) -> tuple[list[str], Floats]:
    rng = Styles(seed)
    plan = [(name, EACH) for name in gesture.GESTURES] + [(OTHER, 12 * EACH_OTHER), (NOTHING, STILL)]
    names = [name for name, count in plan for _ in range(count)]
    windows = [gesture_sample.window(rng, name, (), name != OTHER) for name in names]
    landmarks = gesture_sample.look(rng, windows)
    for number in range(len(names)):
        _begin(rng, landmarks.seen[number], landmarks.points[number], landmarks.hands[number], landmarks.found[number])
    landmarks.found[~landmarks.seen] = False
    return names, gesture_channels(landmarks.points, landmarks.hands, landmarks.found, landmarks.seen)


def _begin(rng: Styles, seen: NDArray[np.bool_], *values: NDArray[np.generic]) -> None:
    """Let some windows have just begun; changes the arrays, (frames, ...) each."""
    if rng.uniform() >= COLD:
        return
    begun = int(rng.integers(4, WINDOW_FRAMES))
    if rng.uniform() < 0.5:
        seen[:-begun] = False
        return
    for each in (seen, *values):
        each[:-begun] = each[-begun]


def _title(name: str) -> str:
    """Return the name of a movement for people: `sit_or_stand` is `sit or stand`."""
    return name.replace("_", " ")
