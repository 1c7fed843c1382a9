"""Projects of sense's studio, also those of before May 2021: videos, classes, tags and annotations.

Only videos and JSON are read. Frames and features are made anew; `logreg.joblib` and checkpoints, which are pickles,
are never opened.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sensegraph.errors import Problem
from sensegraph.training.project.annotation import LARGEST_BYTES, read_tags
from sensegraph.training.project.error import ProjectError, refused
from sensegraph.training.project.layout import Candidate, Survey, class_folders, within
from sensegraph.training.project.naming import checked_name
from sensegraph.training.project.record import SPLITS

CONFIG = "project_config.json"
Tags = dict[str, dict[int, str]]
"""Class -> number in its annotations -> name of the tag."""


def is_studio(folder: Path) -> bool:
    """Whether a folder is a project of sense's studio."""
    return (folder / CONFIG).is_file() or (folder / "videos_train").is_dir()


def read_studio(root: Path) -> Survey:
    """Find the clips of a project of sense's studio, with their splits and tags.

    Raises:
        ProjectError: Its `project_config.json` is damaged.
    """
    found = Survey("a project of sense's studio")
    for split in SPLITS:
        folder = root / f"videos_{split}"
        if folder.is_dir() and within(folder, root):
            class_folders(folder, root, split, found)
    tags = _tags(root, list(dict.fromkeys(each.label for each in found.candidates)), found)
    found.tags = {label: [name for name in of_class.values() if name] for label, of_class in tags.items()}
    found.candidates = [_annotated(each, root, tags.get(each.label, {}), found) for each in found.candidates]
    return found


def _tags(root: Path, classes: list[str], found: Survey) -> Tags:
    """Return the tags of each class; those of old projects belong to one class and are numbered 1 and 2 there."""
    if not (root / CONFIG).is_file():
        annotated = any((root / f"tags_{split}").is_dir() for split in SPLITS)
        return {label: {n: f"{label}_tag{n}" for n in (1, 2)} for label in classes} if annotated else {}
    config = _config(root / CONFIG)
    words, of_class = config.get("tags"), config.get("classes")
    if not isinstance(of_class, dict) or not (words is None or isinstance(words, dict)):
        raise refused(root / CONFIG, "has no classes, or they are in no form that is known", "Check the file.")
    names = {int(number): str(name) for number, name in (words or {}).items() if str(number).isdecimal()}
    result: Tags = {}
    for label, own in of_class.items():
        listed = own if isinstance(own, list) else []
        numbered = {number: names[number] for number in listed if isinstance(number, int) and number in names}
        old = {n: name for n, name in enumerate(listed, 1) if isinstance(name, str)}
        try:
            kept = checked_name(label, "class")
        except ProjectError as error:
            found.left_out += [
                Problem(str(root / CONFIG), f"{each.where}: {each.what}", each.remedy) for each in error.problems
            ]
            continue
        result[kept] = {n: _tag_name(name, root, found) for n, name in (numbered if words is not None else old).items()}
    return result


def _tag_name(name: str, root: Path, found: Survey) -> str:
    """Return the name of a tag as it is kept; empty, the background, where it cannot be one."""
    try:
        return checked_name(name, "tag")
    except ProjectError as error:
        told = [
            Problem(str(root / CONFIG), f"{each.where}: {each.what}", "It reads as background.")
            for each in error.problems
        ]
        found.left_out += [each for each in told if each not in found.left_out]
        return ""


def _config(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
        config = json.loads(data) if len(data) <= LARGEST_BYTES else None
    except (OSError, ValueError, RecursionError) as error:
        what = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        raise refused(path, what, "Without it the folders videos_train and videos_valid are enough.") from None
    if not isinstance(config, dict):
        raise refused(path, "is no JSON object", "Without it the folders videos_train and videos_valid are enough.")
    return config


def _annotated(candidate: Candidate, root: Path, tags: Mapping[int, str], found: Survey) -> Candidate:
    """Return a clip with its tags, if it has any."""
    folder = root / f"tags_{candidate.split}" / candidate.path.parent.name
    path = folder / f"{candidate.path.stem}.json"
    if not path.is_file() or not within(path, root):
        return candidate
    try:
        numbers = read_tags(path)
    except ProjectError as error:
        found.left_out += error.problems
        return candidate
    if strange := sorted(set(numbers) - {0, *tags}):
        named = ", ".join(map(str, strange))
        found.leave_out(path, f"its class has no tag {named}", "Those steps read as background.")
    steps = tuple(tags.get(number, "") for number in numbers)
    return Candidate(candidate.path, candidate.label, candidate.split, candidate.session, steps)
