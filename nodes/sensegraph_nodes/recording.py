"""A video file that can be played whatever happens to its writer."""

from __future__ import annotations

import contextlib
import os
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import cv2
import numpy as np

from sensegraph.errors import SinkError
from sensegraph.packet import NANOSECONDS
from sensegraph_nodes.decode import Picture

TICKS_HZ = 90_000
CODEC: Final = "libx264"
ENCODER = {"preset": "veryfast", "tune": "zerolatency", "crf": "23"}
"""Without look-ahead and B-frames: their delay would be lost with the writer."""
FINE = {"movie_timescale": str(TICKS_HZ)}
"""The time of the first frame is kept exactly, not to a millisecond."""
FRAGMENTS = {"movflags": "frag_every_frame+delay_moov+default_base_moof", "flush_packets": "1"} | FINE
"""Every frame can be found on the disk as soon as the next one comes: `flush_packets` is the point."""
PLAIN = {"movflags": "faststart"} | FINE
KEY_FRAME_S = 2


class RecordingFile:
    """An H.264 file in fragments of one frame, made plain when it is finished.

    Killed at any moment it lacks its last frame at most; on a full disk it holds what had been written.

    Args:
        path: The file, replaced if there is one.
        width: Width of the pictures; padded to an even number.
        height: Height of the pictures; padded to an even number.
        fps: Frame rate that the encoder plans with; the times of the frames are their own.

    Attributes:
        frames: How many frames were written.

    Raises:
        SinkError: The file cannot be created.
    """

    def __init__(self, path: Path, width: int, height: int, fps: float) -> None:
        self.path = path
        self.size = (width, height)
        self.frames = 0
        self.start_ns = 0
        self.end_ns = 0
        self._good_bytes = 0
        self._last_tick = -1
        try:
            self._container: Any = av.open(str(path), "w", format="mp4", options=FRAGMENTS)
            self._stream = self._container.add_stream(
                CODEC, rate=Fraction(fps).limit_denominator(1001), options=ENCODER
            )
            self._stream.width, self._stream.height = width + width % 2, height + height % 2
            self._stream.pix_fmt = "yuv420p"
            self._stream.codec_context.time_base = Fraction(1, TICKS_HZ)
            self._stream.codec_context.gop_size = max(1, round(KEY_FRAME_S * fps))
            self._stream.codec_context.thread_count = 2
        except (av.FFmpegError, OSError) as error:
            raise SinkError(f"{path}: it cannot be written: {_reason(error)}") from error

    def write(self, picture: Picture, time_ns: int) -> None:
        """Append a frame.

        Args:
            picture: uint8 (height, width, 3) BGR.
            time_ns: Its media time; later than that of the frame before it.

        Raises:
            SinkError: The disk is full or gone; the file is closed and keeps what had been written.
        """
        # FFmpeg's own conversion tints greys
        planes: Any = cv2.cvtColor(_even(picture), cv2.COLOR_BGR2YUV_I420)
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        tick = max(round(time_ns * TICKS_HZ / NANOSECONDS), self._last_tick + 1)
        frame.pts, frame.time_base = tick, Fraction(1, TICKS_HZ)
        self._mux(frame)
        if not self.frames:
            self.start_ns = time_ns
        self.frames += 1
        self._last_tick, self.end_ns = tick, time_ns

    def _mux(self, frame: Any) -> None:
        try:
            for packet in self._stream.encode(frame):
                self._container.mux(packet)
            self._good_bytes = self.path.stat().st_size
        except (av.FFmpegError, OSError) as error:
            raise self._given_up(error) from error

    def _given_up(self, error: Exception) -> SinkError:
        self._release()
        with contextlib.suppress(OSError):
            os.truncate(self.path, self._good_bytes)  # a piece of a fragment would be reported as damage
        self.frames = _frames_in(self.path)
        kept = f"{self.frames} frames are kept, the file can be played" if self.frames else "nothing was written"
        return SinkError(f"{self.path}: {_reason(error)}; {kept}\n  Free space, or write elsewhere.")

    def _release(self) -> None:
        container, self._container = self._container, None
        with contextlib.suppress(av.FFmpegError, OSError):  # on a full disk the end cannot be written either
            container.close()

    def finish(self) -> None:
        """Write the end and make the file a plain one, for players that do not know fragments.

        Where the disk has no room for that the file stays as it is.

        Raises:
            SinkError: The last frame cannot be written.
        """
        if self._container is None:
            return
        self._mux(None)
        try:
            self._container.close()
        except (av.FFmpegError, OSError) as error:
            raise self._given_up(error) from error
        self._container = None
        _make_plain(self.path)


def _frames_in(path: Path) -> int:
    """Return how many frames can be read from a file; 0 where it is not there or holds none."""
    frames = 0
    with contextlib.suppress(av.FFmpegError, OSError, IndexError), av.open(str(path)) as container:
        for packet in container.demux(container.streams.video[0]):
            frames += packet.dts is not None
    return frames


def _make_plain(path: Path) -> None:
    """Copy the frames into a plain mp4 beside it, then take its place at once."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with (
            av.open(str(path)) as fragments,
            av.open(str(temporary), "w", format="mp4", options=PLAIN) as plain,
        ):
            source = fragments.streams.video[0]
            stream: Any = plain.add_stream_from_template(source)
            stream.time_base = source.time_base
            for packet in fragments.demux(source):
                if packet.dts is not None:
                    packet.stream = stream
                    plain.mux(packet)
        temporary.replace(path)
    except (av.FFmpegError, OSError):
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _even(picture: Picture) -> Picture:
    """Return the picture with the last row and column repeated where their number is odd."""
    height, width = picture.shape[:2]
    if height % 2 or width % 2:
        picture = np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return np.ascontiguousarray(picture)


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return text[:1].lower() + text[1:]
