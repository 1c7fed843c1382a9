"""The version of exactly 16 frames a second."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sensegraph.training.project import ProjectError
from sensegraph.training.project.steady import make_steady
from tests.nodes.videos import picture, read_back, write_video

STEP = 9
"""Grey levels between frames: the encoder of recordings passes over smaller changes of flat pictures."""
FRAME_MS = 62.5


def numbered(path: Path, times_ms: list[int]) -> Path:
    """Write a video whose pictures carry their number, up to 25, and return its path."""
    pictures = [np.full((48, 64, 3), 10 + STEP * number, np.uint8) for number in range(len(times_ms))]
    return write_video(path, times_ms=times_ms, pictures=pictures)


def numbers(path: Path) -> list[tuple[float, int]]:
    """Return time in seconds and number of each frame."""
    with av.open(str(path)) as video:
        return [
            (frame.time, round((float(frame.to_ndarray(format="bgr24").mean()) - 10) / STEP))
            for frame in video.decode(video=0)
        ]


@given(st.lists(st.integers(5, 1500), min_size=5, max_size=25), st.integers(0, 2000))
@settings(max_examples=20)
def test_frame_k_is_at_k_16ths_and_shows_the_nearest_picture(
    tmp_path_factory: pytest.TempPathFactory, steps_ms: list[int], start_ms: int
) -> None:
    """Whatever the times of the source are: no frame is missing, and holes are filled with the picture before."""
    folder = tmp_path_factory.mktemp("any")
    assume(sum(steps_ms) > 250)
    times = [start_ms + sum(steps_ms[:i]) for i in range(len(steps_ms) + 1)]
    facts = make_steady(numbered(folder / "in.mkv", times), folder / "out.mp4")
    shown = numbers(folder / "out.mp4")
    assert [time for time, _ in shown] == [k / 16 for k in range(len(shown))]
    assert (facts.frames, facts.source_frames) == (len(shown), len(times))
    assert facts.longest_gap_s == pytest.approx(max(steps_ms) / 1000, abs=0.002)
    assert facts.repeated == sum(a == b for (_, a), (_, b) in pairwise(shown))
    assert facts.frames * FRAME_MS == pytest.approx(sum(steps_ms) + steps_ms[-1], abs=1.1 * FRAME_MS)
    for k, (_, number) in enumerate(shown):
        distance = [abs(time - times[0] - k * FRAME_MS) for time in times]
        assert distance[number] <= min(distance) + 2


def test_a_source_of_16_frames_a_second_is_unchanged(tmp_path: Path) -> None:
    """Picture for picture."""
    source = numbered(tmp_path / "in.mp4", [round(k * FRAME_MS) for k in range(20)])
    facts = make_steady(source, tmp_path / "out.mp4")
    assert (facts.frames, facts.repeated, facts.notes) == (20, 0, ())
    assert [number for _, number in numbers(tmp_path / "out.mp4")] == list(range(20))


def test_a_jump_of_the_times_is_played_on_without_a_break(tmp_path: Path) -> None:
    """A recording whose clock jumps by an hour does not become an hour long."""
    times = [*range(0, 1000, 50), *range(3_600_000, 3_601_000, 50)]
    facts = make_steady(write_video(tmp_path / "in.mkv", times_ms=times), tmp_path / "out.mp4")
    assert facts.frames == pytest.approx(32, abs=1)
    assert facts.notes == ("its times jump 1 x: played on without a break",)
    assert [time for time, _ in read_back(tmp_path / "out.mp4")] == [k / 16 for k in range(facts.frames)]


def test_pictures_that_change_their_size_are_refused(tmp_path: Path) -> None:
    """With the place where to cut; nothing is left."""
    import cv2

    for number, size in enumerate([(64, 48)] * 8 + [(32, 24)] * 8):
        cv2.imwrite(str(tmp_path / f"{number}.png"), picture(number, size))
    with pytest.raises(ProjectError, match=r"its pictures change their size at 0\.50 s\n  Cut it there"):
        make_steady(tmp_path, tmp_path / "out.mp4")
    assert not list(tmp_path.glob("*.mp4"))


def test_equal_sources_give_equal_bytes(tmp_path: Path) -> None:
    """So what is computed from a clip may be kept under its content."""
    source = write_video(tmp_path / "in.mp4", 30)
    for name in ("a.mp4", "b.mp4"):
        make_steady(source, tmp_path / name)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
