"""Repetitions and the segments that they belong to."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sensegraph.evaluation.counts import score_counts
from tests.evaluation.rows import repetitions, segment


def test_a_repetition_may_be_told_half_a_second_after_the_end() -> None:
    """No later, and not before the start."""
    (only,) = score_counts([segment(2, 8, "Squats", 2)], repetitions("Squats", 1.9, 2, 8.5, 8.6))
    assert (only.counted, only.error, only.false) == (2, 0, 0)


def test_the_error_has_a_sign_and_none_where_the_truth_has_no_number() -> None:
    """Negatives have none either."""
    parts = [segment(0, 5, "Squats", 3), segment(5, 9, "Lunges", None), segment(9, 12)]
    assert [each.error for each in score_counts(parts, repetitions("Squats", 1, 2))] == [-1, None, None]


def test_other_labels_are_false_wherever_they_are_counted() -> None:
    """But for near relatives where nothing may be named, and for the end of the segment before."""
    parts = [segment(0, 5, "Squats", 2), segment(5, 9, also_ok="Lunges")]
    rows = [*repetitions("Jacks", 2, 7), *repetitions("Lunges", 3, 8), *repetitions("Squats", 4, 5.3, 6)]
    first, second = score_counts(parts, sorted(rows, key=lambda row: row.time_s))
    assert (first.counted, first.false) == (2, 2)
    assert (second.counted, second.false) == (0, 2)


def test_close_segments_of_one_label_share_no_repetition() -> None:
    """One that is told just after the end belongs to the earlier segment."""
    parts = [segment(2.4, 8.7, "Jacks", 6), segment(8.9, 15, "Jacks", 6)]
    assert [each.counted for each in score_counts(parts, repetitions("Jacks", 8.9, 9.1, 9.3))] == [2, 1]


@given(
    st.lists(st.sampled_from(["none", "Squats", "Jacks"]), max_size=6),
    st.lists(st.tuples(st.integers(0, 100), st.sampled_from(["Squats", "Jacks"])), max_size=30),
)
def test_every_repetition_belongs_somewhere_once(labels: list[str], told: list[tuple[int, str]]) -> None:
    """Where segments cover all time, each is counted or false, and never both."""
    parts = [segment(2 * number, 2 * number + 2, label) for number, label in enumerate(labels)]
    rows = [row for time, label in sorted(told) for row in repetitions(label, time / 8)]
    scored = score_counts(parts, rows)
    covered = [row for row in rows if row.time_s <= 2 * len(labels)] if labels else []
    total = sum(each.counted + each.false for each in scored)
    assert len(covered) <= total <= len(rows)
