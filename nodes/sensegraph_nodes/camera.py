"""CameraSource: pictures from a camera, a file, a stream or a folder."""

from __future__ import annotations

import logging
import os
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Protocol
from urllib.parse import unquote, urlsplit

from pydantic import Field

from sensegraph.errors import SourceError
from sensegraph.node import Port, Source, pictures
from sensegraph.packet import NANOSECONDS, Packet, Stamp
from sensegraph.resources import sample
from sensegraph.secrets import masked
from sensegraph_nodes.decode import MAX_PIXELS, Picture, Shot, VideoFile
from sensegraph_nodes.devices import DEVICES, Camera, cameras
from sensegraph_nodes.files import PictureFolder, open_file
from sensegraph_nodes.network import Stream, is_url, open_url
from sensegraph_nodes.timeline import Timeline

BACK_OFF_S = (0.5, 30.0)
POLL_S = 0.2
"""How often a source that waits for its camera looks whether it should stop."""

log = logging.getLogger(__name__)


class Recording(Protocol):
    """Pictures with an end, from `VideoFile` or `PictureFolder`."""

    name: str
    rate_hz: float
    length_s: float | None
    damaged: int
    broken: str

    def shots(self) -> Iterator[Shot]:
        """Yield the frames."""

    def cut_off(self, last_ns: int) -> bool:
        """Whether there should have been more."""

    def close(self) -> None:
        """Release it."""


class Live(Protocol):
    """Pictures without an end, from `Camera` or `Stream`."""

    def pictures(self) -> Iterator[tuple[Picture, int]]:
        """Yield picture and capture time until the source is lost."""

    def close(self) -> None:
        """Release it."""


