"""What one hand shows and where its index finger goes: open hand, fist or pointer; still, circling or moving."""

from __future__ import annotations

from collections import deque
from importlib.resources.abc import Traversable

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.temporal import weights_folder

Floats = NDArray[np.float32]

SHAPES = ("open", "fist", "pointer", "other")
PATHS = ("still", "clockwise", "counter-clockwise", "moving")
PATH_FRAMES = 16
FINGERS = ((2, 3, 4), (5, 6, 8), (9, 10, 12), (13, 14, 16), (17, 18, 20))
"""Knuckle, middle joint and tip of thumb, index, middle, ring and little finger."""
INDEX_TIP = 8
SELFIE = np.array([-1.0, 1.0])
"""Paths are told as the person sees them in a mirror."""


def shape_features(hands: NDArray[np.floating]) -> Floats:
    """Describe hands without their place, size, turn and side.

    Args:
        hands: (N, 21, 2), any unit, y down.

    Returns:
        (N, F) the joints seen from the wrist with the middle knuckle up and the thumb to one side, in hand lengths, and
        how far each finger reaches.
    """
    points = np.asarray(hands, np.float32) - hands[:, :1]
    size = np.maximum(np.linalg.norm(points, axis=2).max(axis=1), 1e-6)[:, None, None]
    points = points / size
    up = points[:, [5, 9, 13]].mean(axis=1)
    up = up / np.maximum(np.linalg.norm(up, axis=1, keepdims=True), 1e-6)
    across = np.stack([-up[:, 1], up[:, 0]], axis=1)
    local = np.stack([(points * across[:, None]).sum(axis=2), (points * up[:, None]).sum(axis=2)], axis=2)
    side = np.sign(local[:, 5, 0] - local[:, 17, 0])
    local[..., 0] *= np.where(side == 0, 1, side)[:, None]
    reach = [np.linalg.norm(local[:, tip], axis=1) - np.linalg.norm(local[:, mid], axis=1) for _, mid, tip in FINGERS]
    length = [np.linalg.norm(local[:, tip] - local[:, knuckle], axis=1) for knuckle, _, tip in FINGERS]
    parts = [local[:, 1:].reshape(len(local), -1), np.stack([*reach, *length], axis=1)]
    return np.concatenate(parts, axis=1).astype(np.float32)


def path_features(paths: NDArray[np.floating]) -> Floats:
    """Describe paths of a fingertip without their place.

    Args:
        paths: (N, 16, 2), oldest first, y down; both axes in one unit, in which a picture is about 1 wide.

    Returns:
        (N, F) shape without size, steps, turning, and the logarithm of the size.
    """
    centred = np.asarray(paths, np.float32) - paths.mean(axis=1, keepdims=True)
    size = np.abs(centred).max(axis=(1, 2)) + 1e-4
    shape = centred / size[:, None, None]
    steps = np.diff(shape, axis=1)
    turn = steps[:, :-1, 0] * steps[:, 1:, 1] - steps[:, :-1, 1] * steps[:, 1:, 0]
    parts = [shape.reshape(len(shape), -1), steps.reshape(len(shape), -1), turn]
    return np.concatenate([*parts, turn.sum(axis=1, keepdims=True), np.log(size)[:, None]], axis=1).astype(np.float32)


class Perceptron:
    """A small net of dense layers; weights from `NAME.npz`: `mean`, `scale`, `W0`, `b0`, `W1`, ..."""

    def __init__(self, name: str, folder: Traversable | None = None) -> None:
        with ((folder or weights_folder()) / f"{name}.npz").open("rb") as file:
            arrays = dict(np.load(file, allow_pickle=False))
        self._mean, self._scale = arrays["mean"], arrays["scale"]
        self._layers = [(arrays[f"W{i}"], arrays[f"b{i}"]) for i in range(sum(key[0] == "W" for key in arrays))]

    def __call__(self, features: Floats) -> Floats:
        """Probabilities (N, classes) for features (N, F)."""
        values = (features - self._mean) / self._scale
        for number, (weight, bias) in enumerate(self._layers):
            values = values @ weight.T + bias
            if number < len(self._layers) - 1:
                values = np.maximum(values, 0)
        spread = np.exp(values - values.max(axis=1, keepdims=True))
        return np.asarray(spread / spread.sum(axis=1, keepdims=True), np.float32)


class HandReader:
    """Reads one hand, frame by frame at 16 fps; causal."""

    def __init__(self) -> None:
        self._shape, self._path = Perceptron("hand-shape"), Perceptron("hand-path")
        self._tips: deque[Floats] = deque(maxlen=PATH_FRAMES)

    def clear(self) -> None:
        """Forget the path, for example when the hand was gone."""
        self._tips.clear()

    def push(self, points: Floats, width: int) -> tuple[str, float, str | None, float]:
        """Read one frame.

        Args:
            points: (21, 2 or more) px.
            width: of the picture, px.

        Returns:
            shape and its probability; path and its probability, None and 0 until a second was seen.
        """
        shapes = self._shape(shape_features(points[None, :, :2]))[0]
        self._tips.append(np.asarray(points[INDEX_TIP, :2] * SELFIE / width, np.float32))
        shape = int(shapes.argmax())
        if len(self._tips) < PATH_FRAMES:
            return SHAPES[shape], float(shapes[shape]), None, 0.0
        paths = self._path(path_features(np.stack(self._tips)[None]))[0]
        path = int(paths.argmax())
        return SHAPES[shape], float(shapes[shape]), PATHS[path], float(paths[path])
