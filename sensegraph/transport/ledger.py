"""The account of an edge: what was made, delivered, dropped and why, and how it travelled."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Ledger:
    """`made = delivered + dropped + in flight`, at every moment.

    Attributes:
        made: Packets that the producer wrote.
        delivered: Packets that the consumer has finished with.
        dropped: Reason -> packets: `replaced` (a newer one came), `sampled` (the edge takes every n-th), `limited` (too
            many were under way), `expired`, `peer_restart`, `unreadable` (its memory was gone), `stopped`; in a graph
            that is played (`sensegraph.testing`) also `injected`, and `killed` (with the process that had it).
        in_flight: Packets that wait or are being worked on, counted where they are.
        carried: Carrier -> bytes of arrays: `memory` (the object itself), `slot` (shared memory), `inline` (in the
            header), `frame` (through the socket).
        copied: Bytes of arrays that were copied in this process or the consumer's; through the socket the system copies
            them once more on either side, so each counts twice.
    """

    made: int = 0
    delivered: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    in_flight: int = 0
    carried: Counter[str] = field(default_factory=Counter)
    copied: int = 0

    @property
    def unaccounted(self) -> int:
        """Packets that are neither delivered nor dropped nor in flight; always 0."""
        return self.made - self.delivered - self.dropped.total() - self.in_flight

    def as_dict(self) -> dict[str, object]:
        """Return plain values."""
        return {
            "made": self.made, "delivered": self.delivered, "dropped": dict(sorted(self.dropped.items())),
            "in_flight": self.in_flight, "carried": dict(self.carried), "copied": self.copied,
        }  # fmt: skip
