"""The last layer, fitted with numpy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sensegraph.models.hand_state import shape_features
from sensegraph.training.classifier.softmax import fit, minimum

ROWS = Path(__file__).parents[4] / "shared" / "landmarks" / "keypoint_dev.csv"


def test_the_minimum_of_a_bowl_is_found() -> None:
    """Also of one that is a thousand times as steep one way as the other."""
    steep, middle = np.array([1000.0, 1.0, 30.0]), np.array([1.0, -2.0, 3.0])

    def bowl(place: np.ndarray) -> tuple[float, np.ndarray]:
        return float((steep * (place - middle) ** 2).sum()), 2 * steep * (place - middle)

    assert minimum(bowl, np.zeros(3)) == pytest.approx(middle, abs=1e-3)


def test_the_fit_is_the_maximum_of_the_likelihood() -> None:
    """Without a penalty a class that is there three times as often is three times as probable."""
    labels = np.array([0, 0, 0, 1])
    layer = fit(np.zeros((4, 2), np.float32), labels, np.ones(4), 2, 1e-6)
    assert layer.probabilities(np.zeros(2))[0] == pytest.approx([0.75, 0.25], abs=1e-3)


def test_weights_count_like_repeated_examples() -> None:
    """An example of weight two is two examples."""
    rng = np.random.default_rng(1)
    features, labels = rng.normal(size=(20, 3)), rng.integers(0, 2, 20)
    weights = rng.integers(1, 4, 20).astype(float)
    weighted = fit(features, labels, weights, 2, 0.01)
    repeated = fit(
        np.repeat(features, weights.astype(int), axis=0), np.repeat(labels, weights.astype(int)),
        np.ones(int(weights.sum())), 2, 0.01,
    )  # fmt: skip
    assert weighted.weight == pytest.approx(repeated.weight, abs=2e-3)


def test_units_do_not_matter() -> None:
    """A feature in millimetres says as much as in metres."""
    rng = np.random.default_rng(2)
    features, labels = rng.normal(size=(40, 3)), rng.integers(0, 3, 40)
    metres, millimetres = features, features * [1000, 1, 1]
    one = fit(metres, labels, np.ones(40), 3, 0.03).probabilities(metres)[0]
    two = fit(millimetres, labels, np.ones(40), 3, 0.03).probabilities(millimetres)[0]
    assert one == pytest.approx(two, abs=0.01)


@pytest.mark.skipif(not ROWS.is_file(), reason="the shared landmarks are not here")
def test_shapes_of_a_real_hand_are_learnt_from_five_examples() -> None:
    """Open hand, fist and pointer, five rows of each: nine of ten rows of other takes are right, mean of ten draws.

    The features are plain geometry that was learnt from nothing, so nobody has seen the rows before.
    """
    rows = np.loadtxt(ROWS, delimiter=",", dtype=np.float32)
    labels, features = rows[:, 0].astype(int), shape_features(rows[:, 1:].reshape(-1, 21, 2))
    takes = [  # neighbours are frames of one take
        np.arange(begin, min(begin + 50, stop))
        for label in range(3)
        for own in [np.flatnonzero(labels == label)]
        for stop in [own[-1] + 1]
        for begin in range(own[0], stop, 50)
    ]
    shares = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        chosen = [
            take
            for label in range(3)
            for own in [[take for take in takes if labels[take[0]] == label]]
            for take in [own[number] for number in rng.permutation(len(own))[:5]]
        ]
        examples = np.array([rng.choice(take) for take in chosen])
        others = np.setdiff1d(np.arange(len(rows)), np.concatenate(chosen))
        layer = fit(features[examples], labels[examples], np.ones(len(examples)), 3, 0.1)
        shares.append((layer.probabilities(features[others])[0].argmax(axis=1) == labels[others]).mean())
    assert np.mean(shares) >= 0.9
