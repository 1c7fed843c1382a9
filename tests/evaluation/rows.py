"""Rows by hand: what a graph could say, and what could be true."""

from __future__ import annotations

from pathlib import Path

from sensegraph.evaluation.streams import Decision, Happening, Repetition
from sensegraph.evaluation.truth import Segment
from sensegraph.payload import OTHER


def segment(
    start_s: float, end_s: float, label: str = "none", reps: int | None = 0, also_ok: str = "", file: str = "a.mp4"
) -> Segment:
    """Return a segment; `label` and `also_ok` are written as in a truth file."""
    labels = () if label == "none" else tuple(label.split("|"))
    return Segment(file, Path(file), start_s, end_s, labels, reps, frozenset(also_ok.split("|") if also_ok else ()))


def decisions(until_s: float, *named: tuple[float, float, str], cold_until_s: float = 0.0) -> list[Decision]:
    """Return windows every 0.25 s; each of `named` is (from, to, label), the rest is `Doing other things`."""
    found = []
    for number in range(1, int(until_s * 4) + 1):
        time_s = number / 4
        label = next((label for start, end, label in named if start <= time_s <= end), OTHER)
        found.append(Decision(time_s, label, time_s >= cold_until_s, ((label, 0.9), (OTHER, 0.1))))
    return found


def repetitions(label: str, *times_s: float) -> list[Repetition]:
    """Return repetitions that were found to be over at these times."""
    return [Repetition(time_s, label) for time_s in times_s]


def event(label: str, end_s: float, told_s: float | None = None) -> Happening:
    """Return an event that took half a second."""
    return Happening(end_s if told_s is None else told_s, label, end_s - 0.5, end_s, end_s - 0.25)
