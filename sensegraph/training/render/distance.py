"""Signed distances: points (n,3) to metres (n,), negative inside."""

from collections.abc import Sequence

import numpy as np

from sensegraph.training.render.array import Array

F32 = np.float32
Point = Sequence[float] | Array


def cone(points: Array, a: Point, b: Point, start: float, end: float | None = None, flat: float = 1.0) -> Array:
    """Capsule from `a` to `b`, radius from `start` to `end` metres; `flat` below 1 squeezes it along z."""
    first, last = np.asarray(a, F32), np.asarray(b, F32)
    scale = np.array([1, 1, 1 / flat], F32)
    q, d = (points - first) * scale, (last - first) * scale
    t = np.clip(q @ d / max(d @ d, 1e-9), 0, 1)
    radius = start + t * ((start if end is None else end) - start)
    return np.asarray(np.sqrt(((q - t[:, None] * d) ** 2).sum(1)) - radius)


def ellipsoid(points: Array, centre: Point, radii: Point) -> Array:
    """Ellipsoid along the axes; the distance is approximate away from the surface."""
    r = np.asarray(radii, F32)
    q = (points - np.asarray(centre, F32)) / r
    k = np.sqrt((q * q).sum(1)) + 1e-6
    return np.asarray(k * (k - 1) / (np.sqrt(((q / r) ** 2).sum(1)) + 1e-6))


def smooth_min(a: Array, b: Array, width: float) -> Array:
    """Union of two bodies with a fillet of the given width."""
    h = np.maximum(width - np.abs(a - b), 0) / width
    return np.asarray(np.minimum(a, b) - h * h * width / 4)


def union(width: float, *parts: Array) -> Array:
    """Smooth union of several bodies."""
    out = parts[0]
    for part in parts[1:]:
        out = smooth_min(out, part, width)
    return out


def segment_distance(points: Array, a: Array, b: Array) -> Array:
    """Distance (n,) of points to the line segment from `a` to `b`."""
    way = b - a
    t = np.clip((points - a) @ way / (way @ way), 0, 1)
    return np.asarray(np.linalg.norm(points - a - t[:, None] * way, axis=1))
