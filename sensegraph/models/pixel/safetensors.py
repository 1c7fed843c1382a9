"""Read a `.safetensors` file: a JSON table of tensors, then their bytes; nothing in it can run."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensegraph.errors import ModelError

_LENGTH_BYTES = 8
_MOST_HEADER = 100_000_000  # the limit of the format's own reader
_DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4", "U8": "|u1"}


def read_safetensors(path: Path) -> dict[str, NDArray[Any]]:
    """Return the tensors of a file by name; bfloat16 becomes float32.

    The format is https://github.com/huggingface/safetensors#format.

    Raises:
        ModelError: The file is cut short or not of this format.
        OSError: It cannot be read.
    """
    content = path.read_bytes()
    try:
        length = int.from_bytes(content[:_LENGTH_BYTES], "little")
        if len(content) < _LENGTH_BYTES or length > min(len(content) - _LENGTH_BYTES, _MOST_HEADER):
            raise ValueError("its table of tensors is longer than the file")
        data = memoryview(content)[_LENGTH_BYTES + length :]
        table = json.loads(content[_LENGTH_BYTES : _LENGTH_BYTES + length])
        return {str(key): _tensor(key, entry, data) for key, entry in table.items() if key != "__metadata__"}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(
            f"{path} is cut short or is not a safetensors file: {error}\n  Copy or download it again."
        ) from error


def _tensor(key: str, entry: dict[str, Any], data: memoryview) -> NDArray[Any]:
    dtype, shape = entry["dtype"], [int(size) for size in entry["shape"]]
    start, end = entry["data_offsets"]
    if dtype not in _DTYPES:
        raise ValueError(f"{key} has the type {dtype}")
    stored = np.dtype(_DTYPES[dtype])
    if min(shape, default=0) < 0 or not 0 <= start <= end <= len(data):
        raise ValueError(f"{key} lies outside the file")
    if end - start != math.prod(shape) * stored.itemsize:
        raise ValueError(f"{key} has {end - start} bytes for the shape {tuple(shape)}")
    values = np.frombuffer(data[start:end], dtype=stored).reshape(shape)
    if dtype == "BF16":
        return (values.astype(np.uint32) << 16).view(np.float32)
    return values
