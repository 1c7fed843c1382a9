"""Tags that a classifier proposes for a clip that nobody has annotated yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from sensegraph.models.skeleton import RATE_FPS, STEP_FRAMES
from sensegraph.packet import NANOSECONDS, Packet, Stamp
from sensegraph.payload import NOBODY, OTHER
from sensegraph.training.classifier.observation import camera
from sensegraph.training.project.annotation import BACKGROUND
from sensegraph.training.project.footage import node, shown
from sensegraph.training.project.project import Project
from sensegraph.training.project.record import Clip

LEAST_STEPS = 2
"""A shorter segment is not proposed: half a second."""
HOLE_STEPS = 1
"""So short an interruption of a segment belongs to it."""

Said = tuple[str, float]


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a clip in which a classifier names the same class.

    Attributes:
        label: The class.
        first: First step of it, four a second.
        end: Step after the last one.
        score: Mean probability, 0..1.
    """

    label: str
    first: int
    end: int
    score: float

    @property
    def seconds(self) -> tuple[float, float]:
        """Begin and end in the clip."""
        return self.first * STEP_FRAMES / RATE_FPS, self.end * STEP_FRAMES / RATE_FPS


class Proposer:
    """A classifier that looks at one video of 16 frames a second after the other, as it does in `custom`.

    Args:
        classifier: Folder of the classifier.
        checkpoints: Folder with the official weights of a pixel network; empty for those that were imported.

    Raises:
        ModelError: The classifier is damaged, or what it stands on is missing.
    """

    def __init__(self, classifier: Path, checkpoints: str = "") -> None:
        self._backbone = node("BackboneNode", classifier=str(classifier), checkpoints=checkpoints)
        self._head = node("CustomHead", classifier=str(classifier))
        self._backbone.open()

    def propose(self, video: Path) -> list[Segment]:
        """Return the segments of a video.

        Raises:
            SourceError: It cannot be read.
        """
        said: list[Said] = []
        self._head.open()  # it takes no time, the networks do

        def name(made: Mapping[str, Any], stamp: Stamp) -> None:
            if (features := made.get("features")) is not None:
                packet = features if isinstance(features, Packet) else Packet(features, stamp)
                scores = self._head.process(packet.payload, packet.stamp)["scores"]
                said.append((scores.label, scores.score))

        with shown(camera(video)) as pictures:
            for number, (picture, _) in enumerate(pictures):
                stamp = Stamp(number * NANOSECONDS // RATE_FPS, frame=number, gap=not number)
                name(self._backbone.process(picture, stamp), stamp)
        name(self._backbone.finish() or {}, Stamp(0))
        return segments(said)


def segments(said: Sequence[Said]) -> list[Segment]:
    """Return the segments of what was said step by step, in order; they do not overlap.

    Args:
        said: Label and probability of each step; what is none of the classes is in no segment.
    """
    found: list[Segment] = []
    at = 0
    for label, run in groupby(said, key=lambda each: each[0]):
        scores = [score for _, score in run]
        new = Segment(label, at, at + len(scores), sum(scores) / len(scores))
        at = new.end
        if label in (OTHER, NOBODY):
            continue
        before = found[-1] if found else None
        if before and before.label == label and new.first - before.end <= HOLE_STEPS:
            steps = before.end - before.first, new.end - new.first
            score = (before.score * steps[0] + new.score * steps[1]) / sum(steps)
            found[-1] = replace(before, end=new.end, score=score)
        else:
            found.append(new)
    return [each for each in found if each.end - each.first >= LEAST_STEPS]


def accept(project: Project, clip: Clip, found: Sequence[Segment]) -> None:
    """Annotate a clip with what was proposed; a label that is no tag of the project yet becomes one.

    Raises:
        ProjectError: The label cannot be a tag, or the clip is gone.
        SinkError: It cannot be written.
    """
    ids = {name: number for number, name in project.tags.items()}
    tags = [BACKGROUND] * clip.steps
    for each in found:
        number = ids.get(each.label)
        if number is None:
            number = ids[each.label] = project.add_tag(each.label, [clip.label])
        tags[each.first : each.end] = [number] * (min(each.end, clip.steps) - each.first)
    project.annotate(clip, tags)
