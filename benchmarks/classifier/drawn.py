"""Rendered people: two exercises of the library, and a movement that no net of ours has seen."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from benchmarks.classifier.filmed import write
from sensegraph.models.skeleton import RATE_FPS
from sensegraph.training.motion.body import Angles, Body, pose
from sensegraph.training.motion.exercise import perform
from sensegraph.training.motion.exercises import EXERCISES
from sensegraph.training.motion.styles import Styles
from sensegraph.training.render.film import film
from sensegraph.training.render.look import Look

SIZE = (320, 240)
LABELS = ("Good Mornings", "Jumping Jacks")
SCARECROW = "Scarecrow"
"""The upper arms stay level to the sides; one forearm points up while the other points down, and they change places."""


def scarecrow(rng: Styles, body: Body, times: np.ndarray) -> np.ndarray:
    """Return the joints (T, 13, 3) of a scarecrow at some seconds."""
    swing = 90 * np.sin(2 * np.pi * (times / rng.uniform(1.2, 1.8) + rng.uniform()))
    level, angles = rng.uniform(80, 95), Angles(len(times))
    angles.set(upper_arm_abduct=level)
    angles.values["forearm_abductL"] = level + swing
    angles.values["forearm_abductR"] = level - swing
    return pose(body, angles)


def render(out: Path, count: int, seconds: float, seed: int) -> None:
    """Render so many clips of each class into `out/CLASS/`, each of somebody else in somebody's room."""
    times = np.arange(round(seconds * RATE_FPS)) / RATE_FPS
    for label in (*LABELS, SCARECROW):
        for number in range(count):
            rng = Styles(seed * 1000 + number)
            look = Look.draw(np.random.default_rng(seed * 1000 + number))
            if label == SCARECROW:
                joints = scarecrow(rng, look.body(), times)
            else:
                joints = perform(rng, EXERCISES[label], look.body(), times / rng.uniform(1.6, 2.6))
            pictures = (picture[..., ::-1] for picture in film(joints, look=look, size=SIZE, fine=1, seed=seed))
            write(out / label / f"{label} {seed} {number}.mp4", pictures, Fraction(RATE_FPS))
