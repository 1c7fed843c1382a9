"""One labelled window: a movement, what came before it, and the camera's view of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.skeleton import WINDOW_FRAMES, Floats, skeleton_channels
from sensegraph.training.motion.body import HIPS, Body
from sensegraph.training.motion.camera import film
from sensegraph.training.motion.capture import Take, draw_window
from sensegraph.training.motion.exercise import perform
from sensegraph.training.motion.exercises import EXERCISES
from sensegraph.training.motion.negatives import nothing, other
from sensegraph.training.motion.rhythm import phase
from sensegraph.training.motion.styles import Styles

Array = NDArray[np.float64]

GENERATOR_VERSION = 3
NOTHING, OTHER = "Doing nothing", "Doing other things"
LABELS = (*EXERCISES, NOTHING, OTHER)

COMMON = (
    "Squats", "Jumping Jacks", "Pushups", "Lunges (alternating)", "Lunges (stationary)", "High Knees", "Plank",
    "Burpees", "Mountain Climbers",
)  # fmt: skip
"""What people do most: more windows of these."""
SHARES = np.array([2.5 if label in COMMON else 1.0 for label in EXERCISES] + [9.0, 46.0])
LONGEST_BEFORE = 16  # frames of something else that a window may begin with
CAPTURED = {"Squats": 0.08, "Jumping Jacks": 0.08, "Arm Circles": 0.15, OTHER: 0.3}
"""Share of the windows of a label that comes from motion capture, where there is some."""


@dataclass(frozen=True)
class Window:
    """One training example."""

    joints: Floats  # (40, 13, 3) x, y, visibility
    seen: NDArray[np.bool_]  # (40,)
    label: int


def movement(rng: Styles, label: str, body: Body, takes: Sequence[Take]) -> Array:
    """Joints (40, 13, 3) in metres of one label, from the generator or from motion capture."""
    fitting = [take for take in takes if take.label == label]
    if fitting and rng.uniform() < CAPTURED.get(label, 0):
        return draw_window(rng, fitting[rng.integers(len(fitting))], WINDOW_FRAMES)
    if label == NOTHING:
        return nothing(rng, body, WINDOW_FRAMES)
    if label == OTHER:
        return other(rng, body, WINDOW_FRAMES)
    exercise = EXERCISES[label]
    cycles = phase(rng, WINDOW_FRAMES, rng.uniform(*exercise.period_s)) + rng.integers(4)
    return perform(rng, exercise, body, cycles)


def join(rng: Styles, before: Array, after: Array, frames: int) -> Array:
    """Let one movement pass into another around a frame, within 0.2 to 0.5 s."""
    fade = rng.integers(3, 9)
    weight = np.clip((np.arange(len(after)) - frames + fade) / fade, 0, 1)
    weight = (0.5 - 0.5 * np.cos(np.pi * weight))[:, None, None]
    shift = after[frames, HIPS].mean(axis=0) - before[frames, HIPS].mean(axis=0)
    shift[1] = 0
    return np.asarray((before + shift) * (1 - weight) + after * weight)


def predecessor(rng: Styles, label: str) -> str:
    """What a person did before: mostly nothing or everyday movements, sometimes an exercise."""
    draw, exercise = rng.uniform(), LABELS[rng.integers(len(EXERCISES))]
    if label in EXERCISES:
        return NOTHING if draw < 0.5 else OTHER if draw < 0.85 else exercise
    return exercise if draw < 0.6 else OTHER if draw < 0.8 else NOTHING


def window(rng: Styles, label: str, takes: Sequence[Take] = ()) -> Window:
    """Draw one labelled window.

    Args:
        rng: source of all randomness.
        label: one of `LABELS`.
        takes: motion capture to mix in.
    """
    body = Body.draw(rng)
    joints = movement(rng, label, body, takes)
    before = int(rng.integers(1, LONGEST_BEFORE + 1)) if rng.uniform() < 0.55 else 0
    nobody = before > 0 and rng.uniform() < 0.3
    if before and not nobody:
        joints = join(rng, movement(rng, predecessor(rng, label), body, takes), joints, before)
    exercise = label in EXERCISES
    faults = {"crop": 0.12, "astray": 0.01} if exercise else {"crop": 0.4, "astray": 0.08, "table": 0.15}
    points, seen = film(rng, joints, **faults)
    if nobody:
        seen[:before] = False
    seen[-1] |= not seen.any()
    return Window(points.astype(np.float32), seen, LABELS.index(label))


def batch(
    seed: int, size: int, takes: Sequence[Take] = (), *, held_out: bool = False, even: bool = False
) -> tuple[Floats, NDArray[np.int64]]:
    """Draw many windows as the net's input.

    Args:
        seed: seed of the batch.
        size: number of windows.
        takes: motion capture to mix in.
        held_out: take styles, bodies and cameras from the bands that training leaves out.
        even: as many windows of every label, instead of the shares of training.

    Returns:
        (size, CHANNELS, 40) channels and (size,) indices into `LABELS`.
    """
    rng = Styles(seed, held_out=held_out)
    shares = np.ones(len(LABELS)) if even else SHARES
    labels = rng.choice(len(LABELS), size=size, p=shares / shares.sum())
    windows = [window(rng, LABELS[label], takes) for label in labels]
    joints = np.stack([item.joints for item in windows])
    seen = np.stack([item.seen for item in windows])
    return skeleton_channels(joints, seen), labels.astype(np.int64)
