"""A training from a project to a classifier: look, choose, fit, score."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sensegraph.errors import Problem
from sensegraph.training.classifier import sight
from sensegraph.training.classifier.choice import Choice, decide
from sensegraph.training.classifier.examples import Examples
from sensegraph.training.classifier.folds import folds
from sensegraph.training.classifier.lesson import Lesson, of_classes, of_tags
from sensegraph.training.classifier.material import Material
from sensegraph.training.classifier.plan import Plan
from sensegraph.training.classifier.sight import Sight
from sensegraph.training.classifier.trial import LEARNT
from sensegraph.training.project.error import ProjectError
from sensegraph.training.project.project import Project
from sensegraph.training.project.record import Clip

Progress = Callable[[str, int, int], object]
"""Is told what is going on, how much of it is done, and of how much; 0 of 0 where that is not known."""
ENOUGH = 0.95
"""So good is the body alone that nobody looks at hands."""
CLEARLY = 0.02
"""Hands take a third more time: they must be better by so much."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A classifier on one kind of embeddings.

    Attributes:
        sight: What was seen, and how it was embedded.
        clips: The clips for training that it was fitted on, in the order of the material.
        folds: The fold of each.
        choice: The classifier.
        seconds: How long looking took, and then fitting.
    """

    sight: Sight
    clips: Sequence[Clip]
    folds: Sequence[int]
    choice: Choice
    seconds: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Course:
    """A finished training.

    Attributes:
        project: Name of the project.
        plan: What was asked for.
        lesson: What was learnt.
        best: The classifier.
        attempts: All that were made, the best one too.
        remarks: What was not used, and what would make the result better.
    """

    project: str
    plan: Plan
    lesson: Lesson
    best: Attempt
    attempts: Sequence[Attempt]
    remarks: Sequence[Problem] = field(default_factory=list)


def train(project: Project, plan: Plan, jobs: int, progress: Progress) -> Course:
    """Train a classifier; nothing is written but what was computed from the clips.

    Args:
        project: The clips.
        plan: What to do.
        jobs: How many processes look at clips; the result does not depend on it.
        progress: Told of what is going on.

    Raises:
        ProjectError: Everything that stands in the way, before anything is computed where that can be known.
        ModelError: A net is missing.
        SinkError: The disk is full.
    """
    lesson = of_tags(project) if plan.temporal else of_classes(project)
    attempts: list[Attempt] = []
    remarks: list[Problem] = []
    for look in sight.ways(plan, lesson):
        if attempts and (attempts[0].choice.accuracy >= ENOUGH or np.isnan(attempts[0].choice.accuracy)):
            break
        began = time.monotonic()
        seen = look(project, lesson.clips, jobs, progress)
        looked = time.monotonic()
        progress("choosing", 0, 0)
        remarks = [*seen.problems, *_unseen(project, lesson, seen.examples)]
        attempts.append(_attempt(project, lesson, seen, plan.seed, looked - began))
    best = attempts[0]
    for each in attempts[1:]:
        best = each if each.choice.accuracy > best.choice.accuracy + CLEARLY else best
    other = len(lesson.labels) - 1
    if not len(best.sight.bank.names) and all(other not in truth for truth in best.choice.material.truth):
        what = "nothing shows what is none of the classes, and there are no drawn negatives for this backbone"
        remarks.append(Problem(str(project.path), what, "Add clips of other things as a class 'background'."))
    return Course(project.name, plan, lesson, best, attempts, [*remarks, *project.readiness().advice])


def _attempt(project: Project, lesson: Lesson, seen: Sight, seed: int, looking_s: float) -> Attempt:
    began = time.monotonic()
    clips = [each for each in lesson.clips if each.split == "train" and len(seen.examples.get(each.id, ()))]
    _check(project, lesson, clips, seen.examples)
    truth = [lesson.truth(clip, seen.examples[clip.id]) for clip in clips]
    material = Material(lesson.labels, [seen.examples[each.id] for each in clips], truth, lesson.mirrors(), seen.bank)
    parted = folds(clips, seed)
    if seen.tuned:  # what the backbone was tuned on looks too easy: such clips are never tried
        parted = [0 if clip.id in seen.tuned.held_back else LEARNT for clip in clips]
    choice = decide(material, parted, seed)
    if seen.traits:
        alone = decide(material.without(seen.embedded), parted, seed)
        choice = alone if alone.accuracy > choice.accuracy else choice
    return Attempt(seen, clips, parted, choice, (looking_s, time.monotonic() - began))


def _unseen(project: Project, lesson: Lesson, examples: Mapping[str, Examples]) -> list[Problem]:
    """Return a problem for each clip in which nobody is seen."""
    return [
        Problem(
            str(project.path),
            f"clip {clip.id} ('{clip.name}', '{clip.label}'): nobody is seen in it: it is not used",
            f"Record it anew, or: sensegraph project remove {project.path} {clip.id}",
        )
        for clip in lesson.clips
        if clip.id in examples and not len(examples[clip.id])
    ]


def _check(project: Project, lesson: Lesson, clips: Sequence[Clip], examples: Mapping[str, Examples]) -> None:
    """Refuse to go on where nothing is left of a class."""
    shown = {int(label) for clip in clips for label in np.unique(lesson.truth(clip, examples[clip.id]))}
    lost = [label for number, label in enumerate(lesson.labels[:-1]) if number not in shown]
    if lost:
        what = f"nothing can be learnt of {', '.join(map(repr, lost))}: in no clip for training is anybody seen"
        problems = [*_unseen(project, lesson, examples), Problem(str(project.path), what, "Record clips of it.")]
        raise ProjectError(problems)
