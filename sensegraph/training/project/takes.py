"""Takes: short clips recorded one after another, each after a countdown."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from sensegraph.packet import NANOSECONDS, Stamp
from sensegraph.training.project.footage import Picture, recorder

Timed = tuple[Picture, Stamp]


@dataclass(frozen=True, slots=True)
class Schedule:
    """When is recorded; in seconds of media time, so that a file as source gives the same takes each time.

    Attributes:
        countdown_s: Before each take.
        duration_s: Of a take.
        number: Of takes.
    """

    countdown_s: float = 3.0
    duration_s: float = 5.0
    number: int = 5


@dataclass(frozen=True, slots=True)
class Moment:
    """What is going on when a picture has come.

    Attributes:
        picture: uint8 (H, W, 3) BGR, as it came, not mirrored.
        take: Number of the take, from 1.
        recording: Whether it is recorded; otherwise the countdown runs.
        left_s: How long that lasts yet, in seconds.
        begins: Whether the countdown or the take begins with this picture.
    """

    picture: Picture
    take: int
    recording: bool
    left_s: float
    begins: bool


@dataclass(frozen=True, slots=True)
class Take:
    """A complete take: its file, its number of pictures, the longest time between two of them in seconds."""

    path: Path
    pictures: int
    longest_gap_s: float


def record(
    frames: Iterator[Timed],
    schedule: Schedule,
    path_of: Callable[[int], Path],
    done: Callable[[Take], object],
) -> Generator[Moment, None, None]:
    """Record takes, and tell what is going on with every picture that comes.

    Where the source was lost in a take, that take begins anew with its countdown. A take that is not complete when the
    pictures end, or when nobody asks for more, is removed.

    Args:
        frames: Pictures of a camera or a file and their stamps.
        schedule: When is recorded.
        path_of: Number of a take -> the .mp4 to write, which is not there yet.
        done: Called with each complete take.

    Raises:
        SinkError: It cannot be written.
    """
    take = 1
    while take <= schedule.number:
        first = yield from _count_down(frames, schedule, take)
        if first is None:
            return
        finished = yield from _one(frames, first, schedule, take, path_of(take))
        if finished is not None:
            done(finished)
            take += 1


def _count_down(frames: Iterator[Timed], schedule: Schedule, take: int) -> Generator[Moment, None, Timed | None]:
    """Run the countdown and return the first picture of the take, or None where the pictures end before."""
    began_ns = None
    for picture, stamp in frames:
        begins = began_ns is None or stamp.gap
        began_ns = stamp.time_ns if began_ns is None or stamp.gap else began_ns
        left_s = schedule.countdown_s - (stamp.time_ns - began_ns) / NANOSECONDS
        if left_s <= 0:
            return picture, stamp
        yield Moment(picture, take, False, left_s, begins)
    return None


def _one(
    frames: Iterator[Timed], first: Timed, schedule: Schedule, take: int, path: Path
) -> Generator[Moment, None, Take | None]:
    """Record a take; None where it is not complete."""
    start_ns, count, last_ns, longest_ns = first[1].time_ns, 0, 0, 0
    with _whole(path) as (write, keep):
        for picture, stamp in chain([first], frames):
            time_ns = stamp.time_ns - start_ns
            left_s = schedule.duration_s - time_ns / NANOSECONDS
            if left_s <= 0:
                keep()
                return Take(path, count, longest_ns / NANOSECONDS)
            if stamp.gap and count:
                return None
            write(picture, time_ns)
            longest_ns, last_ns, count = max(longest_ns, time_ns - last_ns), time_ns, count + 1
            yield Moment(picture, take, True, left_s, count == 1)
        if last_ns + longest_ns >= schedule.duration_s * NANOSECONDS:  # a file that ends with the take
            keep()
            return Take(path, count, longest_ns / NANOSECONDS)
    return None


@contextmanager
def _whole(path: Path) -> Iterator[tuple[Callable[[Picture, int], None], Callable[[], None]]]:
    """Give a function that appends a picture, and one that says that the video is complete: else it is removed."""
    complete: list[bool] = []
    try:
        with recorder(path) as write:
            yield write, lambda: complete.append(True)
    finally:
        if not complete:
            path.unlink(missing_ok=True)
