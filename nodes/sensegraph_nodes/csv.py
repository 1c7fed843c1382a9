"""CsvSink: results as a table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sensegraph.node import EVERY, Node, Port
from sensegraph.packet import Stamp
from sensegraph_nodes.lines import LineFile, Written, row_of

HEAD = ("time", "frame", "stream")
COLUMNS = ("label", "score", "warm", "count", "event", "met", "met_corrected", "kcal", "basis")
REST = "more"


class CsvSink(Node):
    """Writes each result as one line of a table with fixed columns.

    The columns are time, frame, stream, those of `columns`, and `more`: the fields that have no column, as
    JSON. A field that a result does not have is empty. Every line is written at once and whole.

    Args:
        path: The file, replaced if there is one; `-` is the terminal.
        columns: The columns between `stream` and `more`.
    """

    inputs: ClassVar[Mapping[str, Port]] = {EVERY: Port(object, "results; the name of the input is the stream")}

    epoch: int = 0
    """How often this node was started before in this run; then it goes on in the same file."""

    def __init__(self, path: str, columns: tuple[str, ...] = COLUMNS) -> None:
        self.path = path
        self.columns = columns
        self._file: LineFile | None = None
        self._written = Written()

    def writes(self) -> Sequence[str]:
        """Return the file."""
        return (self.path,)

    def open(self) -> None:
        """Create the file with the names of the columns, or go on where an earlier start of this node ended.

        Raises:
            SinkError: It cannot be written.
        """
        self._file = LineFile(self.path, resume=self.epoch > 0)
        if not self._file.lines:
            self._file.write(_line([*HEAD, *self.columns, REST]))
        elif self.epoch:
            for row in csv.DictReader(self._file.read()):
                self._written.add(row["stream"], float(row["time"]))

    def process(self, stamp: Stamp, **payloads: Any) -> None:
        """Write a line for each payload.

        Raises:
            SinkError: The file cannot be written any more.
        """
        for stream, payload in payloads.items():
            if self._file is None or self._written.has(stream, stamp):
                continue
            row = row_of(stream, payload, stamp)
            cells = [_cell(row.pop(name, "")) for name in (*HEAD, *self.columns)]
            self._file.write(_line([*cells, _cell(row) if row else ""]))

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def report(self) -> Mapping[str, Any]:
        """Return path and number of lines, without the one of names."""
        return {"path": self.path, "lines": self._file.lines - 1 if self._file else 0}


def _cell(value: Any) -> Any:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value


def _line(cells: list[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
