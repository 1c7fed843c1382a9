"""The heads of the pixel networks: the last layer, which names labels, and the converter, which tells the MET.

Both take pooled features, float32 (1280,). Files are `.ckpt` or `.safetensors` with the names of the reference
implementation (20BN sense): `0.weight` and `0.bias` of a last layer, with `cnn.N...` beside them where the last layers
of the network were trained with it; `met_regressor.0` and `met_regressor.2` of a converter.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sensegraph.errors import ModelError
from sensegraph.models.pixel.architecture import ARCHITECTURES, FEATURES
from sensegraph.models.pixel.tensors import read_tensors, shape
from sensegraph.models.pixel.weights import (
    Weights,
    differences,
    finite,
    fit,
    read_weights,
    shortened,
    weights_file,
)

if TYPE_CHECKING:
    from sensegraph.models.pixel.checkpoints import Checkpoints

Floats = NDArray[np.float32]

LABELS_FILE = "label2int.json"
"""Beside a classifier of the user's own: {label: index}."""

LAYER = "cnn."
HIDDEN = 100
MET_SHAPES = {
    "met_regressor.0.weight": (HIDDEN, FEATURES),
    "met_regressor.0.bias": (HIDDEN,),
    "met_regressor.2.weight": (1, HIDDEN),
    "met_regressor.2.bias": (1,),
}


@dataclass(frozen=True, eq=False, slots=True)
class LogisticHead:
    """A last layer.

    Attributes:
        labels: n of them.
        weight: float32 (n, 1280).
        bias: float32 (n,).
    """

    labels: tuple[str, ...]
    weight: Floats
    bias: Floats

    def logits(self, pooled: Floats) -> Floats:
        """Return the score of each label before the softmax, float32 (n,), for pooled features (1280,)."""
        return np.asarray(self.weight @ pooled + self.bias, dtype=np.float32)

    def probabilities(self, pooled: Floats) -> Floats:
        """Return the probability of each label, float32 (n,), for pooled features (1280,)."""
        logits = self.logits(pooled)
        powers = np.exp(logits - logits.max())
        return np.asarray(powers / powers.sum(), dtype=np.float32)


@dataclass(frozen=True, eq=False, slots=True)
class MetConverter:
    """Two layers, each with a ReLU, that read the metabolic rate from a feature; `tensors` by official name."""

    tensors: Weights

    def met(self, pooled: Floats) -> float:
        """Return the metabolic rate for pooled features (1280,), in MET, at least 0."""
        hidden = np.maximum(self.tensors["met_regressor.0.weight"] @ pooled + self.tensors["met_regressor.0.bias"], 0)
        met = self.tensors["met_regressor.2.weight"] @ hidden + self.tensors["met_regressor.2.bias"]
        return max(float(met[0]), 0.0)


@cache
def official_labels() -> Mapping[str, tuple[str, ...]]:
    """Return the labels of the official heads: `fitness` 81, `gestures` 30, `gesture_control` 40, `reps` 5."""
    text = (resources.files("sensegraph.models.pixel") / "labels.json").read_text(encoding="utf-8")
    return {head: tuple(labels) for head, labels in json.loads(text).items()}


def read_head(path: Path, name: str = "") -> LogisticHead:
    """Return the last layer in a file.

    Its labels are those of `label2int.json` beside the file, else those of the official head of as many.

    Args:
        path: The file.
        name: The official head that it has to be; any when empty.

    Raises:
        ModelError: The file cannot be read, is no head, its labels are not known, or it is another head.
    """
    head = logistic(read_tensors(path), read_labels(path.parent), str(path))
    wanted = official_labels().get(name, head.labels)
    if len(wanted) != len(head.labels):
        raise ModelError(f"{path}: expected the head '{name}' of {len(wanted)} labels, found {len(head.labels)} labels")
    return head


def read_met(path: Path) -> MetConverter:
    """Return the converter in a file.

    Raises:
        ModelError: The file cannot be read or is no converter.
    """
    return MetConverter(fitting(MET_SHAPES, read_tensors(path), str(path), "a MET converter"))


def backbone_weights(found: Checkpoints) -> Path | Weights:
    """Return what `load_backbone` takes for a set of weights: their network, with the last layers that a head brings.

    Raises:
        ModelError: A file cannot be read, the layers do not fit, or two heads bring layers.
    """
    tuned = {name: layers for name, path in found.heads.items() if (layers := own_layers(read_tensors(path)))}
    if not tuned:
        return found.backbone
    if len(tuned) > 1:
        raise ModelError(
            f"the heads {' and '.join(tuned)} each bring layers of the network with them\n"
            "  Give each a BackboneNode of its own."
        )
    ((name, layers),) = tuned.items()
    architecture = ARCHITECTURES[found.net]
    below = read_weights(weights_file(found.backbone), architecture)
    return fit({**below, **layers}, architecture, str(found.heads[name]))


def own_layers(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """Return the layers of the network that lie beside a head."""
    return {key: values for key, values in tensors.items() if key.startswith(LAYER)}


def read_labels(folder: Path) -> tuple[str, ...] | None:
    """Return the labels of the classifier in a folder, in the order of their indices; None where it names none.

    Raises:
        ModelError: The file is not a table of labels numbered from 0.
    """
    path = folder / LABELS_FILE
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"the labels {path} cannot be read: {error}\n  It is to be JSON, {{label: index}}.") from error
    numbers = sorted(table.values(), key=str) if isinstance(table, dict) else []
    if not numbers or any(type(each) is not int for each in numbers) or sorted(numbers) != list(range(len(numbers))):
        raise ModelError(
            f"{path} is not a table of labels\n  It is to be JSON, {{label: index}}, the indices 0, 1, 2 ..."
        )
    return tuple(sorted(table, key=table.__getitem__))


def logistic(tensors: Mapping[str, Any], labels: Sequence[str] | None, where: str) -> LogisticHead:
    """Return the last layer among tensors.

    Args:
        tensors: Arrays or tensors by official name.
        labels: Their labels; None for those of the official head of as many.
        where: What to call the file in an error.

    Raises:
        ModelError: There is none, it does not fit, or its labels are not known.
    """
    head = {key: values for key, values in tensors.items() if not key.startswith(LAYER)}
    found = shape(head.get("0.bias"))
    count = found[0] if found and len(found) == 1 else 0
    shapes = {"0.weight": (count, FEATURES), "0.bias": (count,)} if count else {"0.weight": (), "0.bias": ()}
    arrays = fitting(shapes, head, where, "a head")
    if labels is None:
        labels = next((each for each in official_labels().values() if len(each) == count), None)
    if labels is None:
        known = ", ".join(f"{len(each)} {name}" for name, each in official_labels().items())
        raise ModelError(
            f"{where}: a head of {count} labels, which are not known: official heads have {known}\n"
            f"  Put the {LABELS_FILE} of your own classifier beside it."
        )
    if len(labels) != count:
        raise ModelError(f"{where}: a head of {count} labels, but {LABELS_FILE} beside it names {len(labels)}")
    return LogisticHead(tuple(labels), arrays["0.weight"], arrays["0.bias"])


def fitting(shapes: Mapping[str, tuple[int, ...]], tensors: Mapping[str, Any], where: str, what: str) -> Weights:
    """Return tensors of exactly these names and shapes as float32 arrays.

    Raises:
        ModelError: They do not fit, key by key: `where` is not `what`; or they are not finite.
    """
    wrong = differences(shapes, tensors)
    if wrong:
        raise ModelError("\n  ".join([f"{where}: not {what}", *shortened(wrong, "differences")]))
    return finite({key: tensors[key] for key in shapes}, where)
