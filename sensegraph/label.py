"""Privacy labels: what must not become of what flows on a stream."""

from __future__ import annotations

import enum
from collections.abc import Collection


class Label(enum.StrEnum):
    """A promise about a stream; `sensegraph.privacy` follows it through the graph."""

    HOST_ONLY = "host-only"
    """It does not leave this machine."""
    NO_RECORD = "no-record"
    """It is not written to a disk."""
    NO_TAP = "no-tap"
    """Nobody sees it but the nodes of the graph file."""


KEPT_BACK = frozenset({Label.NO_RECORD, Label.NO_TAP})
"""Whatever bears one of these is neither recorded nor kept for later."""


def words(labels: Collection[str]) -> str:
    """Return labels as a text, in the order in which they are declared here."""
    return ", ".join(label for label in Label if label in labels)