class CameraSource(Source):
    """Pictures from a camera, a video file, a folder of pictures, or a stream.

    A file is played from time 0 on a timeline that always increases: where its times are missing, go back
    or jump by more than 5 s, it goes on by one frame, with a gap told to what follows. A camera or live
    stream that is lost is opened again, for ever, after 0.5 s to 30 s. Pictures are turned upright; when
    their size changes they simply have another size from then on.

    Args:
        source: `0`, `1`, ... or `/dev/video0` for a camera; a video file; a folder of pictures; an address
            (`rtsp://...`, `http://...`); `auto` for the first camera that opens, else a sample clip.
        sample: Which sample clip that comes with sensegraph is played without a camera: `workout` or `gestures`.
        loop: Play a file again and again.
        fps: Pictures per second of a folder.
        width: Wished width of a camera's pictures; 0 = as it is.
        height: Wished height of a camera's pictures; 0 = as it is.
        max_pixels: Larger pictures are refused before they are decoded.
    """

    outputs: ClassVar[Mapping[str, Port]] = {"frames": pictures("upright pictures, as they come")}

    def __init__(
        self,
        source: str | int = "auto",
        sample: str = "workout",
        loop: bool = False,
        fps: Annotated[float, Field(gt=0, le=1000)] = 16.0,
        width: Annotated[int, Field(ge=0, le=8192)] = 640,
        height: Annotated[int, Field(ge=0, le=8192)] = 480,
        max_pixels: Annotated[int, Field(gt=0)] = MAX_PIXELS,
    ) -> None:
        self.source = source
        self.sample = sample
        self.loop = loop
        self.fps = fps
        self.width = width
        self.height = height
        self.max_pixels = max_pixels
        self._recording: Recording | None = None
        self._live: Live | None = None
        self._frames = 0
        self._notes: dict[str, Any] = {}

    def live(self) -> bool:
        """Whether pictures come at their own pace; before `open`, the best guess."""
        if self._recording or self._live:
            return self._live is not None
        if self.source == "auto":
            return bool(cameras())
        text = str(self.source)
        return _device(self.source) is not None or (is_url(text) and not text.startswith("file:"))

    def reads(self) -> Sequence[str]:
        """Return the video file, where it is one; for `auto` the sample clip."""
        if self.source == "auto":
            return (str(sample(f"{self.sample}.mp4")),)
        text = str(self.source)
        if _device(self.source) is not None or (is_url(text) and not text.startswith("file:")):
            return ()
        return (str(self._path()),)

    def _path(self) -> Path:
        text = str(self.source)
        return Path(unquote(urlsplit(text).path) if text.startswith("file:") else text).expanduser()

    def length_s(self) -> float | None:
        """Length in seconds, of a file or folder that is not looped."""
        return self._recording.length_s if self._recording and not self.loop else None

    def open(self) -> None:
        """Open the source.

        Raises:
            SourceError: It cannot be opened; the text names it and says what to do.
        """
        if self.source == "auto":
            self._open_any()
        elif _device(self.source) is not None:
            self._live = self._open_live()
        elif is_url(str(self.source)) and not str(self.source).startswith("file:"):
            self._open_url()
        else:
            self._recording = self._open_recording()

    def _open_any(self) -> None:
        for device in cameras():
            try:
                self._live = Camera(device, self.width, self.height)
            except SourceError:
                continue
            self.source = device
            return
        self.source = str(sample(f"{self.sample}.mp4"))
        log.warning("no camera opens: playing the sample clip %s", self.source)
        self._recording = self._open_recording()

    def _open_url(self) -> None:
        file = open_url(str(self.source), self.max_pixels)
        if file.length_s is None:
            self._live = Stream(file)
        else:
            self._recording = file  # a finished video on a web server

    def _open_live(self) -> Live:
        device = _device(self.source)
        if device is not None:
            return Camera(device, self.width, self.height)
        return Stream(open_url(str(self.source), self.max_pixels))

    def _open_recording(self) -> VideoFile | PictureFolder:
        text = str(self.source)
        if not text:
            raise SourceError("the source is empty\n  Name a camera, a file, an address or a folder, or `auto`.")
        if is_url(text) and not text.startswith("file:"):
            return open_url(text, self.max_pixels)
        path = self._path()
        if os.path.isdir(path):  # unlike Path.is_dir() it is False for a name that is too long
            return PictureFolder(path, self.fps, self.max_pixels)
        return open_file(path, self.max_pixels)

    def read(self) -> Iterator[Mapping[str, Any]]:
        """Yield the frames; nothing (`{}`) from time to time while a lost camera is waited for.

        Raises:
            SourceError: Not one frame of a file can be decoded.
        """
        return self._read_live() if self._live else self._read_recording()

    def _read_recording(self) -> Iterator[Mapping[str, Any]]:
        timeline = None
        while self._recording is not None:
            recording = self._recording
            timeline = timeline or Timeline(round(NANOSECONDS / recording.rate_hz))
            before = self._frames
            for shot in recording.shots():
                time_ns, gap = timeline.place(shot.pts_ns)
                self._note("jumps", timeline.jumps)
                self._note("missing_times", timeline.missing)
                yield self._packet(shot.picture, time_ns, time.monotonic_ns(), gap)
            if self._frames == before:
                raise SourceError(
                    f"{recording.name}: not one picture in it can be decoded\n"
                    "  It is damaged, or larger than max_pixels: check that it opens elsewhere."
                )
            self._tell_end(recording, timeline, looped=before > 0)
            if not self.loop:
                return
            recording.close()
            self._recording = self._open_recording()
            timeline.cut()

    def _tell_end(self, recording: Recording, timeline: Timeline, *, looped: bool) -> None:
        if looped:
            return  # told the first time
        self._note("damaged", recording.damaged)
        last_s = timeline.last_ns / NANOSECONDS
        if recording.broken or (timeline.jumps == 0 and recording.cut_off(timeline.last_ns)):
            whole = f" of {recording.length_s:.2f} s" if recording.length_s else ""
            self._warn(f"{recording.name}: cut off or damaged: it ends at {last_s:.2f} s{whole}")
        elif recording.damaged:
            pieces = "1 damaged piece was" if recording.damaged == 1 else f"{recording.damaged} damaged pieces were"
            self._warn(f"{recording.name}: {pieces} left out")

    def _read_live(self) -> Iterator[Mapping[str, Any]]:
        started_ns = time.monotonic_ns()
        last_ns, gap = -1, False
        while True:
            live = self._live
            for picture, captured_ns in live.pictures() if live else ():
                last_ns = max(captured_ns - started_ns, last_ns + 1)
                yield self._packet(picture, last_ns, captured_ns, gap)
                gap = False
            if live:
                live.close()
            self._warn(f"{masked(str(self.source))}: lost; trying to open it again")
            yield from self._reopen()
            gap = True

    def _reopen(self) -> Iterator[Mapping[str, Any]]:
        """Yield nothing until the source is open again."""
        self._live, wait_s = None, BACK_OFF_S[0]
        while self._live is None:
            # at random, so that many readers do not come back at once
            until = time.monotonic() + wait_s * random.uniform(0.5, 1.0)
            while (left_s := until - time.monotonic()) > 0:
                yield {}
                time.sleep(min(POLL_S, left_s))
            try:
                self._live = self._open_live()
            except SourceError:
                wait_s = min(wait_s * 2, BACK_OFF_S[1])
        self._note("reconnects", self._notes.get("reconnects", 0) + 1)

    def _packet(self, picture: Picture, time_ns: int, capture_ns: int, gap: bool) -> Mapping[str, Any]:
        stamp = Stamp(time_ns, capture_ns, frame=self._frames, gap=gap)
        self._frames += 1
        return {"frames": Packet(picture, stamp)}

    def _warn(self, text: str) -> None:
        self._notes.setdefault("warnings", [])
        if text not in self._notes["warnings"]:
            self._notes["warnings"].append(text)
        log.warning(text)

    def _note(self, name: str, count: int) -> None:
        if count:
            self._notes[name] = count

    def close(self) -> None:
        """Release the camera or file."""
        for opened in (self._recording, self._live):
            if opened is not None:
                opened.close()

    def report(self) -> Mapping[str, Any]:
        """Return source and frames, and what was wrong with them: jumps, missing_times, damaged, ..."""
        return {"source": masked(str(self.source)), "frames": self._frames, **self._notes}


def _device(source: str | int) -> int | str | None:
    """Return the index or path of a camera, or None where `source` names none."""
    text = str(source)
    if text.isdecimal():
        return int(text)
    named = text.startswith(f"{DEVICES}/video") and text.removeprefix(f"{DEVICES}/video").isdecimal()
    return text if named else None
