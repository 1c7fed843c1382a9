"""Decisions by the rules of quic/sense."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sensegraph.payload import NOBODY, NOTHING, OTHER, STATES, Features, Scores
from sensegraph_nodes.official_decision import RULES, OfficialDecision, Rules, is_state

TABLES = Path(__file__).parents[3] / "shared" / "reference" / "labels.json"
LABELS = ("Squats", "Waving", NOTHING, OTHER, NOBODY)
SPACE = "mobilenet-pro@12345678"


def decide(
    *steps: list[float],
    labels: tuple[str, ...] = LABELS,
    count: int = 1,
    thresholds: Mapping[str, float] | None = None,
    warm: int = 0,
) -> list[Scores]:
    """Return what a head says whose features are its probabilities; the first `warm` steps are cold."""
    head = SimpleNamespace(labels=labels, probabilities=lambda vector: vector)
    decision = OfficialDecision(head, Rules(count, thresholds=thresholds or {}), SPACE, top=2)
    return [
        decision.step(Features(np.array(each, np.float32), SPACE, i >= warm, 1.0), 4 * i + 3)
        for i, each in enumerate(steps)
    ]


def test_a_label_is_named_above_its_threshold() -> None:
    """With its probability; the best raw ones come along."""
    (scores,) = decide([0.6, 0.2, 0.1, 0.05, 0.05])
    assert (scores.label, scores.warm, scores.frame) == ("Squats", True, 3)
    assert scores.score == pytest.approx(0.6)
    assert [label for label, _ in scores.top] == ["Squats", "Waving"]


def test_at_its_threshold_a_label_is_not_named() -> None:
    """The likeliest state is said, with its own probability, be it likely or not."""
    (scores,) = decide([0.5, 0.2, 0.05, 0.05, 0.2])
    assert (scores.label, scores.score) == (NOBODY, pytest.approx(0.2))


def test_each_label_has_its_own_threshold() -> None:
    """A label below its own makes room for the next likely one that is above its own, even beside a likelier state."""
    step = [0.3, 0.25, 0.4, 0.03, 0.02]
    assert decide(step)[0].label == NOTHING
    assert decide(step, thresholds={"Waving": 0.2})[0].label == "Waving"
    assert decide(step, thresholds={"Squats": 0.29, "Waving": 0.2})[0].label == "Squats"


def test_the_newest_steps_are_averaged() -> None:
    """Of the first step alone, then of as many as there are, then of the newest ones."""
    one, two = [1.0, 0, 0, 0, 0], [0, 1.0, 0, 0, 0]
    scores = [(each.label, each.score) for each in decide(one, two, two, two, count=3)]
    assert scores == [("Squats", 1.0), (NOTHING, 0.0), ("Waving", pytest.approx(2 / 3)), ("Waving", 1.0)]


def test_nothing_is_named_and_no_mean_begins_before_the_network_is_warm() -> None:
    """Cold steps give a state, but not that nobody is there, and leave nothing behind."""
    cold, warm = decide([0.5, 0, 0.04, 0.06, 0.4], [0, 0.9, 0.1, 0, 0], count=4, warm=1)
    assert (cold.label, cold.warm, cold.score) == (OTHER, False, pytest.approx(0.06))
    assert (warm.label, warm.score) == ("Waving", pytest.approx(0.9))


def test_a_head_without_a_state_says_that_something_else_is_done() -> None:
    """Where none of its labels is likely enough; with what is left of the likeliest."""
    named, other = decide([0.6, 0.4], [0.5, 0.5], labels=("Serve", "Smash"))
    assert (named.label, other.label, other.score) == ("Serve", OTHER, 0.5)


@given(st.lists(st.floats(0, 1), min_size=5, max_size=5).filter(lambda each: sum(each) > 0.1), st.floats(0.01, 0.99))
def test_what_is_named_is_above_its_threshold_and_what_is_not_is_a_state(step: list[float], least: float) -> None:
    """For any probabilities and thresholds; what is named is the likeliest that may be."""
    probabilities = (np.array(step) / sum(step)).astype(np.float32)
    assume(all(abs(each - limit) > 1e-6 for each, limit in zip(probabilities[:2], (0.5, least), strict=True)))
    (scores,) = decide(list(probabilities), thresholds={"Waving": least})
    above = [each > limit for each, limit in zip(probabilities[:2], (0.5, least), strict=True)]
    if scores.label in STATES:
        assert not any(above)
        assert scores.score == pytest.approx(probabilities[2:].max())
    else:
        assert above[LABELS.index(scores.label)]
        assert scores.score == pytest.approx(max(p for p, a in zip(probabilities[:2], above, strict=True) if a))


@pytest.mark.skipif(not TABLES.is_file(), reason="the shared label tables are not here")
@pytest.mark.parametrize("head", ["gestures", "gesture_control"])
def test_thresholds_are_those_of_sense(head: str) -> None:
    """For each label that can be named, spelt as the heads spell it."""
    tables, rules = json.loads(TABLES.read_text()), RULES[head]
    wanted = tables["gesture_thresholds" if head == "gestures" else "gesture_control_thresholds"]
    named = [label for label in tables[head] if not is_state(label)]
    assert set(rules.thresholds) <= set(named)
    for label in named:
        assert rules.thresholds.get(label, rules.threshold) == wanted[label]
