"""What is to be learnt: the classes of a project, and the class of each moment of its clips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensegraph.errors import Problem
from sensegraph.models.skeleton import STEP_FRAMES
from sensegraph.payload import OTHER
from sensegraph.training.classifier.examples import Examples
from sensegraph.training.project.annotation import BACKGROUND
from sensegraph.training.project.error import ProjectError, refused
from sensegraph.training.project.naming import mirrored
from sensegraph.training.project.project import Project
from sensegraph.training.project.record import Clip

Indices = NDArray[np.intp]

NOTHING_SHOWN = ("background", "nothing", "other")
"""A class of one of these names, in any case, holds what is none of the others."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is to be learnt.

    Attributes:
        labels: Names of the classes; `Doing other things` is the last one.
        clips: Clips that show them, of every split.
        moments: Id of a clip -> (steps,) the class of each quarter of a second; step k begins with frame 4 k.
        temporal: Whether the class changes within a clip.
    """

    labels: tuple[str, ...]
    clips: Sequence[Clip]
    moments: dict[str, Indices]
    temporal: bool

    def truth(self, clip: Clip, examples: Examples) -> Indices:
        """Return the class of each example of a clip: that of the step in which it ends."""
        return self.moments[clip.id][np.minimum(examples.ends // STEP_FRAMES, clip.steps - 1)]

    def mirrors(self) -> list[int | None]:
        """Return for each class the one that its name becomes in a mirror; None where there is none of that name."""
        own = self.labels[:-1]
        return [*(own.index(mirrored(name)) if mirrored(name) in own else None for name in own), len(own)]


def of_classes(project: Project) -> Lesson:
    """Return what the classes of whole clips teach.

    Raises:
        ProjectError: Everything that stands in the way.
    """
    problems = list(project.readiness().problems)
    own = [label for label in project.classes if not is_background(label)]
    shown = [label for label in own if project.clips(label=label)]
    if not problems and not shown:
        what = "all its clips are of what is none of the classes"
        problems.append(Problem(str(project.path), what, "Add clips of a class of your own."))
    if problems:
        raise ProjectError(problems)
    labels = (*shown, OTHER)
    clips = project.clips()
    moments = {
        clip.id: np.full(clip.steps, len(shown) if is_background(clip.label) else labels.index(clip.label), np.intp)
        for clip in clips
    }
    return Lesson(labels, clips, moments, temporal=False)


def of_tags(project: Project) -> Lesson:
    """Return what the tags of annotated clips teach; the background is known by its id, wherever its name sorts.

    Raises:
        ProjectError: There are no tags, or none is used in a clip for training.
    """
    if lost := project.lost():
        raise ProjectError([problem for problem in project.readiness().problems][: len(lost)])
    annotated = [(clip, tags) for clip in project.clips() if (tags := project.annotations(clip)) is not None]
    used = {tag for clip, tags in annotated for tag in tags if clip.split == "train"} - {BACKGROUND}
    if not used:
        what = "no clip for training is annotated" if not annotated else "no tag is used in a clip for training"
        raise refused(project.path, what, "Annotate clips, or train without --temporal: then whole clips are learnt.")
    ids = [number for number in project.tags if number in used]
    labels = (*(project.tags[number] for number in ids), OTHER)
    place = {number: at for at, number in enumerate(ids)}
    moments = {clip.id: np.array([place.get(tag, len(ids)) for tag in tags], np.intp) for clip, tags in annotated}
    return Lesson(labels, [clip for clip, _ in annotated], moments, temporal=True)


def is_background(label: str) -> bool:
    """Whether a class holds what is none of the others."""
    return label.casefold() in NOTHING_SHOWN
