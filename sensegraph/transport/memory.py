"""The carrier inside one process: the object itself, read-only."""

from __future__ import annotations

import numpy as np

from sensegraph.packet import Item, Packet
from sensegraph.transport.reader import Inbox
from sensegraph.transport.writer import Writer


def connect(writer: Writer, inbox: Inbox, name: str) -> None:
    """Join a writer to an input of a node in the same process."""
    reader = inbox.reader(name, writer.credit)

    def send(item: Item) -> None:
        if isinstance(item, Packet) and isinstance(item.payload, np.ndarray):
            item.payload.flags.writeable = False
        reader.receive(item)

    writer.connect(send)
