"""What a project knows: its classes, tags and clips, as `project.json` holds them."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sensegraph.models.skeleton import RATE_FPS, STEP_FRAMES

ID = r"^[0-9a-f]{20}$"
TAKEN_FROM = r"^[0-9a-f]{20}$|^$"
NAME = r"^[^./\\|\x00-\x1f][^/\\|\x00-\x1f]*$"
"""A name can be that of a file: a record that somebody else wrote must not lead out of the folder."""
ORIGINAL = r"^original(\.[a-z0-9]{1,8})?$"

Name = Annotated[str, Field(pattern=NAME)]
Split = Literal["train", "valid", "test"]
SPLITS: tuple[Split, ...] = ("train", "valid", "test")


class Strict(BaseModel):
    """A part of the record: nothing else may stand in it, and it does not change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Tag(Strict):
    """A word for a moment of a clip.

    Attributes:
        id: Its number in annotations, from 1; 0 is the background. Never used again for another tag.
        name: Unique in the project.
    """

    id: Annotated[int, Field(ge=1)]
    name: Name


class Label(Strict):
    """A class.

    Attributes:
        name: Unique in the project.
        tags: Ids of the tags that its clips may carry, in increasing order.
    """

    name: Name
    tags: tuple[int, ...] = ()


class Clip(Strict):
    """A piece of video that shows one class.

    Attributes:
        id: The beginning of the SHA-256 of the original: equal content is one clip, under one id, for ever.
        name: What its file was called, without suffix; for people, not unique.
        label: Name of its class.
        split: What it is used for.
        session: The recording it comes from; the clips of one session belong in one split.
        session_known: Whether anything told the session; otherwise the clip counts as one of its own.
        original: Name of the original in the folder of the clip: a file, or a folder of pictures.
        picture_fps: Pictures per second of a folder of pictures; None for a video.
        frames: How many frames the 16 fps version has.
        source_frames: How many pictures the original has.
        repeated: How many of the frames show the picture before once more: a slow or interrupted source.
        longest_gap_s: The longest time between two pictures of the original, in seconds.
        notes: What was wrong with the original, for people: `cut off or damaged: it ends at 1.20 s of 5.00 s`.
        flipped_from: Id of the clip whose mirror image it is; empty if it is none.
        removed: Whether it is in the bin.
    """

    id: Annotated[str, Field(pattern=ID)]
    name: Name
    label: Name
    split: Split = "train"
    session: str
    session_known: bool = False
    original: Annotated[str, Field(pattern=ORIGINAL)]
    picture_fps: Annotated[float, Field(gt=0)] | None = None
    frames: Annotated[int, Field(ge=1)]
    source_frames: Annotated[int, Field(ge=1)]
    repeated: Annotated[int, Field(ge=0)] = 0
    longest_gap_s: Annotated[float, Field(ge=0)] = 0.0
    notes: tuple[str, ...] = ()
    flipped_from: Annotated[str, Field(pattern=TAKEN_FROM)] = ""
    removed: bool = False

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self.frames / RATE_FPS

    @property
    def steps(self) -> int:
        """How many steps of four frames begin in it: one tag each; step k labels frame 4 k."""
        return -(-self.frames // STEP_FRAMES)


class Record(Strict):
    """All of a project but the videos and the annotations; it is valid or cannot be made.

    Attributes:
        version: Of this form.
        name: Of the project.
        created: The day it was made.
        labels: Classes, in the order in which they came.
        tags: Tags, by id.
        next_tag: Id of the next tag.
        clips: Clips, in the order in which they came, with those in the bin.
    """

    version: Literal[1] = 1
    name: Name
    created: datetime.date
    labels: tuple[Label, ...] = ()
    tags: tuple[Tag, ...] = ()
    next_tag: Annotated[int, Field(ge=1)] = 1
    clips: tuple[Clip, ...] = ()

    @model_validator(mode="after")
    def _agrees(self) -> Record:
        names, ids = [each.name for each in self.labels], [each.id for each in self.tags]
        _once("class", names)
        _once("tag", [each.name for each in self.tags])
        _once("number of a tag", [str(each) for each in ids])
        _once("clip", [each.id for each in self.clips])
        if ids and max(ids) >= self.next_tag:
            raise ValueError(f"next_tag {self.next_tag} is used")
        for label in self.labels:
            if strange := set(label.tags) - set(ids):
                raise ValueError(f"class {label.name} has the tag {min(strange)}, which there is not")
        for clip in self.clips:
            if clip.label not in names and not clip.removed:
                raise ValueError(f"clip {clip.id} is of the class {clip.label}, which there is not")
        return self


def _once(what: str, names: list[str]) -> None:
    name, count = next(iter(Counter(names).most_common(1)), ("", 0))
    if count > 1:
        raise ValueError(f"the {what} {name} is there twice")
