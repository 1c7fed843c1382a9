"""The id buffer: which quad each sample of the picture shows, and the values of its vertices there."""

from dataclasses import dataclass

import cv2
import numpy as np

from sensegraph.training.render.array import Array
from sensegraph.training.render.distance import F32


@dataclass(frozen=True)
class Samples:
    """The samples that show the figure.

    Attributes:
        corner: Left and top pixel of the part of the picture that was drawn.
        shape: Height and width of that part in samples; a whole number of pixels.
        at: Rows and columns (2,s) of the samples in that part.
        quad: Number of the quad (s,).
        triangle: Its three vertices that surround the sample (s,3).
        weights: Their shares (s,3), summing to 1.
    """

    corner: tuple[int, int]
    shape: tuple[int, int]
    at: Array
    quad: Array
    triangle: Array
    weights: Array

    def mix(self, values: Array) -> Array:
        """Values of the vertices (v,c), interpolated at the samples (s,c)."""
        a, b, c = self.triangle.T
        w = self.weights
        return np.asarray(values[a] * w[:, :1] + values[b] * w[:, 1:2] + values[c] * w[:, 2:])


def draw_samples(projected: Array, quads: Array, size: tuple[int, int], fine: int) -> Samples:
    """Paint the quads from back to front.

    Args:
        projected: Vertices (v,3): x, y in pixels and depth.
        quads: Vertex numbers (q,4).
        size: Width and height of the picture in pixels.
        fine: Samples per pixel along each axis.
    """
    xy = projected[:, :2] * fine
    c = xy[quads]
    limit = np.array(size) * fine
    low, high = c.min(1), c.max(1)
    d1, d2 = c[:, 2] - c[:, 0], c[:, 3] - c[:, 1]
    faces_us = d1[:, 0] * d2[:, 1] - d1[:, 1] * d2[:, 0] < 0
    seen = np.flatnonzero(faces_us & (high > 0).all(1) & (low < limit).all(1))
    if not len(seen):
        none = np.zeros((0, 3), int)
        return Samples((0, 0), (fine, fine), np.zeros((2, 0), int), none[:, 0], none, none.astype(F32))
    order = seen[np.argsort(-projected[quads[seen], 2].mean(1))]
    start = np.maximum(np.floor(low[order].min(0)).astype(int) - 4, 0) // fine * fine
    end = np.minimum(-(-(np.ceil(high[order].max(0)).astype(int) + 4) // fine) * fine, limit)
    ids = np.zeros((end[1] - start[1], end[0] - start[0]), np.int32)
    corners = np.round((c[order] - start - 0.5) * 16).astype(np.int32)
    for number, polygon in zip((order + 1).tolist(), corners, strict=True):
        cv2.fillConvexPoly(ids, polygon, number, cv2.LINE_8, 4)
    at = np.stack(np.nonzero(ids))
    quad = ids[at[0], at[1]] - 1
    triangle, weights = _locate(xy, quads[quad], at[::-1].T + start + 0.5)
    first = (int(start[0]) // fine, int(start[1]) // fine)
    return Samples(first, (ids.shape[0], ids.shape[1]), at, quad, triangle, weights)


def _locate(xy: Array, quads: Array, points: Array) -> tuple[Array, Array]:
    """Triangle (s,3) of each quad (s,4) that holds the point (s,2), and its barycentric weights (s,3)."""
    a, b, m = xy[quads[:, 0]], xy[quads[:, 2]], xy[quads[:, 1]]
    same_side = _cross(b - a, points - a) * _cross(b - a, m - a) >= 0
    third = np.where(same_side, quads[:, 1], quads[:, 3])
    m = xy[third]
    area = _cross(m - b, a - b)
    area = np.where(np.abs(area) < 1e-6, 1e-6, area)
    of_a = _cross(m - b, points - b) / area
    of_m = _cross(points - b, a - b) / area
    weights = np.clip(np.stack([of_a, of_m, 1 - of_a - of_m], 1), -0.2, 1.2)
    weights = (weights / weights.sum(1, keepdims=True)).astype(F32)
    return np.stack([quads[:, 0], third, quads[:, 2]], 1), weights


def _cross(u: Array, v: Array) -> Array:
    return np.asarray(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0])
