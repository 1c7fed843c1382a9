"""Shading: how bright a painted point is under the lamp, the sky and the floor's reflection."""

from dataclasses import dataclass

import numpy as np

from sensegraph.training.render.array import Array
from sensegraph.training.render.colour import grain
from sensegraph.training.render.complexion import Rgb
from sensegraph.training.render.distance import F32
from sensegraph.training.render.figure import HIP
from sensegraph.training.render.paint import Paint
from sensegraph.training.render.rotation import unit


@dataclass(frozen=True)
class Light:
    """A lamp, and what comes from above, from below and from the front; colours in linear RGB.

    Attributes:
        towards: Direction to the lamp, above the horizon.
        lamp: The lamp.
        sky: From above.
        ground: From the floor.
        fill: From the front, on the left.
        room: Factor on the brightness of wall and floor.
    """

    towards: Rgb = (-0.42, 0.80, 0.52)
    lamp: Rgb = (0.95, 0.90, 0.82)
    sky: Rgb = (0.50, 0.53, 0.58)
    ground: Rgb = (0.30, 0.24, 0.19)
    fill: Rgb = (0.16, 0.17, 0.19)
    room: float = 1.0

    def direction(self) -> Array:
        """Unit direction (3,) to the lamp."""
        return unit(np.array(self.towards))


LIGHTS = {
    "day": Light(),
    "side": Light((0.85, 0.55, 0.25), (1.15, 1.02, 0.85), (0.30, 0.33, 0.40), (0.20, 0.16, 0.13), (0.06, 0.07, 0.08)),
    "dim": Light(
        lamp=(0.30, 0.26, 0.20), sky=(0.14, 0.14, 0.16), ground=(0.08, 0.06, 0.05), fill=(0.04, 0.04, 0.05), room=0.28
    ),
    "back": Light(
        (0.35, 0.75, -0.65), (1.1, 1.05, 0.95), (0.26, 0.28, 0.32), (0.16, 0.13, 0.10), (0.05, 0.05, 0.06), 1.2
    ),
    "bright": Light(
        (-0.2, 0.9, 0.45), (1.15, 1.12, 1.05), (0.70, 0.73, 0.78), (0.40, 0.36, 0.32), (0.25, 0.25, 0.26), 1.3
    ),
}


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


def shade(
    paint: Paint, normals: Array, view: Array, openness: Array, lit: Array, light: Light, glow: float = 1.0
) -> Array:
    """Linear RGB (s,3) of painted points.

    Args:
        paint: What is painted there.
        normals: Unit normals (s,3).
        view: Unit directions to the camera (s,3).
        openness: Openness to light (s,), 0..1.
        lit: Share of the lamp that arrives (s,), 0..1.
        light: Where it comes from.
        glow: How much light the skin lets through, 1 for the modelled figure.
    """
    lamp = light.direction().astype(F32)
    facing = normals @ lamp
    wrap = np.where(paint.skin, 0.30, 0.12)
    key = np.maximum((facing + wrap) / (1 + wrap), 0) * (0.25 + 0.75 * lit)
    up = (0.5 + 0.5 * normals[:, 1])[:, None]
    sky, ground = np.array(light.sky, F32), np.array(light.ground, F32)
    ambient = (ground * (1 - up) + sky * up) * (0.35 + 0.65 * openness)[:, None]
    fill = np.maximum(normals @ unit(np.array([0.5, 0.25, 0.85])).astype(F32), 0)[:, None] * np.array(light.fill, F32)
    rgb = paint.albedo * (key[:, None] * np.array(light.lamp, F32) + ambient * 0.80 + fill)
    glows = np.where(paint.skin, 0.06 * glow, 0.0) * np.exp(-((facing / 0.3) ** 2)) * lit
    rgb += glows[:, None] * np.array([0.5, 0.13, 0.07], F32)  # light through skin at the edge of the shadow
    half = view + lamp
    half /= np.linalg.norm(half, axis=1, keepdims=True)
    shine = paint.gloss * lit * np.maximum((normals * half).sum(1), 0) ** 28
    rim = 0.05 * openness * (1 - np.clip((normals * view).sum(1), 0, 1)) ** 4
    return np.asarray(rgb + (shine + rim)[:, None])
