"""Finding classes, tags and clips in the record of a project."""

from __future__ import annotations

from pathlib import Path

from sensegraph.errors import closest
from sensegraph.training.project.error import refused
from sensegraph.training.project.record import Clip, Label, Record, Split, Tag

SHORTEST_ID = 4
"""So many digits of an id do for saying it."""


def label_in(record: Record, name: str) -> Label:
    """Return a class.

    Raises:
        ProjectError: There is none of that name.
    """
    for label in record.labels:
        if label.name == name:
            return label
    names = [label.name for label in record.labels]
    here = f"There are {', '.join(names)}." if names else "There are none yet."
    raise refused(f"project '{record.name}'", f"there is no class '{name}'", closest(name, names, here))


def tag_in(record: Record, number: int) -> Tag:
    """Return a tag.

    Raises:
        ProjectError: There is none of that id.
    """
    for tag in record.tags:
        if tag.id == number:
            return tag
    ids = ", ".join(str(tag.id) for tag in record.tags)
    here = f"There are {ids}." if ids else "There are none yet."
    raise refused(f"project '{record.name}'", f"there is no tag {number}", here)


def clip_in(record: Record, number: str) -> Clip | None:
    """Return the clip of an id, or None."""
    return next((clip for clip in record.clips if clip.id == number), None)


def same_clip(record: Record, number: str, label: str, source: Path) -> Clip | None:
    """Return the clip of equal content in a class, or None where the content is new.

    Raises:
        ProjectError: It is in another class, or in the bin.
    """
    clip = clip_in(record, number)
    if clip is None:
        return None
    if clip.removed:
        raise refused(source, f"is in the bin, as '{clip.name}'", f"Restore it: clip {clip.id}.")
    if clip.label != label:
        what = f"is a clip of class '{clip.label}' already, as '{clip.name}'"
        raise refused(source, what, "A clip is of one class.")
    return clip


def split_of(record: Record, session: str) -> Split:
    """Return what the clips of a session are used for; `train` where there are none yet."""
    return next((clip.split for clip in record.clips if clip.session == session and not clip.removed), "train")


def clip_said(record: Record, said: str, place: Path) -> Clip:
    """Return the clip that somebody means, also one in the bin.

    Args:
        record: What the project knows.
        said: Its id, the first four or more digits of it, or its name if no other clip has it.
        place: The project, for the message.

    Raises:
        ProjectError: There is none or there are several.
    """
    found = [clip for clip in record.clips if clip.id == said]
    found = found or [clip for clip in record.clips if len(said) >= SHORTEST_ID and clip.id.startswith(said)]
    found = found or [clip for clip in record.clips if clip.name == said]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(clip.id for clip in found)
        raise refused(place, f"'{said}' may be {len(found)} clips", f"Say which: {ids}.")
    near = closest(said, [clip.name for clip in record.clips], f"See: sensegraph project list {place} --clips")
    raise refused(place, f"there is no clip '{said}'", near)
