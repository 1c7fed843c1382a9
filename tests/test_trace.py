"""The ring of what happened to each packet."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sensegraph.packet import Stamp
from sensegraph.trace import KEPT, Event, Kind, Trace, read

TIMES = st.integers(min_value=-(2**60), max_value=2**60)
STAMPS = st.builds(Stamp, TIMES, TIMES, st.sampled_from(["camera", "kamera ü", ""]), st.integers(0, 2**40))


@given(st.lists(st.tuples(st.sampled_from(Kind), STAMPS, TIMES, TIMES), max_size=20))
def test_what_is_written_down_is_read_again(written: list[tuple[Kind, Stamp, int, int]]) -> None:
    """Every field, in order of time, whichever node it was."""
    with tempfile.TemporaryDirectory() as folder:
        trace = Trace(Path(folder), 0, ["backbone"])
        note = trace.of_node("backbone")
        for kind, stamp, begin_ns, end_ns in written:
            note(kind, stamp, begin_ns, end_ns)
        expected = [
            Event(kind, "backbone", s.source, s.frame, s.time_ns, s.capture_ns, begin_ns, end_ns)
            for kind, s, begin_ns, end_ns in written
        ]
        assert read(Path(folder)) == sorted(expected, key=lambda event: (event.end_ns, event.kind))


def test_the_newest_are_kept(tmp_path: Path) -> None:
    """Of more events than there is room for the oldest are gone."""
    note = Trace(tmp_path, 0, ["camera"]).of_node("camera")
    for frame in range(KEPT + 10):
        note(Kind.MADE, Stamp(frame, frame, "camera", frame), frame, frame)
    assert [event.frame for event in read(tmp_path)] == list(range(10, KEPT + 10))


def test_the_next_start_of_a_worker_goes_on(tmp_path: Path) -> None:
    """What an earlier start wrote stays, and its names keep their meaning."""
    Trace(tmp_path, 0, ["a", "a.x>b.x"]).of_edge("a.x>b.x")(Kind.DROPPED, Stamp(1, 1, "camera", 1), "replaced")
    Trace(tmp_path, 0, ["a", "a.x>b.x"]).of_edge("a.x>b.x")(Kind.DROPPED, Stamp(2, 2, "other", 2), "expired")
    told = [(event.source, event.frame, event.place, event.reason) for event in read(tmp_path)]
    assert told == [("camera", 1, "a.x>b.x", "replaced"), ("other", 2, "a.x>b.x", "expired")]


def test_names_without_end_do_no_harm(tmp_path: Path) -> None:
    """When the table of names is full, further ones are empty and the rest is right."""
    note = Trace(tmp_path, 0, ["a"]).of_node("a")
    for number in range(200):
        note(Kind.WORKED, Stamp(number, number, f"{number:0100d}", number), number, number)
    events = read(tmp_path)
    assert [event.frame for event in events] == list(range(200))
    assert events[0].source == f"{0:0100d}"
    assert events[-1].source == ""


def test_a_file_that_was_just_made_holds_nothing(tmp_path: Path) -> None:
    """Who asks in the first moment of a run is told nothing, without an error."""
    (tmp_path / "trace-0").touch()
    (tmp_path / "trace-1").write_bytes(bytes(100_000))
    assert read(tmp_path) == []
