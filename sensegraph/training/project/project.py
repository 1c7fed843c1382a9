"""A project: clips of a few classes, from which a classifier is trained."""

from __future__ import annotations

import contextlib
import datetime
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Self

from sensegraph.training.project import document
from sensegraph.training.project.annotation import BACKGROUND, fitted, read_tags, write_tags
from sensegraph.training.project.change import Change
from sensegraph.training.project.error import refused
from sensegraph.training.project.incoming import discard, settle, staging
from sensegraph.training.project.lookup import clip_in, clip_said, label_in, same_clip, split_of
from sensegraph.training.project.naming import checked_name, title
from sensegraph.training.project.original import PICTURE_FPS, identity, keep, metadata
from sensegraph.training.project.readiness import Readiness, readiness
from sensegraph.training.project.record import SPLITS, Clip, Record, Split
from sensegraph.training.project.session import session_of
from sensegraph.training.project.steady import make_steady

CLIPS = "clips"
VIDEO = "video.mp4"
TAGS = "tags.json"


class Project:
    """A folder with clips, their classes, tags and use.

    Every change is on the disk when the call returns, or has not happened: `project.json` is replaced in one step, and
    a clip is complete before it is named there. Several processes may work on one project: a change starts from what
    is on the disk. What is read is the state at `open`, the last change or `refresh`.

    ```
    project.json    what it knows (`Record`)
    clips/ID/       original.* as it came, video.mp4 of exactly 16 frames a second, tags.json
    incoming/       clips that are being added; what a killed process left is removed by the next that adds
    ```

    Methods that change it raise ProjectError where that cannot be done, SinkError where it cannot be written, and
    leave it as it was.

    Attributes:
        path: The folder.
    """

    def __init__(self, path: Path, record: Record) -> None:
        self.path = path
        self._record = record

    @classmethod
    def create(cls, path: str | Path, name: str = "") -> Self:
        """Make an empty project.

        Args:
            path: A folder that is not there or is empty; made with those above it.
            name: Of the project; by default that of the folder.

        Raises:
            ProjectError: The folder is not empty, or the name cannot be one.
            SinkError: It cannot be made.
        """
        path = Path(path)
        kept = checked_name(name or path.resolve().name, "project")
        if document.is_project(path):
            raise refused(path, "is a project already", "Add clips: sensegraph project import.")
        try:
            if os.path.lexists(path) and not (path.is_dir() and not any(path.iterdir())):
                raise refused(path, "is there already, and is no empty folder", "Choose another name.")
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise document.unwritable(path, error) from error
        document.write(path, Record(name=kept, created=datetime.date.today()))
        return cls.open(path)

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Open a project.

        Raises:
            ProjectError: There is none, or its `project.json` is damaged or newer than this program.
        """
        return cls(Path(path), document.read(Path(path)))

    def refresh(self) -> None:
        """Read again what other processes may have changed."""
        self._record = document.read(self.path)

    @property
    def name(self) -> str:
        """Its name."""
        return self._record.name

    @property
    def record(self) -> Record:
        """All that it knows; unchangeable."""
        return self._record

    @contextlib.contextmanager
    def change(self) -> Iterator[Change]:
        """Give the record to be changed; it is written when the block ends without an error."""
        with document.changing(self.path) as record:
            change = Change(record)
            yield change
            checked = Record.model_validate(change.record.model_dump())
            if checked != record:
                document.write(self.path, checked)
            self._record = checked

    # --- classes and tags ---

    @property
    def classes(self) -> list[str]:
        """Names of the classes, in the order in which they came."""
        return [label.name for label in self._record.labels]

    @property
    def tags(self) -> dict[int, str]:
        """Id -> name of the tags; 0, the background, is not among them."""
        return {tag.id: tag.name for tag in self._record.tags}

    def tags_of(self, label: str) -> dict[int, str]:
        """Return id -> name of the tags that the clips of a class may carry."""
        allowed = label_in(self._record, label).tags
        return {number: name for number, name in self.tags.items() if number in allowed}

    def add_class(self, name: str) -> str:
        """Add a class, unless it is there, and return its name as it is kept."""
        with self.change() as change:
            return change.add_class(name)

    def rename_class(self, name: str, new: str) -> str:
        """Rename a class, and return its name as it is kept; its clips stay in it."""
        with self.change() as change:
            return change.rename_class(name, new)

    def remove_class(self, name: str) -> None:
        """Take a class out; its clips go to the bin, and bring it back when they are restored."""
        with self.change() as change:
            change.remove_class(name)

    def add_tag(self, name: str, labels: Sequence[str] = ()) -> int:
        """Add a tag, unless it is there, allow it in classes, and return its id."""
        with self.change() as change:
            number = change.add_tag(name)
            for label in labels:
                change.allow(label, number)
            return number

    def rename_tag(self, number: int, new: str) -> None:
        """Rename a tag; annotations keep it, they hold its id."""
        with self.change() as change:
            change.rename_tag(number, new)

    def remove_tag(self, number: int) -> None:
        """Take a tag out: it reads as background from now on, and its id is not used again."""
        with self.change() as change:
            change.remove_tag(number)

    # --- clips ---

    def clips(self, split: Split | None = None, label: str | None = None, *, removed: bool = False) -> list[Clip]:
        """Return the clips, in the order in which they came.

        Args:
            split: Only those of this use.
            label: Only those of this class.
            removed: Those in the bin instead of the others.
        """
        return [
            clip
            for clip in self._record.clips
            if clip.removed == removed and split in (None, clip.split) and label in (None, clip.label)
        ]

    def clip(self, said: str) -> Clip:
        """Return a clip, also one in the bin.

        Args:
            said: Its id, the first four or more digits of it, or its name if no other clip has it.

        Raises:
            ProjectError: There is none or there are several.
        """
        return clip_said(self._record, said, self.path)

    def video(self, clip: Clip) -> Path:
        """Return the version of a clip of exactly 16 frames a second, H.264 in .mp4."""
        return self.path / CLIPS / clip.id / VIDEO

    def original(self, clip: Clip) -> Path:
        """Return the original of a clip, as it came: a file, or a folder of pictures."""
        return self.path / CLIPS / clip.id / clip.original

    def add_clip(
        self,
        source: str | Path,
        label: str,
        *,
        split: Split | None = None,
        session: str = "",
        name: str = "",
        picture_fps: float = PICTURE_FPS,
        flipped_from: str = "",
    ) -> Clip:
        """Add a clip, and its class if that is new; what is there already stays as it is.

        Args:
            source: A video that FFmpeg reads, or a folder of pictures; it is copied.
            label: Its class.
            split: What it is used for; by default what other clips of its session are used for, else `train`.
            session: The recording it comes from; by default what its name or its file tells, else its own.
            name: For people; by default that of the file without suffix.
            picture_fps: Pictures per second of a folder of pictures.
            flipped_from: Id of the clip whose mirror image it is.

        Returns:
            The clip; the one that was there where the content is not new.

        Raises:
            ProjectError: The same content is in another class or in the bin, or it is too short.
            SourceError: It cannot be read as video.
            SinkError: It cannot be written: the disk is full.
        """
        source = Path(source)
        kept = Change(self._record).add_class(label)
        number = identity(source, picture_fps)
        if there := same_clip(self._record, number, kept, source):
            return there
        named = title(name or source.stem)
        with staging(self.path) as folder:
            facts = make_steady(source, folder / VIDEO, picture_fps)
            original = keep(source, folder)
            if identity(folder / original, picture_fps) != number:
                raise refused(source, "was changed while it was read", "Add it again.")
            told = title(session) if session else session_of(named, kept, metadata(source))
            clip = Clip(
                id=number,
                name=named,
                label=kept,
                session=told or flipped_from or number,
                session_known=bool(told),
                original=original,
                picture_fps=picture_fps if source.is_dir() else None,
                flipped_from=flipped_from,
                **asdict(facts),
            )
            return self._enter(folder, clip, split, source)

    def _enter(self, folder: Path, clip: Clip, split: Split | None, source: Path) -> Clip:
        """Put a complete clip in its place, then name it in the record."""
        with self.change() as change:
            if there := same_clip(change.record, clip.id, clip.label, source):
                return there  # another process was quicker
            label = change.add_class(clip.label)
            clip = clip.model_copy(update={"split": split or split_of(change.record, clip.session), "label": label})
            settle(folder, self.path / CLIPS / clip.id)
            change.put_clips([*change.record.clips, clip])
        return clip

    def remove(self, said: str) -> Clip:
        """Put a clip into the bin, whence `restore` brings it back; it stays on the disk."""
        return self._edit(said, removed=True)

    def restore(self, said: str) -> Clip:
        """Take a clip out of the bin; its class is made again if it has gone."""
        clip = self.clip(said)
        if not self.video(clip).is_file():
            raise refused(self.path, f"the files of clip {clip.id} are gone", "Add it again.")
        return self._edit(said, removed=False)

    def move(self, said: str, label: str) -> Clip:
        """Put a clip into another class, which is added if it is new."""
        return self._edit(said, label=label)

    def _edit(self, said: str, **update: object) -> Clip:
        number = self.clip(said).id
        with self.change() as change:
            change.edit(lambda clip: update if clip.id == number else {})
            clip = clip_in(change.record, number)
            if clip is not None and not clip.removed:
                kept = change.add_class(clip.label)
                change.edit(lambda each: {"label": kept} if each.id == number else {})
        return self.clip(number)

    def assign(self, splits: Mapping[str, Split]) -> None:
        """Say what clips are used for: id -> split, all in one step."""
        if strange := set(splits.values()) - set(SPLITS):
            raise refused(self.path, f"there is no split '{min(strange)}'", f"There are {', '.join(SPLITS)}.")
        with self.change() as change:
            change.edit(lambda clip: {"split": splits[clip.id]} if clip.id in splits else {})

    def empty_bin(self) -> list[Clip]:
        """Remove the clips in the bin for good and return them."""
        with self.change() as change:
            gone = [clip for clip in change.record.clips if clip.removed]
            moved = [discard(self.path, self.path / CLIPS / clip.id) for clip in gone]
            change.put_clips([clip for clip in change.record.clips if not clip.removed])
        for folder in filter(None, moved):
            shutil.rmtree(folder, ignore_errors=True)
        return gone

    def readiness(self) -> Readiness:
        """Return what stands in the way of training, and what would make its result better."""
        return readiness(self.path, self.classes, self.clips(), self.lost())

    def lost(self) -> list[Clip]:
        """Return the clips, not those in the bin, whose files somebody has removed."""
        return [clip for clip in self.clips() if not (self.video(clip).is_file() and self.original(clip).exists())]

    # --- annotations ---

    def annotations(self, clip: Clip) -> list[int] | None:
        """Return the tag of each step of a clip, four a second, or None where nobody has annotated it.

        Returns:
            Ids, `clip.steps` of them; step k labels frame 4 k. 0 is the background, and what a tag reads as that was
            taken out of the project or is not allowed in the class of the clip.

        Raises:
            ProjectError: The file is damaged.
        """
        path = self.path / CLIPS / clip.id / TAGS
        if not path.exists():
            return None
        allowed = self.tags_of(clip.label) if clip.label in self.classes else self.tags
        return [tag if tag in allowed else BACKGROUND for tag in fitted(read_tags(path), clip.steps)]

    def annotate(self, clip: Clip, tags: Sequence[int]) -> None:
        """Keep the tag of each step of a clip; the tags are allowed in its class from now on.

        Args:
            clip: The clip.
            tags: Ids, `clip.steps` of them, 0 for the background.

        Raises:
            ProjectError: There is no such tag, or there are too many or too few.
            SinkError: It cannot be written.
        """
        place = f"{self.path}: clip {clip.id}"
        if len(tags) != clip.steps:
            raise refused(place, f"{len(tags)} tags for {clip.steps} steps", "There is one for every fourth frame.")
        with self.change() as change:
            now = clip_in(change.record, clip.id)
            if now is None:
                raise refused(place, "there is no such clip any more")
            for tag in sorted(set(tags) - {BACKGROUND}):
                change.allow(now.label, tag)
        with document.changing(self.path):  # only now: a tag that is not allowed would read as background
            write_tags(self.path / CLIPS / clip.id / TAGS, VIDEO, tags)
