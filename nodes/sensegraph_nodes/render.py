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
from sensegraph.payload import NOBODY, NOTHING, OTHER, Counts, Event, Hands, Landmarks, Scores, Totals
from sensegraph_nodes.events import NO_GESTURE
from sensegraph_nodes.figure import draw_figure, draw_hand
from sensegraph_nodes.overlay import AMBER, CORAL, GREEN, GREY, MARGIN, TEAL, WHITE, Canvas
from sensegraph_nodes.tally import draw_banner, draw_tally

Picture = npt.NDArray[np.uint8]

OLD_FIGURE_S = 0.3
FRESH_COUNT_S = 0.6
LATE_S = 1.0
SMALL_HEIGHT = 240
"""Pictures below this height show label, count and energy only."""
FRESH_EVENT_S = 1.0


class Renderer(Node):
    """Draws the skeleton, the exercise or gesture, repetitions, events and energy over the picture.

    Everything is sized with the picture. Only what depends on the media is drawn, so the same clip gives the
    same pictures; with `live` the frame rate and the age of the picture are added.

    Args:
        title: A few words for the bottom line.
        mirror: Flip the picture like a mirror; text stays readable.
        skeleton: Draw the body and hand points.
        top: How many of the most probable labels are shown as bars.
        live: Show frames per second and the picture's age.
        tally: Labels that get a row with their probability and how often they have happened.
    """

    inputs: ClassVar[Mapping[str, Port]] = {
        "frames": pictures("what to draw on"),
        "exercise": Port(Scores, "what is done", optional=True),
        "reps": Port(Counts, "repetitions", optional=True),
        "calories": Port(Totals, "energy", optional=True),
        "landmarks": Port(Landmarks, "body points", optional=True),
        "hands": Port(Hands, "hand points", optional=True),
        "gesture": Port(Scores, "which gesture is made", optional=True),
        "events": Port(Event, "gestures that were made; the last one is shown large for a second", optional=True),
    }
    outputs: ClassVar[Mapping[str, Port]] = {"frames": pictures("the picture with everything on it")}

    def __init__(
        self,
        title: str = "",
        mirror: bool = False,
        skeleton: bool = True,
        top: Annotated[int, Field(ge=0, le=5)] = 3,
        live: bool = False,
        tally: list[str] | None = None,
    ) -> None:
        self.title = title
        self.mirror = mirror
        self.skeleton = skeleton
        self.top = top
        self.live = live
        self.tally = tally

    def open(self) -> None:
        """Draw with one thread."""
        cv2.setNumThreads(1)
        self._interval_s = 0.0
        self._drawn_s = 0.0
        self._counts: dict[str, int] = {}

    def process(
        self,
        frames: Picture,
        exercise: Scores | None,
        reps: Counts | None,
        calories: Totals | None,
        landmarks: Landmarks | None,
        hands: Hands | None,
        gesture: Scores | None,
        events: Event | None,
        stamp: Stamp,
        stamps: Mapping[str, Stamp | None],
    ) -> Mapping[str, Picture]:
        """Return a new picture with everything on it."""
        picture: Picture = np.asarray(cv2.flip(frames, 1)) if self.mirror else frames.copy()
        canvas = Canvas(picture)
        fresh = {name: _age_s(stamp, stamps.get(name)) <= OLD_FIGURE_S for name in ("landmarks", "hands")}
        if self.skeleton and fresh["landmarks"] and landmarks is not None and landmarks.found:
            draw_figure(canvas, self._placed(landmarks, landmarks.points, canvas))
        if self.skeleton and fresh["hands"] and hands is not None:
            self._draw_hands(canvas, hands)
        below = canvas.px(MARGIN)
        for decision, best in ((exercise, self.top), (gesture, 0 if self.tally else self.top)):
            if decision is not None:
                below = self._draw_decision(canvas, decision, best, below) + canvas.px(MARGIN) // 2
        if reps is not None:
            self._draw_counts(canvas, reps, fresh=_age_s(stamp, stamps.get("reps")) < FRESH_COUNT_S)
        notes = self._notes(stamp, stamps)
        bottom = canvas.height - canvas.px(MARGIN)
        if calories is not None or notes or self.title:
            bottom = self._draw_bottom(canvas, calories, notes) - canvas.px(MARGIN) // 2
        new = _age_s(stamp, stamps.get("events")) < FRESH_EVENT_S
        self._draw_events(canvas, gesture, events, fresh=new, between=(below, bottom))
        return {"frames": picture}

    def _draw_hands(self, canvas: Canvas, hands: Hands) -> None:
        for joints, score, colour in zip(hands.points, hands.scores, (TEAL, CORAL), strict=True):
            if score > 0:
                draw_hand(canvas, self._placed(hands, joints, canvas), colour)

    def _placed(
        self, frame: Landmarks | Hands, points: npt.NDArray[np.float32], canvas: Canvas
    ) -> npt.NDArray[np.float32]:
        """Return points of a frame, (N, 2 or more), in the canvas's pixels."""
        points = points.copy()
        points[:, 0] *= canvas.width / max(frame.width, 1)
        points[:, 1] *= canvas.height / max(frame.height, 1)
        if self.mirror:
            points[:, 0] = canvas.width - 1 - points[:, 0]
        return points

    def _draw_decision(self, canvas: Canvas, decision: Scores, best: int, top: int) -> int:
        """Draw what is done and its `best` likeliest labels from `top` on; return the lower edge."""
        small = canvas.height < SMALL_HEIGHT
        text, named = _headline(decision)
        pad, margin, cap = canvas.px(MARGIN), canvas.px(MARGIN), canvas.cap(15)
        width = round(0.64 * canvas.width) if small else min(canvas.px(285), round(0.52 * canvas.width))
        rows = [] if small else [pair for pair in decision.top[:best] if decision.warm]
        row = round(canvas.cap(9) * 2.1)
        height = round(cap) + 2 * pad + (canvas.px(18) if named else 0)
        height += len(rows) * row + pad // 2 if rows else 0
        canvas.panel(margin, top, width, height)
        left, right, base = margin + pad, margin + width - pad, top + pad + round(cap)
        room = right - left
        if named and not small:
            share = f"{decision.score:.0%}"
            room -= canvas.text(right, base, share, cap * 0.8, WHITE, right=True) + pad
        canvas.text(left, base, text, cap, WHITE if named else GREY, bold=named, room=room)
        if named:
            canvas.bar(left, base + canvas.px(10), right - left, canvas.px(5), decision.score, TEAL)
            base += canvas.px(18)
        self._draw_rows(canvas, rows, (left, right, base + pad // 2), row)
        return top + height

    def _draw_rows(self, canvas: Canvas, rows: list[tuple[str, float]], place: tuple[int, int, int], row: int) -> None:
        left, right, base = place
        cap, bar = canvas.cap(9), (right - left) // 4
        room = right - left - bar - canvas.px(6) - max(canvas.measure("0.00", cap), canvas.px(32)) - canvas.px(6)
        for label, probability in rows:
            base += row
            canvas.text(left, base, label, cap, GREY, room=room)
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

    def _draw_events(
        self, canvas: Canvas, gesture: Scores | None, event: Event | None, *, fresh: bool, between: tuple[int, int]
    ) -> None:
        """Draw the tally under what is done, and a fresh event large above the bottom line."""
        if event is not None:
            self._counts[event.label] = event.count
        if self.tally and canvas.height >= SMALL_HEIGHT:
            draw_tally(canvas, self.tally, gesture, self._counts, between[0])
        if event is not None and fresh:
            draw_banner(canvas, event.headline(), between[1])

    def _draw_bottom(self, canvas: Canvas, calories: Totals | None, notes: list[str]) -> int:
        """Draw the bottom line; return its upper edge."""
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
        return top

    def _notes(self, stamp: Stamp, stamps: Mapping[str, Stamp | None]) -> list[str]:
        """Return what is said about freshness: always when the recognition is late or reduced, more when `live`."""
        fresh = [each for each in (stamp, *stamps.values()) if each is not None and _age_s(stamp, each) <= LATE_S]
        reduced = ", ".join(dict.fromkeys(each.reduced for each in fresh if each.reduced))
        notes = [f"reduced: {reduced}"] if reduced else []
        made = stamps.get("exercise") or stamps.get("gesture")
        age_s = _age_s(stamp, made)
        if made is not None and (self.live or age_s > LATE_S):
            notes.append(f"recognition {age_s:.2f} s old")
        if self.live:
            now_s = time.monotonic()
            passed_s = now_s - self._drawn_s if self._drawn_s else 0.0
            self._drawn_s = now_s
            self._interval_s += (0.1 if self._interval_s else 1.0) * (passed_s - self._interval_s)
            notes.append(f"{1 / self._interval_s:.1f} fps" if self._interval_s else "- fps")
            notes.append(f"{max(0.0, now_s - stamp.capture_ns / NANOSECONDS) * 1000:.0f} ms")
        return notes


def _headline(decision: Scores) -> tuple[str, bool]:
    """Return what to write large, and whether it names something that is done."""
    if decision.label == NOBODY:
        return NOBODY, False
    if decision.label in (NOTHING, OTHER, NO_GESTURE):
        return ("Watching…" if decision.warm else "Getting ready…"), False
    return decision.label, True


def _age_s(now: Stamp, made: Stamp | None) -> float:
    """Return how much older than `now` something is, in seconds of media time."""
    return 0.0 if made is None else (now.time_ns - made.time_ns) / NANOSECONDS
