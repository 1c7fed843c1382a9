"""What stops a training."""

from __future__ import annotations

from collections.abc import Sequence

from sensegraph.errors import GraphError, Problem, SensegraphError


class DatasetError(GraphError):
    """A dataset, or what is to be done with it, is not right; `problems` holds everything that is wrong."""


class TrainingError(SensegraphError):
    """A training cannot go on; what it had written is still there."""

    exit_code = 3


class Interrupted(SensegraphError):
    """A training was told to stop, and has saved where it is."""

    def __init__(self, text: str, exit_code: int = 130) -> None:
        super().__init__(text)
        self.exit_code = exit_code


MOST_LISTED = 10


def listed(names: Sequence[str], most: int = MOST_LISTED) -> str:
    """Return names in a line; when there are many, the first ones and how many more."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


def refused(where: object, what: str, remedy: str = "") -> DatasetError:
    """Return the error of one problem: the place, the thing and the remedy."""
    return DatasetError([Problem(str(where), what, remedy)])
