"""What a worker records and plays: the part of the tape that its nodes and edges need."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sensegraph.join import Join
from sensegraph.node import Node, Source
from sensegraph.packet import Packet
from sensegraph.recording.journal import Journal, NotedJoin
from sensegraph.recording.script import ScriptedJoin, Wanted
from sensegraph.recording.tape import RECORDER, Tape
from sensegraph.spec import Pace

Note = Callable[[Sequence[Packet[Any]], str], None]


class Deck:
    """Puts players, scripted and noted joins in their places.

    Args:
        tape: What is recorded and played.
        nodes: Names of the nodes of this worker.

    Raises:
        SensegraphError: A recording cannot be written or read.
    """

    def __init__(self, tape: Tape, nodes: Sequence[str]) -> None:
        self._tape = tape
        self._journal = Journal(tape.record) if tape.record else None
        self._script: dict[str, list[Wanted]] = {}
        self._wiring: dict[str, dict[str, str]] = {}
        if tape.replay:
            from sensegraph.recording.recording import Recording  # loads FFmpeg, which other runs need not have

            recording = Recording(tape.replay)
            if (
                recording.head.pace == Pace.LIVE.value
            ):  # in fast pace nothing was decided, the sets follow by themselves
                self._wiring, self._script = recording.head.wiring, recording.sets(nodes)

    def node(self, name: str, node: Node) -> Node:
        """Return the node, or a player in the place of a source."""
        if not self._tape.replay or not isinstance(node, Source):
            return node
        from sensegraph.recording.player import player

        return player(name, node, self._tape.replay, self._tape.speed)

    def join(self, name: str, node: Node, wiring: Mapping[str, str]) -> Join | None:
        """Return the join of a node where it is not the usual one.

        A script is followed where the node has the inputs that it had.

        Args:
            name: Name of the node.
            node: The node.
            wiring: Input -> the output that leads to it.
        """
        if not wiring:
            return None
        if self._wiring.get(name) == wiring:
            return ScriptedJoin(node.inputs, list(wiring), self._script.get(name, []))
        if self._journal is not None and self._tape.decisions and not name.startswith(RECORDER):
            return NotedJoin(node.inputs, list(wiring), self._journal, name)
        return None

    def note(self, edge: str) -> Note | None:
        """Return who is told what an edge drops."""
        return None if self._journal is None else functools.partial(self._journal.dropped, edge)
