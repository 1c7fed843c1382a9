"""One node of a graph that is played: its real loop, driven on virtual time."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sensegraph.join import JoinedSet
from sensegraph.loop import NodeLoop, Pause
from sensegraph.node import Node
from sensegraph.packet import Item, Packet, Stamp
from sensegraph.plan import WorkerPlan, edge_name, make_inbox, make_writer, most_again
from sensegraph.savepoint import Savepoints
from sensegraph.spec import Pace, Policy
from sensegraph.testing.agenda import Agenda
from sensegraph.transport.reader import Inbox
from sensegraph.transport.writer import Writer


class Actor:
    """A node from one start to its end, or to the next start.

    Args:
        plan: Of a worker with this node alone.
        node: Made, not yet opened.
        agenda: The virtual time.
        work_ns: How long the node works on a packet.
        record: Called with output and packet of all that it sends.
        on_stop: Called when it wants the whole graph to end.
        on_poison: Called with a set that it is spared.
        states: Where its states are kept, over all its starts.

    Attributes:
        writers: Edge name -> the producer's end of each edge that begins here.
        at: The packet that it works on.
        ended: Whether it has done its work.
    """

    def __init__(
        self, plan: WorkerPlan, node: Node, agenda: Agenda, *, work_ns: Callable[[Stamp], int],
        record: Callable[[str, Packet[Any]], None], on_stop: Callable[[], None],
        on_poison: Callable[[JoinedSet], None], states: dict[int, bytes],
    ) -> None:  # fmt: skip
        (said,) = plan["nodes"]
        self.name, self._agenda, self._work_ns = said["name"], agenda, work_ns
        into = [edge for edge in plan["edges"] if edge["target"] == self.name]
        out = [edge for edge in plan["edges"] if edge["source"] == self.name]
        self.writers = {edge_name(edge): make_writer(edge, agenda.clock) for edge in out}
        self.inbox = make_inbox(node, into, Pace(plan["pace"]), clock=agenda.clock)
        outputs = {port: [_tap(functools.partial(record, port))] for port in node.outputs}
        for edge in out:
            outputs[edge["output"]].append(self.writers[edge_name(edge)])
        poison = [(source, time_ns) for _, source, time_ns in plan["poison"]]
        self.loop = NodeLoop(
            self.name, node, self.inbox, outputs, Pace(plan["pace"]), on_stop, {}, poison, on_poison, agenda.clock
        )  # fmt: skip
        if type(node).state is not Node.state:
            self.loop.savepoints = Kept(states, self.name, most_again(into))
        self.loop.enter, self.loop.leave = self._enter, self._leave
        self.ages_ms: list[float] = []
        self.at: Stamp | None = None
        self.ended = self._closed = False
        self._steps: Iterator[Pause] = self.loop.steps()
        self._pause: Pause = 0
        self._until_ns = 0

    @property
    def ready(self) -> bool:
        """Whether it can go on now."""
        if self.ended:
            return False
        if isinstance(self._pause, Inbox):
            forced_ns = self._pause.forced_ns
            return self._pause.fresh or (forced_ns is not None and self._agenda.now_ns >= forced_ns)
        if isinstance(self._pause, Writer):
            return self._pause.ready
        return self._agenda.now_ns >= self._until_ns

    def step(self) -> Stamp | None:
        """Go on to the next pause; return the packet that was just worked on, if it was that."""
        try:
            pause = next(self._steps, None)
        except Exception:
            self.close()
            raise
        if pause is None and not self._closed:
            self._close()
            self.loop.end()
            self._steps = self.loop.rest()
            return self.step()
        if pause is None:
            self.ended = True
            return None
        self._pause = pause
        if isinstance(pause, Stamp):
            self._wait(self._agenda.now_ns + self._work_ns(pause))
            return pause
        if isinstance(pause, int):
            self._wait(pause)
        elif isinstance(pause, Inbox) and pause.forced_ns is not None:
            self._agenda.at(pause.forced_ns)
        return None

    def close(self) -> None:
        """Close the node, unless it has been, and do nothing more."""
        self.ended = True
        self._close()

    def _close(self) -> None:
        if not self._closed:
            self._closed = True
            self.loop.node.close()

    def waits_for(self) -> str:
        """Return in words what it waits for."""
        if isinstance(self._pause, Inbox):
            return "for its inputs"
        full = [name for name, writer in self.writers.items() if writer is self._pause]
        return f"for room in {full[0]}" if full else "for its time"

    def _wait(self, until_ns: int) -> None:
        self._until_ns = until_ns
        if until_ns > self._agenda.now_ns:
            self._agenda.at(until_ns)

    def _enter(self, stamp: Stamp) -> None:
        self.at = stamp
        self.ages_ms.append((self._agenda.now_ns - stamp.capture_ns) / 1e6)

    def _leave(self) -> None:
        self.at = None


class Kept(Savepoints):
    """The states of a node in memory, in the form in which they are on the disk: what cannot travel is told.

    Args:
        places: Place -> what is written there; outlives the node.
        node: The node's name.
        keep: How many packets its producers may send again, at least.
    """

    def __init__(self, places: dict[int, bytes], node: str, keep: int) -> None:
        super().__init__(Path(), node, bytes(16), keep)
        self._places = places

    def _write(self, place: int, content: bytes) -> None:
        self._places[place] = content

    def _read(self, place: int) -> bytes:
        if place not in self._places:
            raise FileNotFoundError(place)
        return self._places[place]


def _tap(record: Callable[[Packet[Any]], None]) -> Writer:
    """Return an edge that is never full, to somebody who looks on."""

    def send(item: Item) -> None:
        if isinstance(item, Packet):
            record(item)

    return Writer(Policy.BLOCK, sys.maxsize, send)
