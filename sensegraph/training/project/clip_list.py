"""A CSV list of clips."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from sensegraph.errors import Problem, closest
from sensegraph.training.project.error import ProjectError, refused
from sensegraph.training.project.layout import SPLIT_FOLDERS, Candidate, Survey, within
from sensegraph.training.project.naming import checked_name

REQUIRED = ("file", "label")
OPTIONAL = ("split", "session")
LARGEST_BYTES = 16 << 20
FORM = f"The columns are {','.join(REQUIRED)}[,{','.join(OPTIONAL)}], separated by commas."


def read_list(path: Path) -> Survey:
    """Read a list of clips: file, label and, if it says so, split and session. Files are relative to its folder.

    A row that is wrong is left out, with its line and the reason.

    Raises:
        ProjectError: It is no such list.
    """
    lines = _text(path).splitlines(keepends=True)
    reader = csv.DictReader(lines, skipinitialspace=True, strict=True)
    found = Survey("a list of clips")
    try:
        _check_columns(path, reader.fieldnames or [])
        for row in reader:
            where = f"{path}:{reader.line_num}"
            try:
                found.candidates.append(_candidate(where, path.parent, row))
            except ProjectError as error:
                found.left_out += error.problems
    except csv.Error as error:
        raise refused(f"{path}:{reader.line_num}", f"is not CSV: {error}", FORM) from None
    if not found.candidates and not found.left_out:
        raise refused(path, "has no rows", FORM)
    return found


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise refused(path, "is neither a folder nor a file", "Name a folder of class folders, or a CSV list.")
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
        if len(data) > LARGEST_BYTES:
            raise refused(path, "is larger than 16 MiB", "Split it.")
        return data.decode("utf-8-sig")
    except OSError as error:
        raise refused(path, f"cannot be read: {error.strerror}", "Check the path.") from None
    except UnicodeDecodeError:
        remedy = "A single video is added by: sensegraph project add DIR CLASS FILE"
        raise refused(path, "is no CSV list in UTF-8", remedy) from None


def _check_columns(path: Path, columns: Sequence[str]) -> None:
    strange = [each for each in columns if each not in (*REQUIRED, *OPTIONAL)]
    missing = [each for each in REQUIRED if each not in columns]
    problems = [
        Problem(f"{path}:1", f"'{each}' is no column of it", closest(each, (*REQUIRED, *OPTIONAL), FORM))
        for each in strange
    ]
    if missing:
        problems.append(Problem(f"{path}:1", f"the columns {', '.join(missing)} are missing", FORM))
    if problems:
        raise ProjectError(problems)


def _candidate(where: str, folder: Path, row: Mapping[str | None, str | None]) -> Candidate:
    """Return the clip of a row.

    Raises:
        ProjectError: What is wrong with it.
    """
    if None in row or None in row.values():
        raise refused(where, "has another number of cells than there are columns", FORM)
    cells = {str(name): str(value).strip() for name, value in row.items()}
    path, split = folder / cells["file"], cells.get("split", "")
    if not cells["file"]:
        raise refused(where, "file is empty", "Name a video, relative to the folder of the list.")
    if not within(path, folder):
        raise refused(where, f"'{cells['file']}' leads out of {folder}", "Keep the list in a folder above its files.")
    if not path.exists():
        raise refused(where, f"there is no file '{cells['file']}' in {folder}", "Files are relative to that folder.")
    if split and split.lower() not in SPLIT_FOLDERS:
        raise refused(where, f"'{split}' is no split", "There are train, valid and test.")
    try:
        label = checked_name(cells["label"], "class")
    except ProjectError as error:
        raise ProjectError(
            [Problem(where, f"{each.where}: {each.what}", each.remedy) for each in error.problems]
        ) from None
    return Candidate(path, label, SPLIT_FOLDERS.get(split.lower()), cells.get("session", ""))
