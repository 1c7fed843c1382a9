"""States in memory."""

import pytest

from sensegraph.errors import TransportError
from sensegraph.testing.actor import Kept


def test_a_state_that_could_not_travel_is_refused_as_on_the_disk() -> None:
    """A test tells what else a crash would."""
    kept = Kept({}, "node", 2)
    with pytest.raises(TransportError):
        kept.save(1, {"handle": object()})


def test_states_outlive_the_start_that_saved_them() -> None:
    """The next one begins with the newest from before its first packet."""
    places: dict[int, bytes] = {}
    points = Kept(places, "node", 1)
    for time_ns in range(5):
        points.save(time_ns, {"n": time_ns})
    assert Kept(places, "node", 1).before(4) == {"n": 3}
    assert Kept({}, "node", 1).before(4) is None
