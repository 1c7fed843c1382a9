"""The landmark branch at run time: a temporal net that embeds a window, and heads that name what they see."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.skeleton import CHANNELS, WINDOW_FRAMES, Floats, SkeletonWindow

SPACE = "landmarks-body@1"
EMBEDDING_SIZE = 128
REJECTED = ("Doing nothing", "Doing other things")
NOBODY = "No person visible"


def weights_folder() -> Traversable:
    """Return the folder of the shipped weights."""
    return resources.files("sensegraph.models") / "weights"


class TemporalNet:
    """Embeds the newest 2.5 s of body landmarks; one thread, about 1 ms."""

    def __init__(self, model: bytes | None = None) -> None:
        """Open the net.

        Args:
            model: ONNX file content; the shipped net when None.
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        content = (weights_folder() / "body-temporal.onnx").read_bytes() if model is None else model
        self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])

    def step(self, window: SkeletonWindow) -> Floats:
        """Embed one window, (128,)."""
        return np.asarray(self.embed(window.tensor())[0], dtype=np.float32)

    def embed(self, channels: Floats) -> Floats:
        """Embed a batch: (N, CHANNELS, 40) -> (N, 128)."""
        if channels.shape[1:] != (CHANNELS, WINDOW_FRAMES):
            raise ValueError(f"channels must have shape (N, {CHANNELS}, {WINDOW_FRAMES}), but got {channels.shape}")
        return np.asarray(self._session.run(None, {"window": channels})[0], dtype=np.float32)


@dataclass(frozen=True)
class Decision:
    """When a head names an exercise.

    The evidence for any exercise is the sum of the exercises' probabilities, averaged over the newest steps;
    when it is enough, the likeliest exercise is named.
    """

    average_steps: int = 2
    threshold: float = 0.6
    release: float = 0.4  # an exercise that is being named stays named down to this probability
    thresholds: dict[str, float] = field(default_factory=dict)  # per label, instead of `threshold`
    min_seen: float = 0.3  # share of the newest second that must show a person

    def as_dict(self) -> dict[str, Any]:
        """Return the fields for a JSON file."""
        return dict(vars(self))


@dataclass(frozen=True)
class Naming:
    """What a head says at one step."""

    label: str
    probability: float  # of the label, averaged over the newest steps
    probabilities: Floats  # (labels,), averaged over the newest steps


class FitnessHead:
    """Last layer, smoothing and thresholds; stateful, one instance per stream."""

    def __init__(
        self, weight: Floats, bias: Floats, labels: tuple[str, ...], decision: Decision, space: str = SPACE
    ) -> None:
        """Make a head.

        Args:
            weight: (labels, 128).
            bias: (labels,).
            labels: names in the order of the rows of `weight`.
            decision: smoothing and thresholds.
            space: the embedding space the weights belong to.
        """
        if weight.shape != (len(labels), EMBEDDING_SIZE) or bias.shape != (len(labels),):
            raise ValueError(
                f"expected weight ({len(labels)}, {EMBEDDING_SIZE}), got {weight.shape}, bias {bias.shape}"
            )
        self.weight, self.bias, self.labels, self.decision, self.space = weight, bias, labels, decision, space
        self._exercise = np.array([label not in REJECTED for label in labels])
        self._recent: deque[Floats] = deque(maxlen=decision.average_steps)
        self._named: str | None = None

    def probabilities(self, embedding: NDArray[np.floating]) -> Floats:
        """Unsmoothed probabilities over the labels; (128,) -> (labels,) or (N, 128) -> (N, labels)."""
        logits = embedding @ self.weight.T + self.bias
        spread = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return np.asarray(spread / spread.sum(axis=-1, keepdims=True), dtype=np.float32)

    def reset(self) -> None:
        """Forget what came before, for example after a gap in the video."""
        self._recent.clear()
        self._named = None

    def step(self, embedding: NDArray[np.floating] | None) -> Naming:
        """Take one step.

        Args:
            embedding: (128,); None when nobody is there.
        """
        if embedding is None:
            self.reset()
            return Naming(NOBODY, 1.0, np.zeros(len(self.labels), dtype=np.float32))
        self._recent.append(self.probabilities(embedding))
        mean: Floats = np.stack(self._recent).mean(axis=0, dtype=np.float32)
        best = self._decide(mean)
        return Naming(self.labels[best], float(mean[best]), mean)

    def _decide(self, mean: Floats) -> int:
        """Index of the label for averaged probabilities (labels,); keeps the state of the hysteresis."""
        exercises = np.where(self._exercise, mean, -1)
        best = int(exercises.argmax())
        label = self.labels[best]
        any_exercise = float(mean[self._exercise].sum())
        needed = self.decision.thresholds.get(label, self.decision.threshold)
        if self._named is not None:
            needed = min(needed, self.decision.release)
        self._named = label if any_exercise >= needed else None
        return best if self._named else int(np.where(self._exercise, -1, mean).argmax())


def load_head(name: str, folder: Traversable | None = None) -> FitnessHead:
    """Load a shipped head by name, for example `load_head("fitness")`.

    Args:
        name: `NAME.json` and `NAME-head.npz` are read.
        folder: where they are; the shipped weights when None.
    """
    source = weights_folder() if folder is None else folder
    description = json.loads((source / f"{name}.json").read_text())
    with (source / f"{name}-head.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        weight, bias = arrays["W"], arrays["b"]
    fields = {key: description[key] for key in vars(Decision()) if key in description}
    return FitnessHead(weight, bias, tuple(description["labels"]), Decision(**fields), description["space"])
