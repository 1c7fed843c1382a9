"""Floors, bricks, a shelf and the sky: points of the floor or wall in metres to colours in linear light (...,3)."""

import numpy as np

from sensegraph.training.render.array import Array
from sensegraph.training.render.colour import grain, linear
from sensegraph.training.render.setting import Setting


def draw_floor(x: Array, z: Array, setting: Setting) -> Array:
    """Colour of the floor at x, z."""
    if setting.surface == "grass":
        blades = 1 + 0.16 * grain(x * 90, z * 40, 2.0) + 0.10 * grain(x * 7, z * 5, 1.0)
        return np.asarray((np.array(setting.floor) * blades[..., None]).clip(0, 1) ** 2.2)
    if setting.surface == "boards":
        floor = _boards(x, z, setting)
    else:
        floor = np.array(setting.floor) * (1 + 0.03 * grain(x * 60, z * 60, 3.0))[..., None]
        if setting.surface == "tiles":
            joint = np.minimum(np.abs(x % 0.5 - 0.25), np.abs(z % 0.5 - 0.25))
            floor = np.where((joint < 0.005)[..., None], floor * 0.75, floor)
    light = 0.80 + 0.22 * np.exp(-((x + 0.6) ** 2 + (z - 0.2) ** 2) / 2.5)
    return np.asarray(floor**2.2 * light[..., None])


def _boards(x: Array, z: Array, setting: Setting) -> Array:
    """Boards of 14 cm by 1.3 m that run towards the camera."""
    board = np.floor(x / 0.14)
    along = z + (board * 0.37 % 1) * 1.3
    tone = (0.5 + 0.5 * np.sin(board * 12.9898 + np.floor(along / 1.3) * 78.233))[..., None]
    fibre = 1 + 0.035 * grain(x * 70, along * 5, 3.0) + 0.02 * grain(x * 190, along * 11)
    wood = (np.array(setting.floor) + tone * np.array(setting.tone)) * fibre[..., None]
    gap = np.abs(x / 0.14 - np.round(x / 0.14)) < 0.012
    gap |= np.abs(along / 1.3 - np.round(along / 1.3)) < 0.0018
    return np.where(gap[..., None], wood * 0.72, wood)


def bricks(x: Array, y: Array) -> Array:
    """Brightness (...) of bricks of 24 by 8 cm; the mortar is lighter."""
    row = np.floor(y / 0.08)
    column = x / 0.24 + 0.5 * (row % 2)
    tone = 0.88 + 0.16 * np.sin(row * 12.9898 + np.floor(column) * 78.233)
    mortar = (np.abs(column - np.round(column)) < 0.025) | (np.abs(y / 0.08 - np.round(y / 0.08)) < 0.08)
    return np.where(mortar, 1.25, tone)


def draw_shelf(wall: Array, u: Array, y: Array) -> None:
    """Put a shelf with books on a wall; u, y are metres from the foot of its middle."""
    inside = (np.abs(u) < 0.45) & (y < 1.75)
    board = inside & ((np.abs(u) > 0.42) | (y % 0.35 < 0.03))
    book = np.floor(u / 0.045)
    level = np.floor(y / 0.35)
    chance = np.sin(book * 12.9898 + level * 78.233) * 43758.5453 % 1
    tall = inside & ~board & (y % 0.35 < 0.20 + 0.09 * chance)
    wall[inside] *= 0.30
    hues = 0.25 + 0.45 * np.stack([chance, chance * 7.3 % 1, chance * 3.7 % 1], -1)
    wall[tall] = hues[tall] ** 2.2 * 0.8
    wall[board] = linear(0.45, 0.35, 0.26)


def draw_sky(x: Array, y: Array, setting: Setting) -> Array:
    """Colour of the sky, clearer above, over a hedge with trees."""
    haze = np.exp(-np.maximum(y, 0) / 2.5)[..., None]
    sky = np.array(setting.wall) * (1 - haze) + np.array([0.88, 0.92, 0.95]) * haze
    top = 1.5 + 0.35 * np.sin(x * 0.9 + 1) + 0.5 * np.sin(x * 0.37) + 0.08 * grain(x * 9, x * 3, 1.0)
    leaves = np.array([0.20, 0.34, 0.16]) * (1 + 0.35 * grain(x * 8, y * 9, 2.0))[..., None]
    return np.asarray(np.where((y < top)[..., None], leaves, sky).clip(0, 1) ** 2.2)
