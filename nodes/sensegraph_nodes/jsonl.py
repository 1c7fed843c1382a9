"""JsonlSink: results as lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sensegraph.node import EVERY, Node, Port
from sensegraph.packet import Stamp
from sensegraph_nodes.lines import LineFile, Written, row_of


class JsonlSink(Node):
    """Writes each result as one line: `{"time": 3.25, "frame": 52, "stream": "exercise", "label": ...}`.

    Every line is written at once and whole: whatever happens, the file holds no half line. The same packets
    give the same bytes.

    Args:
        path: The file, replaced if there is one; `-` is the terminal.
    """

    inputs: ClassVar[Mapping[str, Port]] = {EVERY: Port(object, "results; the name of the input is the stream")}

    epoch: int = 0
    """How often this node was started before in this run; then it goes on in the same file."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._file: LineFile | None = None
        self._written = Written()

    def writes(self) -> Sequence[str]:
        """Return the file."""
        return (self.path,)

    def open(self) -> None:
        """Create the file, or go on where an earlier start of this node ended.

        Raises:
            SinkError: It cannot be written.
        """
        self._file = LineFile(self.path, resume=self.epoch > 0)
        if self.epoch:
            for line in self._file.read():
                row = json.loads(line)
                self._written.add(row["stream"], row["time"])

    def process(self, stamp: Stamp, **payloads: Any) -> None:
        """Write a line for each payload.

        Raises:
            SinkError: The file cannot be written any more.
        """
        for stream, payload in payloads.items():
            if self._file is not None and not self._written.has(stream, stamp):
                line = json.dumps(row_of(stream, payload, stamp), ensure_ascii=False, default=_plain)
                self._file.write(line + "\n")

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def report(self) -> Mapping[str, Any]:
        """Return path and number of lines."""
        return {"path": self.path, "lines": self._file.lines if self._file else 0}


def _plain(value: Any) -> Any:
    """Return a numpy number or array as what JSON knows."""
    return value.tolist() if hasattr(value, "tolist") else str(value)
