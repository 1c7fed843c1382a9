"""Shadows: on the floor, under the feet, and of the figure on itself."""

import cv2
import numpy as np

from sensegraph.training.render.array import Array
from sensegraph.training.render.camera import Camera
from sensegraph.training.render.distance import F32
from sensegraph.training.render.rotation import UP, unit

CELL = 0.02  # metres, of the light map


def floor_shadow(picture: Array, floor: Array, camera: Camera, vertices: Array, towards: Array) -> None:
    """Darken a picture (H,W,3) where the figure keeps the light of the lamp in a direction (3,) from the floor."""
    wide = camera.width
    _cast(picture, floor, camera, vertices, towards, wide / 75)
    _cast(picture, floor, camera, vertices[vertices[:, 1] < 0.16], UP, wide / 110)


def _cast(picture: Array, floor: Array, camera: Camera, vertices: Array, light: Array, blur: float) -> None:
    h, w = picture.shape[:2]
    ground = vertices - light * (vertices[:, 1:2] / light[1])
    spots = np.round(camera.project(ground)[:, :2] / 2).astype(int)  # at half the size
    mask = np.zeros((h // 2 + 1, w // 2 + 1), F32)
    seen = (spots >= 0).all(1) & (spots[:, 0] < mask.shape[1]) & (spots[:, 1] < mask.shape[0])
    mask[spots[seen, 1], spots[seen, 0]] = 1
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    soft = cv2.resize(cv2.GaussianBlur(closed, (0, 0), blur / 2), (w, h))
    picture *= 1 - 0.50 * (soft * floor)[..., None] * np.array([1, 0.97, 0.92], F32)


def self_shadow(vertices: Array, towards: Array) -> Array:
    """How much of a lamp in a direction (3,) reaches each vertex (v,), 0..1, by a coarse depth map seen from it."""
    across = unit(np.cross(towards, UP))
    spots = np.stack([vertices @ across, vertices @ np.cross(across, towards)], 1) / CELL
    cell = (spots - spots.min(0) + 3).astype(int)
    depth = (vertices @ towards).astype(F32)
    nearest = np.full(cell.max(0) + 4, -9.0, F32)
    np.maximum.at(nearest, (cell[:, 0], cell[:, 1]), depth)
    nearest = np.asarray(cv2.dilate(nearest, np.ones((2, 2), np.uint8)))
    lit = np.zeros(len(vertices), F32)
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            lit += nearest[cell[:, 0] + dx, cell[:, 1] + dy] - depth < 0.055
    return lit / 9
