"""Events and the segments that they find."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sensegraph.evaluation.events import score_events
from sensegraph.evaluation.figures import EventSums
from tests.evaluation.rows import event, segment


def test_an_event_is_found_when_one_of_its_label_ends_in_time() -> None:
    """From the start to half a second after the end."""
    part = segment(2, 4, "Swipe", None)
    for end_s, found in ((1.9, False), (2, True), (4.5, True), (4.6, False)):
        (only,) = score_events([part], [event("Swipe", end_s, end_s + 0.25)])
        assert (only.found is not None) == found, end_s
        assert only.false == ()
    assert score_events([part], [event("Swipe", 4, 4.25)])[0].delay_s == 0.25


def test_a_second_event_and_another_label_are_false() -> None:
    """Each segment is found once, also a moment after its end."""
    (only,) = score_events(
        [segment(2, 4, "Swipe|Wave", None)], [event("Wave", 3), event("Swipe", 4.4), event("Nod", 3.5)]
    )
    assert only.found is not None
    assert only.found.label == "Wave"
    assert sorted(only.false) == ["Nod", "Swipe"]


def test_what_ends_in_no_segment_is_not_scored() -> None:
    """Time without truth says nothing; a moment after a negative is no part of it."""
    scored = score_events([segment(2, 4), segment(10, 11, "Swipe", None)], [event("Wave", 4.2), event("Wave", 8)])
    assert [each.false for each in scored] == [(), ()]


def test_near_relatives_are_no_error_where_nothing_may_be_named() -> None:
    """As often as they like."""
    (only,) = score_events(
        [segment(0, 4, also_ok="Thumb Up")], [event("Thumb Up", 1), event("Thumb Up", 2), event("Nod", 3)]
    )
    assert only.false == ("Nod",)


def test_the_events_of_a_counted_exercise_are_no_error() -> None:
    """A segment with repetitions is not one event."""
    (only,) = score_events([segment(0, 4, "Jacks", 3)], [event("Jacks", 1), event("Jacks", 3), event("Nod", 2)])
    assert (only.expected, only.found, only.false) == (False, None, ("Nod",))


def test_an_event_between_two_close_segments_goes_to_the_one_that_needs_it() -> None:
    """Both are found when there are two."""
    parts = [segment(0, 2, "Swipe", None), segment(2, 4, "Swipe", None)]
    assert [each.found is not None for each in score_events(parts, [event("Swipe", 2.3), event("Swipe", 1.8)])] == [
        True,
        True,
    ]


def test_precision_recall_and_f1() -> None:
    """None where there is nothing to divide by."""
    sums = EventSums(expected=4, found=3, false=1, false_quiet=1, minutes=2)
    assert (sums.precision, sums.recall, sums.f1) == (0.75, 0.75, 0.75)
    empty = EventSums(0, 0, 0, 0, 0)
    assert (empty.precision, empty.recall, empty.f1) == (None, None, None)


@given(
    st.lists(st.sampled_from(["none", "Swipe", "Wave", "Swipe|Wave"]), max_size=6),
    st.lists(st.tuples(st.integers(0, 100), st.sampled_from(["Swipe", "Wave"])), max_size=20),
)
def test_an_event_is_found_or_false_once(labels: list[str], told: list[tuple[int, str]]) -> None:
    """Whatever happens: no event twice, none lost while segments last, only expected ones found."""
    parts = [segment(2 * number, 2 * number + 2, label, None) for number, label in enumerate(labels)]
    happened = [event(label, time / 8) for time, label in told]
    scored = score_events(parts, happened)
    found = [each for each in scored if each.found is not None]
    inside = [each for each in happened if each.end_s <= 2 * len(labels)] if labels else []
    assert len({id(each.found) for each in found}) == len(found)
    assert all(each.expected and each.found.label in each.segment.labels for each in found if each.found)
    assert len(inside) <= len(found) + sum(len(each.false) for each in scored) <= len(happened)
