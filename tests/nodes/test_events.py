"""EventDetector: decisions become events."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensegraph.packet import Packet, Stamp
from sensegraph.payload import NOTHING, OTHER, Event, Scores
from sensegraph.testing import drive
from sensegraph_nodes.events import EventDetector
from tests.nodes.body import stamp

LEFT, RIGHT, THUMB = "Swipe Left (left hand)", "Swipe Right (left hand)", "Thumb Up"


def step(number: int, label: str, score: float = 0.9, *, gap: bool = False, warm: bool = True) -> Packet[Scores]:
    """Return a decision, four to the second."""
    return Packet(Scores(label, score, ((label, score),), warm, number), stamp(number, gap=gap, rate_hz=4))


def steps(*runs: tuple[str, int] | tuple[str, int, float]) -> list[Packet[Scores]]:
    """Return decisions: (label, steps, score) one after the other."""
    each = [(run[0], run[2] if len(run) > 2 else 0.9) for run in runs for _ in range(run[1])]
    return [step(number, label, score) for number, (label, score) in enumerate(each)]


def events(scores: Sequence[Packet[Scores]], **settings: Any) -> list[Packet[Event]]:
    """Return what a detector sends."""
    return drive(EventDetector(**settings), packets=True, scores=scores)["events"]


def told(scores: Sequence[Packet[Scores]], **settings: Any) -> list[tuple[str, float]]:
    """Return label and time of each event."""
    return [(packet.payload.label, packet.stamp.time_s) for packet in events(scores, **settings)]


def test_a_stretch_of_one_label_is_one_event() -> None:
    """It starts with the first step, ends with the first other one, and has its peak where the score is highest."""
    scores = steps((OTHER, 4), (THUMB, 1, 0.6), (THUMB, 2, 0.95), (THUMB, 1, 0.7), (OTHER, 4))
    (sent,) = events(scores)
    assert sent.payload == Event(THUMB, start=1.0, end=2.0, peak=1.25, score=0.95, count=1)
    assert sent.stamp.time_s == 2.0
    assert sent.payload.row() == {
        "label": THUMB, "start": 1.0, "end": 2.0, "peak": 1.25, "score": 0.95, "count": 1,
    }  # fmt: skip


def test_states_are_no_events() -> None:
    """Doing nothing or other things happens all the time."""
    assert told(steps((OTHER, 8), (NOTHING, 8), ("background", 8), (OTHER, 8))) == []


def test_only_enabled_labels_make_events() -> None:
    """The others are as if nothing had been named, and bring no refractory time."""
    scores = steps((RIGHT, 2), (LEFT, 2), (OTHER, 2))
    assert told(scores, labels=[LEFT]) == [(LEFT, 1.0)]


def test_a_threshold_of_ones_own_holds_for_its_label() -> None:
    """A label is named from its threshold on."""
    scores = steps((LEFT, 2, 0.7), (OTHER, 8), (RIGHT, 2, 0.7), (OTHER, 1))
    assert told(scores, thresholds={LEFT: 0.8}) == [(RIGHT, 3.0)]


def test_decisions_that_are_not_warm_name_nothing() -> None:
    """What a classifier says before it has seen its whole window does not count."""
    assert told([step(0, LEFT, warm=False), step(1, LEFT, warm=False), step(2, OTHER)]) == []


def test_the_return_stroke_is_no_event() -> None:
    """What is first named within the refractory time is ignored to its end, however long it is."""
    scores = steps((LEFT, 3), (OTHER, 2), (RIGHT, 6), (OTHER, 1), (RIGHT, 2), (OTHER, 1))
    assert told(scores) == [(LEFT, 0.75), (RIGHT, 3.5)]


def test_without_a_refractory_time_each_label_has_its_event() -> None:
    """One follows the other at once."""
    assert told(steps((LEFT, 2), (RIGHT, 2), (OTHER, 1)), refractory=0.0) == [(LEFT, 0.5), (RIGHT, 1.0)]


def test_counts_are_kept_for_each_label() -> None:
    """Every event carries how often it has happened, and the report the last numbers."""
    node = EventDetector()
    scores = steps(*[(LEFT, 2), (OTHER, 5)] * 3, (RIGHT, 1), (OTHER, 1))
    sent = drive(node, scores=scores)["events"]
    assert [(each.label, each.count) for each in sent] == [(LEFT, 1), (LEFT, 2), (LEFT, 3), (RIGHT, 1)]
    assert node.report() == {"events": {LEFT: 3, RIGHT: 1}}


@pytest.mark.parametrize(("hold", "sent_s"), [(0.0, 0.0), (0.25, 0.25), (0.6, 0.75), (5.0, 2.0)])
def test_with_hold_an_event_does_not_wait_for_its_end(hold: float, sent_s: float) -> None:
    """It is sent once, at the first step that is `hold` seconds after the start, or at its end."""
    assert told(steps((LEFT, 8), (OTHER, 8)), hold=hold) == [(LEFT, sent_s)]


def test_with_hold_a_falling_score_ends_an_event() -> None:
    """The peak is passed: there is nothing to wait for."""
    scores = steps((LEFT, 1, 0.7), (LEFT, 1, 0.9), (LEFT, 4, 0.72), (OTHER, 4))
    (sent,) = events(scores, hold=5.0)
    assert (sent.stamp.time_s, sent.payload.peak, sent.payload.score) == (0.5, 0.25, 0.9)
    assert told(scores, hold=5.0, fall=0.5) == [(LEFT, 1.5)]


def test_a_held_sign_is_one_event_and_silences_what_follows() -> None:
    """The refractory time starts when the label is no longer named, not when the event was sent."""
    assert told(steps((THUMB, 20), (LEFT, 2), (OTHER, 1)), hold=0.25) == [(THUMB, 0.25)]


@pytest.mark.parametrize("marked", [True, False], ids=["marked", "unmarked"])
def test_a_gap_closes_an_event(marked: bool) -> None:
    """It ends with the last step before the gap; the same label afterwards is another event."""
    scores = [step(0, LEFT), step(1, LEFT), step(9, LEFT, gap=marked), step(10, LEFT), step(11, OTHER)]
    first, second = events(scores)
    assert (first.payload.start, first.payload.end, first.stamp.time_s) == (0.0, 0.25, 2.25)
    assert (second.payload.start, second.payload.end) == (2.25, 2.75)


def test_the_end_of_the_media_closes_an_event() -> None:
    """It ends with the last step."""
    (sent,) = events(steps((OTHER, 2), (LEFT, 3)))
    assert (sent.payload.start, sent.payload.end) == (0.5, 1.0)


def test_no_decisions_no_events() -> None:
    """An empty stream ends calmly."""
    assert told([]) == []


LABELS = st.sampled_from([LEFT, RIGHT, THUMB, OTHER])


@given(
    st.lists(st.tuples(LABELS, st.integers(1, 6), st.sampled_from([0.5, 0.7, 0.9]), st.booleans()), max_size=12),
    st.sampled_from([0.0, 0.5, 1.0]),
    st.sampled_from([None, 0.0, 0.25, 1.0]),
)
def test_events_are_in_order_and_far_enough_apart(
    runs: list[tuple[str, int, float, bool]], refractory: float, hold: float | None
) -> None:
    """Times rise; start <= peak <= end; no event starts within the refractory time after another one's end."""
    scores, number = [], 0
    for label, length, score, gap in runs:
        for index in range(length):
            scores.append(step(number, label, score, gap=gap and index == 0))
            number += 1
    sent = events(scores, refractory=refractory, hold=hold)
    times = [packet.stamp.time_ns for packet in sent]
    assert times == sorted(set(times))
    found = [packet.payload for packet in sent]
    assert all(each.start <= each.peak <= each.end for each in found)
    assert all(later.start >= earlier.end + refractory for earlier, later in itertools.pairwise(found))
    assert all(each.label != OTHER for each in found)


def test_the_time_of_the_last_event_is_its_own() -> None:
    """Two events that fall on the last step have different times, as packets of a stream must."""
    first, last = Stamp(0), Stamp(250_000_000)
    scores = [Packet(Scores(LEFT, 0.9, (), True, 0), first), Packet(Scores(RIGHT, 0.9, (), True, 1), last)]
    sent = events(scores, refractory=0.0)
    assert [packet.payload.label for packet in sent] == [LEFT, RIGHT]
    assert sent[0].stamp.time_ns < sent[1].stamp.time_ns
