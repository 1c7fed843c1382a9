"""Run a network with onnxruntime: whole, or in three stages so that no picture waits for its work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sensegraph.errors import ModelError
from sensegraph.models.pixel.architecture import Architecture, Stage
from sensegraph.models.pixel.devices import Device
from sensegraph.models.pixel.prepare import Pixels
from sensegraph.models.pixel.state import Arrays

if TYPE_CHECKING:
    import onnxruntime

Output = tuple[NDArray[np.float32], NDArray[np.float32]]
"""A feature map (1280, h, w) and its spatial mean (1280,)."""

ERRORS_ONLY = 3

PROVIDERS: Mapping[Device, list[Any]] = {
    "cpu": ["CPUExecutionProvider"],
    "cuda": [("CUDAExecutionProvider", {"use_tf32": "0"})],  # TF32 keeps 10 bits: features would be 1e-3 off
}
"""What onnxruntime runs a network on, for each device."""


@dataclass(frozen=True, slots=True)
class Memory:
    """One array that a runtime remembers of a stream: between `least` and `most` pictures of shape `picture`."""

    dtype: type[np.generic]
    least: int
    most: int
    picture: tuple[int, ...]

    def empty(self) -> NDArray[Any]:
        """Return the array of a stream that has seen nothing: zeros."""
        return np.zeros((self.least, *self.picture), dtype=self.dtype)

    def fits(self, array: NDArray[Any]) -> bool:
        """Whether an array can be such a memory."""
        known = array.dtype == self.dtype and array.shape[1:] == self.picture
        return bool(known and array.ndim and self.least <= len(array) <= self.most)


class Runtime(Protocol):
    """A network that can be run; it remembers nothing of a stream itself, so it serves any number of them."""

    architecture: Architecture
    name: str
    weights: str  # the digest of its weights

    def memory(self, height: int, width: int) -> dict[str, Memory]:
        """Return what is remembered of a stream of pictures of that size, by name."""
        ...

    def advance(self, arrays: Arrays, pictures: Pixels) -> tuple[list[Output], Arrays]:
        """Advance a stream.

        Args:
            arrays: What is remembered of it; stays as it is.
            pictures: uint8 BGR, (T, H, W, 3), T >= 1, of the size that `arrays` were made for; not kept.

        Returns:
            an output for every fourth picture of the stream, and what to remember; all of it new arrays.
        """
        ...


def open_session(model: bytes | Path, where: str, device: Device = "cpu") -> onnxruntime.InferenceSession:
    """Open an ONNX model: on the CPU for one thread, or on the first CUDA device.

    Args:
        model: The content of the file, or its path.
        where: What to call it in an error.
        device: Where it runs; never elsewhere.

    Raises:
        ModelError: onnxruntime cannot run it, or not there.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    options.enable_mem_pattern = False  # as fast, and 7 to 17 % less memory
    content = model if isinstance(model, bytes) else str(model)
    try:
        session = onnxruntime.InferenceSession(content, options, providers=PROVIDERS[device])
    except Exception as error:  # onnxruntime's exceptions have no common parent of their own
        raise ModelError(
            f"the model {where} cannot be loaded: {error}\n  Export it anew, or update onnxruntime."
        ) from error
    if device == "cuda" and "CUDAExecutionProvider" not in session.get_providers():  # it falls back without a word
        raise ModelError(
            f"the model {where} cannot run on CUDA: onnxruntime could not load its CUDA libraries\n"
            "  Install the CUDA and cuDNN that this onnxruntime-gpu wants, or use device 'cpu'."
        )
    session.disable_fallback()
    return session


class Part:
    """One stage in onnxruntime.

    Args:
        net: Name of the network.
        stage: Its layers.
        model: The content of its ONNX file, or its path.
        where: What to call it in an error.
        device: Where it runs.

    Attributes:
        inputs: Names of what it remembers.
        weights: The digest of its weights.

    Raises:
        ModelError: The model cannot be loaded, or is of another stage.
    """

    def __init__(self, net: str, stage: Stage, model: bytes | Path, where: str, device: Device = "cpu") -> None:
        self.stage = stage
        self.waiting = f"waiting.{stage.name}"
        self._session = open_session(model, where, device)
        self.inputs = [f"state.{layer.index}" for layer in stage.temporal]
        self._outputs = [node.name for node in self._session.get_outputs()]
        about = self._session.get_modelmeta().custom_metadata_map
        self.weights = about.get("weights", "")
        if (about.get("net"), about.get("part")) != (net, stage.name):
            raise ModelError(f"the model {where} is not '{stage.name}' of {net}\n  Export it anew.")

    def run(self, pictures: NDArray[Any], arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
        """Compute the stage for its number of pictures, replace what it remembers, and return its outputs."""
        feeds = {"frames": pictures, **{name: arrays[name] for name in self.inputs}}
        results = dict(zip(self._outputs, self._session.run(None, feeds), strict=True))
        for name in self.inputs:
            arrays[name] = results.pop(name.replace("state", "next"))
        return results


class OnnxRuntime:
    """A network in onnxruntime, whole or in stages.

    Args:
        architecture: The network.
        name: `onnx` or `staged`.
        parts: The stages, in order.

    Raises:
        ModelError: The parts are of different weights.
    """

    def __init__(self, architecture: Architecture, name: str, parts: Sequence[Part]) -> None:
        self.architecture = architecture
        self.name = name
        self._parts = tuple(parts)
        self.weights = parts[0].weights
        if any(part.weights != self.weights for part in parts):
            listed = ", ".join(f"{part.stage.name} {part.weights[:8]}" for part in parts)
            raise ModelError(f"the parts of {architecture.name} have different weights ({listed})\n  Export it anew.")

    def memory(self, height: int, width: int) -> dict[str, Memory]:
        """Return what is remembered of a stream, by name; see `Runtime`."""
        sizes = {
            layer.index: (high, wide)
            for (layer, high), (_, wide) in zip(
                self.architecture.sizes(height), self.architecture.sizes(width), strict=True
            )
        }
        result: dict[str, Memory] = {}
        for part in self._parts:
            first = part.stage.layers[0]
            if part.stage.frames > 1:
                raw = first.index == 0
                picture = (height, width, 3) if raw else (first.inputs, *sizes[first.index])
                result[part.waiting] = Memory(np.uint8 if raw else np.float32, 0, part.stage.frames - 1, picture)
            for layer in part.stage.temporal:
                shape = (layer.history_channels, *sizes[layer.index])
                result[f"state.{layer.index}"] = Memory(np.float32, layer.history, layer.history, shape)
        return result

    def advance(self, arrays: Arrays, pictures: Pixels) -> tuple[list[Output], Arrays]:
        """Advance a stream; see `Runtime`."""
        after = dict(arrays)
        return list(self._feed(0, pictures, after)), after

    def _feed(self, at: int, pictures: NDArray[Any], arrays: dict[str, NDArray[Any]]) -> Iterator[Output]:
        """Give pictures to a part and what it makes of them to the next, keeping those that wait for more."""
        part = self._parts[at]
        need = part.stage.frames
        if need > 1:
            pictures = np.concatenate([arrays[part.waiting], pictures])
        ready = len(pictures) // need * need
        for start in range(0, ready, need):
            results = part.run(pictures[start : start + need], arrays)
            if at + 1 < len(self._parts):
                yield from self._feed(at + 1, results["frames.out"], arrays)
            else:
                yield results["map"][0], results["pooled"][0]
        if need > 1:
            arrays[part.waiting] = pictures[ready:].copy()
