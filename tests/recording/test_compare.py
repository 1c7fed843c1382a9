"""Comparing payloads: the first difference, in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sensegraph.payload import Counts, Landmarks
from sensegraph.recording.compare import of_payloads

POINTS = np.zeros((33, 4), np.float32)
MOVED = POINTS.copy()
MOVED[12, 1:3] = 0.5, -2
CASES = {
    "a number": (1.0, 1.5, "was 1.0, is 1.5"),
    "a type": (1, 1.0, "was 1, is 1.0"),
    "an entry": ({"a": 1, "b": [1, 2]}, {"a": 1, "b": [1, 3]}, "b[1] was 2, is 3"),
    "keys": ({"a": 1}, {"b": 1}, "the keys was ['a'], is ['b']"),
    "a length": ([1], [1, 2], "was [1], is [1, 2]"),
    "a field": (Counts("a", 1, {"a": 1}), Counts("a", 1, {"a": 2}), "totals.a was 1, is 2"),
    "an array": (
        Landmarks(POINTS, POINTS, 4, 4, 1.0), Landmarks(MOVED, POINTS, 4, 4, 1.0),
        "points[12, 1] was 0.0, is 0.5; 2 of 132 values differ, by 2 at most",
    ),
    "a shape": (POINTS, POINTS[:2], "was float32 (33, 4), is float32 (2, 4)"),
    "a long text": ("x" * 100, "y", f"was {'x' * 60} ..., is y"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after", "text"), CASES.values(), ids=CASES.keys())
def test_a_difference_is_told_with_its_place(before: Any, after: Any, text: str) -> None:
    """And with both values."""
    assert of_payloads(before, after) == text


@pytest.mark.parametrize("value", [None, float("nan"), np.array([np.nan, 1.0]), "x", [1, (2, {"a": POINTS})]])
def test_what_is_the_same_to_the_bit_is_no_difference(value: Any) -> None:
    """What is no number in both is the same too."""
    assert of_payloads(value, value) == ""
