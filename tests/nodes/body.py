"""A stick figure that moves: landmarks and decisions for the tests of the nodes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sensegraph.packet import NANOSECONDS, Packet, Stamp
from sensegraph.payload import Landmarks, Scores

RATE_HZ = 16
STANDING = {
    0: (0, -1.6), 11: (-0.2, -1.4), 12: (0.2, -1.4), 13: (-0.3, -1.15), 14: (0.3, -1.15), 15: (-0.3, -0.9),
    16: (0.3, -0.9), 23: (-0.1, -0.9), 24: (0.1, -0.9), 25: (-0.1, -0.45), 26: (0.1, -0.45), 27: (-0.1, 0.0),
    28: (0.1, 0.0),
}  # fmt: skip
"""BlazePose index -> metres from the ground, x right, y down."""
UPPER = (0, 11, 12, 13, 14, 15, 16, 23, 24)


def stamp(index: int, *, gap: bool = False, rate_hz: int = RATE_HZ) -> Stamp:
    """Return the stamp of a frame."""
    return Stamp(round(index * NANOSECONDS / rate_hz), frame=index, source="test", gap=gap)


def figure(*, squat: float = 0.0, arms: float = 0.0, scale: float = 200.0, x: float = 320.0) -> Landmarks:
    """Return a person in a 640 x 480 picture.

    Args:
        squat: 0 stands, 1 has the hips at the knees.
        arms: 0 hang, 1 are over the head.
        scale: Pixels per metre.
        x: Where the person stands, in pixels.
    """
    points = np.zeros((33, 4), np.float32)
    points[:, 3] = 1.0
    for index, (across, down) in STANDING.items():
        drop = 0.4 * squat if index in UPPER else 0.0
        lift = {13: 0.55, 14: 0.55, 15: 1.05, 16: 1.05}.get(index, 0.0) * arms
        points[index, :2] = x + across * scale, 440 + (down + drop - lift) * scale
    return Landmarks(points, np.zeros((33, 3), np.float32), 640, 480, 1.0)


def nobody() -> Landmarks:
    """Return a picture without a person."""
    return Landmarks(np.zeros((0, 4), np.float32), np.zeros((0, 3), np.float32), 640, 480, 0.0)


def wave(time_s: float, period_s: float) -> float:
    """Return 0..1: away and back once in each period."""
    return 0.5 - 0.5 * float(np.cos(2 * np.pi * time_s / period_s))


def film(seconds: float, pose: Callable[[float], Landmarks]) -> list[Packet[Landmarks]]:
    """Return landmark packets at 16 Hz."""
    return [Packet(pose(i / RATE_HZ), stamp(i)) for i in range(round(seconds * RATE_HZ))]


def decisions(seconds: float, label: Callable[[float], str], score: float = 0.9) -> list[Packet[Scores]]:
    """Return decisions at 4 Hz, with the stamps of every fourth frame."""
    frames = range(3, round(seconds * RATE_HZ), 4)
    return [
        Packet(Scores(label(i / RATE_HZ), score, ((label(i / RATE_HZ), score),), True, i), stamp(i)) for i in frames
    ]
