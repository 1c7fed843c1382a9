"""Counting by positions."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from sensegraph_nodes.positions import TwoPositions


def count(*steps: tuple[float, float]) -> int:
    """Return the repetitions in steps of the probabilities of standing and of squatting."""
    exercise = TwoPositions("high", "low")
    return sum(exercise.step({"high": high, "low": low}) for high, low in steps)


UP, DOWN, BETWEEN = (0.9, 0.1), (0.1, 0.9), (0.3, 0.3)


def test_there_and_back_is_one_repetition() -> None:
    """It counts when the first position is reached again, not before."""
    assert count(UP, DOWN) == 0
    assert count(UP, DOWN, UP) == 1
    assert count(UP, BETWEEN, DOWN, DOWN, BETWEEN, UP, UP, DOWN, UP) == 2


def test_it_begins_in_the_first_position() -> None:
    """Who is found in the second one and leaves it has made a repetition, as in quic/sense."""
    assert count(DOWN, UP) == 1


def test_a_position_below_the_threshold_is_none() -> None:
    """0.4 is not above 0.4."""
    assert count((0.2, 0.4), UP) == 0
    assert count(DOWN, (0.4, 0.2)) == 0


def test_two_likely_positions_at_once_count_nothing() -> None:
    """The same probabilities again and again are nobody who moves."""
    assert count(*[(0.45, 0.45)] * 20) == 0
    assert count(*[(0.44, 0.45)] * 20) == 0


@given(st.lists(st.tuples(st.floats(0, 0.5), st.floats(0, 0.5)), max_size=40))
def test_a_repetition_takes_a_change_of_position_each_way(steps: Sequence[tuple[float, float]]) -> None:
    """Never more repetitions than times the second position was the likelier one and then the first."""
    sides = [high < low for high, low in steps if high != low]
    turns = sum(before and not after for before, after in itertools.pairwise(sides))
    assert count(*steps) <= turns
