"""Real motion capture (CMU, packed as npz) as a source of windows; optional, never committed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.skeleton import RATE_FPS

Array = NDArray[np.float64]

SOURCE_FPS = 30
JOINTS_13 = [0, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 17]
MIRROR_13 = [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11]
FILES = ("cmu_exercise.npz", "cmu_negative.npz", "cmu_activity.npz")
TEST_SUBJECT = "14"
LABELS = {"JumpJack": "Jumping Jacks", "Squat": "Squats", "ArmCircle": "Arm Circles"}
UNUSED = {"KneeRaise", "Box", "UpDown", "ToeTouchOneHand", "ToeTouchTwoHands"}
"""Near an exercise, but not surely it: a slow march with high knees, shadow boxing of any kind, bends to the floor."""
UNUSED_CLIPS = {"131_04", "135_06", "02_05"}
"""Repeated hops, a karate form and punches: near bunny hops, kicks and boxing."""
OTHER = "Doing other things"


@dataclass(frozen=True)
class Take:
    """A stretch of one performer's motion with one label."""

    name: str  # cmu_SUBJECT_TRIAL
    label: str
    joints: Array  # (frames, 13, 3) metres at 30 fps, y up

    @property
    def subject(self) -> str:
        """CMU's number of the performer, or the name of an unnumbered source."""
        return self.name.removeprefix("cmu_").split("_")[0]


def read_takes(folder: Path, shortest_s: float = 1.6) -> list[Take]:
    """Read every stretch of one label out of the packed files that are there.

    Args:
        folder: holds some of `cmu_exercise.npz`, `cmu_negative.npz`, `cmu_activity.npz`.
        shortest_s: leave out shorter stretches.
    """
    takes = []
    for name in FILES:
        if (folder / name).is_file():
            takes += [take for take in read_file(folder / name) if len(take.joints) >= shortest_s * SOURCE_FPS]
    return takes


def read_file(path: Path) -> list[Take]:
    """Read one packed file and cut its clips where the class of the frames changes."""
    packed = np.load(path, allow_pickle=False)
    classes = [str(name) for name in packed["classes"]]
    xyz, frame_label = packed["xyz"], packed["frame_label"]
    takes = []
    for name, start, length in zip(packed["name"], packed["start"], packed["length"], strict=True):
        clip = slice(int(start), int(start) + int(length))
        joints = xyz[clip][:, JOINTS_13].astype(np.float64) * float(packed["quant"])
        labels = frame_label[clip]
        cuts = [0, *(np.flatnonzero(np.diff(labels)) + 1), len(labels)]
        for begin, end in pairwise(cuts):
            label = classes[labels[begin]] if labels[begin] >= 0 else ""
            if label not in UNUSED and str(name).removeprefix("cmu_") not in UNUSED_CLIPS:
                takes.append(Take(str(name), LABELS.get(label, OTHER), joints[begin:end]))
    return takes


def training_takes(takes: Sequence[Take]) -> list[Take]:
    """Leave out the subject that is kept for testing."""
    return [take for take in takes if take.subject != TEST_SUBJECT]


def draw_window(rng: np.random.Generator, take: Take, frames: int) -> Array:
    """Cut a random window (frames, 13, 3) at 16 fps, with a random tempo, mirrored half of the time."""
    tempo = rng.uniform(0.85, 1.2)
    span = (frames - 1) / RATE_FPS * SOURCE_FPS * tempo
    last = len(take.joints) - 1
    begin = rng.uniform(0, max(0.0, last - span))
    times = np.minimum(begin + np.linspace(0, span, frames), last)
    left = np.minimum(times.astype(int), last - 1)
    blend = (times - left)[:, None, None]
    window = take.joints[left] * (1 - blend) + take.joints[left + 1] * blend
    if rng.uniform() < 0.5:
        window = window[:, MIRROR_13] * [-1, 1, 1]
    return np.asarray(window)
