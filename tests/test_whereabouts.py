"""What a worker is at, told by a file."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sensegraph import whereabouts
from sensegraph.packet import Stamp
from sensegraph.whereabouts import Whereabouts


@given(time_ns=st.integers(-(2**63), 2**63 - 1), number=st.integers(0, 2))
def test_what_is_entered_is_read(tmp_path_factory: object, time_ns: int, number: int) -> None:
    """Whatever the time, until the node leaves it."""
    folder = tmp_path_factory.mktemp("run")  # type: ignore[attr-defined]
    names = ["a", "b", "c"]
    at = Whereabouts(folder, 4, len(names))
    assert whereabouts.read(folder, 4, names) is None
    at.enter(number, Stamp(time_ns, source="camera"))
    assert whereabouts.read(folder, 4, names) == (names[number], "camera", time_ns)
    at.leave(number)
    assert whereabouts.read(folder, 4, names) is None


def test_two_at_once_tell_nothing(tmp_path: Path) -> None:
    """Either may have ended the worker: neither packet is blamed."""
    at = Whereabouts(tmp_path, 0, 2)
    at.enter(0, Stamp(1, source="camera"))
    at.enter(1, Stamp(2, source="camera"))
    assert whereabouts.read(tmp_path, 0, ["a", "b"]) is None


def test_a_new_start_is_at_nothing(tmp_path: Path) -> None:
    """What an earlier start was at is gone, and where no worker was there is nothing."""
    Whereabouts(tmp_path, 0, 1).enter(0, Stamp(1))
    Whereabouts(tmp_path, 0, 1)
    assert whereabouts.read(tmp_path, 0, ["a"]) is None
    assert whereabouts.read(tmp_path, 7, ["a"]) is None
