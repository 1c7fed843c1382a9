"""Recorder: one stream into a recording."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from sensegraph.node import Node, Port
from sensegraph.packet import Packet, Stamp
from sensegraph.recording.file import Kind, RecordFile
from sensegraph.recording.picture import PictureCoder
from sensegraph.recording.stored import pack


class Recorder(Node):
    """Writes each packet of a stream into a recording that is there already.

    Args:
        path: The recording.
        stream: Number of the stream in the recording.
        lossy: Keep pictures as JPEG.
    """

    inputs: ClassVar[Mapping[str, Port]] = {"packets": Port(object, "any stream", records=True)}

    def __init__(self, path: str, stream: int, lossy: bool = False) -> None:
        self.path = path
        self.stream = stream
        self.lossy = lossy
        self._packets = self._bytes = 0

    def open(self) -> None:
        """Open the recording.

        Raises:
            SinkError: It cannot be written.
        """
        self._file = RecordFile(self.path)
        self._coder = PictureCoder()

    def process(self, packets: Any, stamp: Stamp) -> None:
        """Write a packet.

        Raises:
            SinkError: The disk is full or gone.
        """
        body = pack(self.stream, Packet(packets, stamp, self._packets), self._coder, lossy=self.lossy)
        self._bytes += self._file.append(Kind.PACKET, body)
        self._packets += 1

    def close(self) -> None:
        """Close the recording."""
        if hasattr(self, "_file"):
            self._file.close()

    def report(self) -> Mapping[str, Any]:
        """Return packets and bytes written."""
        return {"packets": self._packets, "bytes": self._bytes}
