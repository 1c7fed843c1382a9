"""Network sources: RTSP, HTTP and the like."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

from sensegraph.errors import SourceError
from sensegraph.secrets import masked
from sensegraph_nodes.decode import NETWORK, Picture, VideoFile

TIMEOUT_S = 4.0
"""For the connection, and for each read; shorter than the time after which a node counts as hanging."""
SCHEMES = ("http", "https", "rtsp", "rtsps", "rtmp", "rtmps", "rtp", "udp", "tcp", "srt")


def is_url(source: str) -> bool:
    """Whether a source names something on a network (or at least not a path)."""
    return re.match(r"[a-zA-Z][a-zA-Z0-9+.-]+://", source) is not None


def open_url(url: str, max_pixels: int) -> VideoFile:
    """Open a stream.

    Raises:
        SourceError: It cannot be opened; the text holds no password.
    """
    scheme = url.split("://")[0].lower()
    if scheme not in SCHEMES:
        known = ", ".join(SCHEMES)
        raise SourceError(f"{masked(url)}: '{scheme}' is not a kind of address\n  Known: {known}.")
    options = {"protocol_whitelist": NETWORK}
    if scheme.startswith("rtsp"):
        options["rtsp_transport"] = "tcp"
    return VideoFile(masked(url), url, options=options, max_pixels=max_pixels, timeout_s=(TIMEOUT_S, TIMEOUT_S))


class Stream:
    """A live stream as a camera: pictures and the moments when they arrived.

    Args:
        file: The opened stream.
    """

    def __init__(self, file: VideoFile) -> None:
        self.file = file

    def pictures(self) -> Iterator[tuple[Picture, int]]:
        """Yield picture (uint8 (H, W, 3) BGR) and arrival time (monotonic, ns) until the stream is lost."""
        for shot in self.file.shots():
            yield shot.picture, time.monotonic_ns()

    def close(self) -> None:
        """Close the connection."""
        self.file.close()
