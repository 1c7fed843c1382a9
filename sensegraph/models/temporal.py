"""The landmark branch at run time: a temporal net that embeds a window, and heads that name what they see."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

BODY_SPACE = "landmarks-body@2"
HAND_SPACE = "landmarks-hands@2"
REJECTED = ("Doing nothing", "Doing other things")
NOBODY = "No person visible"


def weights_folder() -> Traversable:
    """Return the folder of the shipped weights."""
    return resources.files("sensegraph.models") / "weights"


class Window(Protocol):
    """The newest seconds of landmarks."""

    def tensor(self) -> Floats:
        """Return the channels, (1, channels, frames)."""
        ...


class TemporalNet:
    """Embeds the newest 2.5 s of landmarks; one thread, 1 to 2 ms."""

    def __init__(self, name: str = "body", folder: Traversable | None = None) -> None:
        """Open the net.

        Args:
            name: `body` or `gesture`; `NAME-temporal.onnx` is read.
            folder: where it is; the shipped weights when None.
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        content = ((folder or weights_folder()) / f"{name}-temporal.onnx").read_bytes()
        self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        self.shape = tuple(self._session.get_inputs()[0].shape[1:])

    def step(self, window: Window) -> Floats:
        """Embed one window, (E,)."""
        return np.asarray(self.embed(window.tensor())[0], dtype=np.float32)

    def embed(self, windows: Floats) -> Floats:
        """Embed a batch: (N, channels, frames) -> (N, E)."""
        if windows.shape[1:] != self.shape:
            wanted = ", ".join(map(str, self.shape))
            raise ValueError(f"windows must have shape (N, {wanted}), but got {windows.shape}")
        return np.asarray(self._session.run(None, {"window": windows})[0], dtype=np.float32)


@dataclass(frozen=True)
class Decision:
    """When a head names something.

    The evidence is the probability of any of its classes together, times the probability that the window shows
    something the head knows at all; both are averaged over the newest steps. When it is enough, and the likeliest class
    is likely enough by itself, it is named. A class that is being named yields to another only when that one is
    clearly likelier.
    """

    average_steps: int = 2
    threshold: float = 0.6
    sure: float = 0.5  # least probability of a class among all labels for it to be named
    release: float = 0.4  # what is being named stays named down to this evidence
    margin: float = 0.05  # by which another class must be likelier than the one that is being named
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
    evidence: float  # for any class, 0..1


@dataclass(frozen=True)
class Layer:
    """The last layer: rows of `weight` (labels + 1, E) and `bias`; the last row says whether anything is known."""

    weight: Floats
    bias: Floats

    def probabilities(self, embedding: NDArray[np.floating]) -> tuple[Floats, Floats]:
        """Probabilities over the labels (..., labels), and that the window is known (...), of embeddings (..., E)."""
        logits = embedding @ self.weight.T + self.bias
        spread = np.exp(logits[..., :-1] - logits[..., :-1].max(axis=-1, keepdims=True))
        known = 1 / (1 + np.exp(-logits[..., -1].clip(-30, 30)))
        return np.asarray(spread / spread.sum(axis=-1, keepdims=True), np.float32), np.asarray(known, np.float32)


class Head:
    """Last layer, smoothing and thresholds; stateful, one instance per stream."""

    def __init__(
        self,
        layer: Layer,
        labels: tuple[str, ...],
        decision: Decision,
        space: str,
        rejected: tuple[str, ...] = REJECTED,
    ) -> None:
        """Make a head.

        Args:
            layer: the last layer.
            labels: names in the order of the rows of the layer.
            decision: smoothing and thresholds.
            space: the embedding space the weights belong to.
            rejected: the labels that mean "none of these".
        """
        if layer.weight.shape[0] != len(labels) + 1 or layer.bias.shape != (len(labels) + 1,):
            raise ValueError(
                f"expected {len(labels) + 1} rows, but the weight is {layer.weight.shape}, the bias {layer.bias.shape}"
            )
        self.layer, self.labels, self.decision, self.space, self.rejected = layer, labels, decision, space, rejected
        self._class = np.array([label not in rejected for label in labels])
        self._recent: deque[tuple[Floats, Floats]] = deque(maxlen=decision.average_steps)
        self._named: int | None = None

    def probabilities(self, embedding: NDArray[np.floating]) -> Floats:
        """Unsmoothed probabilities over the labels; (E,) -> (labels,) or (N, E) -> (N, labels)."""
        return self.layer.probabilities(embedding)[0]

    def reset(self) -> None:
        """Forget what came before, for example after a gap in the video."""
        self._recent.clear()
        self._named = None

    def step(self, embedding: NDArray[np.floating] | None) -> Naming:
        """Take one step.

        Args:
            embedding: (E,); None when nobody is there.
        """
        if embedding is None:
            self.reset()
            return Naming(NOBODY, 1.0, np.zeros(len(self.labels), dtype=np.float32), 0.0)
        self._recent.append(self.layer.probabilities(embedding))
        mean: Floats = np.stack([each[0] for each in self._recent]).mean(axis=0, dtype=np.float32)
        known = float(np.mean([each[1] for each in self._recent]))
        evidence = float(mean[self._class].sum()) * known
        best = self._decide(mean, evidence)
        return Naming(self.labels[best], float(mean[best]), mean, evidence)

    def _decide(self, mean: Floats, evidence: float) -> int:
        """Index of the label for averaged probabilities (labels,); keeps the state of the hysteresis."""
        classes = np.where(self._class, mean, -1)
        best = int(classes.argmax())
        if self._named is not None and mean[best] < mean[self._named] + self.decision.margin:
            best = self._named
        needed = self.decision.thresholds.get(self.labels[best], self.decision.threshold)
        sure = self.decision.sure
        if self._named is not None:
            needed, sure = min(needed, self.decision.release), sure / 2
        self._named = best if evidence >= needed and mean[best] >= sure else None
        return best if self._named is not None else int(np.where(self._class, -1, mean).argmax())


def load_head(name: str, folder: Traversable | None = None) -> Head:
    """Load a shipped head by name, for example `load_head("fitness")`.

    Args:
        name: `NAME.json` and `NAME-head.npz` are read.
        folder: where they are; the shipped weights when None.
    """
    source = weights_folder() if folder is None else folder
    description = json.loads((source / f"{name}.json").read_text())
    with (source / f"{name}-head.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        layer = Layer(arrays["W"], arrays["b"])
    fields = {key: description[key] for key in vars(Decision()) if key in description}
    labels, rejected = tuple(description["labels"]), tuple(description["rejected"])
    return Head(layer, labels, Decision(**fields), description["space"], rejected)
