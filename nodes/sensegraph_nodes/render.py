"""Renderer: the picture with what was recognised on it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Annotated, ClassVar

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import Field

from sensegraph.node import Node, Port, pictures
from sensegraph.packet import NANOSECONDS, Stamp
from sensegraph.payload import NOBODY, NOTHING, OTHER, Counts, Landmarks, Scores, Totals
from sensegraph_nodes.figure import draw_figure
from sensegraph_nodes.overlay import AMBER, GREEN, GREY, TEAL, WHITE, Canvas

Picture = npt.NDArray[np.uint8]

OLD_FIGURE_S = 0.3
FRESH_COUNT_S = 0.6
LATE_S = 1.0
SMALL_HEIGHT = 240
"""Pictures below this height show label, count and energy only."""
MARGIN = 12.0


class Renderer(Node):
    """Draws the skeleton, the exercise, repetitions and energy over the picture.

    Everything is sized with the picture. Only what depends on the media is drawn, so the same clip gives the
    same pictures; with `live` the frame rate and the age of the picture are added.

    Args:
        title: A few words for the bottom line.
        mirror: Flip the picture like a mirror; text stays readable.
        skeleton: Draw the body points.
        top: How many of the most probable labels are shown as bars.
        live: Show frames per second and the picture's age.
    """

    inputs: ClassVar[Mapping[str, Port]] = {
        "frames": pictures("what to draw on"),
        "exercise": Port(Scores, "what is done", optional=True),
        "reps": Port(Counts, "repetitions", optional=True),
        "calories": Port(Totals, "energy", optional=True),
        "landmarks": Port(Landmarks, "body points", optional=True),
    }
    outputs: ClassVar[Mapping[str, Port]] = {"frames": pictures("the picture with everything on it")}

    def __init__(
        self,
        title: str = "",
        mirror: bool = False,
        skeleton: bool = True,
        top: Annotated[int, Field(ge=0, le=5)] = 3,
        live: bool = False,
    ) -> None:
        self.title = title
        self.mirror = mirror
        self.skeleton = skeleton
        self.top = top
        self.live = live

    def open(self) -> None:
        """Draw with one thread."""
        cv2.setNumThreads(1)
        self._interval_s = 0.0
        self._drawn_s = 0.0

    def process(
        self,
        frames: Picture,
        exercise: Scores | None,
        reps: Counts | None,
        calories: Totals | None,
        landmarks: Landmarks | None,
        stamp: Stamp,
        stamps: Mapping[str, Stamp | None],
    ) -> Mapping[str, Picture]:
        """Return a new picture with everything on it."""
        picture: Picture = np.asarray(cv2.flip(frames, 1)) if self.mirror else frames.copy()
        canvas = Canvas(picture)
        fresh = _age_s(stamp, stamps.get("landmarks")) <= OLD_FIGURE_S
        if self.skeleton and fresh and landmarks is not None and landmarks.found:
            draw_figure(canvas, self._placed(landmarks, canvas))
        if exercise is not None:
            self._draw_exercise(canvas, exercise)
        if reps is not None:
            self._draw_counts(canvas, reps, fresh=_age_s(stamp, stamps.get("reps")) < FRESH_COUNT_S)
        notes = self._notes(exercise, stamp, stamps)
        if calories is not None or notes or self.title:
            self._draw_bottom(canvas, calories, notes)
        return {"frames": picture}

    def _placed(self, landmarks: Landmarks, canvas: Canvas) -> npt.NDArray[np.float32]:
        """Return the points in the canvas's pixels."""
        points = landmarks.points.copy()
        points[:, 0] *= canvas.width / max(landmarks.width, 1)
        points[:, 1] *= canvas.height / max(landmarks.height, 1)
        if self.mirror:
            points[:, 0] = canvas.width - 1 - points[:, 0]
        return points

    def _draw_exercise(self, canvas: Canvas, exercise: Scores) -> None:
        small = canvas.height < SMALL_HEIGHT
        text, named = _headline(exercise)
        pad, margin, cap = canvas.px(MARGIN), canvas.px(MARGIN), canvas.cap(15)
        width = round(0.64 * canvas.width) if small else min(canvas.px(285), round(0.52 * canvas.width))
        rows = [] if small else [pair for pair in exercise.top[: self.top] if exercise.warm]
        row = round(canvas.cap(9) * 2.1)
        height = round(cap) + 2 * pad + (canvas.px(18) if named else 0)
        height += len(rows) * row + pad // 2 if rows else 0
        canvas.panel(margin, margin, width, height)
        left, right, base = margin + pad, margin + width - pad, margin + pad + round(cap)
        room = right - left
        if named and not small:
            share = f"{exercise.score:.0%}"
            room -= canvas.text(right, base, share, cap * 0.8, WHITE, right=True) + pad
        canvas.text(left, base, text, cap, WHITE if named else GREY, bold=named, room=room)
        if named:
            canvas.bar(left, base + canvas.px(10), right - left, canvas.px(5), exercise.score, TEAL)
            base += canvas.px(18)
        self._draw_rows(canvas, rows, (left, right, base + pad // 2), row)

    def _draw_rows(self, canvas: Canvas, rows: list[tuple[str, float]], place: tuple[int, int, int], row: int) -> None:
        left, right, base = place
        cap, bar = canvas.cap(9), (right - left) // 4
        for label, probability in rows:
            base += row
            canvas.text(left, base, label, cap, GREY, room=right - left - bar - canvas.px(44))
            middle = base - round(cap / 2)
            canvas.bar(right - bar, middle - canvas.px(2), bar, canvas.px(5), probability, GREY)
            canvas.text(right - bar - canvas.px(6), base, f"{probability:.2f}", cap, GREY, right=True)

    def _draw_counts(self, canvas: Canvas, reps: Counts, *, fresh: bool) -> None:
        small = canvas.height < SMALL_HEIGHT
        margin, pad, cap = canvas.px(MARGIN), canvas.px(MARGIN), canvas.cap(40)
        others = [] if small else sorted(each for each in reps.totals.items() if each[0] != reps.label)[:4]
        row = round(canvas.cap(9) * 2.1)
        width = min(canvas.px(190), round(canvas.width * (0.22 if small else 0.32)))
        height = round(cap) + 2 * pad + (0 if small else row * (1 + len(others)))
        left = canvas.width - margin - width
        canvas.panel(left, margin, width, height)
        right, base = left + width - pad, margin + pad + round(cap)
        colour, room = GREEN if fresh else WHITE, width - 2 * pad
        canvas.text(right, base, str(reps.count), cap, colour, bold=True, right=True, room=room)
        if small:
            return
        cap, room = canvas.cap(9), width - 2 * pad
        canvas.text(right, base + row, reps.label, cap, WHITE, right=True, room=room)
        for place, (name, count) in enumerate(others, start=2):
            used = canvas.text(right, base + place * row, str(count), cap, GREY, right=True)
            canvas.text(left + pad, base + place * row, name, cap, GREY, room=room - used - pad // 2)

    def _draw_bottom(self, canvas: Canvas, calories: Totals | None, notes: list[str]) -> None:
        small = canvas.height < SMALL_HEIGHT
        margin, pad, cap = canvas.px(MARGIN), canvas.px(MARGIN), canvas.cap(13)
        height = round(cap) + 2 * pad
        top, width = canvas.height - margin - height, canvas.width - 2 * margin
        canvas.panel(margin, top, width, height)
        left, right, base = margin + pad, margin + width - pad, top + pad + round(cap)
        if calories is not None:
            space = canvas.px(20)
            left += canvas.text(left, base, f"{calories.kcal:.1f} kcal", cap, WHITE, bold=True) + space
            left += canvas.text(left, base, f"{calories.met:.1f} MET", cap, AMBER) + space
        words = [] if small else [*notes, self.title]
        text = "   ".join(word for word in words if word)
        if text and right - left > 3 * canvas.cap(20):
            canvas.text(right, base, text, canvas.cap(9), GREY, right=True, room=right - left)

    def _notes(self, exercise: Scores | None, stamp: Stamp, stamps: Mapping[str, Stamp | None]) -> list[str]:
        """Return what is said about freshness: always when the recognition is late, more when `live`."""
        notes = []
        age_s = _age_s(stamp, stamps.get("exercise"))
        if exercise is not None and (self.live or age_s > LATE_S):
            notes.append(f"recognition {age_s:.2f} s old")
        if self.live:
            now_s = time.monotonic()
            passed_s = now_s - self._drawn_s if self._drawn_s else 0.0
            self._drawn_s = now_s
            self._interval_s += (0.1 if self._interval_s else 1.0) * (passed_s - self._interval_s)
            notes.append(f"{1 / self._interval_s:.1f} fps" if self._interval_s else "- fps")
            notes.append(f"{max(0.0, now_s - stamp.capture_ns / NANOSECONDS) * 1000:.0f} ms")
        return notes


def _headline(exercise: Scores) -> tuple[str, bool]:
    """Return what to write large, and whether it names something that is done."""
    if exercise.label == NOBODY:
        return NOBODY, False
    if exercise.label in (NOTHING, OTHER):
        return ("Watching…" if exercise.warm else "Getting ready…"), False
    return exercise.label, True


def _age_s(now: Stamp, made: Stamp | None) -> float:
    """Return how much older than `now` something is, in seconds of media time."""
    return 0.0 if made is None else (now.time_ns - made.time_ns) / NANOSECONDS
