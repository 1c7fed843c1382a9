"""RepetitionCounter on the motion library; `benchmarks/counters.py` does it for every exercise, style and view."""

from __future__ import annotations

import pytest

from benchmarks.counters import REPETITIONS, counted
from sensegraph.training.motion.exercises import EXERCISES
from sensegraph_nodes.motion import MOTIONS
from sensegraph_nodes.signals import SIGNALS

CLEAR = (
    "Squats", "Jumping Jacks", "Pushups", "Lunges (alternating)", "Lunges (stationary)", "Burpees", "Donkey Kicks",
    "Floor Touches", "Good Mornings", "Squat Jumps", "Reverse Crunches", "Boxing: Uppercut Left", "Halfway Lifts",
)  # fmt: skip


def test_every_cyclic_exercise_has_a_signal() -> None:
    """What the library counts, the counter counts, by a signal that there is."""
    assert set(MOTIONS) == {label for label, exercise in EXERCISES.items() if exercise.counted}
    assert {motion.signal for motion in MOTIONS.values()} <= set(SIGNALS)


@pytest.mark.parametrize("label", CLEAR)
def test_repetitions_of_the_library_are_counted(label: str) -> None:
    """Eight repetitions of a drawn style, seen from a slanting side, are eight or one off."""
    assert abs(counted(label, EXERCISES[label], seed=0, yaw_deg=30) - REPETITIONS) <= 1
