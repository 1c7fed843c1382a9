"""What a classifier names in clips, against what they show: windows, clips, and moments that were tagged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensegraph.evaluation.events import score_events
from sensegraph.evaluation.figures import share
from sensegraph.evaluation.streams import Happening
from sensegraph.evaluation.truth import NONE, Segment
from sensegraph.evaluation.windows import Confusion
from sensegraph.models.skeleton import RATE_FPS, STEP_FRAMES
from sensegraph.models.temporal import Decision, Head
from sensegraph.payload import OTHER
from sensegraph.training.classifier.course import Course
from sensegraph.training.classifier.material import Indices
from sensegraph.training.project.record import Clip

STEP_S = STEP_FRAMES / RATE_FPS
SHORTEST_STEPS = 2
"""An event lasts so many steps at least; a single one is a flicker."""


@dataclass(frozen=True, slots=True)
class Named:
    """One clip and what was named in it.

    Attributes:
        clip: The clip.
        truth: (windows,) classes shown.
        named: (windows,) classes named.
        ends: (windows,) last frame of each.
    """

    clip: Clip
    truth: Indices
    named: Indices
    ends: Indices


@dataclass(frozen=True, slots=True)
class Score:
    """The clips of one use, and what was named in them.

    Attributes:
        title: `cross-validation`, `valid` or `test`.
        labels: Names of the classes; the last one is none of the user's.
        clips: Every clip that was tried.
    """

    title: str
    labels: tuple[str, ...]
    clips: Sequence[Named]

    def counts(self) -> NDArray[np.int64]:
        """Return windows by what they show (rows) and what was named (columns)."""
        counts = np.zeros((len(self.labels), len(self.labels)), np.int64)
        for each in self.clips:
            np.add.at(counts, (each.truth, each.named), 1)
        return counts

    def confusion(self) -> Confusion:
        """Return the same for a picture; classes that nothing shows have no row."""
        counts = self.counts()
        rows = [number for number in range(len(self.labels)) if counts[number].any()]
        names = (*self.labels[:-1], NONE)
        table = tuple(tuple(map(int, counts[row])) for row in rows)
        return Confusion(tuple(names[row] for row in rows), self.labels, table)

    def cells(self) -> list[tuple[str, str, Clip, int]]:
        """Return (shown, named, clip, windows) of all that is wrong, the worst clips first."""
        found = []
        for each in self.clips:
            pairs, counts = np.unique(np.stack([each.truth, each.named]), axis=1, return_counts=True)
            found += [
                (self.labels[shown], self.labels[named], each.clip, int(count))
                for (shown, named), count in zip(pairs.T.tolist(), counts.tolist(), strict=True)
                if shown != named
            ]
        return sorted(found, key=lambda cell: (-cell[3], cell[2].id))

    def figures(self) -> dict[str, Any]:
        """Return the figures as plain values."""
        counts = self.counts()
        classes: list[dict[str, Any]] = [
            {
                "label": label,
                "windows": int(counts[at].sum()),
                "recall": _rounded(counts[at, at], counts[at].sum()),
                "precision": _rounded(counts[at, at], counts[:, at].sum()),
                "clips": sum(bool((each.truth == at).all()) for each in self.clips),
                "clips_right": sum(bool((each.truth == at).all()) and _majority(each) == at for each in self.clips),
            }
            for at, label in enumerate(self.labels)
        ]
        recalls = [each["recall"] for each in classes if each["recall"] is not None]
        return {
            "windows": int(counts.sum()),
            "windows_right": int(np.trace(counts)),
            "mean_recall": round(float(np.mean(recalls)), 4) if recalls else None,
            "classes": classes,
        }

    def events(self) -> dict[str, Any]:
        """Return how many tagged moments were found, and how many were named where none was."""
        expected = found = false = 0
        for each in self.clips:
            segments = [Segment("", Path(), begin, end, () if label == OTHER else (label,))
                        for label, begin, end in self._runs(each.truth, each.ends)]  # fmt: skip
            happened = [
                Happening(end, label, begin, end, (begin + end) / 2)
                for label, begin, end in self._runs(each.named, each.ends)
                if label != OTHER and end - begin >= (SHORTEST_STEPS - 0.5) * STEP_S
            ]
            for outcome in score_events(segments, happened):
                expected += outcome.expected
                found += outcome.found is not None
                false += len(outcome.false)
        recall, precision = share(found, expected), share(found, found + false)
        f1 = None if not recall or not precision else 2 * recall * precision / (recall + precision)
        return {"expected": expected, "found": found, "false": false, "f1": None if f1 is None else round(f1, 4)}

    def _runs(self, classes: Indices, ends: Indices) -> Iterator[tuple[str, float, float]]:
        """Yield (label, begin, end) in seconds of neighbours that are alike."""
        at = 0
        for label, run in groupby(classes.tolist()):
            last = at + len(list(run)) - 1
            begin = 0.0 if at == 0 else float(ends[at - 1] + 1) / RATE_FPS
            yield self.labels[label], begin, float(ends[last] + 1) / RATE_FPS
            at = last + 1


def cross_validated(course: Course) -> Score:
    """Score the clips for training, each with what was fitted without it; window by window, without smoothing."""
    choice, clips = course.best.choice, []
    for number, said in enumerate(choice.trial.said):
        if len(said):
            clip, material = course.best.clips[number], choice.material
            chosen = material.plain(number)
            named = _named(said, choice.decision)
            clips.append(Named(clip, material.truth[number][chosen], named, material.clips[number].ends[chosen]))
    return Score("cross-validation", course.lesson.labels, clips)


def held_back(course: Course, split: str) -> Score:
    """Score the clips of another split with the classifier, step by step, as it runs."""
    labels, found = course.lesson.labels, []
    head = Head(course.best.choice.layer, labels, course.best.choice.decision, "", rejected=labels[-1:])
    for clip in course.lesson.clips:
        examples = course.best.sight.examples.get(clip.id)
        if clip.split != split or examples is None or not len(examples):
            continue
        plain = examples.of(examples.plain & ~examples.mirrored)
        head.reset()
        named = np.array([labels.index(head.step(vector).label) for vector in plain.vectors], np.intp)
        found.append(Named(clip, course.lesson.truth(clip, plain), named, plain.ends))
    return Score(split, labels, found)


def _named(said: NDArray[np.float32], decision: Decision) -> Indices:
    """Return what is named, (windows,), for probabilities (windows, classes)."""
    own = said[:, :-1]
    best, evidence = own.argmax(axis=1), own.sum(axis=1)
    labels = list(decision.thresholds)  # of the user's classes, in their order
    needed = np.array([decision.thresholds[label] for label in labels])[best]
    sure = np.take_along_axis(own, best[:, None], axis=1)[:, 0] >= decision.sure
    return np.where((evidence >= needed) & sure, best, own.shape[1])


def _majority(each: Named) -> int:
    return int(np.bincount(each.named).argmax())


def _rounded(part: Any, whole: Any) -> float | None:
    value = share(float(part), float(whole))
    return None if value is None else round(value, 4)


def scores(course: Course) -> Mapping[str, Score]:
    """Return the scores by title, those without clips left out."""
    every = (cross_validated(course), held_back(course, "valid"), held_back(course, "test"))
    return {each.title: each for each in every if each.clips}
