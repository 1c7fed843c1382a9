"""The version of a clip that has exactly 16 frames a second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sensegraph.models.skeleton import RATE_FPS, STEP_FRAMES
from sensegraph.packet import NANOSECONDS, Packet, Stamp
from sensegraph.training.project.document import sync
from sensegraph.training.project.error import refused
from sensegraph.training.project.footage import ENDLESS_S, Picture, node, recorder, shown
from sensegraph.training.project.original import PICTURE_FPS

LEAST_FRAMES = STEP_FRAMES


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found when a clip was made steady; the attributes are those of `Clip`."""

    frames: int
    source_frames: int
    repeated: int
    longest_gap_s: float
    notes: tuple[str, ...]


def make_steady(source: Path, target: Path, picture_fps: float = PICTURE_FPS) -> Facts:
    """Write the version of a clip that has exactly 16 frames a second: frame k is at k/16 s, none is missing.

    Args:
        source: A video file, or a folder of pictures.
        target: An .mp4 that is not there yet.
        picture_fps: Pictures per second of a folder.

    Raises:
        ProjectError: It is too short, or its pictures change their size.
        SourceError: It cannot be read.
        SinkError: It cannot be written.
    """
    camera = node("CameraSource", source=str(source.absolute()), fps=picture_fps)
    with recorder(target, float(RATE_FPS)) as write:
        steady = _Steady(source, write)
        with shown(camera) as frames:
            for picture, stamp in frames:
                steady.put(picture, stamp)
        steady.finish()
    sync(target)
    report = camera.report()
    notes = [str(each).removeprefix(f"{source.absolute()}: ") for each in report.get("warnings", ())]
    if report.get("jumps"):
        notes.append(f"its times jump {report['jumps']} x: played on without a break")
    return steady.facts(notes)


class _Steady:
    """Puts pictures through the resampler of the graphs, and fills what it leaves out at a jump of the times."""

    def __init__(self, source: Path, write: Callable[[Picture, int], None]) -> None:
        self._source = source
        self._write = write
        self._resampler = node("Resampler16fps", gap_s=ENDLESS_S)
        self._frames = self._source_frames = self._repeated = 0
        self._longest_ns = self._last_ns = 0
        self._last: Picture | None = None
        self._size: tuple[int, ...] = ()

    def put(self, picture: Picture, stamp: Stamp) -> None:
        if self._size and picture.shape != self._size:
            what = f"its pictures change their size at {stamp.time_s:.2f} s"
            raise refused(self._source, what, "Cut it there, and add both pieces.")
        self._size = picture.shape
        if self._source_frames:
            self._longest_ns = max(self._longest_ns, stamp.time_ns - self._last_ns)
        self._source_frames += 1
        self._last_ns = stamp.time_ns
        self._take(self._resampler.process(frames=picture, stamp=stamp))

    def finish(self) -> None:
        self._take(self._resampler.finish())
        if self._frames < LEAST_FRAMES:
            pictures = "1 picture" if self._source_frames == 1 else f"{self._source_frames} pictures"
            what = f"is too short: {pictures}, {self._frames / RATE_FPS:.2f} s"
            raise refused(self._source, what, f"A clip has {LEAST_FRAMES / RATE_FPS:.2f} s or more; 1 to 5 s are good.")

    def _take(self, results: Any) -> None:
        for result in results:
            packet: Packet[Picture] = result["frames"]
            while self._last is not None and self._frames < packet.stamp.frame:
                self._append(self._last)
            self._append(packet.payload)

    def _append(self, picture: Picture) -> None:
        self._repeated += picture is self._last
        self._last = picture
        self._write(picture, self._frames * NANOSECONDS // RATE_FPS)
        self._frames += 1

    def facts(self, notes: list[str]) -> Facts:
        longest_s = round(self._longest_ns / NANOSECONDS, 3)
        return Facts(self._frames, self._source_frames, self._repeated, longest_s, tuple(notes))
