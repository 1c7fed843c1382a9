"""The skeleton of a person, drawn over the picture."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import numpy.typing as npt

from sensegraph_nodes.overlay import CORAL, TEAL, WHITE, Canvas, Colour

LEFT_LINES = ((11, 13), (13, 15), (23, 25), (25, 27), (27, 31))
RIGHT_LINES = ((12, 14), (14, 16), (24, 26), (26, 28), (28, 32))
TRUNK_LINES = ((11, 12), (23, 24), (11, 23), (12, 24))
LINES: tuple[tuple[tuple[tuple[int, int], ...], Colour], ...] = (
    (TRUNK_LINES, WHITE),
    (LEFT_LINES, TEAL),
    (RIGHT_LINES, CORAL),
)
JOINTS = (11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28)
EYES, NOSE = (2, 5), 0

FINGERS = ((0, 1, 2, 3, 4), (0, 5, 6, 7, 8), (9, 10, 11, 12), (13, 14, 15, 16), (0, 17, 18, 19, 20))
KNUCKLES = (5, 9, 13, 17)
HAND_LINES = tuple(pair for chain in (*FINGERS, KNUCKLES) for pair in itertools.pairwise(chain))
FINGERTIPS = (4, 8, 12, 16, 20)

OUTLINE: Colour = (25, 25, 25)
VISIBLE = 0.5
SUBPIXEL_BITS = 3
FARTHEST_PX = 1 << 20


def draw_figure(canvas: Canvas, points: npt.NDArray[np.float32]) -> None:
    """Draw what is at least half visible; the person's left is teal, the right coral.

    Args:
        canvas: What to draw on.
        points: (33, 4) x px, y px, depth, visibility, in the canvas's own pixels.
    """
    visible = (points[:, 3] >= VISIBLE) & np.isfinite(points[:, :2]).all(axis=1)
    place = _places(points)
    thick = canvas.px(3)
    for lines, colour in LINES:
        for start, end in lines:
            if visible[start] and visible[end]:
                if thick > 1:
                    _line(canvas, place[start], place[end], OUTLINE, thick + 2 * (thick // 2))
                _line(canvas, place[start], place[end], colour, thick)
    for joint in (NOSE, *EYES, *JOINTS):
        if visible[joint]:
            radius = canvas.px(2) if joint in (NOSE, *EYES) else canvas.px(4)
            _dot(canvas, place[joint], WHITE, radius)


def draw_hand(canvas: Canvas, joints: npt.NDArray[np.float32], colour: Colour) -> None:
    """Draw one hand with thin lines.

    Args:
        canvas: What to draw on.
        joints: (21, 3) x px, y px, depth, in the canvas's own pixels; finite.
        colour: Of the lines, BGR.
    """
    place = _places(joints)
    thick = canvas.px(1.5)
    for start, end in HAND_LINES:
        _line(canvas, place[start], place[end], colour, thick)
    for tip in FINGERTIPS:
        _dot(canvas, place[tip], WHITE, canvas.px(1.5))


def _places(points: npt.NDArray[np.float32]) -> list[tuple[int, int]]:
    """Return x and y of points (N, 2 or more) in the fractions of pixels that OpenCV draws with."""
    limit = float(FARTHEST_PX)
    placed = np.clip(np.nan_to_num(points[:, :2]), -limit, limit) * (1 << SUBPIXEL_BITS)
    return [(int(x), int(y)) for x, y in placed.round()]


def _line(canvas: Canvas, start: tuple[int, int], end: tuple[int, int], colour: Colour, thick: int) -> None:
    cv2.line(canvas.picture, start, end, colour, thick, cv2.LINE_AA, SUBPIXEL_BITS)


def _dot(canvas: Canvas, centre: tuple[int, int], colour: Colour, radius: int) -> None:
    cv2.circle(canvas.picture, centre, radius << SUBPIXEL_BITS, colour, -1, cv2.LINE_AA, SUBPIXEL_BITS)
