"""Repetitions counted of every cyclic exercise of the motion library: `python -m benchmarks.counters [LABEL...]`.

Eight repetitions each, in several styles and tempos, seen by a level camera from all sides, with a tracker's jitter;
the label is taken as recognised. This says what a counter can see, not how well people are recognised.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.skeleton import BLAZEPOSE_INDEX, RATE_FPS
from sensegraph.packet import NANOSECONDS, Packet, Stamp
from sensegraph.payload import Landmarks, Scores
from sensegraph.testing import drive
from sensegraph.training.motion.body import Body
from sensegraph.training.motion.exercise import Exercise, perform
from sensegraph.training.motion.exercises import EXERCISES
from sensegraph_nodes.repetitions import RepetitionCounter

REPETITIONS, STYLES, VIEWS_DEG = 8, 2, (0, 30, 90)
REST_FRAMES = 16
WIDTH, HEIGHT, DISTANCE_M, FOCAL_PX = 640, 480, 4.0, 600.0
JITTER_PX = 1.5


def seen(rng: np.random.Generator, joints: NDArray[np.float64], yaw_deg: float) -> Iterator[Landmarks]:
    """Yield what a camera 4 m away, at the height of the hips, sees of joints (frames, 13, 3)."""
    yaw = np.radians(yaw_deg)
    points = joints - [0, 1, 0]
    across = points[..., 0] * np.cos(yaw) - points[..., 2] * np.sin(yaw)
    depth = DISTANCE_M - points[..., 0] * np.sin(yaw) - points[..., 2] * np.cos(yaw)
    flat = np.stack([across, -points[..., 1]], axis=-1) / depth[..., None] * FOCAL_PX
    flat += rng.normal((WIDTH / 2, HEIGHT / 2), JITTER_PX, flat.shape)
    for frame in flat:
        landmarks = np.zeros((33, 4), np.float32)
        landmarks[list(BLAZEPOSE_INDEX), :2], landmarks[:, 3] = frame, 1.0
        yield Landmarks(landmarks, np.zeros((33, 3), np.float32), WIDTH, HEIGHT, 1.0)


def counted(label: str, exercise: Exercise, seed: int, yaw_deg: float) -> int:
    """Return how many of eight repetitions of a drawn style the counter finds."""
    rng = np.random.default_rng(seed)
    frames = round(rng.uniform(*exercise.period_s) * RATE_FPS * REPETITIONS)
    cycles = np.clip(np.arange(-REST_FRAMES, frames + REST_FRAMES) / frames * REPETITIONS, 0, REPETITIONS)
    pictures = list(seen(rng, perform(rng, exercise, Body.draw(rng), cycles), yaw_deg))
    stamps = [Stamp(round(i * NANOSECONDS / RATE_FPS), frame=i, source="library") for i in range(len(pictures))]
    landmarks = [Packet(each, stamp) for each, stamp in zip(pictures, stamps, strict=True)]
    decisions = [Packet(Scores(label, 0.9, (), True, stamp.frame), stamp) for stamp in stamps[3::4]]
    return len(drive(RepetitionCounter(), landmarks=landmarks, exercise=decisions)["counts"])


def main() -> None:
    """Print a line per exercise, worst first, and the sums."""
    rows = []
    for label in sys.argv[1:] or EXERCISES:
        if EXERCISES[label].counted:
            found = [counted(label, EXERCISES[label], seed, yaw) for seed in range(STYLES) for yaw in VIEWS_DEG]
            errors = np.abs(np.array(found) - REPETITIONS)
            rows.append((float((errors == 0).mean()), float((errors <= 1).mean()), float(np.mean(found)), label))
    for exact, near, mean, label in sorted(rows):
        print(f"{label:38} exact {exact:4.0%}  within one {near:4.0%}  mean {mean:.1f} of {REPETITIONS}")
    exact, near = np.mean([row[0] for row in rows]), np.mean([row[1] for row in rows])
    print(f"{len(rows)} exercises: exact {exact:.0%}, within one {near:.0%}")


if __name__ == "__main__":
    main()
