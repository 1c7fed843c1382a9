"""Read the weights of a network from a checkpoint, and say exactly what is wrong with those that do not fit."""

from __future__ import annotations

import hashlib
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensegraph.errors import ModelError
from sensegraph.models.pixel.architecture import ARCHITECTURES, Architecture
from sensegraph.models.pixel.safetensors import read_safetensors

Weights = dict[str, NDArray[np.float32]]

HEAD_KEYS = {"0.weight", "0.bias"}
"""The last layer in a checkpoint that was fine-tuned as a whole; it is not part of the network."""

_WRAPPERS = ("state_dict", "model_state_dict", "model")
_SHOWN = 8
_FLOATS = {"float16", "float32", "float64", "bfloat16"}


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
    try:
        content = read_safetensors(path) if path.suffix == ".safetensors" else _read_checkpoint(path)
    except OSError as error:
        raise ModelError(f"the weights {path} cannot be read: {error.strerror or error}") from error
    if not isinstance(content, Mapping):
        raise ModelError(
            f"{path} holds a {type(content).__name__}, not a state dict\n  Save `net.state_dict()`, not the net itself."
        )
    return fit(content, architecture, str(path))


def digest(weights: Mapping[str, NDArray[np.float32]]) -> str:
    """Return 64 hexadecimal digits that tell one set of weights from another: sha256 over names and values."""
    found = hashlib.sha256()
    for key in sorted(weights):
        found.update(key.encode())
        found.update(np.ascontiguousarray(weights[key]).data)
    return found.hexdigest()


def _read_checkpoint(path: Path) -> Any:
    try:
        import torch
    except ImportError as error:
        raise ModelError(
            f"reading {path} needs torch: pip install 'sensegraph[train]'\n"
            "  A .safetensors file or a folder of exported .onnx files needs no torch."
        ) from error
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about pickles of other kinds, which are refused below
        try:
            return torch.load(file, map_location="cpu", weights_only=True)
        except Exception as error:  # damaged bytes make torch's reader fail in any way
            raise _refused(path, str(error) or type(error).__name__) from error


def _refused(path: Path, reason: str) -> ModelError:
    """Return the error for a file that torch does not read, in fewer words than torch's."""
    unsafe = re.search(r"GLOBAL ([\w.]+)", reason)
    if unsafe:
        return ModelError(
            f"{path} holds more than tensors ({unsafe[1]}): it was refused, and nothing of it was run\n"
            "  If you trust its author, ask for the plain state dict or a .safetensors file."
        )
    reason = reason.partition("WeightsUnpickler error:")[2] or reason
    first = reason.strip().split("\n")[0][:160]
    return ModelError(
        f"{path} ({path.stat().st_size} bytes) is cut short or is not a checkpoint: {first}\n"
        "  Copy it again, and compare its size and checksum with the original. Nothing of it was run."
    )


def fit(content: Mapping[Any, Any], architecture: Architecture, where: str) -> Weights:
    """Return the tensors of a state dict as float32 arrays, in the order of the network.

    Raises:
        ModelError: A key is missing, unknown, of another shape or type, or holds something that is not finite.
    """
    tensors = _unwrapped(content)
    expected = architecture.parameters()
    if set(expected) <= set(tensors):
        tensors = {key: value for key, value in tensors.items() if key not in HEAD_KEYS}
    wrong = _differences(expected, tensors)
    if wrong:
        guess = recognise(tensors, architecture)
        lines = [
            f"{where}: not weights of {architecture.title}",
            f"expected {len(expected)} tensors, cnn.0.0.weight to cnn.{len(architecture.layers) - 1}.0.bias, "
            f"found {len(tensors)}",
            *([guess] if guess else []),
            *wrong[:_SHOWN],
            *([f"and {len(wrong) - _SHOWN} more differences"] if len(wrong) > _SHOWN else []),
        ]
        raise ModelError("\n  ".join(lines))
    arrays = {key: _array(tensors[key]) for key in expected}
    bad = [(key, int(np.size(values) - np.isfinite(values).sum())) for key, values in arrays.items()]
    bad = [(key, count) for key, count in bad if count]
    if bad:
        listed = [f"{key}: {count} of {arrays[key].size} values" for key, count in bad[:_SHOWN]]
        rest = [f"and {len(bad) - _SHOWN} more tensors"] if len(bad) > _SHOWN else []
        raise ModelError(
            "\n  ".join([f"{where}: not a number or infinite", *listed, *rest])
            + "\n  The training that made it diverged, or the file is damaged: use an earlier checkpoint."
        )
    return arrays


def _unwrapped(content: Mapping[Any, Any]) -> dict[str, Any]:
    for wrapper in _WRAPPERS:
        if isinstance(content.get(wrapper), Mapping):
            content = content[wrapper]
    return {str(key).removeprefix("module."): value for key, value in content.items()}


def _differences(expected: Mapping[str, tuple[int, ...]], tensors: Mapping[str, Any]) -> list[str]:
    """Return what does not fit, a line for each key."""
    lines = []
    for key, shape in expected.items():
        if key not in tensors:
            lines.append(f"{key}: expected {shape}, but it is missing")
            continue
        found = _shape(tensors[key])
        if found is None:
            lines.append(f"{key}: expected {shape}, found a {type(tensors[key]).__name__}")
        elif found != shape:
            lines.append(f"{key}: expected {shape}, found {found}")
        elif _dtype(tensors[key]) not in _FLOATS:
            lines.append(f"{key}: expected floating-point numbers, found {_dtype(tensors[key])}")
    for key in tensors:
        if key not in expected:
            lines.append(f"{key}: not known, found {_shape(tensors[key]) or type(tensors[key]).__name__}")
    return lines


def _shape(value: Any) -> tuple[int, ...] | None:
    return tuple(int(size) for size in value.shape) if hasattr(value, "shape") and hasattr(value, "dtype") else None


def _dtype(value: Any) -> str:
    return str(value.dtype).removeprefix("torch.")


def _array(value: Any) -> NDArray[np.float32]:
    if hasattr(value, "detach"):
        value = value.detach().cpu().float().numpy()
    with np.errstate(over="ignore"):  # what overflows is infinite, and refused as such
        return np.ascontiguousarray(value, dtype=np.float32)


def recognise(tensors: Mapping[str, Any], wanted: Architecture) -> str:
    """Return what tensors seem to be, and what to do with them; empty where nothing is known."""
    keys = set(tensors)
    for other in ARCHITECTURES.values():
        shapes = other.parameters()
        if other is not wanted and set(shapes) <= keys and all(_shape(tensors[key]) == shapes[key] for key in shapes):
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
    shape = _shape(weight) if weight is not None else None
    return f" of {shape[0]} labels" if shape and len(shape) == 2 else ""


def _is_flat(weight: Any, inputs: int) -> bool:
    shape = _shape(weight) if weight is not None else None
    return shape is not None and len(shape) == 4 and shape[1] == inputs
