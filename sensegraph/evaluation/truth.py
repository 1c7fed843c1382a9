"""The truth of an evaluation: a CSV file that says what is shown where, and how often."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sensegraph.errors import GraphError, Problem, closest
from sensegraph.payload import STATES

NONE = "none"
EITHER = "|"
REQUIRED = ("file", "start_s", "end_s", "label", "reps")
OPTIONAL = ("also_ok",)
LARGEST_BYTES = 16 << 20


class TruthError(GraphError):
    """A truth file is not valid; `problems` holds everything that is wrong with it."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a file and what it shows.

    Attributes:
        file: The file as the row names it.
        path: Where it is.
        start_s: Media time in seconds at which the stretch begins.
        end_s: Media time in seconds at which it ends.
        labels: What it shows, each of them right; empty where nothing may be named.
        reps: Repetitions; None where the row leaves them empty.
        also_ok: Near relatives that are not wrong where nothing may be named.
        line: Line of the row.
    """

    file: str
    path: Path
    start_s: float
    end_s: float
    labels: tuple[str, ...]
    reps: int | None = None
    also_ok: frozenset[str] = frozenset()
    line: int = 0

    @property
    def negative(self) -> bool:
        """Whether no label may be named, other than those that say that nothing is done."""
        return all(label in STATES for label in self.labels)

    def forgives(self, label: str) -> bool:
        """Whether a label that is not right is no error either: a near relative where nothing may be named."""
        return self.negative and label in self.also_ok

    @property
    def title(self) -> str:
        """The labels as the row gives them."""
        return EITHER.join(self.labels) or NONE


def read_truth(path: Path, known: Collection[str] = ()) -> list[Segment]:
    """Read the rows of a truth file, in the order of files and times.

    Args:
        path: The CSV file, UTF-8; the files it names are relative to its folder.
        known: The labels that the graph can name; empty where that is not known and all are allowed.

    Raises:
        TruthError: Everything that is wrong with the file.
    """
    reader = _Reader(path, known)
    segments = reader.read(_text(path))
    problems = reader.problems + _overlaps(path, segments)
    if not problems and not segments:
        problems.append(Problem(str(path), "has no rows", f"Write one for each segment: {','.join(REQUIRED)}."))
    if problems:
        raise TruthError(sorted(problems, key=_line_of))
    files = {segment.file: number for number, segment in reversed(list(enumerate(segments)))}
    return sorted(segments, key=lambda each: (files[each.file], each.start_s))


def by_file(segments: Sequence[Segment]) -> dict[str, list[Segment]]:
    """Return file -> its segments, in their order."""
    found: dict[str, list[Segment]] = {}
    for segment in segments:
        found.setdefault(segment.file, []).append(segment)
    return found


def _text(path: Path) -> str:
    """Return the content of the file; it is read as a whole, so it must be a regular one of sensible size."""
    try:
        if path.exists() and not path.is_file():
            raise TruthError([Problem(str(path), "is not a regular file", "Name a CSV file.")])
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        near = closest(path.name, [each.name for each in path.parent.glob("*.csv")], "Check the path.")
        raise TruthError([Problem(str(path), "there is no such file", near)]) from None
    except OSError as error:
        raise TruthError([Problem(str(path), f"cannot be read: {error.strerror}", "Check the path.")]) from None
    if len(data) > LARGEST_BYTES:
        raise TruthError([Problem(str(path), "is larger than 16 MiB", "Split it.")])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TruthError([Problem(f"{path}:{line}", "is not UTF-8", "Save it as CSV in UTF-8.")]) from None


def _line_of(problem: Problem) -> int:
    number = problem.where.rpartition(":")[2]
    return int(number) if number.isdigit() else 0


def _overlaps(path: Path, segments: Sequence[Segment]) -> list[Problem]:
    """Tell each segment that begins before one that began earlier has ended."""
    problems = []
    for same in by_file(segments).values():
        longest = None
        for each in sorted(same, key=lambda segment: (segment.start_s, segment.line)):
            if longest is not None and each.start_s < longest.end_s:
                what = f"{each.start_s:g} to {each.end_s:g} s of '{each.file}' overlaps line {longest.line}"
                remedy = f"Line {longest.line} ends at {longest.end_s:g} s; begin no earlier."
                problems.append(Problem(f"{path}:{each.line}", what, remedy))
            if longest is None or each.end_s > longest.end_s:
                longest = each
    return problems


@dataclass
class _Reader:
    """Turns rows into segments and collects what is wrong with them."""

    path: Path
    known: Collection[str]
    problems: list[Problem] = field(default_factory=list)
    line: int = 0
    _listed: bool = False

    def read(self, text: str) -> list[Segment]:
        """Return the segments of the rows that are right."""
        found = []
        header: list[str] | None = None
        for line, cells in self._rows(text):
            self.line = line
            if header is None:
                header = [cell.lower() for cell in cells]
                if not self._check_header(header):
                    return []
            elif len(cells) > len(header):
                self.say(f"has {len(cells)} cells, but the header has {len(header)}", "Quote what holds a comma.")
            else:
                row = dict(zip(header, cells + [""] * (len(header) - len(cells)), strict=True))
                found.append(self._segment(row))
        if header is None:
            self.line = 1
            self.say("the file is empty", f"Begin with the header {','.join(REQUIRED)}.")
        return [segment for segment in found if segment is not None]

    def say(self, what: str, remedy: str) -> None:
        """Note a problem of the present row."""
        self.problems.append(Problem(f"{self.path}:{self.line}", what, remedy))

    def _rows(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """Yield the line at which each row begins and its cells; empty rows are left out."""
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        begins = 1
        while True:
            try:
                cells = next(rows, None)
            except csv.Error as error:
                self.line = begins
                self.say(f"is not CSV: {error}", "Check the quotes.")
                return
            if cells is None:
                return
            if any(cell.strip() for cell in cells):
                yield begins, [cell.strip() for cell in cells]
            begins = rows.line_num + 1

    def _check_header(self, header: Sequence[str]) -> bool:
        """Whether the rows can be read; further columns are left alone unless they look like a slip."""
        before = len(self.problems)
        for name in sorted({name for name in header if name and header.count(name) > 1}):
            self.say(f"there are two columns '{name}'", "Keep one.")
        missing = [name for name in REQUIRED if name not in header]
        for name in header:
            wanted = [each for each in (*missing, *OPTIONAL) if each not in header]
            if name not in REQUIRED + OPTIONAL and (near := closest(name, wanted)):
                self.say(f"there is no column '{name}'", near)
        if missing:
            columns = f"The header is {','.join(REQUIRED)}[,{','.join(OPTIONAL)}], separated by commas."
            self.say(f"the columns {', '.join(missing)} are missing", columns)
        return len(self.problems) == before

    def _segment(self, row: Mapping[str, str]) -> Segment | None:
        before = len(self.problems)
        start_s, end_s = self._seconds(row, "start_s"), self._seconds(row, "end_s")
        if start_s is not None and end_s is not None and end_s <= start_s:
            self.say(f"end_s {end_s:g} is not after start_s {start_s:g}", "A segment ends after it starts.")
        labels, also_ok = self._labels(row["label"], "label"), self._labels(row.get("also_ok", ""), "also_ok")
        reps = self._reps(row["reps"], negative=labels == [NONE])
        path = self._file(row["file"])
        if len(self.problems) > before or start_s is None or end_s is None or path is None:
            return None
        shown = tuple(label for label in labels if label != NONE)
        return Segment(row["file"], path, start_s, end_s, shown, reps, frozenset(also_ok), self.line)

    def _file(self, name: str) -> Path | None:
        if not name:
            self.say("file is empty", "Name a video, relative to the folder of this file.")
            return None
        path = self.path.parent / name
        try:
            if path.exists():
                return path
            near = closest(path.name, [each.name for each in path.parent.iterdir()] if path.parent.is_dir() else ())
        except (OSError, ValueError):  # too long, or it holds a NUL
            near = ""
        self.say(f"there is no file '{name}' in {self.path.parent}", near or "Files are relative to that folder.")
        return None

    def _seconds(self, row: Mapping[str, str], column: str) -> float | None:
        try:
            value = float(row[column])
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            self.say(f"{column} '{row[column]}' is not a number", "Write seconds, for example 12.5.")
            return None
        if value < 0:
            self.say(f"{column} {value:g} is before the start of the file", "Use 0 or more.")
            return None
        return value

    def _reps(self, text: str, *, negative: bool) -> int | None:
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 6):
            self.say(f"reps '{text}' is not a whole number", "Count the repetitions, or leave it empty.")
            return None
        if negative and int(text):
            self.say(f"{text} repetitions of '{NONE}'", "Write 0, or name the label.")
        return int(text)

    def _labels(self, text: str, column: str) -> list[str]:
        """Return the labels of a cell, `none` among them."""
        labels = [label.strip() for label in text.split(EITHER)] if text else []
        if column == "label" and not labels:
            self.say("label is empty", f"Write a label, or '{NONE}' where nothing may be named.")
        if NONE in labels and (len(labels) > 1 or column != "label"):
            self.say(f"{column} '{text}': '{NONE}' is no alternative", "Use it alone, as label.")
        for label in labels:
            if label != NONE and self.known and label not in self.known and label not in STATES:
                self.say(f"{column} '{label}' is no label of this graph", self._known_label(label))
        return labels

    def _known_label(self, label: str) -> str:
        """Return the remedy for a label that the graph does not know; the whole list is told once."""
        near = closest(label, self.known)
        if near or self._listed:
            return near or "See the list above."
        self._listed = True
        return f"It knows {', '.join(sorted(self.known))}."
