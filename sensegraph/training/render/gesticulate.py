"""What a gesticulating figure does, in the terms of the renderer."""

from dataclasses import dataclass

import numpy as np

from sensegraph.training.motion.gestures.figure import SHAPE, Build, Gesticulation
from sensegraph.training.motion.gestures.hand import CURL_DEG
from sensegraph.training.render.array import Array
from sensegraph.training.render.film import Hands, Palms
from sensegraph.training.render.hand import FINGERS, HandShape
from sensegraph.training.render.look import Look
from sensegraph.training.render.stance import NOSE_AHEAD, NOSE_UP

SHOULDERS, ELBOWS, WRISTS, HIPS = slice(7, 9), slice(9, 11), slice(11, 13), slice(13, 15)  # of the figure's points
INDEX, LITTLE = 5, 17  # their knuckles among the 21 joints of a hand
THUMB_DEG = np.array([30.0, 45, 40])  # curl of a thumb that lies over the fist
SPREAD_DEG, THUMB_IN, THUMB_OUT = 10.0, -8.0, 24.0


@dataclass(frozen=True)
class Gestures:
    """Arguments of `film`: joints (T,13,3), hands, palms, and turns of the head (T,3) in degrees."""

    joints: Array
    hands: list[Hands]
    palms: list[Palms]
    turns: Array


def figure_build(look: Look) -> Build:
    """The build with which a figure's gestures fit the mesh of a look."""
    body, build = look.body(), look.build
    return Build(body.shoulders, body.upper_arm, body.forearm, build.head, build.hands, hips=body.trunk)


def gestures(figure: Gesticulation, look: Look) -> Gestures:
    """One performance, made with `figure_build(look)`, of somebody who stands."""
    points, hands = figure.joints()
    body = look.body()
    joints = np.zeros((len(points), 13, 3))
    joints[:, 1:3], joints[:, 3:5], joints[:, 5:7] = points[:, SHOULDERS], points[:, ELBOWS], points[:, WRISTS]
    neck, hip = points[:, SHOULDERS].mean(1), points[:, HIPS].mean(1)
    left, spine = _unit(points[:, 7] - points[:, 8]), _unit(neck - hip)
    joints[:, 0] = neck + body.head * (NOSE_UP * spine + NOSE_AHEAD * np.cross(left, spine))
    across = _unit(points[:, 13] - points[:, 14]) * body.hips / 2
    joints[:, 7], joints[:, 8] = hip + across, hip - across
    joints[:, 9:11] = joints[:, 7:9] - [0, body.thigh, 0]
    joints[:, 11:13] = joints[:, 9:11] - [0, body.shank, 0]
    shapes = [(hand_shape(both[0]), hand_shape(both[1])) for both in figure.arms[..., SHAPE]]
    return Gestures(joints, shapes, _palms(hands), figure.head)


def hand_shape(shape: Array) -> HandShape:
    """The shape (7,) of a figure's hand: thumb, four fingers, spread, and how far the thumb stands off."""
    thumb, fingers, spread, off = float(shape[0]), shape[1:5].clip(-0.1, 1.1), float(shape[5]), float(shape[6])
    return HandShape(
        curl=(float(CURL_DEG[0]), float(CURL_DEG[1]), float(CURL_DEG[2])),
        spread=SPREAD_DEG * spread * (1 - 0.8 * float(fingers.mean().clip(0, 1))),
        thumb=tuple(thumb * THUMB_DEG),
        abduct=THUMB_IN + (THUMB_OUT - THUMB_IN) * off,
        fingers=tuple(fingers),
    )


def _palms(hands: Array) -> list[Palms]:
    """Fingers' direction and normal of both palms, from joints (T,2,21,3)."""
    index, little = hands[:, :, INDEX] - hands[:, :, 0], hands[:, :, LITTLE] - hands[:, :, 0]
    fingers = _unit(index * -FINGERS[4, 0, 0] + little * FINGERS[1, 0, 0])  # where they cross the hand's axis
    normal = _unit(np.cross(index - little, fingers)) * np.array([-1.0, 1.0])[:, None]
    return [((f[0], n[0]), (f[1], n[1])) for f, n in zip(fingers, normal, strict=True)]


def _unit(vectors: Array) -> Array:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9))
