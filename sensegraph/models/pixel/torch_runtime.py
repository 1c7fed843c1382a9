"""Run a network with torch: on a GPU, or for comparison with the threads that torch is set to."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from sensegraph.models.pixel.architecture import STEP_FRAMES, Architecture
from sensegraph.models.pixel.devices import Device
from sensegraph.models.pixel.efficientnet import StridedInflatedEfficientNet
from sensegraph.models.pixel.mobilenet import StridedInflatedMobileNetV2
from sensegraph.models.pixel.network import StridedInflatedNetwork
from sensegraph.models.pixel.prepare import Pixels
from sensegraph.models.pixel.runtime import Memory, Output
from sensegraph.models.pixel.state import Arrays, NetState
from sensegraph.models.pixel.weights import Weights, digest

CLASSES: tuple[type[StridedInflatedNetwork], ...] = (StridedInflatedEfficientNet, StridedInflatedMobileNetV2)


def tensor(array: NDArray[Any]) -> torch.Tensor:
    """Return an array as a tensor: the same memory where it may be written to, else a copy, as torch demands."""
    return torch.from_numpy(array if array.flags.writeable else array.copy())


def network(architecture: Architecture) -> StridedInflatedNetwork:
    """Return a network with weights as torch draws them."""
    return next(made for made in CLASSES if made.architecture is architecture)()


def loaded(architecture: Architecture, weights: Weights) -> StridedInflatedNetwork:
    """Return a network with weights, ready to be looked through: nothing of it is trained."""
    net = network(architecture)
    net.load_state_dict({key: tensor(values) for key, values in weights.items()})
    return net.eval().requires_grad_(False)


class TorchRuntime:
    """A network in torch.

    Args:
        architecture: The network.
        weights: float32 arrays by official name; copied.
        device: Where it computes, in float32 there too; what is remembered of a stream stays in main memory.
    """

    name = "torch"

    def __init__(self, architecture: Architecture, weights: Weights, device: Device = "cpu") -> None:
        self.architecture = architecture
        self.weights = digest(weights)
        self.net = loaded(architecture, weights).to(device)
        self._device = device
        self._lines = [f"line.{layer.index}" for layer in architecture.layers if layer.temporal]

    def memory(self, height: int, width: int) -> dict[str, Memory]:
        """Return what is remembered of a stream, by name; see `Runtime`."""
        places = zip(self.architecture.sizes(height), self.architecture.sizes(width), strict=True)
        return {
            f"line.{layer.index}": Memory(np.float32, layer.history, 2, (layer.history_channels, high, wide))
            for (layer, high), (_, wide) in places
            if layer.temporal
        }

    @torch.inference_mode()
    @torch.backends.cudnn.flags(enabled=True, allow_tf32=False)  # TF32 keeps 10 bits: features would be 1e-3 off
    def advance(self, arrays: Arrays, pictures: Pixels) -> tuple[list[Output], Arrays]:
        """Advance a stream; see `Runtime`."""
        state = NetState(tuple(tensor(arrays[name]).to(self._device)[None] for name in self._lines))
        outputs: list[Output] = []
        for start in range(0, len(pictures), STEP_FRAMES):  # no more at once: it would take memory, not save time
            piece = tensor(np.ascontiguousarray(pictures[start : start + STEP_FRAMES])).to(self._device)
            maps, state = self.net(piece.permute(0, 3, 1, 2).float().div_(255), state)
            outputs += [(each.cpu().numpy(), each.mean(dim=(1, 2)).cpu().numpy()) for each in maps]
        lines = (line[0].cpu().numpy() for line in state.lines if line is not None)
        return outputs, dict(zip(self._lines, lines, strict=True))
