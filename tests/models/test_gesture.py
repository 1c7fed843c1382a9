"""The input of the gesture net at run time."""

from __future__ import annotations

import numpy as np
import pytest

from sensegraph.models.gesture import GESTURE_CHANNELS, HAND_CHANNELS, GestureWindow
from sensegraph.models.skeleton import WINDOW_FRAMES

Clip = tuple[np.ndarray, np.ndarray]


@pytest.fixture
def clip() -> Clip:
    """40 frames of 33 random but steady points and of two hands."""
    rng = np.random.default_rng(0)
    points = rng.uniform(100, 400, (1, 33, 4)) + rng.normal(0, 3, (WINDOW_FRAMES, 33, 4))
    points[..., 3] = 0.9
    hands = rng.uniform(150, 300, (1, 2, 21, 3)) + rng.normal(0, 3, (WINDOW_FRAMES, 2, 21, 3))
    return points.astype(np.float32), hands.astype(np.float32)


def window_of(clip: Clip, left_lost: int = WINDOW_FRAMES, gone: int = WINDOW_FRAMES) -> GestureWindow:
    """A window after the pushes of a clip; the left hand is lost, the person gone from a frame on."""
    window = GestureWindow()
    for number, (points, hands) in enumerate(zip(*clip, strict=True)):
        scores = np.array([0.9 if number < left_lost else 0, 0.9], np.float32)
        seen = np.where(scores[:, None, None] > 0, hands, 0).astype(np.float32)
        window.push(points if number < gone else None, seen, scores)
    return window


def test_shape_of_the_input(clip: Clip) -> None:
    """A window is one item of a batch, with finite channels of limited size."""
    tensor = window_of(clip).tensor()
    assert tensor.shape == (1, GESTURE_CHANNELS, WINDOW_FRAMES)
    assert tensor.dtype == np.float32
    assert np.abs(tensor).max() <= 4


def test_place_and_resolution_do_not_matter(clip: Clip) -> None:
    """The same person in a picture of twice the size, elsewhere, gives the same input."""
    points, hands = clip[0].copy(), clip[1].copy()
    points[..., :2] = points[..., :2] * 2 + 50
    hands[..., :2] = hands[..., :2] * 2 + 50
    np.testing.assert_allclose(window_of((points, hands)).tensor(), window_of(clip).tensor(), atol=2e-3)


def test_lost_hand_keeps_its_shape(clip: Clip) -> None:
    """A hand that is no longer found keeps its last shape, and its flag goes to 0."""
    left = window_of(clip, left_lost=20).tensor()[0, -2 * HAND_CHANNELS : -HAND_CHANNELS]
    assert left[-1].tolist() == [1] * 20 + [0] * 20
    shape = left[8:-2]
    np.testing.assert_array_equal(shape[:, 20:], np.repeat(shape[:, 19:20], 20, axis=1))


def test_hand_never_seen_is_zero(clip: Clip) -> None:
    """A hand that was not found in the whole window says nothing."""
    left = window_of(clip, left_lost=0).tensor()[0, -2 * HAND_CHANNELS : -HAND_CHANNELS]
    assert not left.any()


def test_share_of_frames_with_a_person(clip: Clip) -> None:
    """The window knows how many of all and of the newest frames show a person."""
    window = window_of(clip, gone=30)
    assert window.seen == 0.75
    assert window.recent_seen(20) == 0.5


def test_clear_forgets_everything(clip: Clip) -> None:
    """After clear, the window is as at the beginning."""
    window = window_of(clip)
    window.clear()
    assert window.seen == 0
    np.testing.assert_array_equal(window.tensor(), GestureWindow().tensor())


def test_wrong_shapes_are_refused(clip: Clip) -> None:
    """Points or hands of another shape raise an error that says what is expected."""
    points, hands = clip[0][0], clip[1][0]
    with pytest.raises(ValueError, match=r"\(33, 4\)"):
        GestureWindow().push(points[:30], hands, np.ones(2, np.float32))
    with pytest.raises(ValueError, match=r"\(2, 21, 3\)"):
        GestureWindow().push(points, hands[:1], np.ones(2, np.float32))
