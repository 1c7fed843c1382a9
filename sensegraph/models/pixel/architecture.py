"""The two strided-inflated networks as tables: torch modules, ONNX files and checks of weights are made from them.

Both take 256x256 pictures at 16 fps and give one (1280, 8, 8) feature map for four pictures. Every convolution has a
bias and none has a batch norm (they are folded). ReLU6 follows every convolution but the projections. Names of
parameters are those of the reference implementation (20BN sense), so its checkpoints load.

Some blocks mix three successive pictures before their expansion:

* dense (EfficientNet): the three lie behind one another along the channels, oldest first, so the expansion has
  three times the inputs;
* sparse (MobileNet): the first quarter of the channels comes from two pictures ago, the second quarter from the
  picture before, the other half from the newest.

Two blocks of each network do so for every second picture only (temporal stride 2): these cut it into three stages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

SIZE = 256
"""Height and width of the picture that a network sees, in pixels."""

STEP_FRAMES = 4
"""Pictures for one feature."""

WINDOW_FRAMES = 3
"""Pictures that a temporal block mixes."""

RECEPTIVE_FIELD = 45
"""Pictures that decide one feature: 2.81 s at 16 fps; before that many a stream is not warm."""

FEATURES = 1280
"""Channels of a feature map."""

Mixing = Literal["none", "dense", "sparse"]


@dataclass(frozen=True, slots=True)
class Convolution:
    """One convolution; zero padding of (kernel - 1) // 2 on every side, with bias.

    Attributes:
        name: What `.weight` and `.bias` are appended to.
        relu: Whether ReLU6 follows.
    """

    name: str
    inputs: int
    outputs: int
    kernel: int = 1
    stride: int = 1
    groups: int = 1
    relu: bool = True

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shapes of weight and bias by name."""
        weight = (self.outputs, self.inputs // self.groups, self.kernel, self.kernel)
        return {f"{self.name}.weight": weight, f"{self.name}.bias": (self.outputs,)}


@dataclass(frozen=True, slots=True)
class Layer:
    """One entry of `cnn`: the stem, the last 1x1 convolution, or an inverted residual between them.

    Attributes:
        index: Place in `cnn`.
        kernel: Spatial kernel.
        stride: Spatial stride.
        expansion: Hidden channels for each input channel; 0 for the stem and the last layer, which do not expand.
        mixing: How three successive pictures are mixed.
        temporal_stride: 2 where every second picture is kept.
    """

    index: int
    inputs: int
    outputs: int
    kernel: int = 3
    stride: int = 1
    expansion: int = 0
    mixing: Mixing = "none"
    temporal_stride: int = 1

    @property
    def temporal(self) -> bool:
        """Whether the layer needs earlier pictures."""
        return self.mixing != "none"

    @property
    def residual(self) -> bool:
        """Whether the layer adds its input to its output."""
        return self.expansion > 0 and self.stride == 1 and self.inputs == self.outputs

    @property
    def history(self) -> int:
        """Earlier pictures that the layer remembers between steps."""
        return WINDOW_FRAMES - self.temporal_stride if self.temporal else 0

    @property
    def history_channels(self) -> int:
        """Channels that it remembers of each: the sparse mixing looks back at the first half only."""
        return self.inputs // 2 if self.mixing == "sparse" else self.inputs

    def convolutions(self) -> tuple[Convolution, ...]:
        """Return the convolutions in order of computation."""
        prefix = f"cnn.{self.index}"
        if not self.expansion:
            return (Convolution(f"{prefix}.0", self.inputs, self.outputs, self.kernel, self.stride),)
        hidden = self.inputs * self.expansion
        expanded = self.inputs * (WINDOW_FRAMES if self.mixing == "dense" else 1)
        first = (Convolution(f"{prefix}.conv.0.0", expanded, hidden),) if self.expansion > 1 else ()
        at = len(first)
        depthwise = Convolution(f"{prefix}.conv.{at}.0", hidden, hidden, self.kernel, self.stride, hidden)
        return (*first, depthwise, Convolution(f"{prefix}.conv.{at + 1}", hidden, self.outputs, relu=False))


@dataclass(frozen=True, slots=True)
class Stage:
    """Layers between two temporal strides: what can be computed whenever `frames` pictures have come to them."""

    name: str
    layers: tuple[Layer, ...]
    frames: int

    @property
    def temporal(self) -> tuple[Layer, ...]:
        """The layers that remember."""
        return tuple(layer for layer in self.layers if layer.temporal)


@dataclass(frozen=True, slots=True)
class Architecture:
    """A network.

    Attributes:
        name: As a user writes it, `efficientnet` or `mobilenet`.
        title: The class of the reference implementation.
        layers: The entries of `cnn`.
    """

    name: str
    title: str
    layers: tuple[Layer, ...]

    def parameters(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of every parameter by its official name, in the order of a state dict."""
        return {
            key: shape
            for layer in self.layers
            for convolution in layer.convolutions()
            for key, shape in convolution.shapes().items()
        }

    def whole(self) -> Stage:
        """Return the whole network as one stage of four pictures."""
        return Stage("step", self.layers, STEP_FRAMES)

    def stages(self) -> tuple[Stage, Stage, Stage]:
        """Return the network cut before its two temporal strides: stages at 16, 8 and 4 fps."""
        first, second = (layer.index for layer in self.layers if layer.temporal_stride == 2)
        return (
            Stage("stage-a", self.layers[:first], 1),
            Stage("stage-b", self.layers[first:second], 2),
            Stage("stage-c", self.layers[second:], 2),
        )

    def sizes(self, size: int) -> Iterator[tuple[Layer, int]]:
        """Yield each layer with the height (or width) of its input, for a picture of that height (or width)."""
        for layer in self.layers:
            yield layer, size
            size = (size - 1) // layer.stride + 1

    def output_size(self, size: int) -> int:
        """Return the height (or width) of the feature map for a picture of that height (or width)."""
        layer, last = list(self.sizes(size))[-1]
        return (last - 1) // layer.stride + 1

    def required_frames(self, outputs: int = 1, start: int = 0) -> int:
        """Return how many pictures at the input of layer `start` decide that many features.

        Walking from the output, a temporal stride makes 2n - 1 of n, then each mixing adds 2.
        """
        frames = outputs
        for layer in reversed(self.layers[start:]):
            if layer.temporal:
                frames = (frames - 1) * layer.temporal_stride + WINDOW_FRAMES
        return frames


def _layers(stem: int, rows: list[tuple[int, int, int, int, int, Mixing, int]]) -> tuple[Layer, ...]:
    """Return the stem, the blocks of the rows, and the last layer."""
    layers = [Layer(0, 3, stem, kernel=3, stride=2)]
    for times, outputs, kernel, stride, expansion, mixing, temporal_stride in rows:
        for _ in range(times):
            inputs = layers[-1].outputs
            layers.append(Layer(len(layers), inputs, outputs, kernel, stride, expansion, mixing, temporal_stride))
    return (*layers, Layer(len(layers), layers[-1].outputs, FEATURES, kernel=1))


# Each row: how many such blocks, outputs, kernel, stride, expansion, mixing, temporal stride.
EFFICIENTNET = Architecture(
    "efficientnet",
    "StridedInflatedEfficientNet",
    _layers(
        32,
        [
            (1, 24, 3, 1, 1, "none", 1),
            (1, 32, 3, 2, 6, "none", 1),
            (1, 32, 3, 1, 6, "dense", 1),
            (2, 32, 3, 1, 6, "none", 1),
            (1, 56, 5, 2, 6, "none", 1),
            (1, 56, 5, 1, 6, "dense", 2),  # 7: stage b
            (2, 56, 5, 1, 6, "none", 1),
            (1, 112, 3, 2, 6, "none", 1),
            (1, 112, 3, 1, 6, "dense", 1),
            (2, 112, 3, 1, 6, "none", 1),
            (1, 112, 3, 1, 6, "dense", 2),  # 14: stage c
            (1, 112, 3, 1, 6, "none", 1),
            (1, 160, 5, 1, 6, "none", 1),
            (1, 160, 5, 1, 6, "dense", 1),
            (2, 160, 5, 1, 6, "none", 1),
            (1, 160, 5, 1, 6, "dense", 1),
            (1, 160, 5, 1, 6, "none", 1),
            (1, 272, 5, 2, 6, "none", 1),
            (1, 272, 5, 1, 6, "dense", 1),
            (1, 272, 5, 1, 6, "none", 1),
            (1, 272, 5, 1, 6, "dense", 1),
            (4, 272, 5, 1, 6, "none", 1),
            (1, 448, 3, 1, 6, "none", 1),
        ],
    ),
)

MOBILENET = Architecture(
    "mobilenet",
    "StridedInflatedMobileNetV2",
    _layers(
        32,
        [
            (1, 16, 3, 1, 1, "none", 1),
            (1, 24, 3, 2, 6, "none", 1),
            (1, 24, 3, 1, 6, "sparse", 1),
            (1, 32, 3, 2, 6, "none", 1),
            (1, 32, 3, 1, 6, "sparse", 2),  # 5: stage b
            (1, 32, 3, 1, 6, "none", 1),
            (1, 64, 3, 2, 6, "none", 1),
            (1, 64, 3, 1, 6, "sparse", 1),
            (1, 64, 3, 1, 6, "none", 1),
            (1, 64, 3, 1, 6, "sparse", 2),  # 10: stage c
            (1, 96, 3, 1, 6, "none", 1),
            (2, 96, 3, 1, 6, "sparse", 1),
            (1, 160, 3, 2, 6, "none", 1),
            (2, 160, 3, 1, 6, "sparse", 1),
            (1, 320, 3, 1, 6, "none", 1),
        ],
    ),
)

ARCHITECTURES = {architecture.name: architecture for architecture in (EFFICIENTNET, MOBILENET)}
