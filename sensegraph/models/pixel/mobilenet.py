"""StridedInflatedMobileNetV2 as a torch module."""

from __future__ import annotations

from typing import ClassVar

from sensegraph.models.pixel.architecture import MOBILENET, Architecture
from sensegraph.models.pixel.network import StridedInflatedNetwork


class StridedInflatedMobileNetV2(StridedInflatedNetwork):
    """MobileNetV2 with sparse temporal mixing in eight blocks: 2.2 million parameters, 104 names.

    Its parameters have the shapes of a MobileNetV2 for single pictures: weights trained for that load without an
    error and give features of no use. 1.6 GFLOP for a feature.
    """

    architecture: ClassVar[Architecture] = MOBILENET
