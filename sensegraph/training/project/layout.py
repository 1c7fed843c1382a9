"""What a folder or list holds that can be imported: which files are clips of which classes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sensegraph.errors import Problem
from sensegraph.training.project.document import is_project
from sensegraph.training.project.error import ProjectError, refused
from sensegraph.training.project.naming import checked_name
from sensegraph.training.project.original import PICTURES, is_picture_folder
from sensegraph.training.project.record import Split

SPLIT_FOLDERS: dict[str, Split] = {
    "train": "train", "training": "train", "valid": "valid", "val": "valid", "validation": "valid", "test": "test",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may become a clip.

    Attributes:
        path: A video, or a folder of pictures.
        label: Its class.
        split: What it is used for; None where that is not said.
        session: The recording it comes from; empty where that is not said.
        tags: Name of the tag of each step, empty for the background; None where it is not annotated.
    """

    path: Path
    label: str
    split: Split | None = None
    session: str = ""
    tags: tuple[str, ...] | None = None


@dataclass(slots=True)
class Survey:
    """What was found.

    Attributes:
        kind: Name of the layout.
        candidates: In the order in which they are to be imported.
        tags: Class -> names of the tags that it may carry; classes that were made but have no clips are among them.
        left_out: What is not imported, and why.
    """

    kind: str
    candidates: list[Candidate] = field(default_factory=list)
    tags: dict[str, list[str]] = field(default_factory=dict)
    left_out: list[Problem] = field(default_factory=list)

    def leave_out(self, path: object, what: str, remedy: str = "") -> None:
        """Note what is not imported."""
        self.left_out.append(Problem(str(path), what, remedy))


def survey(source: Path) -> Survey:
    """Find out how a folder or list is laid out, and what is in it; no video is opened.

    Args:
        source: A folder of class folders; of `train`, `valid` and `test` with class folders in them; a project of
            sense's studio; or a CSV list.

    Raises:
        ProjectError: It is none of these.
    """
    from sensegraph.training.project.clip_list import read_list
    from sensegraph.training.project.sense_studio import is_studio, read_studio

    if not os.path.lexists(source):
        raise refused(source, "there is no such file or folder", f"You are in {Path.cwd()}.")
    if not source.is_dir():
        return read_list(source)
    if is_project(source):
        raise refused(source, "is a project itself", "Export it, and import that.")
    if is_studio(source):
        return read_studio(source)
    found = Survey("a folder for each class")
    splits = [folder for folder in entries(source, source, Survey("")) if folder.name.lower() in SPLIT_FOLDERS]
    if splits and all(folder in splits for folder in entries(source, source, Survey("")) if folder.is_dir()):
        found.kind = "a folder for each split, with one for each class"
        for folder in splits:
            class_folders(folder, source, SPLIT_FOLDERS[folder.name.lower()], found)
        strays(source, splits, source, found)
    else:
        class_folders(source, source, None, found)
    if not found.candidates and not found.left_out:
        raise refused(
            source, "there are no class folders in it", "Put the clips of each class into a folder: wave/1.mp4"
        )
    return found


def class_folders(folder: Path, root: Path, split: Split | None, found: Survey) -> None:
    """Add the clips in the folders of a folder; each is called as its class.

    Args:
        folder: The folder.
        root: What is imported: nothing outside of it is.
        split: What the clips are used for.
        found: Takes candidates, classes and what is left out.
    """
    inner = [each for each in entries(folder, root, found) if each.is_dir()]
    strays(folder, inner, root, found)
    for each in inner:
        try:
            label = checked_name(each.name, "class")
        except ProjectError as error:
            found.left_out += [Problem(str(each), f"{problem.what}", problem.remedy) for problem in error.problems]
            continue
        clips = list(_clips_in(each, root, found))
        found.candidates += [Candidate(path, label, split) for path in clips]
        if not clips:
            found.leave_out(each, "holds no clips", "Put some into it.")


def _clips_in(folder: Path, root: Path, found: Survey) -> Iterator[Path]:
    """Yield the videos and picture folders of a class folder, which may itself be one."""
    pictures = is_picture_folder(folder)
    if pictures:
        yield folder
    for each in entries(folder, root, found):
        if each.is_dir() and not is_picture_folder(each):
            found.leave_out(each, "is a folder without pictures in a class folder", "Put its clips one level up.")
        elif each.is_dir() or not (pictures and is_picture(each)):
            yield each


def is_picture(path: Path) -> bool:
    """Whether a file is called as a picture."""
    return path.suffix.lower() in PICTURES


def strays(folder: Path, used: Sequence[Path], root: Path, found: Survey) -> None:
    """Tell which files lie where only folders should; one message for all of a folder."""
    names = [each.name for each in entries(folder, root, Survey("")) if each not in used]
    if names:
        what = f"{len(names)} in no class folder: {', '.join(names[:3])}{', ...' if len(names) > 3 else ''}"
        found.leave_out(folder, what, "A clip lies in the folder of its class.")


def entries(folder: Path, root: Path, found: Survey) -> list[Path]:
    """Return what is in a folder, in the order of numbers and letters, without what is hidden or leads elsewhere."""
    try:
        names = sorted(folder.iterdir(), key=natural)
    except OSError as error:
        found.leave_out(folder, f"cannot be read: {error.strerror}", "Check its permissions.")
        return []
    inside = []
    for each in names:
        if each.name.startswith("."):
            continue
        if within(each, root):
            inside.append(each)
        else:
            found.leave_out(each, f"leads out of {root}", "Copy the file there.")
    return inside


def within(path: Path, root: Path) -> bool:
    """Whether a path, links followed, is inside a folder."""
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError):  # links in a circle, or no path at all
        return False


def natural(path: Path) -> list[tuple[int, int, str]]:
    """Return a key that sorts `clip_2` before `clip_10`."""
    parts = re.split(r"(\d+)", path.name.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]
