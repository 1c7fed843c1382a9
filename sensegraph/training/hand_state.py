"""Train the two small nets that read one hand: on synthetic hands and paths, and some real hands where they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from sensegraph.models.hand_state import PATH_FRAMES, PATHS, SHAPES, Perceptron, path_features, shape_features
from sensegraph.training.motion.hand_shapes import draw_shapes

Floats = NDArray[np.float32]
Rng = np.random.Generator

HIDDEN = 64
KEYPOINTS, HISTORY = "keypoint_dev.csv", "point_history_dev.csv"
ROWS_PER_BLOCK = 50
REAL_WEIGHT = 3
RECORDED_ASPECT = 9 / 16
"""Height by width of the recorder's pictures: its rows have each axis divided by its own length."""


def still(rng: Rng) -> Floats:
    """A finger that is held still: it trembles and drifts a little."""
    time = np.arange(PATH_FRAMES)[:, None]
    tremble = np.cumsum(rng.normal(0, 0.0015, (PATH_FRAMES, 2)), axis=0) + rng.normal(0, 0.002, (PATH_FRAMES, 2))
    return np.asarray(tremble + time * rng.normal(0, 0.0008, 2), np.float32)


def circle(rng: Rng, sign: int) -> Floats:
    """A finger that circles, clockwise in the picture for `sign` 1: rounds of 7 to 32 frames, oval and drifting."""
    time = np.arange(PATH_FRAMES)[:, None]
    pace = 2 * np.pi / rng.uniform(7, 32) * (1 + 0.2 * np.cumsum(rng.normal(0, 0.15, PATH_FRAMES)))
    angle = rng.uniform(0, 2 * np.pi) + np.cumsum(pace)
    radius, wide, high = rng.uniform(0.02, 0.16), rng.uniform(0.7, 1.3), rng.uniform(0.7, 1.5)
    round_ = np.stack([radius * wide * np.cos(angle), sign * radius * high * np.sin(angle)], axis=1)
    drift = time * rng.normal(0, 0.0025, 2)
    return np.asarray(round_ + drift + rng.normal(0, 0.003, (PATH_FRAMES, 2)), np.float32)


def moving(rng: Rng) -> Floats:
    """A finger that goes somewhere, in one go or forth and back, a little bent."""
    time = np.arange(PATH_FRAMES)
    angle = rng.uniform(0, 2 * np.pi)
    way = np.array([np.cos(angle), np.sin(angle)]) * rng.uniform(0.05, 0.7)
    course = 1 / (1 + np.exp(-(time - rng.uniform(2, 13)) * rng.uniform(0.15, 1.2)))
    if rng.uniform() < 0.4:
        course = np.abs(time - rng.uniform(4, 12)) / 8
    bent = np.outer((time / 15) ** 2, rng.normal(0, 0.06, 2))
    return np.asarray(course[:, None] * way + bent + rng.normal(0, 0.004, (PATH_FRAMES, 2)), np.float32)


def draw_paths(rng: Rng, size: int) -> tuple[Floats, NDArray[np.int64]]:
    """Draw paths (size, 16, 2) and the indices of their `PATHS`; sometimes the finger is lost for a frame or two."""
    labels = np.arange(size) % len(PATHS)
    makers = (still, lambda r: circle(r, 1), lambda r: circle(r, -1), moving)
    paths = np.stack([makers[label](rng) for label in labels])
    return paths - paths[:, :1], labels.astype(np.int64)


def fit(features: Floats, labels: NDArray[np.int64], classes: int, seed: int, epochs: int = 14) -> dict[str, Any]:
    """Train one small net; returns the arrays of `sensegraph.models.hand_state.Perceptron`."""
    torch.manual_seed(seed)
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-3
    net = nn.Sequential(
        nn.Linear(features.shape[1], HIDDEN), nn.ReLU(), nn.Dropout(0.2),
        nn.Linear(HIDDEN, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, classes),
    )  # fmt: skip
    inputs, truth = torch.from_numpy((features - mean) / scale), torch.from_numpy(labels)
    optimizer = torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=1e-3)
    for _ in range(epochs):
        for chosen in torch.randperm(len(inputs)).split(256):
            loss = nn.functional.cross_entropy(net(inputs[chosen]), truth[chosen], label_smoothing=0.03)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    layers = [layer for layer in net if isinstance(layer, nn.Linear)]
    arrays: dict[str, Any] = {"mean": mean, "scale": scale}
    for number, layer in enumerate(layers):
        arrays |= {f"W{number}": layer.weight.detach().numpy(), f"b{number}": layer.bias.detach().numpy()}
    return arrays


def read_rows(path: Path, points: int, *, test: bool) -> tuple[Floats, NDArray[np.int64]]:
    """Read real rows (label, then x and y of each point) of one part: two blocks of 50 for training, one for the test.

    Neighbouring rows are consecutive frames, therefore blocks.

    Returns:
        (N, points, 2) and (N,) labels as in the file.
    """
    rows = np.loadtxt(path, delimiter=",")
    chosen = []
    for label in np.unique(rows[:, 0]):
        mine = np.flatnonzero(rows[:, 0] == label)
        block = np.arange(len(mine)) // ROWS_PER_BLOCK % 3
        chosen.append(mine[block == 2] if test else mine[block != 2])
    kept = rows[np.concatenate(chosen)]
    return kept[:, 1:].reshape(-1, points, 2).astype(np.float32), kept[:, 0].astype(np.int64)


def train_hand_state(out: Path, rows: Path | None = None, seed: int = 1, size: int = 16_000) -> dict[str, float]:
    """Train both nets and write `hand-shape.npz` and `hand-path.npz` into a folder.

    Args:
        out: the folder; made when it is not there.
        rows: folder with `keypoint_dev.csv` and `point_history_dev.csv` of real hands; two thirds of the shapes are
            mixed in, the paths are learned from synthetic ones alone.
        seed: of everything that is drawn.
        size: synthetic hands and paths, each.

    Returns:
        share named right of the real rows that were left out; empty without them.
    """
    torch.set_num_threads(1)
    out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    paths, labels = draw_paths(rng, size)
    np.savez(out / "hand-path.npz", **fit(path_features(paths), labels, len(PATHS), seed))
    hands, labels = draw_shapes(rng, size)
    features = shape_features(hands)
    if rows is not None:
        real, real_labels = read_rows(rows / KEYPOINTS, 21, test=False)
        features = np.concatenate([features, np.repeat(shape_features(real), REAL_WEIGHT, axis=0)])
        labels = np.concatenate([labels, np.repeat(real_labels, REAL_WEIGHT)])
    np.savez(out / "hand-shape.npz", **fit(features, labels, len(SHAPES), seed))
    return score_hand_state(out, rows) if rows is not None else {}


def score_hand_state(folder: Path, rows: Path) -> dict[str, float]:
    """Return the share of real rows that is named right: shapes that were left out of training, and all paths."""
    hands, shapes = read_rows(rows / KEYPOINTS, 21, test=True)
    named = Perceptron("hand-shape", folder)(shape_features(hands)).argmax(axis=1)
    history = np.loadtxt(rows / HISTORY, delimiter=",")
    paths = history[:, 1:].reshape(-1, PATH_FRAMES, 2) * [1, RECORDED_ASPECT]
    moved = Perceptron("hand-path", folder)(path_features(paths)).argmax(axis=1)
    return {"shapes": float((named == shapes).mean()), "paths": float((moved == history[:, 0]).mean())}
