"""Surface nets: a signed distance becomes a mesh of quads."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from sensegraph.training.render.array import Array
from sensegraph.training.render.distance import F32, Point

Distance: TypeAlias = Callable[[Array], Array]


@dataclass(frozen=True)
class Surface:
    """Vertices (v,3), quads (q,4) of vertex numbers, normals (v,3), openness to light (v,) in 0..1."""

    vertices: Array
    quads: Array
    normals: Array
    openness: Array


def surface_nets(distance: Distance, low: Point, high: Point, cell: float) -> Surface:
    """Mesh the zero set of a signed distance inside a box.

    Args:
        distance: Points (n,3) to signed distances (n,).
        low: Lowest corner of the box, metres.
        high: Highest corner.
        cell: Edge of a grid cell, metres.
    """
    axes = [np.arange(a, b + cell, cell, dtype=F32) for a, b in zip(low, high, strict=True)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), -1)
    values = distance(grid.reshape(-1, 3)).reshape(grid.shape[:3])
    total, count = _crossings(values)
    active = count > 0
    index = np.full(count.shape, -1)
    index[active] = np.arange(active.sum())
    origin = np.array([a[0] for a in axes], F32)
    local = np.argwhere(active) + total[active] / count[active][:, None]
    vertices = (origin + local * F32(cell)).astype(F32)
    quads = np.concatenate([_quads(values < 0, index, axis) for axis in range(3)])
    vertices, normals = _pull(distance, vertices, F32(cell * 0.5))
    near = np.clip(distance(vertices + normals * F32(0.03)) / 0.03, 0, 1)
    far = np.clip(distance(vertices + normals * F32(0.08)) / 0.08, 0, 1)
    return Surface(vertices, quads, normals, ((near + far) / 2).astype(F32))


def _crossings(values: Array) -> tuple[Array, Array]:
    """Sum (i,j,k,3) and number (i,j,k) of the zero crossings on the 12 edges of each cell, in cells."""
    n = np.array(values.shape) - 1
    total, count = np.zeros((*n, 3), F32), np.zeros(n, F32)

    def corner(o: Array) -> Array:
        return values[o[0] : o[0] + n[0], o[1] : o[1] + n[1], o[2] : o[2] + n[2]]

    for axis in range(3):
        u, v = (k for k in range(3) if k != axis)
        for i in range(4):
            start = np.zeros(3, int)
            start[u], start[v] = i & 1, i >> 1
            end = start.copy()
            end[axis] = 1
            a, b = corner(start), corner(end)
            cross = (a < 0) != (b < 0)
            point = np.broadcast_to(start.astype(F32), (*n, 3)).copy()
            point[..., axis] += np.where(cross, a / np.where(cross, a - b, 1), 0)
            total += point * cross[..., None]
            count += cross
    return total, count


def _quads(inside: Array, index: Array, axis: int) -> Array:
    """One quad per grid edge along `axis` that changes sign, wound so that the outside is in front."""
    n = index.shape
    u, v = (k for k in range(3) if k != axis)
    start = [slice(1, n[k]) for k in range(3)]
    start[axis] = slice(0, n[axis])
    end = list(start)
    end[axis] = slice(1, n[axis] + 1)
    a, b = inside[tuple(start)], inside[tuple(end)]
    at = np.argwhere(a != b)
    flip = a[tuple(at.T)] != (axis == 1)
    step = np.ones(3, int)
    step[axis] = 0
    ring = []
    for du, dv in ((1, 1), (0, 1), (0, 0), (1, 0)):
        c = at + step
        c[:, u] -= du
        c[:, v] -= dv
        ring.append(index[tuple(c.T)])
    quads = np.stack(ring, 1)
    quads[~flip] = quads[~flip][:, ::-1]
    return quads


def _pull(distance: Distance, vertices: Array, step: np.float32) -> tuple[Array, Array]:
    """Move the vertices onto the surface; returns them and their normals."""
    normals = vertices
    for _ in range(2):
        probes = [distance(vertices + step * e) - distance(vertices - step * e) for e in np.eye(3, dtype=F32)]
        slope = np.stack(probes, 1)
        normals = slope / (np.linalg.norm(slope, axis=1, keepdims=True) + 1e-9)
        vertices = vertices - normals * np.clip(distance(vertices), -step, step)[:, None]
    return vertices, normals
