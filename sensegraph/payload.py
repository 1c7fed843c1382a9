"""The payloads that standard nodes exchange, besides pictures (uint8 (H, W, 3) BGR arrays).

A result is a payload that `--results` writes down: it has `row()`, the JSON fields of its line, and
`headline()`, the few words that the status line shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

NOTHING = "Doing nothing"
OTHER = "Doing other things"
NOBODY = "No person visible"
STATES = (NOTHING, OTHER, NOBODY)


@runtime_checkable
class Result(Protocol):
    """A payload that can be written as a line of results."""

    def row(self) -> Mapping[str, Any]:
        """Return the JSON fields of this result; `time` and `stream` are added by the sink."""
        ...

    def headline(self) -> str:
        """Return the result in a few words."""
        ...


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Body points of one frame.

    Attributes:
        points: float32 (33, 4): x, y and depth z in pixels of the frame, visibility 0..1, in BlazePose order;
            shape (0, 4) when nobody is seen.
        world: float32 (33, 3): metres, origin between the hips; shape (0, 3) when nobody is seen.
        width: Width of the frame in pixels.
        height: Height of the frame in pixels.
        score: Presence of a person, 0..1.
    """

    points: npt.NDArray[np.float32]
    world: npt.NDArray[np.float32]
    width: int
    height: int
    score: float

    @property
    def found(self) -> bool:
        """Whether a person is seen."""
        return len(self.points) > 0


@dataclass(frozen=True, slots=True)
class Hands:
    """The hands of the person in one frame, the person's left one first.

    Attributes:
        points: float32 (2, 21, 3): x, y and depth z in pixels of the frame, in BlazeHand order (wrist, then
            thumb, index, middle, ring and little finger from knuckle to tip); zeros where a hand is not seen.
        scores: float32 (2,): presence of the left and the right hand, 0..1; 0 where a hand is not seen.
        width: Width of the frame in pixels.
        height: Height of the frame in pixels.
    """

    points: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float32]
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Features:
    """The embedding of one temporal step (4 per second of video).

    Attributes:
        vector: float32 (D,).
        space: Name of the feature space, e.g. `landmarks-body@1`; a head has weights for one space.
        warm: False while the backbone has seen less than its window since the start or a gap.
        present: Share of the recent frames that show a person, 0..1; 1.0 for pixel backbones.
        traits: float32 (T,) what rules read of the same window, for classifiers of one's own
            (`sensegraph.models.traits`); empty where there are none.
    """

    vector: npt.NDArray[np.float32]
    space: str
    warm: bool
    present: float
    traits: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))


@dataclass(frozen=True, slots=True)
class Scores:
    """The decision of a classifier for one step.

    Attributes:
        label: The decision after thresholds and smoothing.
        score: Smoothed probability of `label`, 0..1.
        top: The best raw (label, probability) pairs, best first.
        warm: As in `Features`.
        frame: Index of the newest 16 fps frame used.
    """

    label: str
    score: float
    top: tuple[tuple[str, float], ...]
    warm: bool
    frame: int

    def row(self) -> Mapping[str, Any]:
        """Return frame, label, score, warm and top."""
        top = [[label, round(score, 4)] for label, score in self.top]
        return {"frame": self.frame, "label": self.label, "score": round(self.score, 4), "warm": self.warm, "top": top}

    def headline(self) -> str:
        """Return the label and its probability."""
        return f"{self.label} {self.score:.2f}"


@dataclass(frozen=True, slots=True)
class HandSign:
    """What one hand shows.

    Attributes:
        hand: `left` or `right`, the person's own.
        shape: `open`, `fist`, `pointer` or `other`.
        path: How the index finger has moved in the last second: `still`, `clockwise`, `counter-clockwise` (as the
            person sees it) or `moving`; None while that is not known.
        score: Probability of the shape, 0..1.
    """

    hand: str
    shape: str
    path: str | None
    score: float

    def row(self) -> Mapping[str, Any]:
        """Return hand, shape, path and score."""
        return {"hand": self.hand, "shape": self.shape, "path": self.path, "score": round(self.score, 4)}

    def headline(self) -> str:
        """Return the hand, its shape and path."""
        return f"{self.hand}: {self.shape}" + (f", {self.path}" if self.path else "")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened once, between two moments.

    Attributes:
        label: What it was.
        start: Media time in seconds at which it began.
        end: Media time in seconds at which it was over.
        peak: Media time in seconds at which it was surest.
        score: Probability at the peak, 0..1.
        count: How often it has happened in this run.
    """

    label: str
    start: float
    end: float
    peak: float
    score: float
    count: int

    def row(self) -> Mapping[str, Any]:
        """Return label, start, end, peak, score and count."""
        times = {"start": round(self.start, 3), "end": round(self.end, 3), "peak": round(self.peak, 3)}
        return {"label": self.label, **times, "score": round(self.score, 4), "count": self.count}

    def headline(self) -> str:
        """Return the label and how often it has happened."""
        return f"{self.label} x {self.count}"


@dataclass(frozen=True, slots=True)
class Counts:
    """A finished repetition.

    Attributes:
        label: The exercise.
        count: Repetitions of it so far in this run.
        totals: Repetitions of every exercise so far.
    """

    label: str
    count: int
    totals: dict[str, int]

    def row(self) -> Mapping[str, Any]:
        """Return label and count."""
        return {"label": self.label, "count": self.count}

    def headline(self) -> str:
        """Return the exercise and its count."""
        return f"{self.label} x {self.count}"


@dataclass(frozen=True, slots=True)
class Totals:
    """Energy so far.

    Attributes:
        met: Metabolic rate now, in MET.
        met_corrected: The same corrected for the person's resting rate.
        kcal: Energy since the start.
        basis: What the rate rests on: `work+class`, `class`, or `reference`.
    """

    met: float
    met_corrected: float
    kcal: float
    basis: str

    def row(self) -> Mapping[str, Any]:
        """Return met, met_corrected, kcal and basis."""
        return {
            "met": round(self.met, 3),
            "met_corrected": round(self.met_corrected, 3),
            "kcal": round(self.kcal, 4),
            "basis": self.basis,
        }

    def headline(self) -> str:
        """Return the energy so far."""
        return f"{self.kcal:.1f} kcal"
