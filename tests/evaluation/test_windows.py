"""The window rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensegraph.evaluation.streams import Decision
from sensegraph.evaluation.truth import Segment
from sensegraph.evaluation.windows import confusion, score_windows, windows_of
from sensegraph.payload import NOBODY, NOTHING, OTHER
from tests.evaluation.rows import decisions, segment


def test_a_window_belongs_from_two_seconds_after_the_start_to_the_end() -> None:
    """Both ends are in."""
    times = [each.time_s for each in windows_of(segment(1.0, 5.0), decisions(9))]
    assert (times[0], times[-1], len(times)) == (3.0, 5.0, 9)


def test_cold_windows_count_for_negatives_only() -> None:
    """A head that is not warm may name nothing, but need not name anything either."""
    rows = decisions(6, cold_until_s=4.0)
    assert len(windows_of(segment(0, 6), rows)) == 17
    assert len(windows_of(segment(0, 6, "Squats", 3), rows)) == 9


@pytest.mark.parametrize(("right_s", "majority"), [(3.0, False), (4.0, False), (4.25, True)])
def test_a_segment_is_right_when_more_than_half_of_its_windows_are(right_s: float, majority: bool) -> None:
    """From 2 s to 6 s there are 17."""
    scored = score_windows(segment(0, 6, "Squats", 3), decisions(8, (0, right_s - 0.25, "Squats")))
    assert scored.windows == 17
    assert scored.majority is majority


def test_each_of_several_labels_is_right() -> None:
    """`A|B`."""
    scored = score_windows(segment(0, 6, "Squats|Lunges", 3), decisions(6, (0, 3, "Squats"), (3.25, 6, "Lunges")))
    assert (scored.right, scored.wrong) == (17, 0)


def test_a_negative_is_wrong_where_something_else_than_a_state_or_a_relative_is_named() -> None:
    """`also_ok` is ignored where something is shown."""
    rows = decisions(8, (3, 3.75, "Squats"), (4, 4.75, "Lunges"), (5, 5.25, NOBODY), (5.5, 5.75, NOTHING))
    assert score_windows(segment(0, 8, also_ok="Squats"), rows).wrong == 4
    assert score_windows(segment(0, 8), rows).wrong == 8
    assert score_windows(segment(0, 8, "Lunges", 2, also_ok="Squats"), rows).right == 4


def test_activations_are_runs_of_wrong_windows() -> None:
    """A change of the name does not begin another one; what settles before the first window begins none."""
    rows = decisions(9, (0, 1.5, "Squats"), (3, 4, "Squats"), (4.25, 5, "Lunges"), (6, 6, "Squats"))
    scored = score_windows(segment(0, 9), rows, 0.25)
    assert scored.activations == 2
    assert scored.seconds == pytest.approx(7.25)
    assert score_windows(segment(0, 9, "Squats", 1), rows).activations == 0


def test_latency_is_from_the_start_to_the_first_right_row() -> None:
    """None where there is none, or where the label was being named when the segment began."""
    assert score_windows(segment(2, 9, "Squats", 1), decisions(9, (3.5, 9, "Squats"))).latency_s == pytest.approx(1.5)
    assert score_windows(segment(2, 9, "Squats", 1), decisions(9, (3.5, 9, "Lunges"))).latency_s is None
    assert score_windows(segment(2, 9, "Squats", 1), decisions(9, (1.5, 9, "Squats"))).latency_s is None
    assert score_windows(segment(2, 9), decisions(9, (3.5, 9, "Squats"))).latency_s is None


def test_a_segment_that_is_too_short_has_no_windows_and_no_majority() -> None:
    """It is neither right nor wrong."""
    scored = score_windows(segment(0, 1.5, "Squats", 1), decisions(5, (0, 5, "Squats")))
    assert (scored.windows, scored.majority) == (0, None)


def test_the_confusion_has_what_was_shown_in_rows_and_what_was_named_in_columns() -> None:
    """States come after labels, `none` last; a wrong window of `A|B` counts under A."""
    rows = decisions(20, (2, 4, "Squats"), (7, 8, "Lunges"), (8.25, 10, "Squats"), (12, 12, "Squats"))
    parts = [segment(0, 4, "Squats", 1), segment(5, 10, "Jacks|Lunges", 1), segment(10, 20)]
    table = confusion([score_windows(each, rows) for each in parts])
    assert table.rows == ("Jacks", "Lunges", "Squats", "none")
    assert table.columns == ("Jacks", "Lunges", "Squats", OTHER)
    assert table.counts == ((0, 0, 8, 0), (0, 5, 0, 0), (0, 0, 9, 0), (0, 0, 1, 32))


LABELS = st.sampled_from(["Squats", "Lunges", OTHER, NOTHING, NOBODY])
ROWS = st.lists(st.builds(lambda label, warm: (label, warm), LABELS, st.booleans()), max_size=60).map(
    lambda pairs: [Decision(n / 4, label, warm, ((label, 0.8),)) for n, (label, warm) in enumerate(pairs)]
)
SEGMENTS = st.builds(
    lambda start, length, label, ok: segment(start, start + length, label, 0, ok),
    st.integers(0, 8), st.integers(1, 12), st.sampled_from(["none", "Squats", "Squats|Lunges", NOTHING]),
    st.sampled_from(["", "Squats", "Squats|Lunges"]),
)  # fmt: skip


@given(st.lists(SEGMENTS, max_size=4), ROWS)
def test_the_confusion_holds_every_window_once(segments: list[Segment], rows: list[Decision]) -> None:
    """And the diagonal holds the right ones where something is shown."""
    scored = [score_windows(each, rows) for each in segments]
    table = confusion(scored)
    assert sum(map(sum, table.counts)) == sum(each.windows for each in scored)
    shown = [score for score in scored if not score.segment.negative]
    diagonal = sum(
        counts[table.columns.index(label)]
        for label, counts in zip(table.rows, table.counts, strict=True)
        if label in ("Squats", "Lunges")
    )
    assert diagonal == sum(each.right for each in shown)


@given(st.integers(0, 6), ROWS)
def test_a_relative_never_makes_a_negative_worse(start_s: int, rows: list[Decision]) -> None:
    """And a run of wrong windows holds at least one."""
    strict, mild = (score_windows(segment(start_s, 15, also_ok=ok), rows) for ok in ("", "Squats"))
    assert mild.wrong <= strict.wrong
    assert strict.activations <= strict.wrong
    assert (strict.activations == 0) == (strict.wrong == 0)
