"""Labelled windows of gestures for both heads of the gesture net."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.gesture import gesture_channels
from sensegraph.models.skeleton import RATE_FPS, WINDOW_FRAMES
from sensegraph.payload import NOTHING, OTHER
from sensegraph.training.motion.capture import Take
from sensegraph.training.motion.gestures import everyday
from sensegraph.training.motion.gestures.camera import Camera, Landmarks, film, smooth_noise
from sensegraph.training.motion.gestures.captured import captured
from sensegraph.training.motion.gestures.commands import control_label
from sensegraph.training.motion.gestures.figure import PLACE, Build, Gesticulation
from sensegraph.training.motion.gestures.gesture import GESTURES, LABELS, OTHERS, Gesture
from sensegraph.training.motion.gestures.performer import Mark, Performer
from sensegraph.training.motion.gestures.resting import draw_home
from sensegraph.training.motion.styles import Styles

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

GENERATOR_VERSION = 2
WINDOW_S = WINDOW_FRAMES / RATE_FPS
CHOSEN = (*GESTURES, NOTHING, OTHER)
COMMANDED = ("Swiping", "Thumb", "Zooming")
SHARES = np.array([4.0 if label.startswith(COMMANDED) else 1.0 for label in GESTURES] + [5.0, 28.0])
NEEDED_S, NEEDED, HARDLY = 1.0, 0.7, 0.12
"""A window shows a gesture when it shows this share of it, or of its first second; no gesture below the other share."""
STILL_M, MOVED_M, STILL_DEG, MOVED_DEG = 0.03, 0.09, 4.0, 9.0
TRIES = 6
AROUND_S = (-0.9, 1.2)
"""When most windows of a command end, from its end on: where each of its labels begins and ends."""
ROOMY = 0.93  # share of those who make gestures and see to it that their hands are in the picture
FOUND, MARGIN_S = 0.25, 0.2
"""A gesture of a hand that was found in fewer of its frames is not taught."""
CAPTURED = 0.12
"""Share of the other things that comes from motion capture, where there is some."""
BLOCK = 64  # windows that are filmed together: their arrays stay in the cache


def shown(mark: Mark, now: float) -> float:
    """Share of a gesture, or of a second of it, that lies in the window that ends now, 0..1."""
    seconds = min(mark.end, now) - max(mark.begin, now - WINDOW_S)
    return float(np.clip(seconds / min(mark.end - mark.begin, NEEDED_S), 0, 1))


def gesture_label(marks: Sequence[Mark], now: float, mirrored: bool) -> str | None:
    """What the window that ends at a time shows: a gesture, "" for none, None when it is neither one nor the other."""
    best, name = 0.0, ""
    for mark in marks:
        if mark.label in GESTURES:
            share = shown(mark, now)
            if share >= min(best, NEEDED) and share > 0:
                best, name = share, mark.label
    if best < HARDLY:
        return ""
    if best < NEEDED:
        return None
    return GESTURES[name].mirror or name if mirrored else name


def choose_other(rng: Styles) -> Gesture:
    """Draw one of the other things, by weight."""
    shares = np.array([each.share for each in OTHERS])
    return OTHERS[rng.choice(len(OTHERS), p=shares / shares.sum())]


def do(performer: Performer, gesture: Gesture, label: str) -> list[Mark]:
    """Let a performer do something; marks without a label get this one."""
    performer.together()
    before = len(performer.marks)
    gesture.move(performer)
    marks = performer.marks[before:]
    for mark in marks:
        mark.label = mark.label or label
    return marks


def prelude(rng: Styles, performer: Performer) -> None:
    """What was done before: mostly nothing or something else, sometimes a gesture."""
    draw = rng.uniform()
    if draw < 0.3:
        do(performer, choose_other(rng), OTHER)
    elif draw < 0.4:
        name = list(GESTURES)[rng.integers(len(GESTURES))]
        do(performer, GESTURES[name], name)
    performer.right.wait(rng.uniform(0, 0.7))
    performer.together()


def moment(rng: Styles, marks: Sequence[Mark], begin: float, end: float, even: bool) -> float:
    """When the window ends: around the end of a command, while a gesture is to be seen, or any time."""
    draw = rng.uniform()
    if not marks or draw > 0.9:
        return float(rng.uniform(begin + 0.4, end + 0.6))
    mark = marks[int(rng.integers(len(marks)))]
    if mark.command and draw < 0.65 and not even:
        return mark.done + float(rng.uniform(*AROUND_S))
    if mark.label == OTHER:
        return float(rng.uniform(begin + 0.4, end + 0.3))
    first = mark.begin + NEEDED * min(mark.end - mark.begin, NEEDED_S)
    last = min(mark.end + 1.0, mark.begin + 0.3 * min(mark.end - mark.begin, NEEDED_S) + WINDOW_S)
    return float(rng.uniform(first, max(first, last, mark.end)))


def is_still(figure: Gesticulation) -> bool | None:
    """Whether a figure keeps still over a window; None when it moves a little."""
    ways = np.ptp(figure.arms[..., PLACE], axis=0).max(), np.ptp(figure.trunk[:, :2], axis=0).max()
    way, turn = max(ways), max(np.ptp(figure.head, axis=0).max(), np.ptp(figure.trunk[:, 2:], axis=0).max())
    if way < STILL_M and turn < STILL_DEG:
        return True
    return False if way > MOVED_M or turn > MOVED_DEG else None


@dataclass(frozen=True)
class Window:
    """What one window shows.

    Attributes:
        figure: over 40 frames.
        camera: that looks at it.
        gesture: index of the label for `gestures`, -1 when it is neither one nor the other.
        control: likewise for `gesture_control`.
        evident: (40, 2) when which hand makes a gesture that cannot be told without seeing the hand.
    """

    figure: Gesticulation
    camera: Camera
    gesture: int
    control: int
    evident: NDArray[np.bool_]


Performance = tuple[Gesticulation, str | None, int, NDArray[np.bool_]]
"""A figure over 40 frames, the gesture it shows ("" for none, None for not sure), the index for gesture control, and
when which hand was needed."""


def perform(rng: Styles, chosen: str, build: Build, camera: Camera, mirrored: bool, even: bool) -> Performance:
    """Let a performer do something, with something before and perhaps after it, and choose when to look.

    Args:
        rng: source of all randomness.
        chosen: one of `CHOSEN`.
        build: of the figure.
        camera: where it is.
        mirrored: the performance will be mirrored; `chosen` is what it is then.
        even: the window must show what was chosen.
    """
    performer = Performer(rng, camera.direction() * ([-1, 1, 1] if mirrored else [1, 1, 1]), draw_home(rng))
    prelude(rng, performer)
    begin = performer.now
    rng.begin()
    if chosen in GESTURES:
        name = (GESTURES[chosen].mirror or chosen) if mirrored else chosen
        marks = do(performer, GESTURES[name], name)
    else:
        marks = do(performer, Gesture(everyday.idle) if chosen == NOTHING else choose_other(rng), OTHER)
    end = performer.now
    if rng.uniform() < 0.25:
        do(performer, choose_other(rng), OTHER)
    label: str | None = None
    for _ in range(TRIES):
        now = end if chosen == NOTHING else moment(rng, marks, begin, end, even)
        label = gesture_label(performer.marks, now, mirrored)
        if label is not None and (not even or label == (chosen if chosen in GESTURES else "")):
            break
    times = now + (np.arange(WINDOW_FRAMES) - WINDOW_FRAMES + 1) / RATE_FPS
    return performer.perform(build, times), label, control_label(performer.marks, now, mirrored), evident(marks, times)


def evident(marks: Sequence[Mark], times: Array) -> NDArray[np.bool_]:
    """When the right hand makes a gesture that cannot be told without seeing the hand, (frames, 2)."""
    needed = np.zeros((len(times), 2), np.bool_)
    for mark in marks:
        if (mark.label in GESTURES and GESTURES[mark.label].hand) or mark.command:
            needed[:, 1] |= (times > mark.begin - MARGIN_S) & (times < max(mark.end, mark.done) + MARGIN_S)
    return needed


def window(rng: Styles, chosen: str, takes: Sequence[Take], even: bool) -> Window:
    """Draw one window.

    Args:
        rng: source of all randomness.
        chosen: one of `CHOSEN`.
        takes: motion capture to mix in.
        even: the window must show what was chosen.
    """
    roomy = bool(rng.uniform() < (ROOMY if chosen in GESTURES else 0.5))
    camera, build, mirrored = Camera.draw(rng, roomy), Build.draw(rng), bool(rng.uniform() < 0.5)
    needed = np.zeros((WINDOW_FRAMES, 2), np.bool_)
    label: str | None = ""
    if takes and chosen == OTHER and rng.uniform() < CAPTURED:
        figure, control = captured(rng, takes[int(rng.integers(len(takes)))], build), 0
    else:
        figure, label, control, needed = perform(rng, chosen, build, camera, mirrored, even)
    if label == "":
        still = is_still(figure)
        label = None if still is None else NOTHING if still else OTHER
    figure = figure.mirrored() if mirrored else figure
    needed = needed[:, ::-1] if mirrored else needed
    return Window(figure, camera, -1 if label is None else LABELS.index(label), control, needed)


def unsteady(rng: Styles, figure: Gesticulation) -> Gesticulation:
    """Let a batch of figures sway and tremble, as living people do."""
    windows, frames = figure.head.shape[:2]
    calm = rng.uniform(0.2, 1.2, (windows, 1, 1))
    arms = figure.arms.copy()
    arms[..., :9] += (
        smooth_noise(rng, windows, frames, (2, 9), 8) * np.array([0.006] * 3 + [0.05] * 6) * calm[..., None]
    )
    head = figure.head + smooth_noise(rng, windows, frames, (3,), 10) * np.array([3.0, 2.2, 1.6]) * calm
    sway = smooth_noise(rng, windows, frames, (5,), 12) * np.array([0.01, 0.012, 1.6, 1.2, 2.5]) * calm
    return Gesticulation(arms, head, figure.trunk + sway, figure.build)


def batch(
    seed: int, size: int, takes: Sequence[Take] = (), *, held_out: bool = False, even: bool = False
) -> tuple[Floats, dict[str, Labels]]:
    """Draw many windows as the net's input.

    Args:
        seed: seed of the batch.
        size: number of windows.
        takes: motion capture to mix in, as other things that are done.
        held_out: take styles, bodies and cameras from the bands that training leaves out.
        even: as many windows of every label of `gestures`, and each of them shows it.

    Returns:
        (size, GESTURE_CHANNELS, 40) channels and for each head, `gestures` and `gesture_control`, (size,) indices
        into `LABELS` and `CONTROL_LABELS`, -1 where a window is neither one nor the other.
    """
    rng = Styles(seed, held_out=held_out)
    shares = np.ones(len(CHOSEN)) if even else SHARES
    chosen = rng.choice(len(CHOSEN), size=size, p=shares / shares.sum())
    parts = [film_windows(rng, [window(rng, CHOSEN[each], takes, even) for each in part]) for part in _blocks(chosen)]
    labels = np.concatenate([part[1] for part in parts])
    return np.concatenate([part[0] for part in parts]), {"gestures": labels[:, 0], "gesture_control": labels[:, 1]}


def _blocks(chosen: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    return np.array_split(chosen, -(-len(chosen) // BLOCK))


def look(rng: Styles, windows: Sequence[Window]) -> Landmarks:
    """Let cameras and trackers look at windows."""
    names = ("arms", "head", "trunk", "build")
    figure = Gesticulation(*(np.stack([getattr(each.figure, name) for each in windows]) for name in names))
    points, hands = unsteady(rng, figure).joints()
    return film(rng, np.array([astuple(each.camera) for each in windows]), points, hands)


def film_windows(rng: Styles, windows: Sequence[Window]) -> tuple[Floats, Labels]:
    """Let cameras and trackers look at windows: channels (N, GESTURE_CHANNELS, 40) and labels (N, 2)."""
    landmarks = look(rng, windows)
    channels = gesture_channels(landmarks.points, landmarks.hands, landmarks.found, landmarks.seen)
    labels = np.array([(each.gesture, each.control) for each in windows], np.int64)
    needed = np.stack([each.evident for each in windows])
    found = (landmarks.found & needed).sum(axis=(1, 2)) / np.maximum(needed.sum(axis=(1, 2)), 1)
    labels[needed.any(axis=(1, 2)) & (found < FOUND)] = -1
    return channels, labels
