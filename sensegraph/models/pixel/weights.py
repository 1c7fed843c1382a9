"""Read the weights of a network from a checkpoint, and say exactly what is wrong with those that do not fit."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensegraph.errors import ModelError
from sensegraph.models.pixel.architecture import ARCHITECTURES, Architecture
from sensegraph.models.pixel.tensors import FLOATS, dtype, float32, read_tensors, shape, unwrapped

Weights = dict[str, NDArray[np.float32]]

HEAD_KEYS = {"0.weight", "0.bias"}
"""The last layer in a checkpoint that was fine-tuned as a whole; it is not part of the network."""

WEIGHTS_FILE = "weights.safetensors"
"""The weights of a network in the folder of its ONNX files, where they were imported."""

_SHOWN = 8


def read_weights(source: str | Path | Mapping[str, Any], architecture: Architecture) -> Weights:
    """Return the weights of a network as float32 arrays by official name.

    Args:
        source: A file (`.safetensors`, else a checkpoint of `torch.save`, from any device) or a state dict of torch
            tensors or arrays in half, single or double precision. A state dict within a dict and the prefix
            `module.` are accepted, and so is a head beside a whole network.
        architecture: The network that they are for.

    Raises:
        ModelError: The file cannot be read, holds more than tensors, or does not fit, key by key.
    """
    if isinstance(source, Mapping):
        return fit(source, architecture, "the state dict")
    path = Path(source)
    if not path.is_file():
        raise ModelError(
            f"the weights of {architecture.title} are not here: looked for {path.absolute()}\n"
            "  Give the path of a checkpoint file that you have; without one, `model: landmarks` works now."
        )
    return fit(read_tensors(path), architecture, str(path))


def weights_file(source: str | Path) -> Path:
    """Return the file with the weights of a network: the file itself, or that in the folder of an imported network."""
    path = Path(source)
    return path / WEIGHTS_FILE if path.is_dir() else path


def digest(weights: Mapping[str, NDArray[np.float32]]) -> str:
    """Return 64 hexadecimal digits that tell one set of weights from another: sha256 over names and values."""
    found = hashlib.sha256()
    for key in sorted(weights):
        found.update(key.encode())
        found.update(np.ascontiguousarray(weights[key]).data)
    return found.hexdigest()


def space(net: str, version: str, layers: str = "", mark: str = "") -> str:
    """Return the name of the features of a network.

    Args:
        net: `efficientnet` or `mobilenet`.
        version: `pro` or `lite`.
        layers: Whose last layers it has instead of its own; empty for its own.
        mark: The digest of its weights; empty where any of that name will do.
    """
    return "-".join(filter(None, (net, version, layers))) + (f"@{mark[:8]}" if mark else "")


def fit(content: Mapping[Any, Any], architecture: Architecture, where: str) -> Weights:
    """Return the tensors of a state dict as float32 arrays, in the order of the network.

    Raises:
        ModelError: A key is missing, unknown, of another shape or type, or holds something that is not finite.
    """
    tensors = unwrapped(content)
    expected = architecture.parameters()
    if set(expected) <= set(tensors):
        tensors = {key: value for key, value in tensors.items() if key not in HEAD_KEYS}
    wrong = differences(expected, tensors)
    if wrong:
        guess = recognise(tensors, architecture)
        lines = [
            f"{where}: not weights of {architecture.title}",
            f"expected {len(expected)} tensors, cnn.0.0.weight to cnn.{len(architecture.layers) - 1}.0.bias, "
            f"found {len(tensors)}",
            *([guess] if guess else []),
            *shortened(wrong, "differences"),
        ]
        raise ModelError("\n  ".join(lines))
    return finite({key: tensors[key] for key in expected}, where)


def finite(tensors: Mapping[str, Any], where: str) -> Weights:
    """Return tensors as float32 arrays.

    Raises:
        ModelError: One of them holds something that is not finite.
    """
    arrays = {key: float32(values) for key, values in tensors.items()}
    counts = {key: int(values.size - np.isfinite(values).sum()) for key, values in arrays.items()}
    bad = [f"{key}: {count} of {arrays[key].size} values" for key, count in counts.items() if count]
    if bad:
        raise ModelError(
            "\n  ".join([f"{where}: not a number or infinite", *shortened(bad, "tensors")])
            + "\n  The training that made it diverged, or the file is damaged: use an earlier checkpoint."
        )
    return arrays


def shortened(lines: list[str], things: str) -> list[str]:
    """Return the first few lines, and how many more of these things there are."""
    return lines[:_SHOWN] + ([f"and {len(lines) - _SHOWN} more {things}"] if len(lines) > _SHOWN else [])


def differences(expected: Mapping[str, tuple[int, ...]], tensors: Mapping[str, Any]) -> list[str]:
    """Return what does not fit, a line for each key."""
    lines = []
    for key, wanted in expected.items():
        if key not in tensors:
            lines.append(f"{key}: expected {wanted}, but it is missing")
            continue
        found = shape(tensors[key])
        if found is None:
            lines.append(f"{key}: expected {wanted}, found a {type(tensors[key]).__name__}")
        elif found != wanted:
            lines.append(f"{key}: expected {wanted}, found {found}")
        elif dtype(tensors[key]) not in FLOATS:
            lines.append(f"{key}: expected floating-point numbers, found {dtype(tensors[key])}")
    for key in tensors:
        if key not in expected:
            lines.append(f"{key}: not known, found {shape(tensors[key]) or type(tensors[key]).__name__}")
    return lines


def recognise(tensors: Mapping[str, Any], wanted: Architecture) -> str:
    """Return what tensors seem to be, and what to do with them; empty where nothing is known."""
    keys = set(tensors)
    for other in ARCHITECTURES.values():
        shapes = other.parameters()
        if other is not wanted and set(shapes) <= keys and all(shape(tensors[key]) == shapes[key] for key in shapes):
            return f"these are weights of {other.title}: use load_backbone({other.name!r}, ...)"
    if keys and keys <= HEAD_KEYS:
        return f"this is a head{_labels(tensors.get('0.weight'))}, not a backbone: it goes on top of one"
    if keys and all(key.startswith("met_regressor.") for key in keys):
        return "this is a MET converter, not a backbone: it goes on top of one"
    if any(".running_mean" in key for key in keys):
        return "it has batch norms: a network for single pictures, or weights that were not folded"
    inflated = [layer for layer in wanted.layers if layer.mixing == "dense"]
    if inflated and all(
        _is_flat(tensors.get(f"cnn.{layer.index}.conv.0.0.weight"), layer.inputs) for layer in inflated
    ):
        return "it has no temporal kernels: a network for single pictures"
    layers = sorted({int(found[1]) for found in map(re.compile(r"cnn\.(\d+)\.").match, keys) if found})
    if layers and layers[0] > 0:
        count = len(wanted.layers) - layers[0]
        return f"it holds the last {count} layers only: it is to be laid over the weights of a whole {wanted.title}"
    return ""


def _labels(weight: Any) -> str:
    found = shape(weight)
    return f" of {found[0]} labels" if found and len(found) == 2 else ""


def _is_flat(weight: Any, inputs: int) -> bool:
    found = shape(weight)
    return found is not None and len(found) == 4 and found[1] == inputs
