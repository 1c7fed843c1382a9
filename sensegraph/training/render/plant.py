"""A potted plant, drawn as polygons."""

from itertools import pairwise

import cv2
import numpy as np

from sensegraph.training.render.array import Array
from sensegraph.training.render.camera import Camera
from sensegraph.training.render.rotation import UP

PLACE = np.array([-1.22, 0, -1.45])  # foot of the pot, metres


def draw_plant(picture: Array, camera: Camera) -> None:
    """Draw the plant into a picture (H,W,3) in linear light; always the same plant."""

    def fill(points: Array, colour: Array) -> None:
        corners = np.round(camera.project(points)[:, :2] * 8).astype(np.int32)
        cv2.fillPoly(picture, [corners], [float(v) ** 2.2 for v in colour], cv2.LINE_AA, 3)

    angle = np.linspace(0, 2 * np.pi, 40)[:, None]
    ring = np.concatenate([np.cos(angle), 0 * angle, np.sin(angle)], 1)
    fill(PLACE + ring * 0.20 + [0.05, 0.002, 0], np.array([0.36, 0.27, 0.19]))
    edges = np.linspace(1, -1, 25).tolist()
    for x0, x1 in pairwise(edges):  # the round pot as vertical strips
        tone = 0.62 + 0.38 * (1 - (x0 + 0.35) ** 2 / 1.9)
        low, high = [[x0 * 0.125, 0, 0], [x0 * 0.165, 0.33, 0]], [[x1 * 0.165, 0.33, 0], [x1 * 0.125, 0, 0]]
        strip = np.array(low + high)
        fill(PLACE + strip, np.array([0.80, 0.74, 0.68]) * tone)
    fill(PLACE + ring * [0.165, 0, 0.06] + [0, 0.33, 0], np.array([0.26, 0.18, 0.12]))
    for outline, middle, tone in _leaves():
        fill(outline, np.array([0.20, 0.40, 0.22]) * tone)
        side = np.array([0.0025, 0, 0])
        vein = np.concatenate([middle - side, middle[::-1] + side])
        fill(vein, np.array([0.32, 0.52, 0.32]) * tone)


def _leaves() -> list[tuple[Array, Array, float]]:
    """Outline (28,3), middle line (14,3) and brightness of each leaf, the rearmost first."""
    random, out = np.random.default_rng(4), []
    for _ in range(26):
        angle, length = random.uniform(0, 2 * np.pi), random.uniform(0.35, 0.62)
        rise = random.uniform(0.55, 1.25)
        away = np.array([np.cos(angle), 0, np.sin(angle) * 0.6])
        u = np.linspace(0, 1, 14)[:, None]
        bow = rise * length * 1.9 * u - 0.55 * length * u * u * (1.6 - rise * 0.6)
        middle = PLACE + [0, 0.34, 0] + away * length * u**1.3 + UP * bow
        half = (0.012 + 0.050 * np.sin(np.pi * u**1.25)) * np.cross(away, UP)
        outline = np.concatenate([middle - half, (middle + half)[::-1]])
        out.append((outline, middle, random.uniform(0.75, 1.2)))
    return sorted(out, key=lambda leaf: float(leaf[1][-1, 2]))
