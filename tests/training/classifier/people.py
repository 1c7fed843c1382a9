"""What the landmark nets would see of drawn people, for tests that need no video of anybody."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sensegraph.errors import SourceError
from sensegraph.models.gesture import HAND_JOINTS
from sensegraph.models.skeleton import BLAZEPOSE_INDEX
from sensegraph.training.classifier.observation import Observation
from sensegraph.training.motion.body import Body
from sensegraph.training.motion.camera import film
from sensegraph.training.motion.exercise import perform
from sensegraph.training.motion.exercises import EXERCISES
from sensegraph.training.motion.styles import Styles
from sensegraph.training.project import Project

FRAMES = 40
NOBODY = "nobody"
BROKEN = "broken"


def person(label: str, seed: int, frames: int = FRAMES) -> Observation:
    """Return somebody who does an exercise, four seconds a repetition."""
    rng = Styles(seed)
    joints = perform(rng, EXERCISES[label], Body.draw(rng), np.arange(frames) / 32)
    flat, seen = film(rng, joints, crop=0, astray=0)
    points = np.zeros((frames, 33, 4), np.float32)
    points[:, list(BLAZEPOSE_INDEX)] = np.insert(flat, 2, 0, axis=2)
    return _seen(points, seen)


def nobody(frames: int = FRAMES) -> Observation:
    """Return an empty room."""
    return _seen(np.zeros((frames, 33, 4), np.float32), np.zeros(frames, np.bool_))


def _seen(points: np.ndarray, seen: np.ndarray) -> Observation:
    hands = np.zeros((len(seen), 2, HAND_JOINTS, 3), np.float32)
    return Observation(points, seen, hands, np.zeros((len(seen), 2), np.bool_))


class Eyes:
    """Stands in for the landmark nets: what it sees in a clip is what the name of the clip says, `Squats_3`.

    Args:
        project: Whose clips it knows.
    """

    def __init__(self, project: Project) -> None:
        self._names = {project.video(clip): clip.name for clip in project.clips()}
        self._frames = {project.video(clip): clip.frames for clip in project.clips()}
        self.looked: list[Path] = []

    def observe(self, video: Path) -> Observation:
        """Return what is seen in a clip."""
        self.looked.append(video)
        label, _, number = self._names[video].rpartition("_")
        if label == BROKEN:
            raise SourceError(f"{video}: cannot be read")
        return nobody(self._frames[video]) if label == NOBODY else person(label, int(number), self._frames[video])


def labelled(labels: Sequence[str], count: int) -> list[tuple[str, str]]:
    """Return (class, name) of so many clips of each label."""
    return [(label, f"{label}_{number}") for label in labels for number in range(count)]
