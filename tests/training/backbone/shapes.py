"""A tiny dataset of videos: a red square that grows, a green one that goes to and fro, a blue one that flickers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.nodes.videos import write_video

SIDE = 64
COLOURS = {"grows": (40, 40, 230), "moves": (40, 220, 40), "flickers": (230, 60, 40)}
"""Class -> blue, green and red of its square, which each clip varies."""


def pictures(label: str, seed: int, count: int) -> Iterator[np.ndarray]:
    """Yield uint8 BGR (64, 64, 3) pictures of one clip."""
    rng = np.random.default_rng(seed)
    back, front = rng.integers(60, 120, 3), np.clip(COLOURS[label] + rng.integers(-30, 30, 3), 0, 255)
    x, y, half = rng.uniform(18, 46), rng.uniform(18, 46), rng.uniform(9, 14)
    speed, phase = rng.uniform(0.8, 1.2), rng.uniform(0, 6)
    for number in range(count):
        turn = np.sin(number / 8 * speed + phase)
        shown = np.full((SIDE, SIDE, 3), back, np.uint8)
        at, size, light = x, half, 1.0
        if label == "grows":
            size = half * (1 + 0.8 * turn)
        elif label == "moves":
            at = x + 16 * turn
        else:
            light = 0.5 + 0.5 * (number // 3 % 2)
        left, right, top, bottom = (int(max(0, v)) for v in (at - size, at + size, y - size, y + size))
        shown[top:bottom, left:right] = front * light
        yield shown


def write_clip(path: Path, label: str, seed: int, count: int = 60) -> Path:
    """Write a clip at 16 frames a second; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_video(path, count, size=(SIDE, SIDE), rate=16, pictures=pictures(label, seed, count))


def write_dataset(root: Path, each: int = 8, valid: int = 2, count: int = 60) -> Path:
    """Write train/CLASS and valid/CLASS with so many clips of each class, `valid` of them for validation."""
    for number, label in enumerate(COLOURS):
        for index in range(each):
            split = "valid" if index < valid else "train"
            write_clip(root / split / label / f"{index}.mp4", label, 100 * number + index, count)
    return root
