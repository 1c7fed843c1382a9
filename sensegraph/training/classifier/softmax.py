"""Softmax regression: the last layer of a classifier, fitted with numpy alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.classifier import closed
from sensegraph.models.temporal import Layer

Array = NDArray[np.float64]
Objective = Callable[[Array], tuple[float, Array]]

ROUNDS = 200
MEMORY = 8
ENOUGH = 1e-4
"""The fit ends when no slope is larger, or one more step gains less than a thousandth of that."""


def fit(
    features: NDArray[np.floating], labels: NDArray[np.integer], weights: Array, classes: int, penalty: float
) -> Layer:
    """Fit the last layer.

    Features are standardised first, so that the penalty means the same for all; the layer that is returned takes them
    as they are. What is not known is a class of its own, the last one.

    Args:
        features: (N, E).
        labels: (N,) indices of classes.
        weights: (N,) of the examples.
        classes: How many there are.
        penalty: On the squares of the weights of the layer.
    """
    share = weights / weights.sum()
    mean = share @ features
    scale = np.sqrt(share @ (features - mean) ** 2) + 1e-3
    inputs = np.concatenate([(features - mean) / scale, np.ones((len(features), 1))], axis=1)
    truth = np.zeros((len(labels), classes))
    truth[np.arange(len(labels)), labels] = 1
    shape = classes, inputs.shape[1]

    def loss(flat: Array) -> tuple[float, Array]:
        layer = flat.reshape(shape)
        logits = inputs @ layer.T
        logits -= logits.max(axis=1, keepdims=True)
        spread = np.exp(logits)
        total = spread.sum(axis=1, keepdims=True)
        slope = ((spread / total - truth) * share[:, None]).T @ inputs
        free = layer.copy()
        free[:, -1] = 0  # the bias is not penalised
        value = share @ (np.log(total[:, 0]) - (logits * truth).sum(axis=1)) + penalty / 2 * (free**2).sum()
        return float(value), (slope + penalty * free).ravel()

    layer = minimum(loss, np.zeros(shape[0] * shape[1])).reshape(shape)
    weight = layer[:, :-1] / scale
    bias = layer[:, -1] - weight @ mean
    return closed(weight.astype(np.float32), bias.astype(np.float32))


def minimum(objective: Objective, start: Array) -> Array:
    """Return where a smooth convex function is least: L-BFGS (Nocedal and Wright, algorithm 7.5) with backtracking.

    Args:
        objective: A place -> value and slope there.
        start: Where to begin.
    """
    place = start
    value, slope = objective(place)
    steps: deque[tuple[Array, Array, float]] = deque(maxlen=MEMORY)
    for _ in range(ROUNDS):
        if np.abs(slope).max() < ENOUGH:
            break
        way = -_scaled(slope, steps)
        descent, length = float(slope @ way), 1.0
        while True:
            there = place + length * way
            new_value, new_slope = objective(there)
            if new_value <= value + 1e-4 * length * descent or length < 1e-6:
                break
            length /= 2
        change, turn = there - place, new_slope - slope
        if change @ turn > 1e-12:
            steps.append((change, turn, 1 / float(change @ turn)))
        gain, place, value, slope = value - new_value, there, new_value, new_slope
        if gain < ENOUGH / 1000:
            break
    return place


def _scaled(slope: Array, steps: deque[tuple[Array, Array, float]]) -> Array:
    """Multiply a slope by the inverse curvature that the last steps have shown."""
    way = slope.copy()
    shares = []
    for change, turn, inverse in reversed(steps):
        share = inverse * float(change @ way)
        way -= share * turn
        shares.append(share)
    if steps:
        change, turn, inverse = steps[-1]
        way *= 1 / (inverse * float(turn @ turn))
    for (change, turn, inverse), share in zip(steps, reversed(shares), strict=True):
        way += change * (share - inverse * float(turn @ way))
    return way
