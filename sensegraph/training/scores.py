"""Score a trained net: on synthetic motion that training never saw, and on captured people."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.skeleton import RATE_FPS, STEP_FRAMES, WINDOW_FRAMES, Floats, skeleton_channels
from sensegraph.models.temporal import Head, TemporalNet, load_head
from sensegraph.training.calibrate import embed
from sensegraph.training.corpus import Corpus, HeadPlan
from sensegraph.training.motion.camera import film
from sensegraph.training.motion.capture import SOURCE_FPS, TEST_SUBJECT, Take, draw_window
from sensegraph.training.motion.styles import Styles

PER_LABEL = 120
VIEWS_PER_TAKE = 20
TEST_SEED = 70_001
CONFUSED = 0.08
"""Share of a label's windows from which on another label is told as confused with it."""


@dataclass(frozen=True)
class Confusion:
    """Windows by what they show (rows) and what they were named (columns), both in the order of `labels`."""

    labels: tuple[str, ...]
    counts: NDArray[np.int64]

    @property
    def accuracy(self) -> float:
        """Mean, over the labels that are shown, of the share of windows that are named right."""
        return float(np.mean(self.recalls()[self.counts.sum(axis=1) > 0]))

    def recalls(self) -> NDArray[np.float64]:
        """Share of each label's windows that are named right, (labels,)."""
        return np.asarray(np.diag(self.counts) / np.maximum(self.counts.sum(axis=1), 1), np.float64)

    def pairs(self) -> list[tuple[str, str, float]]:
        """Return (shown, named, share) of the pairs that are confused most, worst first."""
        shares = self.counts / np.maximum(self.counts.sum(axis=1, keepdims=True), 1)
        np.fill_diagonal(shares, 0)
        found = [(self.labels[i], self.labels[j], float(shares[i, j])) for i, j in np.argwhere(shares >= CONFUSED)]
        return sorted(found, key=lambda pair: -pair[2])

    def save(self, path: Path) -> None:
        """Write the whole matrix as CSV."""
        with path.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["shown \\ named", *self.labels])
            rows.writerows([label, *map(int, row)] for label, row in zip(self.labels, self.counts, strict=True))


def synthetic_test(folder: Path, corpus: Corpus, plan: HeadPlan, seed: int) -> Confusion:
    """Name as many windows of every label, from the styles, bodies and cameras that training leaves out."""
    windows, labels = corpus.batch(seed, PER_LABEL * len(plan.labels), held_out=True, even=True)
    truth = labels[plan.name]
    embeddings = embed(TemporalNet(corpus.net, folder), windows)
    named = load_head(plan.name, folder).probabilities(embeddings).argmax(axis=1)
    counts = np.zeros((len(plan.labels), len(plan.labels)), np.int64)
    np.add.at(counts, (truth[truth >= 0], named[truth >= 0]), 1)
    return Confusion(plan.labels, counts)


def captured_test(folder: Path, takes: Sequence[Take], seed: int) -> dict[str, dict[str, Any]]:
    """Film captured people with random cameras and name every step, as the running head does.

    Args:
        folder: with the body net and the fitness head.
        takes: motion capture that training has not seen.
        seed: of cameras and tempo.

    Returns:
        for each label of the takes: windows, right, and what they were named instead.
    """
    rng, net, head = Styles(seed, held_out=True), TemporalNet("body", folder), load_head("fitness", folder)
    outcome: dict[str, dict[str, Any]] = {}
    for take in takes:
        entry = outcome.setdefault(take.label, {"windows": 0, "right": 0, "named": {}})
        frames = int(len(take.joints) / SOURCE_FPS * RATE_FPS)
        for _ in range(VIEWS_PER_TAKE if frames >= WINDOW_FRAMES else 0):
            points, seen = film(rng, draw_window(rng, take, frames), crop=0.05, astray=0)
            for label in name_steps(net, head, points.astype(np.float32), seen):
                name = "none" if label in head.rejected else label
                entry["windows"] += 1
                entry["right"] += label == take.label or (take.label in head.rejected and name == "none")
                entry["named"][name] = entry["named"].get(name, 0) + 1
    return outcome


def name_steps(net: TemporalNet, head: Head, points: Floats, seen: NDArray[np.bool_]) -> list[str]:
    """Labels of a head, four per second, from the first whole window on.

    Args:
        net: embeds the windows.
        head: names them; it is reset first.
        points: (frames, 13, 3) x, y, visibility at 16 fps.
        seen: (frames,) whether a person was found.
    """
    head.reset()
    ends = range(WINDOW_FRAMES, len(seen) + 1, STEP_FRAMES)
    windows = [slice(end - WINDOW_FRAMES, end) for end in ends]
    channels = skeleton_channels(
        np.stack([points[each] for each in windows]), np.stack([seen[each] for each in windows])
    )
    return [head.step(vector).label for vector in net.embed(channels)]


def score(folder: Path, corpus: Corpus, plan: HeadPlan, takes: Sequence[Take] = ()) -> float:
    """Score a head, write the whole confusion as `NAME-confusion.csv` and the sums into `NAME.json`.

    Args:
        folder: with the net and the head.
        corpus: where windows come from.
        plan: the head.
        takes: motion capture; only the test subject is used, and only for the fitness head.

    Returns:
        Mean over the labels of the share of synthetic windows that are named right.
    """
    confusion = synthetic_test(folder, corpus, plan, TEST_SEED)
    confusion.save(folder / f"{plan.name}-confusion.csv")
    shown = confusion.counts.sum(axis=1) > 0
    recalls = {
        label: round(float(each), 3)
        for label, each, there in zip(plan.labels, confusion.recalls(), shown, strict=True)
        if there
    }
    test: dict[str, Any] = {"accuracy": round(confusion.accuracy, 4), "windows": int(confusion.counts.sum())}
    test |= {"recall": recalls, "confused": [(a, b, round(share, 3)) for a, b, share in confusion.pairs()]}
    kept = [take for take in takes if take.subject == TEST_SUBJECT]
    if kept and plan.name == "fitness":
        test["captured"] = captured_test(folder, kept, TEST_SEED)
    path = folder / f"{plan.name}.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "test": test}, indent=2) + "\n")
    return confusion.accuracy
