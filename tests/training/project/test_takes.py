"""Takes: countdown, recording, and what is kept of takes that are not complete."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from sensegraph.packet import Stamp
from sensegraph.training.project.takes import Moment, Schedule, Take, Timed, record
from tests.clips import frames

PICTURE = np.zeros((48, 64, 3), np.uint8)


def film(seconds: float, gap_at: float = -1.0) -> Iterator[Timed]:
    """Yield ten pictures a second; there is a gap before the first at or after `gap_at`."""
    told = gap_at < 0
    for number in range(round(seconds * 10)):
        gap = not told and number >= gap_at * 10
        told = told or gap
        yield PICTURE, Stamp(number * 100_000_000, gap=gap)


def recorded(folder: Path, pictures: Iterator[Timed], schedule: Schedule) -> tuple[list[Take], list[Moment]]:
    """Return the complete takes and everything that was told."""
    taken: list[Take] = []
    moments = list(record(pictures, schedule, lambda number: folder / f"{number}.mp4", taken.append))
    return taken, moments


def test_takes_have_the_length_that_was_asked_for(tmp_path: Path) -> None:
    """Countdown and take follow each other; the times of a take begin at 0."""
    taken, moments = recorded(tmp_path, film(20), Schedule(countdown_s=1, duration_s=2, number=3))
    assert [(take.path.name, take.pictures) for take in taken] == [("1.mp4", 20), ("2.mp4", 20), ("3.mp4", 20)]
    assert [frames(take.path) for take in taken] == [20, 20, 20]
    assert all(take.longest_gap_s == pytest.approx(0.1) for take in taken)
    begins = [(moment.take, moment.recording) for moment in moments if moment.begins]
    assert begins == [(take, recording) for take in (1, 2, 3) for recording in (False, True)]
    assert all(0 < moment.left_s <= (2 if moment.recording else 1) for moment in moments)


def test_a_take_that_the_pictures_do_not_fill_is_removed(tmp_path: Path) -> None:
    """One that ends with them is kept."""
    taken, _ = recorded(tmp_path, film(5.5), Schedule(countdown_s=1, duration_s=2, number=3))
    assert [take.path.name for take in taken] == ["1.mp4"]
    assert [path.name for path in tmp_path.iterdir()] == ["1.mp4"]
    taken, _ = recorded(tmp_path / "exact", film(3), Schedule(countdown_s=1, duration_s=2, number=1))
    assert [take.pictures for take in taken] == [20]


def test_a_take_in_which_the_camera_was_lost_begins_anew(tmp_path: Path) -> None:
    """With its countdown; no file of the lost one is left, none holds a hole."""
    taken, moments = recorded(tmp_path, film(10, gap_at=2.0), Schedule(countdown_s=1, duration_s=2, number=1))
    assert [(take.path.name, take.pictures) for take in taken] == [("1.mp4", 20)]
    assert [moment.recording for moment in moments if moment.begins] == [False, True, False, True]


def test_a_take_that_is_broken_off_leaves_nothing(tmp_path: Path) -> None:
    """As when the window is closed."""
    schedule = Schedule(countdown_s=0.5, duration_s=2, number=1)
    with closing(record(film(10), schedule, lambda number: tmp_path / "1.mp4", print)) as moments:
        while not next(moments).recording:
            pass
        next(moments)
        assert (tmp_path / "1.mp4").exists()
    assert list(tmp_path.iterdir()) == []
