"""The surroundings: wall, floor, mat and what stands about, drawn once for a camera."""

from dataclasses import dataclass

import cv2
import numpy as np

from sensegraph.training.render.array import Array
from sensegraph.training.render.camera import Camera
from sensegraph.training.render.colour import grain, linear
from sensegraph.training.render.complexion import Rgb
from sensegraph.training.render.distance import F32
from sensegraph.training.render.plant import draw_plant
from sensegraph.training.render.scenery import bricks, draw_floor, draw_shelf, draw_sky
from sensegraph.training.render.setting import SETTINGS, Setting

MAT = (1.02, 0.46)  # half width and half depth of the mat, metres


@dataclass(frozen=True)
class Room:
    """Picture of the empty room (H,W,3) in linear light, and where the floor is (H,W), bool."""

    picture: Array
    floor: Array


def draw_room(camera: Camera, setting: Setting = SETTINGS["flat"]) -> Room:
    """Draw the surroundings at twice the size of the camera and scale them down."""
    fine = camera.enlarged(2)
    rays, wall = fine.rays(), -setting.distance
    to_wall = (wall - fine.eye[2]) / rays[..., 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        to_floor = np.where(rays[..., 1] < 0, -fine.eye[1] / rays[..., 1], np.inf)
    floor = to_floor < to_wall
    points = fine.eye + rays * np.where(floor, to_floor, to_wall)[..., None]
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    behind = draw_sky(x, y, setting) if setting.behind == "sky" else _wall(x, y, setting)
    picture = np.where(floor[..., None], draw_floor(x, z, setting), behind)
    corner = 1 - 0.35 * np.exp(-np.maximum(z - wall, 0) / 0.10)
    foot = 1 - 0.25 * np.exp(-np.maximum(y, 0) / 0.05)
    picture = (picture * np.where(floor, corner, foot)[..., None]).astype(F32)
    if setting.mat is not None:
        _mat(picture, floor, x, z, setting.mat)
    if setting.plant:
        draw_plant(picture, fine)
    small = cv2.resize(picture, (camera.width, camera.height), interpolation=cv2.INTER_AREA)
    return Room(small, floor[::2, ::2])


def _wall(x: Array, y: Array, setting: Setting) -> Array:
    paint = np.array(setting.wall) * (1 + 0.012 * grain(x * 3, y * 3, 1.0))[..., None]
    if setting.behind == "brick":
        paint *= bricks(x, y)[..., None]
    glow = np.exp(-((x + 1.3) ** 2 / 2.6 + (y - 1.9) ** 2 / 1.8))
    out = paint**2.2 * (0.68 + 0.40 * glow + 0.06 * y)[..., None]
    if setting.window:
        out *= 1 + _sunlight(x, y)[..., None] * np.array([0.30, 0.27, 0.20])
    board = y < 0.11
    out[board] = linear(0.90, 0.89, 0.87) * 0.82 * np.where(y[board] > 0.098, 1.12, 0.95)[:, None]
    if setting.shelf:
        draw_shelf(out, x + 1.5, y)
    if setting.picture:
        _print(out, x - 1.05, y - 1.55)
    return np.asarray(out)


def _sunlight(x: Array, y: Array) -> Array:
    """Light of a window with two by three panes, slanting over the wall; 0..1."""
    u, v = x + 0.62 + 0.42 * (y - 1.45), y - 1.45
    column = 0.36 - np.abs(np.abs(u) - 0.40)
    row = 0.29 - np.minimum(np.abs(v), np.abs(np.abs(v) - 0.66))
    return np.asarray(np.clip(column / 0.05 + 0.5, 0, 1) * np.clip(row / 0.05 + 0.5, 0, 1))


def _print(wall: Array, u: Array, v: Array) -> None:
    """A framed abstract print: a sun over two hills; u, v are metres from its middle."""
    paper = linear(0.93, 0.91, 0.86) * 0.85
    off = np.maximum(np.abs(u - 0.02) - 0.32, 0) + np.maximum(np.abs(v + 0.03) - 0.41, 0)
    wall *= 1 - 0.25 * np.exp(-off / 0.02)[..., None]
    wall[(np.abs(u) < 0.32) & (np.abs(v) < 0.41)] = linear(0.32, 0.23, 0.16)
    inner = (np.abs(u) < 0.27) & (np.abs(v) < 0.36)
    wall[inner] = paper
    inner &= (np.abs(u) < 0.21) & (np.abs(v) < 0.30)
    wall[inner & (np.hypot(u + 0.05, v - 0.08) < 0.12)] = linear(0.88, 0.52, 0.28)
    wall[inner & (v < -0.06 + 0.05 * np.sin(u * 9))] = linear(0.24, 0.45, 0.47)
    wall[inner & (v < -0.17 + 0.04 * np.sin(u * 7 + 2))] = linear(0.14, 0.26, 0.32)


def _mat(picture: Array, floor: Array, x: Array, z: Array, colour: Rgb) -> None:
    """The exercise mat in the middle of the floor, long side along the wall."""
    edge = np.maximum(np.abs(x) - MAT[0], np.abs(z) - MAT[1])
    on = floor & (edge < 0)
    rim = np.where(edge[on] > -0.02, 1.25, 1.0) * (1 + 0.05 * grain(x[on] * 300, z[on] * 300))
    picture[on] = linear(*colour) * rim[:, None]
    picture[floor & (edge >= 0) & (edge < 0.02)] *= 0.75
