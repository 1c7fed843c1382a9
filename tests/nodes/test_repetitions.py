"""RepetitionCounter."""

from __future__ import annotations

from typing import Any

import msgpack
from hypothesis import given, settings
from hypothesis import strategies as st

from sensegraph.packet import Packet
from sensegraph.payload import OTHER, Counts
from sensegraph.testing import drive
from sensegraph_nodes.excursion import ExcursionFinder
from sensegraph_nodes.repetitions import RepetitionCounter
from tests.nodes.body import decisions, figure, film, nobody, stamp, wave


def count(landmarks: list[Packet], exercise: list[Packet]) -> list[Packet[Counts]]:
    """Return the repetitions that a counter finds."""
    return drive(RepetitionCounter(), packets=True, landmarks=landmarks, exercise=exercise)["counts"]


def test_every_squat_is_counted_once() -> None:
    """Five squats under the right label are five repetitions, numbered from one."""
    counts = count(film(10.5, lambda t: figure(squat=wave(t, 2))), decisions(10.5, lambda t: "Squats"))
    assert [packet.payload.count for packet in counts] == [1, 2, 3, 4, 5]
    assert counts[-1].payload == Counts("Squats", 5, {"Squats": 5})


def test_a_repetition_has_the_time_of_its_end() -> None:
    """The packet comes within 0.5 s before the return to rest and not after 0.3 s."""
    counts = count(film(10.5, lambda t: figure(squat=wave(t, 2))), decisions(10.5, lambda t: "Squats"))
    for number, packet in enumerate(counts, start=1):
        assert -0.5 < packet.stamp.time_s - 2 * number < 0.3


def test_repetitions_before_the_recognition_are_not_lost() -> None:
    """A label that comes 2.5 s late costs no repetition, and times still increase."""
    counts = count(
        film(8.5, lambda t: figure(arms=wave(t, 1))),
        decisions(8.5, lambda t: OTHER if t < 2.5 else "Jumping Jacks"),
    )
    assert [packet.payload.count for packet in counts] == list(range(1, 9))
    times = [packet.stamp.time_ns for packet in counts]
    assert times == sorted(set(times))
    assert times[0] >= 2.5e9


def test_nothing_is_counted_without_recognition() -> None:
    """Movement under another label is no repetition."""
    assert count(film(8, lambda t: figure(squat=wave(t, 2))), decisions(8, lambda t: OTHER)) == []


def test_a_short_dropout_of_the_label_costs_nothing() -> None:
    """The label may be away for a second in the midst of a series."""
    counts = count(
        film(12.5, lambda t: figure(squat=wave(t, 2))),
        decisions(12.5, lambda t: OTHER if 5 < t < 6 else "Squats"),
    )
    assert len(counts) == 6


def test_what_follows_the_exercise_is_not_counted() -> None:
    """Sitting down and standing up after the label has ended is no repetition."""
    counts = count(
        film(14, lambda t: figure(squat=wave(t, 2))), decisions(14, lambda t: "Squats" if t < 7.5 else OTHER)
    )
    assert len(counts) == 4


def test_standing_still_is_no_repetition() -> None:
    """The sway of somebody who stands does not count, even under a label."""
    counts = count(film(10, lambda t: figure(squat=0.05 * wave(t, 1))), decisions(10, lambda t: "Squats"))
    assert counts == []


def test_unsure_repetitions_wait_for_more() -> None:
    """Below a probability of 0.6 one excursion is not enough, two are."""
    once = film(4, lambda t: figure(squat=wave(t, 2) if t < 2 else 0))
    assert count(once, decisions(4, lambda t: "Squats", 0.4)) == []
    twice = film(4.5, lambda t: figure(squat=wave(t, 2)))
    assert len(count(twice, decisions(4.5, lambda t: "Squats", 0.4))) == 2


def test_exercises_are_counted_apart() -> None:
    """Each label has its own count; a repetition belongs to one label only."""
    landmarks = film(12.5, lambda t: figure(squat=wave(t, 2)) if t < 6 else figure(arms=wave(t, 1)))
    counts = count(landmarks, decisions(12.5, lambda t: "Squats" if t < 6.5 else "Jumping Jacks"))
    assert counts[-1].payload.totals == {"Squats": 3, "Jumping Jacks": 6}


def test_a_gap_ends_the_series() -> None:
    """An excursion that spans a gap is not counted."""
    landmarks = film(8.5, lambda t: figure(squat=wave(t, 4)))
    landmarks[32] = Packet(landmarks[32].payload, stamp(32, gap=True))
    assert len(count(landmarks, decisions(8.5, lambda t: "Squats"))) == 1


def test_repetitions_left_at_the_end_are_sent() -> None:
    """What was found late is sent when the stream ends, with increasing times."""
    landmarks = film(4, lambda t: figure(arms=wave(t, 1)))
    counts = count(landmarks, decisions(4, lambda t: OTHER if t < 3.9 else "Jumping Jacks"))
    assert [packet.payload.count for packet in counts] == [1, 2, 3, 4]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["Squats", "Jumping Jacks", OTHER]), st.booleans()), min_size=4, max_size=12))
def test_counts_never_fall(script: list[tuple[str, bool]]) -> None:
    """Whatever is recognised and seen, counts rise by one and times increase."""
    seconds = len(script)
    landmarks = film(seconds, lambda t: figure(squat=wave(t, 1.5), arms=wave(t, 1)) if script[int(t)][1] else nobody())
    counts = count(landmarks, decisions(seconds, lambda t: script[int(t)][0]))
    so_far: dict[str, int] = {}
    for packet in counts:
        assert packet.payload.count == so_far.get(packet.payload.label, 0) + 1
        so_far[packet.payload.label] = packet.payload.count
        assert packet.payload.totals == so_far
    times = [packet.stamp.time_ns for packet in counts]
    assert times == sorted(set(times))


def test_excursions_need_to_come_back() -> None:
    """An excursion ends when the signal has returned, not before."""
    finder = ExcursionFinder(0.1, up=True)
    heights = [0, 0.5, 1, 0.9, 0.6, 0.2]
    found = [finder.push(0.1 * i, height, 1.0) for i, height in enumerate(heights)]
    assert [each is not None for each in found] == [False, False, False, False, False, True]
    assert found[-1] is not None
    assert found[-1].size == 1


class Replaced(RepetitionCounter):
    """A counter whose process dies after a number of frames: another one takes over its state."""

    dies_after = 0

    def open(self) -> None:
        """Start from zero."""
        super().open()
        self.frames = 0

    def process(self, landmarks: Any, exercise: Any, features: Any, stamp: Any, stamps: Any) -> Any:
        """Count, and then begin anew with what was kept."""
        made = super().process(landmarks, exercise, features, stamp, stamps)
        self.frames += 1
        if self.frames == self.dies_after:
            kept = msgpack.unpackb(msgpack.packb(self.state()))
            super().open()
            self.restore(kept)
        return made


@settings(max_examples=25, deadline=None)
@given(dies_after=st.integers(1, 165))
def test_a_crash_costs_one_repetition_at_most_and_none_is_counted_twice(dies_after: int) -> None:
    """Whenever it comes: what was counted stays, and numbers go on from there."""
    node = Replaced()
    node.dies_after = dies_after
    landmarks, exercise = film(10.5, lambda t: figure(squat=wave(t, 2))), decisions(10.5, lambda t: "Squats")
    counts = drive(node, packets=True, landmarks=landmarks, exercise=exercise)["counts"]
    numbers = [packet.payload.count for packet in counts]
    assert numbers == list(range(1, len(numbers) + 1))
    assert 4 <= len(numbers) <= 5
