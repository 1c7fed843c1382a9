"""The inverted residual of the two networks in torch, with its memory of earlier pictures in and out."""

from __future__ import annotations

import torch
from torch import nn

from sensegraph.models.pixel.architecture import WINDOW_FRAMES, Convolution, Layer


def convolution(plan: Convolution) -> nn.Module:
    """Return one convolution, followed by ReLU6 where the plan says so (then its name ends in `.0`)."""
    conv = nn.Conv2d(plan.inputs, plan.outputs, plan.kernel, plan.stride, (plan.kernel - 1) // 2, groups=plan.groups)
    return nn.Sequential(conv, nn.ReLU6(inplace=True)) if plan.relu else conv


def each_picture(module: nn.Module, pictures: torch.Tensor) -> torch.Tensor:
    """Apply a module of (N, C, h, w) to pictures (B, T, C, h, w)."""
    result: torch.Tensor = module(pictures.flatten(0, 1))
    return result.reshape(*pictures.shape[:2], *result.shape[1:])


class InflatedBlock(nn.Module):
    """An inverted residual that may mix three successive pictures before its expansion.

    All windows are taken over one line of pictures, what is remembered followed by what has come, and the residual is
    the newest picture of each window. So they cannot lose step, whatever the lengths of the pieces.

    Args:
        layer: Its row in the table of the network.
    """

    def __init__(self, layer: Layer) -> None:
        super().__init__()
        self.layer = layer
        self.conv = nn.Sequential(*map(convolution, layer.convolutions()))

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Compute a block without mixing, (B, T, C, h, w) -> (B, T, C', h', w')."""
        result = each_picture(self.conv, pictures)
        return result + pictures if self.layer.residual else result

    def advance(
        self, pictures: torch.Tensor, line: torch.Tensor | None, padded: bool
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Compute a block that mixes.

        Args:
            pictures: (B, T, C, h, w), T >= 1.
            line: What an earlier call remembered, (B, L, C or C / 2, h, w) with L <= 2; None at the start.
            padded: Whether zeros come before the first picture.

        Returns:
            the outputs (B, N, C', h', w'), N may be 0, and what to remember.
        """
        layer, stride = self.layer, self.layer.temporal_stride
        seen = pictures[:, :, : layer.history_channels]
        if line is None:
            line = seen.new_zeros((len(seen), layer.history if padded else 0, *seen.shape[2:]))
        if line.shape[:1] != seen.shape[:1] or line.shape[2:] != seen.shape[2:]:
            raise ValueError(
                f"the state of cnn.{layer.index} is for {tuple(line.shape[2:])} in a batch of {len(line)}, but the "
                f"pictures give {tuple(seen.shape[2:])} in a batch of {len(seen)}: start a new state"
            )
        newest = WINDOW_FRAMES - 1 - line.shape[1]  # place in `pictures` of the newest picture of the first window
        line = torch.cat([line, seen], dim=1)
        windows = max(0, (line.shape[1] - WINDOW_FRAMES) // stride + 1)
        kept = pictures[:, newest::stride][:, :windows]
        past = [line[:, age::stride][:, :windows] for age in range(WINDOW_FRAMES - 1)]
        remembered = line[:, windows * stride :].clone()
        if layer.mixing == "dense":
            mixed = torch.cat([*past, kept], dim=2)
        else:
            quarter, half = layer.inputs // 4, layer.inputs // 2
            mixed = torch.cat([past[0][:, :, :quarter], past[1][:, :, quarter:half], kept[:, :, half:]], dim=2)
        result = each_picture(self.conv, mixed) if windows else mixed
        return (result + kept if layer.residual and windows else result), remembered
