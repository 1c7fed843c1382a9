"""StridedInflatedEfficientNet as a torch module."""

from __future__ import annotations

from typing import ClassVar

from sensegraph.models.pixel.architecture import EFFICIENTNET, Architecture
from sensegraph.models.pixel.network import StridedInflatedNetwork


class StridedInflatedEfficientNet(StridedInflatedNetwork):
    """EfficientNet-Lite4 with dense temporal mixing in eight blocks: 14.4 million parameters, 182 names.

    Unlike EfficientNet-Lite4 of TensorFlow it pads symmetrically. 7.4 GFLOP for a feature.
    """

    architecture: ClassVar[Architecture] = EFFICIENTNET
