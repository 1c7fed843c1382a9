"""What became of one frame."""

import re

import pytest

from sensegraph.errors import RunError
from sensegraph.fate import fate
from sensegraph.trace import Event, Kind

MS = 1_000_000


def happened(kind: Kind, place: str, at_ms: float, *, frame: int = 7, took_ms: float = 0.0, reason: str = "") -> Event:
    """Return an event of a frame that was captured at `10 * frame` ms."""
    begin_ns = round(at_ms * MS)
    end_ns = begin_ns + round(took_ms * MS)
    return Event(kind, place, "camera", frame, frame * 40 * MS, frame * 10 * MS, begin_ns, end_ns, reason)


COURSE = [
    happened(Kind.MADE, "camera", 60, frame=6, took_ms=1),
    happened(Kind.SENT, "camera.frames>net.frames", 61, frame=6),
    happened(Kind.MADE, "camera", 70, took_ms=1),
    happened(Kind.SENT, "camera.frames>net.frames", 71),
    happened(Kind.SENT, "camera.frames>view.frames", 71),
    happened(Kind.WORKED, "net", 75, took_ms=20),
    happened(Kind.SENT, "net.scores>results.net", 95),
    happened(Kind.FINISHED, "camera.frames>net.frames", 96),
    happened(Kind.WORKED, "results", 97, took_ms=1),
    happened(Kind.FINISHED, "net.scores>results.net", 98),
]


def test_a_frame_is_followed_through_the_graph() -> None:
    """Who worked on it, how long it waited, where it is."""
    found = fate(COURSE, "camera", 7)
    assert found.lines() == [
        "      0.0 ms  camera made it in 1.0 ms",
        "      1.0 ms  sent from camera.frames to net.frames",
        "      1.0 ms  sent from camera.frames to view.frames",
        "      5.0 ms  net worked on it for 20.0 ms, 4.0 ms after it was sent",
        "     25.0 ms  sent from net.scores to results.net",
        "     27.0 ms  results worked on it for 1.0 ms, 2.0 ms after it was sent",
        "reached results",
        "still on its way from camera.frames to view.frames",
    ]


def test_a_drop_is_told_with_its_place_and_reason() -> None:
    """And the edge is no longer one on which it is still on its way."""
    dropped = happened(Kind.DROPPED, "camera.frames>view.frames", 110, reason="replaced")
    found = fate([*COURSE, dropped], "camera", 7)
    assert found.dropped == {"camera.frames>view.frames": "replaced"}
    assert found.under_way == []
    assert "dropped on its way from camera.frames to view.frames: replaced" in found.lines()


def test_a_node_that_made_nothing_of_it_is_named() -> None:
    """It has outputs and has worked on it, but sent nothing with its time."""
    net = happened(Kind.WORKED, "net", 62, frame=6, took_ms=5)
    assert fate([net, *COURSE], "camera", 6).ended == ["net"]


def test_a_frame_can_be_named_by_its_time() -> None:
    """The last at or before it."""
    assert fate(COURSE, "camera", time_ns=7 * 40 * MS).made.frame == 7
    assert fate(COURSE, "camera", time_ns=7 * 40 * MS - 1).made.frame == 6


def test_the_newest_of_two_starts_is_meant() -> None:
    """A source that was started anew counts its frames from 0 again."""
    again = Event(Kind.MADE, "camera", "camera", 6, 900 * MS, 800 * MS, 800 * MS, 801 * MS)
    assert fate([*COURSE, again], "camera", 6).made.time_ns == 900 * MS


@pytest.mark.parametrize(
    ("source", "frame", "told"),
    [
        ("kamera", 7, "no source 'kamera' has made anything\n  Did you mean 'camera'?"),
        ("camera", 9, "nothing is known of frame 9 of 'camera'\n  Kept are frames 6 (0.240 s) to 7 (0.280 s)."),
        ("camera", None, "nothing is known of a frame at 0.000 s of 'camera'"),
    ],
)
def test_what_is_not_known_is_told(source: str, frame: int | None, told: str) -> None:
    """With what is."""
    with pytest.raises(RunError, match=re.escape(told)):
        fate(COURSE, source, frame)
