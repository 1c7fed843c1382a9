"""Shading: how bright a painted point is under the lamp, the sky and the floor's reflection."""

import numpy as np

from sensegraph.training.render.array import Array
from sensegraph.training.render.colour import grain
from sensegraph.training.render.distance import F32
from sensegraph.training.render.figure import HIP
from sensegraph.training.render.paint import Paint
from sensegraph.training.render.rotation import unit
from sensegraph.training.render.shadow import LIGHT

LAMP = np.array([0.95, 0.90, 0.82], F32)
SKY, GROUND = np.array([0.50, 0.53, 0.58], F32), np.array([0.30, 0.24, 0.19], F32)
FILL = np.array([0.16, 0.17, 0.19], F32)


def wrinkle(normals: Array, rest: Array, cloth: Array) -> Array:
    """Bend normals (s,3) into folds where `cloth` (s,) is; most at the waist."""
    x, y, z = rest.T
    depth = cloth * (0.09 + 0.10 * np.exp(-(((y - HIP[1] - 0.10) / 0.10) ** 2)))
    folds = [
        grain(y * 45 + x * 22, z * 24, 1.0),
        grain(x * 30, y * 38, 2.0),
        grain(y * 52 - x * 18, x * 20, 3.0),
    ]
    out = normals + depth[:, None] * np.stack(folds, 1)
    return np.asarray(out / (np.linalg.norm(out, axis=1, keepdims=True) + 1e-9))


def shade(paint: Paint, normals: Array, view: Array, openness: Array, lit: Array) -> Array:
    """Linear RGB (s,3) of painted points.

    Args:
        paint: What is painted there.
        normals: Unit normals (s,3).
        view: Unit directions to the camera (s,3).
        openness: Openness to light (s,), 0..1.
        lit: Share of the lamp that arrives (s,), 0..1.
    """
    lamp = LIGHT.astype(F32)
    facing = normals @ lamp
    wrap = np.where(paint.skin, 0.30, 0.12)
    key = np.maximum((facing + wrap) / (1 + wrap), 0) * (0.25 + 0.75 * lit)
    up = (0.5 + 0.5 * normals[:, 1])[:, None]
    ambient = (GROUND * (1 - up) + SKY * up) * (0.35 + 0.65 * openness)[:, None]
    fill = np.maximum(normals @ unit(np.array([0.5, 0.25, 0.85])).astype(F32), 0)[:, None] * FILL
    rgb = paint.albedo * (key[:, None] * LAMP + ambient * 0.80 + fill)
    glow = np.where(paint.skin, 0.06, 0.0) * np.exp(-((facing / 0.3) ** 2)) * lit
    rgb += glow[:, None] * np.array([0.5, 0.13, 0.07], F32)  # light through skin at the edge of the shadow
    half = view + lamp
    half /= np.linalg.norm(half, axis=1, keepdims=True)
    shine = paint.gloss * lit * np.maximum((normals * half).sum(1), 0) ** 28
    rim = 0.05 * openness * (1 - np.clip((normals * view).sum(1), 0, 1)) ** 4
    return np.asarray(rgb + (shine + rim)[:, None])
