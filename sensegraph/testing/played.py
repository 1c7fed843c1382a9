"""What came of a graph that was played."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sensegraph.node import Node
from sensegraph.packet import Packet
from sensegraph.testing.faults import edges_at
from sensegraph.transport.ledger import Ledger


@dataclass(slots=True)
class Played:
    """The result of `play`.

    Attributes:
        outputs: `node.port` -> the packets sent on it, each once, connected or not.
        ledgers: Edge name, `camera.frames>resample.frames` -> its account, over all starts of its producer.
        ages_ms: Node -> how old each of its packets was when it began with it, in virtual milliseconds.
        notes: What happened, in words, with the virtual time: kills, restarts, packets that were skipped.
        reports: Node -> what it reported at its end.
        nodes: Node -> the object of its last start, closed.
        skipped: Node -> the media times in seconds of the packets that it failed on twice.
        error: Why the graph failed, as a run would tell; empty when it did not, or when `play` raised it.
        lasted_s: How long it ran, in virtual seconds.
    """

    outputs: dict[str, list[Packet[Any]]] = field(default_factory=dict)
    ledgers: dict[str, Ledger] = field(default_factory=dict)
    ages_ms: dict[str, list[float]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    reports: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    skipped: dict[str, list[float]] = field(default_factory=dict)
    error: str = ""
    lasted_s: float = 0.0

    @property
    def unaccounted(self) -> int:
        """Packets that were neither delivered, dropped under a reason nor in flight; always 0."""
        return sum(ledger.unaccounted for ledger in self.ledgers.values())

    def payloads(self, output: str) -> list[Any]:
        """Return the payloads sent on `node.port`."""
        return [packet.payload for packet in self.outputs[output]]

    def ledger(self, where: str) -> Ledger:
        """Return the account of an edge, or of several together.

        Args:
            where: `camera.frames>resample.frames`; ports, or the part from `>` on, may be left out.

        Raises:
            GraphError: There is no such edge.
        """
        return total(self.ledgers[name] for name in edges_at(where, self.ledgers))

    def dropped(self, where: str) -> dict[str, int]:
        """Return reason -> packets dropped there; `where` as of `ledger`."""
        return dict(self.ledger(where).dropped)


def total(ledgers: Iterable[Ledger]) -> Ledger:
    """Return one account of several."""
    whole = Ledger()
    for each in ledgers:
        for name in ("made", "delivered", "in_flight", "copied"):
            setattr(whole, name, getattr(whole, name) + getattr(each, name))
        whole.dropped.update(each.dropped)
        whole.carried.update(each.carried)
    return whole
