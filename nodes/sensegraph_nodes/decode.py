"""Decoding of video files and streams, in constant memory."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from sensegraph.errors import SourceError
from sensegraph.packet import NANOSECONDS

Picture = npt.NDArray[np.uint8]

MAX_PIXELS = 8192 * 8192
RATE_HZ = 30.0
"""Frame rate of a stream that does not tell its own."""
FORMATS = (
    "3dostr,apng,asf,avi,flv,gif,h264,hevc,ivf,m4v,matroska,webm,mjpeg,mov,mp4,m4a,3gp,3g2,mj2,mpeg,mpegts,"
    "mpegvideo,mxf,nut,obu,ogg,wtv,yuv4mpegpipe"
)
"""What a local file may be. Playlists are not in it: they make the decoder open other files."""
PICTURES = {
    b"\x89PNG": "png_pipe",
    b"\xff\xd8\xff": "jpeg_pipe",
    b"BM": "bmp_pipe",
    b"RIFF": "webp_pipe",
    b"II*\x00": "tiff_pipe",
    b"MM\x00*": "tiff_pipe",
}
"""First bytes of a picture -> name of its demuxer."""
NETWORK = "http,https,tcp,tls,udp,rtp,rtsp,rtmp,rtmps,srt,crypto,hls"
URL_TIMEOUT_S = (10.0, 10.0)


@dataclass(frozen=True, slots=True)
class Shot:
    """A decoded frame.

    Attributes:
        picture: uint8 (H, W, 3) BGR, contiguous, upright.
        pts_ns: Presentation time in the file in nanoseconds; None where it is missing.
    """

    picture: Picture
    pts_ns: int | None


class VideoFile:
    """An open video file or stream.

    Args:
        name: What to call it in messages; no passwords.
        address: What FFmpeg opens.
        options: Options of the demuxer.
        max_pixels: Larger pictures are refused before they are decoded.
        form: Name of the demuxer; None = found out.
        timeout_s: For opening and for each read of a network stream.

    Attributes:
        rate_hz: Mean frame rate that the file tells.
        length_s: Length in seconds; None where it is not known (a live stream).
        damaged: How many packets could not be decoded.
        broken: Why reading ended before the end of the file; empty when it did not.

    Raises:
        SourceError: It cannot be opened, or holds no video, or one that is too large.
    """

    def __init__(
        self,
        name: str,
        address: str,
        *,
        options: dict[str, str],
        max_pixels: int = MAX_PIXELS,
        form: str | None = None,
        timeout_s: tuple[float, float] | None = None,
    ) -> None:
        self.name = name
        self.damaged = 0
        self.broken = ""
        self._clock = _Clock()
        self._max_pixels = max_pixels
        try:
            self._container = av.open(
                address, format=form, options=options, timeout=timeout_s, metadata_errors="replace"
            )
        except (av.FFmpegError, OSError, ValueError) as error:
            raise SourceError(f"{name}: {_reason(error, network=timeout_s is not None)}") from error
        try:
            self._stream = self._pick()
        except SourceError:
            self._container.close()
            raise
        self.rate_hz = _rate(self._stream)
        self.length_s = _length_s(self._container, self._stream)
        self._exact_length = self._stream.duration is not None

    def _pick(self) -> Any:
        stream: Any = self._container.streams.best("video")
        if stream is None:
            raise SourceError(f"{self.name}: there is no video in it\n  Check that it plays elsewhere.")
        context = stream.codec_context
        if context is None:
            raise SourceError(f"{self.name}: its video is of a kind that this FFmpeg cannot decode")
        self._check_size(context.width, context.height)
        context.options = {"max_pixels": str(self._max_pixels)}
        context.thread_type = "AUTO"
        context.thread_count = 2  # frames wait in every thread: more would cost memory and delay
        return stream

    def _check_size(self, width: int, height: int) -> None:
        if width * height > self._max_pixels:
            raise SourceError(
                f"{self.name}: its pictures ({width} x {height}) are over max_pixels, {self._max_pixels}\n"
                "  Scale the video down, or raise max_pixels of the source."
            )

    def shots(self) -> Iterator[Shot]:
        """Yield the frames in order of display; at an error in the file the rest is left out, see `broken`.

        Raises:
            SourceError: A frame is too large.
        """
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except (av.FFmpegError, OSError) as error:
                self.broken = _reason(error)
                packet = None
            if packet is None:
                break
            yield from self._decode(packet)
        if self.broken:
            yield from self._decode(None)

    def _decode(self, packet: Any) -> Iterator[Shot]:
        try:
            frames = self._stream.codec_context.decode(packet)
        except av.EOFError:
            return
        except (av.FFmpegError, ValueError):
            context: Any = self._stream.codec_context
            self._check_size(context.width, context.height)  # it has changed: the decoder refused
            self.damaged += 1
            return
        for frame in frames:
            self._check_size(frame.width, frame.height)
            yield Shot(_upright(frame), self._clock.time_ns(frame))

    def cut_off(self, last_ns: int) -> bool:
        """Whether the file should have been longer.

        Args:
            last_ns: When the last frame was shown, in nanoseconds from the first one.
        """
        if self.length_s is None:
            return False
        slack_s = (0.5 if self._exact_length else 1.5) + 2 / self.rate_hz
        return last_ns / NANOSECONDS < self.length_s - slack_s

    def close(self) -> None:
        """Close it; may be called twice."""
        with contextlib.suppress(av.FFmpegError, OSError):
            self._container.close()


def _reason(error: Exception, *, network: bool = False) -> str:
    remedy = "\n  Check the address and the network." if network else ""
    if isinstance(error, av.InvalidDataError | av.ArgumentError):
        if network:
            return f"no video came from there{remedy}"
        return "it is not a video, or is damaged at its beginning\n  Check that it plays elsewhere."
    if isinstance(error, av.ExitError | TimeoutError):
        return "no answer in time\n  Check the address and the network."
    if network and getattr(error, "errno", None) == errno.EIO:  # what FFmpeg says of a host without an address
        return f"there is no such host, or the connection broke{remedy}"
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return text[:1].lower() + text[1:] + remedy


def _rate(stream: Any) -> float:
    for rate in (stream.average_rate, stream.guessed_rate, stream.base_rate):
        if rate and 0 < rate <= 1000:
            return float(rate)
    return RATE_HZ


def _length_s(container: Any, stream: Any) -> float | None:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration and container.duration > 0 else None


class _Clock:
    """Chooses between the two times of a frame: that of display is wrong in AVI files with B-frames."""

    def __init__(self) -> None:
        self._last: list[int | None] = [None, None]
        self._wrong = [0, 0]

    def time_ns(self, frame: Any) -> int | None:
        """Return the time in nanoseconds by the clock that has gone backwards less often."""
        times: list[int | None] = [frame.pts, frame.dts]
        for index, time in enumerate(times):
            last = self._last[index]
            if time is not None:
                self._wrong[index] += last is not None and time <= last
                self._last[index] = time
        pts, dts = times
        ticks = dts if pts is None or self._wrong[0] > self._wrong[1] else pts
        if ticks is None or frame.time_base is None:
            return None
        time_s: Fraction = ticks * frame.time_base
        return round(time_s * NANOSECONDS)


def _upright(frame: Any) -> Picture:
    """Return the picture as uint8 (H, W, 3) BGR, turned as the file says."""
    picture: Picture = frame.to_ndarray(format="bgr24")
    quarters = round(frame.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(picture, quarters))
