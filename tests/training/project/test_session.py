"""The session of a clip, as far as its file tells it."""

from __future__ import annotations

import pytest

from sensegraph.training.project.session import session_of


@pytest.mark.parametrize(
    ("name", "session"),
    [
        ("monday_1", "monday"),
        ("monday_12_flipped", "monday"),
        ("anna 3", "anna"),
        ("squats_nowva_02", "squats_nowva"),
        ("VID_20240131_101500", "2024-01-31"),
        ("2024-01-31 10.15.00", "2024-01-31"),
        ("20240631_1", "20240631"),
        ("video_3", ""),
        ("IMG_2034", ""),
        ("wave_3", ""),
        ("Wave-3", ""),
        ("7", ""),
        ("monday", ""),
        ("clip (2)", ""),
    ],
)
def test_a_name_tells_the_day_or_the_recording(name: str, session: str) -> None:
    """But not the words that programs give to everything, nor the class."""
    assert session_of(name, "wave", {}) == session


def test_the_container_tells_the_day() -> None:
    """Unless its clock was never set."""
    assert session_of("video_1", "wave", {"creation_time": "2024-05-02T10:00:00.000000Z"}) == "2024-05-02"
    assert session_of("video_1", "wave", {"creation_time": "2000-01-01T00:00:00.000000Z"}) == ""
    assert session_of("video_1", "wave", {"creation_time": "1970-01-01T00:00:00.000000Z"}) == ""
