"""What a run records, and what it plays: told to each of its workers."""

from __future__ import annotations

from dataclasses import dataclass

RECORDER = "record:"
"""Begins the names of the nodes that record a stream; no node of a graph file can be called so."""


@dataclass(frozen=True, slots=True)
class Tape:
    """Nothing of either, by default.

    Attributes:
        record: The recording that the run writes into; it has been made, with its head. Empty for none.
        decisions: Also record which packets each node got together: in live pace that is chance.
        replay: The recording whose streams come in the place of the sources, and whose decisions are taken again.
            Empty for none.
        speed: How many times as fast as they were recorded they come; 0 = as fast as they are taken.
    """

    record: str = ""
    decisions: bool = False
    replay: str = ""
    speed: float = 0.0
