"""The account of an edge: what was made, delivered, dropped and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Ledger:
    """`made = delivered + dropped + in flight`, at every moment.

    Attributes:
        made: Packets that the producer wrote.
        delivered: Packets that the consumer has finished with.
        dropped: Reason -> packets: `replaced` (a newer one came), `expired`, `peer_restart`, `stopped`.
        in_flight: Packets that wait or are being worked on.
    """

    made: int = 0
    delivered: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    in_flight: int = 0

    @property
    def unaccounted(self) -> int:
        """Packets that are neither delivered nor dropped nor in flight; always 0."""
        return self.made - self.delivered - self.dropped.total() - self.in_flight

    def as_dict(self) -> dict[str, object]:
        """Return plain values."""
        dropped = dict(sorted(self.dropped.items()))
        return {"made": self.made, "delivered": self.delivered, "dropped": dropped, "in_flight": self.in_flight}
