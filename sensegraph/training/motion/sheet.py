"""A contact sheet of movements as stick figures, so that a person can check each of them."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from sensegraph.models.skeleton import RATE_FPS
from sensegraph.training.motion.body import Body
from sensegraph.training.motion.exercise import Exercise, perform

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]

BONES = (
    (1, 2), (1, 3), (3, 5), (2, 4), (4, 6), (1, 7), (2, 8), (7, 8), (7, 9), (9, 11), (8, 10), (10, 12),
)  # fmt: skip
LEFT_JOINTS = {1, 3, 5, 7, 9, 11}
LEFT_BGR, RIGHT_BGR, MIDDLE_BGR = (40, 90, 220), (190, 110, 30), (90, 90, 90)
CELL_PX = 110
HIGHEST_M, WIDEST_M = 2.3, 2.3
VIEWS_DEG = (25.0, 90.0)


def draw_figure(picture: Picture, joints: Array, yaw_deg: float) -> None:
    """Draw one skeleton (13, 3) into a square picture, seen from `yaw_deg` (0 = front, 90 = from the left)."""
    size, yaw = picture.shape[0], np.radians(yaw_deg)
    middle = joints[[7, 8]].mean(axis=0)
    across = (joints[:, 0] - middle[0]) * np.cos(yaw) - (joints[:, 2] - middle[2]) * np.sin(yaw)
    places = np.stack([size / 2 + across * size / WIDEST_M, size * 0.96 - joints[:, 1] * size / HIGHEST_M], axis=-1)
    cv2.line(picture, (0, int(size * 0.96)), (size, int(size * 0.96)), (215, 215, 215), 1)
    for first, second in BONES:
        same = (first in LEFT_JOINTS) == (second in LEFT_JOINTS)
        colour = MIDDLE_BGR if not same else LEFT_BGR if first in LEFT_JOINTS else RIGHT_BGR
        start, end = (tuple(int(each) for each in places[joint]) for joint in (first, second))
        cv2.line(picture, start, end, colour, 2, cv2.LINE_AA)
    nose = (int(places[0, 0]), int(places[0, 1]))
    cv2.circle(picture, nose, max(2, size // 24), MIDDLE_BGR, -1, cv2.LINE_AA)


def strip(exercise: Exercise, label: str, seed: int, moments: int = 8) -> Picture:
    """One exercise: a row of moments of one repetition for each view, BGR; left limbs red, right limbs blue."""
    rng = np.random.default_rng(seed)
    frames = round(exercise.period_s[0] * RATE_FPS * 1.5) + moments
    joints = perform(rng, exercise, Body(), np.linspace(0, 2 if exercise.counted else 1, frames))
    chosen = np.linspace(0, frames - 1, moments).round().astype(int)
    rows = []
    for yaw in VIEWS_DEG:
        cells = []
        for number in chosen:
            cell = np.full((CELL_PX, CELL_PX, 3), 255, np.uint8)
            draw_figure(cell, joints[number], yaw)
            cells.append(cell)
        rows.append(np.hstack(cells))
    picture = np.vstack(rows)
    cv2.putText(picture, f"{label} #{seed}", (3, 11), cv2.FONT_HERSHEY_SIMPLEX, 0.36, (0, 0, 0), 1, cv2.LINE_AA)
    return np.asarray(picture, dtype=np.uint8)


def contact_sheet(exercises: Mapping[str, Exercise], seed: int = 1, columns: int = 2) -> Picture:
    """All exercises of a table in a grid, BGR."""
    strips = [strip(exercise, label, seed) for label, exercise in exercises.items()]
    blank = np.full_like(strips[0], 255)
    strips += [blank] * (-len(strips) % columns)
    lines = [np.hstack(strips[at : at + columns]) for at in range(0, len(strips), columns)]
    return np.asarray(np.vstack(lines), dtype=np.uint8)
