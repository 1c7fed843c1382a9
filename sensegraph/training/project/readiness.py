"""Whether a project can be trained on, and what would make it better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sensegraph.errors import Problem
from sensegraph.training.project.naming import BACKGROUND
from sensegraph.training.project.record import Clip
from sensegraph.training.project.split import torn

ENOUGH_CLIPS = 5
MOST_REPEATED = 0.05
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Readiness:
    """What stands in the way of training, and what would make its result better.

    Attributes:
        problems: Without these nothing can be trained.
        advice: It can be trained, but; a class without clips is left out.
    """

    problems: Sequence[Problem]
    advice: Sequence[Problem]


def readiness(path: Path, classes: Sequence[str], clips: Sequence[Clip], lost: Sequence[Clip]) -> Readiness:
    """Look at the classes and clips of a project.

    Args:
        path: The project, for the messages.
        classes: Names of the classes.
        clips: Clips that are not in the bin.
        lost: Those of them whose files are gone.
    """
    counts = {label: [clip for clip in clips if clip.label == label] for label in classes}
    place = str(path)
    problems = [gone(place, clip) for clip in lost] + _problems(place, counts)
    return Readiness(problems, [*_few(place, counts), *_unseen(place, counts), *_faults(place, clips)])


def gone(place: object, clip: Clip) -> Problem:
    """Return the problem of a clip whose files somebody has removed."""
    remedy = f"Bring them back, or: sensegraph project remove {place} {clip.id}"
    return Problem(str(place), f"the files of clip {clip.id} ('{clip.name}') are gone", remedy)


def _problems(place: str, counts: dict[str, list[Clip]]) -> list[Problem]:
    if not any(counts.values()):
        return [Problem(place, "has no clips", f"Add some: sensegraph project import {place} FOLDER")]
    found = []
    for label, clips in counts.items():
        if clips and not any(clip.split == "train" for clip in clips):
            what = (
                f"class '{label}' has no clips for training, only for {' and '.join(sorted({c.split for c in clips}))}"
            )
            found.append(Problem(place, what, f"Divide them anew: sensegraph project split {place}"))
    shown = [label for label, clips in counts.items() if clips]
    if len(shown) == 1:
        what = f"has clips of one class only, '{shown[0]}'"
        found.append(Problem(place, what, f"Add another; for what is none of yours, one called '{BACKGROUND}'."))
    return found


def _few(place: str, counts: dict[str, list[Clip]]) -> list[Problem]:
    empty = [label for label, clips in counts.items() if not clips]
    found = [Problem(place, f"no clips of {_list(empty)}", "Add some; until then it is left out.")] if empty else []
    few = {label: len(clips) for label, clips in counts.items() if 0 < len(clips) < ENOUGH_CLIPS}
    told = ", ".join(f"'{label}' {count}" for label, count in few.items())
    return [*found, Problem(place, f"few clips: {told}", f"{ENOUGH_CLIPS} or more are good.")] if few else found


def _unseen(place: str, counts: dict[str, list[Clip]]) -> list[Problem]:
    """Tell what validation cannot see, or sees too kindly."""
    found = []
    everything = [clip for clips in counts.values() for clip in clips]
    for split in ("valid", "test"):
        missing = [label for label, clips in counts.items() if clips and not any(clip.split == split for clip in clips)]
        if missing and any(clip.split == split for clip in everything):
            single = [label for label in missing if len({clip.session for clip in counts[label]}) == 1]
            remedy = "Record some on another day." if single else f"sensegraph project split {place}"
            found.append(Problem(place, f"no {split} clips of {_list(missing)}", remedy))
    for session, splits in list(torn(everything).items())[:SHOWN]:
        what = f"clips of the session '{session}' are in {' and '.join(splits)}: figures will look too good"
        found.append(Problem(place, what, f"sensegraph project split {place}"))
    return found


def _faults(place: str, clips: Sequence[Clip]) -> list[Problem]:
    found = []
    for clip in clips:
        holes = clip.longest_gap_s > 0.25 and clip.repeated > MOST_REPEATED * clip.frames
        said = [*clip.notes, *([f"pictures are missing for up to {clip.longest_gap_s:.2f} s"] if holes else [])]
        if said:
            what = f"clip {clip.id} ('{clip.name}', '{clip.label}'): {'; '.join(said)}"
            found.append(Problem(place, what, f"If it looks wrong: sensegraph project remove {place} {clip.id}"))
    return found


def _list(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
