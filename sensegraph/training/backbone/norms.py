"""Batch norms for training from scratch, which the official networks do not have: put in, and folded again.

The official parameters are convolutions with their batch norm folded into weight and bias. Networks of this depth
hardly learn from scratch without norms, so one is trained as a twin with a norm behind every convolution. In
evaluation a norm is an affine map of each channel: folding it gives official parameters again, and nothing is lost.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import TypeVar

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from sensegraph.models.pixel.network import StridedInflatedNetwork

Kind = TypeVar("Kind", bound=nn.Module)

EPSILON = 1e-3
"""As MobileNetV2 and EfficientNet were trained; a channel that hardly varies does not get huge weights by folding."""


class Normalised(nn.Module):
    """A convolution without bias and the batch norm behind it."""

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        convolution.bias = None  # the norm would take it off again
        self.convolution = convolution
        self.norm = nn.BatchNorm2d(convolution.out_channels, eps=EPSILON, momentum=None)  # see `remeasure`

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Compute (N, C, h, w) -> (N, C', h', w')."""
        return self.norm(self.convolution(pictures))

    def folded(self) -> nn.Conv2d:
        """Return the convolution that computes the same in evaluation, with a bias."""
        return fuse_conv_bn_eval(self.convolution.eval(), self.norm.eval())


def with_norms(net: StridedInflatedNetwork) -> StridedInflatedNetwork:
    """Put a norm behind each convolution of a network and draw new weights; returns the same object."""
    for parent, name, child in _children(net, nn.Conv2d):
        nn.init.kaiming_normal_(child.weight, nonlinearity="relu")  # by inputs: right for depthwise ones too
        setattr(parent, name, Normalised(child))
    return net


@torch.no_grad()
def remeasure(module: nn.Module, batches: Iterable[torch.Tensor]) -> None:
    """Take mean and variance of all norms anew, with the weights as they are now, from some batches.

    A running mean lags behind weights that change quickly, and is worth nothing after the few steps of a small dataset;
    this is the "precise" estimate of Wu and Johnson, Rethinking "Batch" in BatchNorm, 2021, section 3.

    Args:
        module: What computes a batch; only its norms change.
        batches: What to show it.
    """
    training = module.training
    module.eval()
    for each in module.modules():
        if isinstance(each, nn.BatchNorm2d):
            each.reset_running_stats()
            each.train()
    for batch in batches:
        module(batch)
    module.train(training)


def folded(net: StridedInflatedNetwork) -> StridedInflatedNetwork:
    """Return a copy without norms, in evaluation mode, whose state dict has the official names."""
    plain = copy.deepcopy(net).eval()
    for parent, name, child in _children(plain, Normalised):
        setattr(parent, name, child.folded())
    return plain


def _children(net: nn.Module, kind: type[Kind]) -> list[tuple[nn.Module, str, Kind]]:
    """Return the modules of a kind that are in no `Normalised`, with their parents and their names there."""
    return [
        (parent, name, child)
        for parent in net.modules()
        for name, child in parent.named_children()
        if isinstance(child, kind) and not isinstance(parent, Normalised)
    ]
