"""A contact sheet of the gestures, upper body and hands from the front, so that a person can check each of them."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from sensegraph.training.motion.gestures.figure import Build
from sensegraph.training.motion.gestures.gesture import GESTURES, OTHERS, Gesture
from sensegraph.training.motion.gestures.performer import Performer
from sensegraph.training.motion.gestures.resting import draw_home

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]

BODY_BONES = ((7, 8), (7, 9), (9, 11), (8, 10), (10, 12), (7, 13), (8, 14), (13, 14), (3, 1), (4, 2), (5, 6))
HAND_BONES = tuple((each - 1 if each % 4 != 1 else 0, each) for each in range(1, 21))
LEFT_BGR, RIGHT_BGR, GREY_BGR = (40, 90, 220), (190, 110, 30), (150, 150, 150)
THUMB_BGR = (60, 160, 60)
CELL_PX, WIDE_M, MIDDLE_M = 130, 1.25, -0.05
LEAD_S = 0.5


def draw_figure(picture: Picture, points: Array, hands: Array, yaw_deg: float = 0.0) -> None:
    """Draw one moment into a square picture, unmirrored: the person's left is on the right.

    Args:
        picture: uint8 BGR, square; changed.
        points: (15, 3) metres.
        hands: (2, 21, 3) metres.
        yaw_deg: from where it is seen, to the person's left.
    """
    yaw, scale = np.radians(yaw_deg), len(picture) / WIDE_M

    def places(each: Array) -> list[tuple[int, int]]:
        across = np.cos(yaw) * each[:, 0] - np.sin(yaw) * each[:, 2]
        flat = np.stack([len(picture) / 2 + across * scale, len(picture) / 2 - (each[:, 1] - MIDDLE_M) * scale], -1)
        return [(int(x), int(y)) for x, y in flat]

    body = places(points)
    for first, second in BODY_BONES:
        cv2.line(picture, body[first], body[second], GREY_BGR, 1, cv2.LINE_AA)
    cv2.circle(picture, body[0], 3, GREY_BGR, -1, cv2.LINE_AA)
    for hand, colour in zip(hands, (LEFT_BGR, RIGHT_BGR), strict=True):
        joints = places(hand)
        for first, second in HAND_BONES:
            cv2.line(picture, joints[first], joints[second], THUMB_BGR if second < 5 else colour, 1, cv2.LINE_AA)


def strip(gesture: Gesture, label: str, seed: int, moments: int = 8) -> Picture:
    """One gesture of the right hand: a row of moments around the marked time, from the front and from 60 degrees."""
    rng = np.random.default_rng(seed)
    performer = Performer(rng, np.array([0.0, 0.05, 1.0]), draw_home(rng))
    gesture.move(performer)
    begin, end = 0.0, performer.now
    if performer.marks:
        mark = performer.marks[0]
        begin, end = max(mark.begin, mark.done - 1.0), max(mark.end, mark.done)
        begin, end = begin - LEAD_S, min(end, begin + 2.0)
    points, hands = performer.perform(Build(), np.linspace(begin, end, moments)).joints()
    rows = []
    for yaw in (0.0, 60.0):
        cells = [np.full((CELL_PX, CELL_PX, 3), 255, np.uint8) for _ in range(moments)]
        for number, cell in enumerate(cells):
            draw_figure(cell, points[number], hands[number], yaw)
        rows.append(np.hstack(cells))
    picture = np.vstack(rows)
    cv2.putText(picture, f"{label} #{seed}", (3, 11), cv2.FONT_HERSHEY_SIMPLEX, 0.36, (0, 0, 0), 1, cv2.LINE_AA)
    return np.asarray(picture, np.uint8)


def all_gestures() -> Mapping[str, Gesture]:
    """The gestures by label and the other things by the names of their motions."""
    return {**GESTURES, **{each.move.__name__: each for each in OTHERS}}


def gesture_sheet(gestures: Mapping[str, Gesture], seed: int = 1, columns: int = 2) -> Picture:
    """Gestures in a grid, BGR."""
    strips = [strip(gesture, label, seed) for label, gesture in gestures.items()]
    strips += [np.full_like(strips[0], 255)] * (-len(strips) % columns)
    lines = [np.hstack(strips[at : at + columns]) for at in range(0, len(strips), columns)]
    return np.asarray(np.vstack(lines), np.uint8)
