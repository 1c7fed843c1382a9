"""What the two networks have in common in torch: a table made into modules, and streams that are advanced."""

from __future__ import annotations

from typing import ClassVar, TypeGuard

import torch
from torch import nn

from sensegraph.models.pixel.architecture import FEATURES, RECEPTIVE_FIELD, SIZE, STEP_FRAMES, Architecture, Layer
from sensegraph.models.pixel.blocks import InflatedBlock, convolution, each_picture
from sensegraph.models.pixel.state import Lines, NetState


class StridedInflatedNetwork(nn.Module):
    """A network of this family; use one of its two subclasses.

    Nothing is remembered in the module: a stream is the state that goes in and comes back, so one module serves any
    number of streams, alone or as a batch that runs in step. Parameters have the names of the reference
    implementation, so `load_state_dict` takes its checkpoints.
    """

    architecture: ClassVar[Architecture]
    expected_frame_size: ClassVar[tuple[int, int]] = (SIZE, SIZE)
    fps: ClassVar[int] = 16
    step_size: ClassVar[int] = STEP_FRAMES
    feature_dim: ClassVar[int] = FEATURES
    receptive_field: ClassVar[int] = RECEPTIVE_FIELD

    def __init__(self) -> None:
        super().__init__()
        self.cnn = nn.ModuleList(_module(layer) for layer in self.architecture.layers)
        self._temporal = sum(layer.temporal for layer in self.architecture.layers)

    def start(self, padded: bool = True) -> NetState:
        """Return the state of a stream that has seen nothing.

        Args:
            padded: Whether zeros come before the first picture, as the reference does in a live stream; if not, the
                first 44 pictures give no feature, as in its fine-tuning (45 give one, 49 two).
        """
        return NetState((None,) * self._temporal, 0, padded)

    def forward(self, pictures: torch.Tensor, state: NetState | None = None) -> tuple[torch.Tensor, NetState]:
        """Advance one stream, or a batch of streams or clips that run in step.

        Pieces of any length give the same features: a picture that waits for its second is kept in the state.

        Args:
            pictures: float32 BGR in 0..1, (T, 3, H, W) or (B, T, 3, H, W), T >= 1; 256x256 is what the official
                weights were trained for.
            state: What the last call returned; None starts new streams, with zeros before them.

        Returns:
            the feature maps, (N, 1280, H / 32, W / 32) or (B, N, 1280, H / 32, W / 32) after ReLU6, so 0..6, where N
            may be 0; and the new state. The given state stays as it was.

        Raises:
            ValueError: The pictures have another shape or do not fit the state.
        """
        if pictures.dim() not in (4, 5) or pictures.shape[-3] != 3 or not pictures.numel():
            raise ValueError(
                "pictures must have shape (T, 3, H, W) or (B, T, 3, H, W), T >= 1, but got "
                + str(tuple(pictures.shape))
            )
        state = self.start() if state is None else state
        if len(state.lines) != self._temporal:
            raise ValueError(
                f"the state has {len(state.lines)} lines, {self.architecture.title} has {self._temporal}: "
                "it belongs to another network"
            )
        x, lines = self.through(pictures if pictures.dim() == 5 else pictures[None], state.lines, padded=state.padded)
        if not x.shape[1]:  # the rest waits for more pictures
            x = self._nothing(pictures, len(x))
        after = NetState(lines, state.frames + pictures.shape[-4], state.padded)
        return (x if pictures.dim() == 5 else x[0]), after

    def through(
        self,
        x: torch.Tensor,
        lines: Lines = (),
        *,
        first: int = 0,
        last: int | None = None,
        padded: bool = True,
    ) -> tuple[torch.Tensor, Lines]:
        """Advance streams through some layers alone, those from `first` to before `last`.

        Args:
            x: What comes out of the layer before the first, (B, T, C, h, w), T >= 1.
            lines: What the last call returned; none at the start.
            first: Number of the first layer, 0 or more.
            last: Number of the layer before which it ends; None for the end.
            padded: As for `start`.

        Returns:
            what comes out of the last layer, (B, N, C', h', w'), or of an earlier one where N is 0; and the lines of
            its temporal layers.
        """
        layers = self.cnn[first:last]
        kept = list(lines or [None] * sum(_temporal(module) for module in layers))
        at = 0
        for module in layers:
            if _temporal(module):
                x, kept[at] = module.advance(x, kept[at], padded)
                at += 1
            else:
                x = module(x) if isinstance(module, InflatedBlock) else each_picture(module, x)
            if not x.shape[1]:
                break
        return x, tuple(kept)

    def _nothing(self, pictures: torch.Tensor, batch: int) -> torch.Tensor:
        height, width = (self.architecture.output_size(size) for size in pictures.shape[-2:])
        return pictures.new_zeros((batch, 0, FEATURES, height, width))


def _temporal(module: nn.Module) -> TypeGuard[InflatedBlock]:
    return isinstance(module, InflatedBlock) and module.layer.temporal


def _module(layer: Layer) -> nn.Module:
    return InflatedBlock(layer) if layer.expansion else convolution(layer.convolutions()[0])
