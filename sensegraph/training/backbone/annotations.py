"""Tables that say what the clips of a dataset show: CSV and JSON in the forms of well-known datasets.

* `id;label` without a heading: Jester, Something-Something 1 (a list of labels alone gives their order);
* CSV with a heading that has a label and one of `IDS`, perhaps a split and times: Kinetics and others;
* a JSON list of objects with `id` and `template` or `label`: Something-Something 2 (a JSON object of label and number
  gives the order);
* a JSON object of id and `{"annotations": {"label", "segment"}, "subset"}`: Kinetics.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sensegraph.errors import Problem
from sensegraph.training.backbone.clip import Split

SPLITS: Mapping[str, Split] = {
    "train": "train", "training": "train", "videos_train": "train",
    "valid": "valid", "val": "valid", "validation": "valid", "validate": "valid", "videos_valid": "valid",
}  # fmt: skip
"""Names of folders, columns and files -> what the clips are used for."""

TEST = frozenset(("test", "testing"))
IDS = ("path", "file", "filename", "file_name", "youtube_id", "video_id", "video", "id")
LABELS = ("label", "class", "class_name", "template")
STARTS, ENDS = ("time_start", "start", "start_s"), ("time_end", "end", "end_s")
FOLDERS = ("", "annotations", "labels")
"""Where tables are looked for, below the folder of a dataset."""


@dataclass(frozen=True, slots=True)
class Row:
    """A clip as a table tells it.

    Attributes:
        where: `file:line`, or the file and the number of the entry.
        name: What it is called.
        label: What it shows; templates are without their brackets.
        split: What it is for; None where the table does not say.
        start_s: Where it begins in its video, or None.
        end_s: Where it ends, or None.
    """

    where: str
    name: str
    label: str
    split: Split | None
    start_s: float | None = None
    end_s: float | None = None


@dataclass
class Annotations:
    """What the tables of a dataset say.

    Attributes:
        rows: The clips that are to be used.
        order: The labels in the order that a list of labels gives; empty where there is none.
        problems: What is wrong in the tables.
        notes: What was left out, in words.
        tables: The tables that were read.
    """

    rows: list[Row] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tables: list[Path] = field(default_factory=list)

    def wrong(self, where: str, what: str, remedy: str = "") -> None:
        """Note a problem."""
        self.problems.append(Problem(where, what, remedy))


def tables_of(root: Path) -> list[Path]:
    """Return the CSV and JSON files of a dataset, in its folder, `annotations` or `labels`, that may be tables."""
    found = [path for folder in FOLDERS if (root / folder).is_dir() for path in (root / folder).iterdir()]
    return sorted(each for each in found if each.suffix.lower() in (".csv", ".json") and not each.name.startswith("."))


def read(paths: Sequence[Path]) -> Annotations:
    """Read tables; what is wrong with them is in `problems`."""
    found = Annotations()
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            found.wrong(str(path), f"cannot be read: {getattr(error, 'strerror', None) or 'it is no UTF-8'}")
            continue
        before = len(found.rows), len(found.order), len(found.notes), len(found.problems)
        (_read_json if path.suffix.lower() == ".json" else _read_csv)(path, text, found)
        if before != (len(found.rows), len(found.order), len(found.notes), len(found.problems)):
            found.tables.append(path)
    return found


def _split_of(path: Path) -> Split | None:
    """Return what a file is for by the words of its name, e.g. `jester-v1-train.csv`."""
    words = path.stem.lower().replace("_", "-").split("-")
    return next((SPLITS[word] for word in reversed(words) if word in SPLITS), None)


# --- CSV --------------------------------------------------------------------------------------------------------------


def _read_csv(path: Path, text: str, found: Annotations) -> None:
    first = text.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    try:
        lines = [
            (number, [cell.strip() for cell in cells])
            for number, cells in enumerate(csv.reader(text.splitlines(), delimiter=delimiter), 1)
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error as error:
        found.wrong(str(path), f"cannot be read: {error}")
        return
    if not lines:
        return
    heading = [cell.lower() for cell in lines[0][1]]
    label = next((heading.index(name) for name in LABELS if name in heading), None)
    name = next((heading.index(name) for name in IDS if name in heading), None)
    if label is not None and name is not None:
        _read_columns(path, heading, name, label, lines[1:], found)
    elif all(len(cells) == 1 for _, cells in lines):
        _read_list(path, [cells[0] for _, cells in lines], found)
    elif len(heading) == 2:
        _read_columns(path, ["id", "label"], 0, 1, lines, found)
    else:
        remedy = f"Write a heading with {LABELS[0]} and one of {', '.join(IDS)}."
        found.wrong(f"{path}:{lines[0][0]}", "no column says which clip a line is about, or what it shows", remedy)


def _read_list(path: Path, names: list[str], found: Annotations) -> None:
    """Take a list of labels; a list of clips without labels is told and left out."""
    if "label" in path.stem.lower() or "class" in path.stem.lower():
        found.order += names
    else:
        found.notes.append(f"{path}: {len(names)} entries without a label were left out")


def _read_columns(
    path: Path,
    heading: Sequence[str],
    name: int,
    label: int,
    lines: Sequence[tuple[int, list[str]]],
    found: Annotations,
) -> None:
    split, start, end = (
        next((heading.index(each) for each in names if each in heading), None)
        for names in (("split", "subset"), STARTS, ENDS)
    )
    unlabelled = test = 0
    for number, cells in lines:
        where = f"{path}:{number}"
        if len(cells) != len(heading):
            found.wrong(where, f"expected {len(heading)} columns, found {len(cells)}")
            continue
        said = cells[split].lower() if split is not None else ""
        if said in TEST:
            test += 1
        elif said and said not in SPLITS:
            found.wrong(where, f"there is no split '{said}'", "Write train, valid or test.")
        elif not cells[label]:
            unlabelled += 1
        else:
            times = [_seconds(where, cells[each], found) if each is not None else None for each in (start, end)]
            use = SPLITS[said] if said else _split_of(path)
            found.rows.append(Row(where, cells[name], cells[label], use, times[0], times[1]))
    _tell(path, test, unlabelled, found)


def _seconds(where: str, text: str, found: Annotations) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        found.wrong(where, f"'{text}' is not a time in seconds")
        return None
    return value


def _tell(path: Path, test: int, unlabelled: int, found: Annotations) -> None:
    if test:
        found.notes.append(f"{path}: {test} clips for the test were left out")
    if unlabelled:
        found.notes.append(f"{path}: {unlabelled} entries without a label were left out")


# --- JSON -------------------------------------------------------------------------------------------------------------


def _read_json(path: Path, text: str, found: Annotations) -> None:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        found.wrong(str(path), f"is not JSON: {error}")
        return
    if isinstance(content, dict) and content and all(_is_number(value) for value in content.values()):
        found.order += sorted(content, key=lambda name: int(content[name]))
    elif isinstance(content, dict) and content and all(isinstance(each, dict) for each in content.values()):
        _take(path, [(name, each) for name, each in content.items()], found)
    elif isinstance(content, list) and content and all(isinstance(each, dict) and "id" in each for each in content):
        _take(path, [(str(each["id"]), each) for each in content], found)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) or (isinstance(value, str) and value.isdecimal())


def _take(path: Path, entries: Sequence[tuple[str, dict[str, Any]]], found: Annotations) -> None:
    unlabelled = test = 0
    for number, (name, entry) in enumerate(entries, 1):
        where = f"{path}: entry {number}"
        inner = entry.get("annotations")
        inner = inner if isinstance(inner, dict) else entry
        label = str(inner.get("template") or inner.get("label") or "").replace("[", "").replace("]", "").strip()
        said = str(entry.get("subset") or entry.get("split") or "").lower()
        if said in TEST:
            test += 1
        elif not label:
            unlabelled += 1
        elif said and said not in SPLITS:
            found.wrong(where, f"there is no split '{said}'", "Write train, valid or test.")
        else:
            start_s, end_s = _segment(where, inner.get("segment"), found)
            found.rows.append(Row(where, name, label, SPLITS[said] if said else _split_of(path), start_s, end_s))
    _tell(path, test, unlabelled, found)


def _segment(where: str, value: Any, found: Annotations) -> Iterator[float | None]:
    if value is not None and (not isinstance(value, list) or len(value) != 2):
        found.wrong(where, f"{value!r} is not a segment", "Write [start, end] in seconds.")
        value = None
    return (_seconds(where, str(each), found) for each in (value or ("", "")))
