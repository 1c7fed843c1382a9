"""The carrier inside one process: the object itself, read-only."""

from __future__ import annotations

import numpy as np

from sensegraph.codec import arrays_of
from sensegraph.packet import Item, Packet
from sensegraph.transport.reader import Credit, Inbox
from sensegraph.transport.writer import Writer


def connect(writer: Writer, inbox: Inbox, name: str, credit: Credit | None = None) -> None:
    """Join a writer to an input of a node in the same process; `credit` is told instead of it what is finished."""
    reader = inbox.reader(name, credit or writer.credit)

    def send(item: Item) -> None:
        if isinstance(item, Packet):
            if isinstance(item.payload, np.ndarray):
                item.payload.flags.writeable = False
            writer.ledger.carried["memory"] += sum(array.nbytes for array in arrays_of(item.payload))
        reader.receive(item)

    writer.connect(send)
