"""Shape of a hand and path of its finger."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sensegraph.models.hand_state import (
    PATH_FRAMES,
    PATHS,
    SHAPES,
    HandReader,
    Perceptron,
    path_features,
    shape_features,
)
from sensegraph.training.motion.hand_shapes import draw_shapes, hand_joints

ROWS = Path(__file__).parents[3] / "shared" / "landmarks"


def posed(straight: bool) -> np.ndarray:
    """A right hand (21, 2) before the camera with all fingers straight, or all folded."""
    curl = 5.0 if straight else 90.0
    joints = hand_joints(np.full((1, 4, 3), curl), np.full(1, 6.0), np.full((1, 4), 20.0))[0]
    return joints[:, :2] * [400, -400]


def test_shape_does_not_depend_on_place_size_turn_or_side() -> None:
    """The same hand elsewhere, larger, turned or mirrored has the same features."""
    hand = posed(straight=True)
    angle = 0.8
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    others = np.stack([hand, hand * 3 + 50, hand @ turn.T, hand * [-1, 1]])
    features = shape_features(others)
    np.testing.assert_allclose(features, np.repeat(features[:1], 4, axis=0), atol=1e-5)


def test_open_hand_and_fist_are_told_apart() -> None:
    """Straight fingers are an open hand, folded ones a fist."""
    named = Perceptron("hand-shape")(shape_features(np.stack([posed(True), posed(False)]))).argmax(axis=1)
    assert [SHAPES[index] for index in named] == ["open", "fist"]


@pytest.mark.parametrize(("sign", "path"), [(-1, "clockwise"), (1, "counter-clockwise"), (0, "still")])
def test_finger_that_circles_is_followed(sign: int, path: str) -> None:
    """A second of circling is named as the person sees it; before that nothing is said."""
    reader, hand = HandReader(), posed(straight=True)
    answers = []
    for frame in range(PATH_FRAMES + 4):
        angle = sign * frame * 0.4
        shift = abs(sign) * 60 * np.array([np.cos(angle), np.sin(angle)])
        answers.append(reader.push((hand + 300 + shift).astype(np.float32), 640)[2])
    assert answers[: PATH_FRAMES - 1] == [None] * (PATH_FRAMES - 1)
    assert set(answers[PATH_FRAMES:]) == {path}


def test_drawn_hands_are_of_every_shape() -> None:
    """A batch has every shape, and hands of the size of one."""
    hands, labels = draw_shapes(np.random.default_rng(1), 200)
    assert set(labels) == set(range(len(SHAPES)))
    assert np.isfinite(hands).all()
    assert np.linalg.norm(np.ptp(hands, axis=1), axis=1).max() < 2


@pytest.mark.skipif(not ROWS.is_dir(), reason="the rows of real hands are not on this machine")
def test_real_hands_are_read() -> None:
    """Hands that training left out, and paths of which it has seen none, are named right."""
    training = pytest.importorskip("sensegraph.training.hand_state")
    weights = Path(__file__).parents[2] / "sensegraph" / "models" / "weights"
    scores = training.score_hand_state(weights, ROWS)
    assert scores["shapes"] >= 0.93
    assert scores["paths"] >= 0.97


def test_paths_are_described_without_their_place() -> None:
    """Where a path begins does not matter."""
    path = np.cumsum(np.random.default_rng(3).normal(0, 0.02, (1, PATH_FRAMES, 2)), axis=1)
    np.testing.assert_allclose(path_features(path), path_features(path + 0.3), atol=1e-4)
    assert len(PATHS) == 4
