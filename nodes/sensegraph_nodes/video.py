"""VideoSink: pictures as a video file."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from sensegraph.errors import SinkError
from sensegraph.node import Node, Port, pictures
from sensegraph.packet import NANOSECONDS, Stamp
from sensegraph_nodes.decode import Picture
from sensegraph_nodes.recording import RecordingFile

SUFFIXES = (".mp4", ".m4v", ".mov")


def _video_name(path: str) -> str:
    if Path(path).suffix.lower() not in SUFFIXES:
        raise ValueError(f"videos are written as .mp4; name it {Path(path).with_suffix('.mp4').name}")
    return path


class VideoSink(Node):
    """Writes pictures as H.264, at their true times.

    The file can be played at any moment, also after `kill -9` (one frame is lost at most) and on a full
    disk, which ends the run with an error. When pictures change their size a new file begins: `out-2.mp4`
    after `out.mp4`.

    Args:
        path: The file, ending in .mp4; its folder is made. A file that is there is replaced when the first
        frame
            comes.
        fps: Frame rate that the encoder plans with; it does not change the times of the frames.
        overwrite: Replace files that are there.
    """

    inputs: ClassVar[Mapping[str, Port]] = {"frames": pictures(live="block")}

    epoch: int = 0
    """How often this node was started before in this run; then it goes on in a new file."""

    def __init__(
        self,
        path: Annotated[str, AfterValidator(_video_name)],
        fps: Annotated[float, Field(gt=0, le=1000)] = 30.0,
        overwrite: bool = True,
    ) -> None:
        self.path = path
        self.fps = fps
        self.overwrite = overwrite
        self._file: RecordingFile | None = None
        self._failed = False
        self._written: list[dict[str, Any]] = []

    def writes(self) -> Sequence[str]:
        """Return the file."""
        return (self.path,)

    def open(self) -> None:
        """Check the path and make its folder; the file is not touched yet.

        Raises:
            SinkError: A video cannot be written there.
        """
        path = Path(self.path)
        if path.is_dir():
            raise SinkError(f"{path}: it is a folder\n  Name a file in it.")
        if path.exists() and not path.is_file():
            raise SinkError(f"{path}: it is a pipe or a device\n  A video is written to a file: name one.")
        if path.exists() and not self.overwrite and not self.epoch:
            raise SinkError(f"{path}: it exists\n  Choose another name, or set overwrite.")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SinkError(f"{path}: its folder cannot be made: {error.strerror}\n  Write elsewhere.") from error
        if not os.access(path.parent, os.W_OK):
            raise SinkError(f"{path}: nothing can be written to its folder\n  Write elsewhere.")

    def process(self, frames: Picture, stamp: Stamp) -> None:
        """Write a frame.

        Args:
            frames: uint8 (H, W, 3) BGR.
            stamp: Its stamp.

        Raises:
            SinkError: The disk is full or gone; the file keeps what had been written.
        """
        size = (frames.shape[1], frames.shape[0])
        if self._file is not None and self._file.size != size:
            self._end_file()
        if self._file is None:
            self._file = RecordingFile(self._free_path(), *size, self.fps)
        try:
            self._file.write(frames, stamp.time_ns)
        except SinkError:
            self._failed = True
            raise

    def _free_path(self) -> Path:
        path, number = Path(self.path), len(self._written) + 1
        while True:
            named = path if number == 1 else path.with_stem(f"{path.stem}-{number}")
            if not named.exists() or (self.overwrite and not self.epoch):
                return named
            number += 1

    def _end_file(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            self._written.append(_figures(file))
            if not self._failed:
                file.finish()

    def finish(self) -> None:
        """Finish the file.

        Raises:
            SinkError: Its last frame cannot be written.
        """
        self._end_file()

    def close(self) -> None:
        """Finish the file, where an end in order has not done so."""
        self._end_file()

    def report(self) -> Mapping[str, Any]:
        """Return path, frames and length of each file."""
        return {"files": self._written + ([_figures(self._file)] if self._file else [])}


def _figures(file: RecordingFile) -> dict[str, Any]:
    length_s = round((file.end_ns - file.start_ns) / NANOSECONDS, 3)
    return {"path": str(file.path), "frames": file.frames, "seconds": length_s}
