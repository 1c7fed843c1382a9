"""How many packets are under way."""

from hypothesis import given
from hypothesis import strategies as st

from sensegraph.transport.limiter import Limiter


@given(st.integers(1, 4), st.lists(st.tuples(st.booleans(), st.integers(0, 30)), max_size=60))
def test_never_more_than_allowed_are_under_way(most: int, steps: list[tuple[bool, int]]) -> None:
    """Whatever comes and passes in whatever order; and one may go whenever there is room."""
    limiter, under_way, refused = Limiter(most), set[int](), None
    for comes, time_ns in steps:
        if not comes:
            limiter.passed(time_ns)
            under_way = {each for each in under_way if each > time_ns}
        elif time_ns != refused:
            room = time_ns in under_way or len(under_way) < most
            assert limiter.admits(time_ns) == room
            if room:
                under_way.add(time_ns)
            else:
                refused = time_ns
        assert len(under_way) <= most


def test_the_packets_of_one_time_go_together() -> None:
    """On every edge, also when there is room again between two of them."""
    limiter = Limiter(1)
    assert [limiter.admits(1), limiter.admits(1), limiter.admits(2)] == [True, True, False]
    limiter.passed(1)
    assert [limiter.admits(2), limiter.admits(3)] == [False, True]
