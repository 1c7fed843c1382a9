"""A trace as JSON for viewers."""

import json
from pathlib import Path

import pytest

from sensegraph import timeline
from sensegraph.errors import SensegraphError
from sensegraph.trace import Event, Kind

EVENTS = [
    Event(Kind.MADE, "camera", "camera", frame, frame * 40, frame * 100, frame * 100, frame * 100 + 30)
    for frame in range(4)
] + [
    Event(Kind.SENT, "camera.frames>view.frames", "camera", 2, 80, 200, 231, 231),
    Event(Kind.FINISHED, "camera.frames>view.frames", "camera", 2, 80, 200, 290, 290),
    Event(Kind.WORKED, "view", "camera", 2, 80, 200, 240, 280),
    Event(Kind.DROPPED, "camera.frames>view.frames", "camera", 3, 120, 300, 331, 331, "replaced"),
]


def test_a_trace_is_written_and_read_again(tmp_path: Path) -> None:
    """Nothing is lost on the way."""
    timeline.write(tmp_path / "trace.json", EVENTS)
    assert timeline.load(tmp_path / "trace.json") == EVENTS


def test_nodes_are_threads_and_packets_are_on_their_way_between_two_moments() -> None:
    """As viewers understand it: work has a length, a way a begin and an end with the same id, a drop a moment."""
    shown = json.loads(timeline.dump(EVENTS))["traceEvents"]
    assert [each["args"]["name"] for each in shown if each["ph"] == "M"] == ["camera", "view"]
    assert next(each["dur"] for each in shown if each["ph"] == "X" and each["name"] == "view") == 0.04
    begin, end = (each for each in shown if each["ph"] in "be")
    assert begin["id"] == end["id"]
    assert (begin["ts"], end["ts"]) == (0.231, 0.29)
    assert [each["name"] for each in shown if each["ph"] == "i"] == ["dropped: replaced"]


def test_a_sample_holds_whole_courses() -> None:
    """All that was made of every second frame, and nothing of the others."""
    assert timeline.sampled(EVENTS, 2) == [event for event in EVENTS if event.frame in (0, 2)]


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"traceEvents": [{"ph": "X", "args": {"kind": 9}}]}'])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    """With how to get one."""
    (tmp_path / "other.json").write_bytes(content)
    with pytest.raises(SensegraphError, match="is no trace of sensegraph\n  One is written by"):
        timeline.load(tmp_path / "other.json")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """By its name."""
    with pytest.raises(SensegraphError, match="cannot be written: No such file"):
        timeline.write(tmp_path / "none" / "trace.json", EVENTS)
