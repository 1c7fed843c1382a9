"""Score net and head on landmarks: `python -m sensegraph.training.evaluate FOLDER --truth truth.csv`."""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.skeleton import RATE_FPS, STEP_FRAMES, SkeletonWindow
from sensegraph.models.temporal import NOBODY, REJECTED, FitnessHead, TemporalNet, load_head

NONE = "none"
SETTLE_S = 2.0
Points = NDArray[np.float32]


@dataclass(frozen=True)
class Segment:
    """A stretch of a clip and what it shows."""

    file: str
    start_s: float
    end_s: float
    label: str


@dataclass(frozen=True)
class Score:
    """Windows of one segment."""

    segment: Segment
    right: int
    windows: int
    named: Counter[str]


def read_truth(path: Path) -> list[Segment]:
    """Read `file,start_s,end_s,label` rows; `none` = no exercise may be named."""
    with path.open(newline="") as file:
        rows = csv.DictReader(file)
        return [Segment(row["file"], float(row["start_s"]), float(row["end_s"]), row["label"]) for row in rows]


def name_steps(points: Points, net: TemporalNet, head: FitnessHead) -> list[tuple[float, str]]:
    """Run the landmark branch over a clip as the product does.

    Args:
        points: (frames, 33, 4) at 16 fps; NaN where nobody was found.
        net: embeds the windows.
        head: names them; reset first.

    Returns:
        (time of the newest frame in seconds, label) every 4 frames.
    """
    head.reset()
    window, steps = SkeletonWindow(), []
    for number, frame in enumerate(points):
        window.push(None if np.isnan(frame[0, 0]) else frame)
        if (number + 1) % STEP_FRAMES == 0:
            present = window.recent_seen(RATE_FPS) >= head.decision.min_seen
            steps.append((number / RATE_FPS, head.step(net.step(window) if present else None).label))
    return steps


def score(steps: list[tuple[float, str]], segment: Segment) -> Score:
    """Count the windows of a segment that have settled and those that are right."""
    named = Counter(label for time, label in steps if segment.start_s + SETTLE_S <= time <= segment.end_s)
    total = sum(named.values())
    right = sum(named[label] for label in (*REJECTED, NOBODY)) if segment.label == NONE else named[segment.label]
    return Score(segment, right, total, named)


def evaluate(folder: Path, truth: Path, net: TemporalNet, head: FitnessHead) -> list[Score]:
    """Score every segment whose `FILE.npz` (array `L`, 16 fps) is in the folder."""
    scores = []
    for segment in read_truth(truth):
        path = folder / f"{segment.file}.npz"
        if path.is_file():
            with np.load(path, allow_pickle=False) as arrays:
                scores.append(score(name_steps(arrays["L"], net, head), segment))
    return scores


def describe(item: Score) -> str:
    """One line of the table."""
    part = item.segment
    named = ", ".join(f"{label} {count}" for label, count in item.named.most_common())
    where = f"{part.file:24s} {part.start_s:6.1f}-{part.end_s:<6.1f}"
    return f"{where} {part.label:22s} {item.right:4d}/{item.windows:<4d} {named}"


def report(scores: list[Score]) -> str:
    """A line per segment, and the sums over exercises and over negatives."""
    lines = [describe(item) for item in scores]
    for title, negative in (("exercises", False), ("negatives", True)):
        chosen = [item for item in scores if (item.segment.label == NONE) == negative]
        right, total = sum(item.right for item in chosen), sum(item.windows for item in chosen)
        lines.append(f"{title}: {right}/{total} = {right / max(total, 1):.1%}")
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("landmarks", type=Path, help="folder with FILE.npz, array L (frames, 33, 4) at 16 fps")
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--weights", type=Path, help="folder of other weights than the shipped ones")
    args = parser.parse_args()
    model = (args.weights / "body-temporal.onnx").read_bytes() if args.weights else None
    print(report(evaluate(args.landmarks, args.truth, TemporalNet(model), load_head("fitness", args.weights))))


if __name__ == "__main__":
    main()
