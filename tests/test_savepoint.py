"""The states of a node that outlive its process."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensegraph.savepoint import Savepoints

RUN = bytes(range(16))


@given(
    times=st.lists(st.integers(0, 1000), unique=True, min_size=1, max_size=30), keep=st.integers(1, 6), data=st.data()
)
def test_whatever_is_sent_again_the_state_before_it_is_there(
    tmp_path_factory: pytest.TempPathFactory, times: list[int], keep: int, data: st.DataObject
) -> None:
    """As long as no more packets come again than may; with the first packet there is none."""
    times, folder = sorted(times), tmp_path_factory.mktemp("run")
    points = Savepoints(folder, "node", RUN, keep)
    for number, time_ns in enumerate(times):
        points.save(time_ns, {"done": number})
    again = data.draw(st.integers(0, min(keep, len(times))))
    first = times[len(times) - again] if again else times[-1] + 1
    state = Savepoints(folder, "node", RUN, keep).before(first)
    done = len(times) - again
    assert state == ({"done": done - 1} if done else None)


def test_it_goes_on_after_the_state_that_was_taken(tmp_path: Path) -> None:
    """A second crash finds the states of the second process."""
    points = Savepoints(tmp_path, "node", RUN, 2)
    for time_ns in range(5):
        points.save(time_ns, {"n": time_ns})
    points = Savepoints(tmp_path, "node", RUN, 2)
    assert points.before(4) == {"n": 3}
    points.save(4, {"n": 40})
    assert Savepoints(tmp_path, "node", RUN, 2).before(5) == {"n": 40}


def test_arrays_and_nesting_come_back(tmp_path: Path) -> None:
    """As they were."""
    points = Savepoints(tmp_path, "node", RUN, 1)
    points.save(1, {"a": np.arange(5000.0), "b": [[1, 2.5], ["x", None]], "c": {"d": True}})
    state = points.before(2)
    assert state is not None
    assert np.array_equal(state["a"], np.arange(5000.0))
    assert (state["b"], state["c"]) == ([[1, 2.5], ["x", None]], {"d": True})


@pytest.mark.fault(39)
@pytest.mark.parametrize("content", [b"", b"\x93", b"no state", bytes(400)])
def test_a_damaged_one_counts_as_absent(tmp_path: Path, content: bytes) -> None:
    """The one before it is taken."""
    points = Savepoints(tmp_path, "node", RUN, 3)
    for time_ns in (1, 2, 3):
        points.save(time_ns, {"n": time_ns})
    newest = next(path for path in tmp_path.iterdir() if path.name.endswith("-2"))
    newest.write_bytes(content)
    assert points.before(9) == {"n": 2}


@pytest.mark.fault(39)
def test_those_of_another_run_are_not_taken(tmp_path: Path) -> None:
    """Nor those of another node."""
    Savepoints(tmp_path, "node", RUN, 1).save(1, {"n": 1})
    assert Savepoints(tmp_path, "node", bytes(16), 1).before(9) is None
    assert Savepoints(tmp_path, "other", RUN, 1).before(9) is None
