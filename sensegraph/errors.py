"""The exceptions of sensegraph, one tree.

SensegraphError          anything a user can do something about; its text is the whole message
    GraphError           the graph file or a parameter is wrong        (exit code 2)
    SourceError          a camera, file or stream cannot be read       (exit code 2)
    ModelError           a model is missing or damaged                 (exit code 2)
    NodeError            a node failed for good                        (exit code 3)
    TransportError       a peer is gone or a message is not ours
    SinkError            a file or window cannot be written            (exit code 3)
    RunError             there is no such run, or it refuses           (exit code 2)

Whoever adds one gives it its exit code.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a graph file.

    Attributes:
        where: `file:line:col`, or the file alone where there is no line.
        what: The thing and what is wrong with it, e.g. `flip.type: there is no node type 'invrt'`.
        remedy: What to do; may be empty.
    """

    where: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}"
        return f"{text}\n  {self.remedy}" if self.remedy else text


Say = Callable[[str, str, str], None]
"""Notes a problem: its place, the thing, the remedy."""


class SensegraphError(Exception):
    """Something a user can put right; the text names the thing and the remedy."""

    exit_code = 1


class GraphError(SensegraphError):
    """A graph is not valid; `problems` holds everything that is wrong with it, in the order of the file."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem] | str) -> None:
        self.problems = [Problem("graph", problems)] if isinstance(problems, str) else list(problems)
        super().__init__(problems if isinstance(problems, str) else "\n".join(map(str, self.problems)))


class SourceError(SensegraphError):
    """A camera, file or stream cannot be opened or read."""

    exit_code = 2


class ModelError(SensegraphError):
    """A model is missing, damaged or does not fit."""

    exit_code = 2


class NodeError(SensegraphError):
    """A node failed for good."""

    exit_code = 3


class SinkError(SensegraphError):
    """An output cannot be written."""

    exit_code = 3


class RunError(SensegraphError):
    """There is no such run, or it cannot do what was asked."""

    exit_code = 2


class TransportError(SensegraphError):
    """A message is not one of ours, or a peer is gone."""


def closest(name: str, names: Iterable[str], otherwise: str = "") -> str:
    """Return `Did you mean 'x'?`, or `otherwise` when nothing is near."""
    near = difflib.get_close_matches(name, list(names), 1, 0.6)
    return f"Did you mean '{near[0]}'?" if near else otherwise
