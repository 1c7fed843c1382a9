"""Read the tensors of a file, whoever wrote it, so that nothing in it can run."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensegraph.errors import ModelError

SUFFIX = ".safetensors"

FLOATS = {"float16", "float32", "float64", "bfloat16"}

_WRAPPERS = ("state_dict", "model_state_dict", "model")
_STORED = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "<u2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "|i1",
    "U8": "|u1",
    "BOOL": "|b1",
}


def read_tensors(path: Path) -> dict[str, Any]:
    """Return what a file holds by name: arrays of numpy, or tensors of torch on the CPU.

    Args:
        path: A `.safetensors` file, else a checkpoint of `torch.save`, from any device; reading that needs torch. A
            state dict within a dict is taken out, and the prefix `module.` off.

    Raises:
        ModelError: The file cannot be read, is damaged, or holds more than tensors.
    """
    try:
        content = _read_safetensors(path) if path.suffix == SUFFIX else _read_checkpoint(path)
    except OSError as error:
        raise ModelError(f"the weights {path} cannot be read: {error.strerror or error}") from error
    if not isinstance(content, Mapping):
        raise ModelError(
            f"{path} holds a {type(content).__name__}, not a state dict\n  Save `net.state_dict()`, not the net itself."
        )
    return unwrapped(content)


def unwrapped(content: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a state dict that may lie within a dict or have been made by a parallel net."""
    for wrapper in _WRAPPERS:
        if isinstance(content.get(wrapper), Mapping):
            content = content[wrapper]
    return {str(key).removeprefix("module."): value for key, value in content.items()}


def shape(value: Any) -> tuple[int, ...] | None:
    """Return the shape of an array or a tensor; None for whatever is neither."""
    return tuple(int(size) for size in value.shape) if hasattr(value, "shape") and hasattr(value, "dtype") else None


def dtype(value: Any) -> str:
    """Return the type of the numbers of an array or a tensor, by numpy's name."""
    return str(value.dtype).removeprefix("torch.")


def float32(value: Any) -> NDArray[np.float32]:
    """Return an array or a tensor as a float32 array; what overflows is infinite."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().float().numpy()
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(value, dtype=np.float32)


def _read_safetensors(path: Path) -> dict[str, NDArray[Any]]:
    from safetensors import SafetensorError, deserialize

    try:
        found: list[tuple[str, dict[str, Any]]] = deserialize(path.read_bytes())  # type: ignore[no-untyped-call]
        return {key: _array(key, entry) for key, entry in found}
    except (SafetensorError, ValueError) as error:
        raise ModelError(
            f"{path} is cut short or is not a safetensors file: {error}\n  Copy or download it again."
        ) from error


def _array(key: str, entry: Mapping[str, Any]) -> NDArray[Any]:
    """Return a tensor; bfloat16, which numpy does not know, as float32."""
    kind = entry["dtype"]
    if kind not in _STORED:
        raise ValueError(f"{key} has the type {kind}")
    values = np.frombuffer(entry["data"], dtype=_STORED[kind]).reshape(entry["shape"])
    return (values.astype(np.uint32) << 16).view(np.float32) if kind == "BF16" else values


def _read_checkpoint(path: Path) -> Any:
    try:
        import torch
    except ImportError as error:
        raise ModelError(
            f"reading {path} needs torch: pip install 'sensegraph[train]'\n"
            "  A .safetensors file needs no torch, nor do models once `sensegraph models import` has read them."
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
