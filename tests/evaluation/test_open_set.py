"""The open-set curve."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sensegraph.evaluation.open_set import THRESHOLDS, guess, open_set
from sensegraph.evaluation.streams import Decision
from sensegraph.payload import NOBODY, NOTHING, OTHER
from tests.evaluation.rows import segment

PARTS = [segment(0, 10, "Squats", 1, file="a"), segment(0, 10, file="b", also_ok="Jacks")]


def rows(*tops: tuple[tuple[str, float], ...]) -> list[Decision]:
    """Return warm windows from 2 s on with these probabilities."""
    return [Decision(2 + number / 4, top[0][0], True, top) for number, top in enumerate(tops)]


def test_the_likeliest_label_that_is_no_state_is_named() -> None:
    """Nothing can be named where nobody is seen or the head is cold."""
    top = ((NOTHING, 0.5), ("Squats", 0.3), ("Jacks", 0.2))
    assert guess(Decision(1, NOTHING, True, top)) == ("Squats", 0.3)
    assert guess(Decision(1, NOBODY, True, top))[1] == 0
    assert guess(Decision(1, NOTHING, False, top))[1] == 0
    assert guess(Decision(1, OTHER, True, ((OTHER, 1.0),)))[1] == 0


def test_each_threshold_gives_recall_and_the_share_named() -> None:
    """Near relatives are never wrong; the wrong name is never right."""
    shown = rows((("Squats", 0.9),), (("Squats", 0.6),), (("Jacks", 0.9),), ((NOTHING, 0.8), ("Squats", 0.2)))
    quiet = rows((("Squats", 0.7),), (("Jacks", 0.9),), ((OTHER, 1.0),), ((OTHER, 0.9), ("Lunges", 0.1)))
    curve = {point.threshold: (point.recall, point.named) for point in open_set(PARTS, {"a": shown, "b": quiet})}
    assert curve[0.0] == (0.75, 0.5)
    assert curve[0.5] == (0.5, 0.25)
    assert curve[0.8] == (0.25, 0.0)
    assert curve[1.0] == (0.0, 0.0)


def test_there_is_no_curve_without_both_kinds_of_windows() -> None:
    """Recall alone says nothing about an open set."""
    assert open_set(PARTS[:1], {"a": rows((("Squats", 0.9),))}) == []


TOPS = st.lists(st.tuples(st.sampled_from(["Squats", "Jacks", OTHER]), st.floats(0, 1)), min_size=1, max_size=3).map(
    tuple
)


@given(st.lists(TOPS, min_size=1, max_size=20), st.lists(TOPS, min_size=1, max_size=20))
def test_a_higher_threshold_never_names_more(
    shown: list[tuple[tuple[str, float], ...]], quiet: list[tuple[tuple[str, float], ...]]
) -> None:
    """Both shares fall, and stay between 0 and 1."""
    curve = open_set(PARTS, {"a": rows(*shown), "b": rows(*quiet)})
    assert [point.threshold for point in curve] == list(THRESHOLDS)
    for values in ([point.recall for point in curve], [point.named for point in curve]):
        assert values == sorted(values, reverse=True)
        assert 0 <= values[-1] <= values[0] <= 1
