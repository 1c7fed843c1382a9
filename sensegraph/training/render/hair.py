"""Cuts of hair as signed distances in head coordinates, and where hair grows."""

import numpy as np

from sensegraph.training.render.array import Array
from sensegraph.training.render.distance import ellipsoid, smooth_min, union

HEAD_BOX = {  # lowest and highest corner of the head with each cut, metres
    "short": ((-0.10, -0.06, -0.13), (0.10, 0.335, 0.14)),
    "long": ((-0.12, -0.06, -0.15), (0.12, 0.335, 0.14)),
    "bun": ((-0.10, -0.06, -0.19), (0.10, 0.345, 0.14)),
    "bald": ((-0.10, -0.06, -0.13), (0.10, 0.335, 0.14)),
}


def hairline(points: Array, hair: str = "short") -> Array:
    """Positive (n,) where hair grows."""
    if hair == "bald":
        return np.full(len(points), -1.0)
    x, y, z = np.abs(points[:, 0]), points[:, 1], points[:, 2]
    front = 0.254 - 15.0 * np.clip(x - 0.046, 0, 1) ** 1.5 + 0.004 * np.sin(points[:, 0] * 95)
    if hair == "long":
        back = np.interp(z, [-0.035, 0.0, 0.012], [-0.045, 0.060, 0.130])
    else:
        back = np.interp(z, [-0.12, -0.03, 0.012], [0.085, 0.140, 0.150])
    return np.asarray(y - np.where(z > 0.012, np.minimum(front + 0.35 * (z - 0.078), 0.30), back))


def hair_distance(points: Array, hair: str) -> Array:
    """Signed distance (n,) of the hair."""
    q = points.copy()
    q[:, 0] = np.abs(q[:, 0])
    out = union(
        0.03,
        ellipsoid(q, (0, 0.226, -0.016), (0.084, 0.099, 0.104)),
        ellipsoid(q, (0, 0.283, 0.030), (0.060, 0.036, 0.060)),
    )
    if hair == "long":
        out = union(0.03, out, ellipsoid(q, (0, 0.110, -0.045), (0.096, 0.165, 0.074)))
    if hair == "bun":
        out = union(0.012, out, ellipsoid(q, (0, 0.285, -0.125), (0.046, 0.044, 0.044)))
    wave = np.sin(points[:, 0] * 210 + 5 * np.sin(points[:, 2] * 40)) * np.sin(q[:, 1] * 60 + q[:, 2] * 90)
    return -smooth_min(-(out + 0.0022 * wave), hairline(q, hair) * 0.7, 0.010)
