"""Traits of hands."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensegraph.models.gesture import BODY_CHANNELS, GESTURE_CHANNELS, HAND_CHANNELS, SHAPE_JOINTS
from sensegraph.models.skeleton import WINDOW_FRAMES
from sensegraph.models.traits import INDEX_WAY, PATH_TRAITS, TRAITS, WAYS, hand_traits

PATHS = slice(-PATH_TRAITS, None)  # of the right hand's index finger, over the whole window
AREA, LENGTH, TURN = 0, 1, 6


def windows(count: int = 1) -> np.ndarray:
    """Return windows in which nothing is."""
    return np.zeros((count, GESTURE_CHANNELS, WINDOW_FRAMES), np.float32)


def hand(channels: np.ndarray, side: int) -> np.ndarray:
    """Return the channels of one hand, which can be written."""
    at = BODY_CHANNELS + side * HAND_CHANNELS
    return channels[:, at : at + HAND_CHANNELS]


def circling(sense: float, radius: float = 0.5) -> np.ndarray:
    """Return a window in which the right index finger goes around twice."""
    channels, angle = windows(), sense * np.linspace(0, 4 * np.pi, WINDOW_FRAMES)
    hand(channels, 1)[0, INDEX_WAY], hand(channels, 1)[0, INDEX_WAY + 1] = (
        radius * np.cos(angle),
        radius * np.sin(angle),
    )
    return channels


def test_nobody_has_no_traits() -> None:
    """A window without hands gives zeros, as many as are promised for each window."""
    assert hand_traits(windows(3)).shape == (3, TRAITS)
    assert not hand_traits(windows(3)).any()


@given(st.floats(0, 6.28), st.integers(0, 1), st.booleans(), st.integers(0, 1000))
def test_a_shape_may_be_turned_and_mirrored(angle: float, side: int, mirrored: bool, seed: int) -> None:
    """Distances within a hand stay the same, and those of the other hand are not touched."""
    shape = np.random.default_rng(seed).normal(size=(len(SHAPE_JOINTS), 2)).astype(np.float32)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
    found = []
    for each in (shape, shape @ turn * ([-1, 1] if mirrored else [1, 1])):
        channels = windows()
        hand(channels, side)[0, WAYS : WAYS + 2 * len(SHAPE_JOINTS)] = each.reshape(-1, 1)
        found.append(hand_traits(channels)[0])
    np.testing.assert_allclose(*found, atol=1e-4)
    halves = found[0].reshape(2, -1)
    assert halves[side].any()
    assert not halves[1 - side].any()


def test_the_sense_of_a_circle_is_told() -> None:
    """Area and turn change their signs with it, and the length stays."""
    one, other = (hand_traits(circling(sense))[0][PATHS] for sense in (1, -1))
    assert one[AREA] == pytest.approx(2 * 2 * np.pi * 0.5**2, rel=0.05)
    assert one[AREA] == pytest.approx(-other[AREA], rel=1e-3)
    assert one[TURN] == pytest.approx(-other[TURN], rel=1e-3)
    assert one[LENGTH] == pytest.approx(4 * np.pi * 0.5, rel=0.02)
    assert one[LENGTH] == pytest.approx(other[LENGTH], rel=1e-3)


def test_a_straight_way_does_not_turn() -> None:
    """Its displacement is told, and neither area nor turn."""
    channels = windows()
    hand(channels, 1)[0, INDEX_WAY] = np.linspace(0, 1, WINDOW_FRAMES)
    area, length, right, down, *_, turn = hand_traits(channels)[0][PATHS]
    assert (area, down, turn) == pytest.approx((0, 0, 0), abs=1e-5)
    assert (length, right) == pytest.approx((1, 1), rel=1e-4)
