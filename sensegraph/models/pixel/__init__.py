"""The pixel backbones: two strided-inflated networks that read the official weights of 20BN sense.

The runtime needs numpy, OpenCV and onnxruntime; torch is imported by the two network classes, by `runtime="torch"`
and to read `.ckpt` files.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sensegraph.models.pixel.backbone import Backbone, load_backbone
    from sensegraph.models.pixel.efficientnet import StridedInflatedEfficientNet
    from sensegraph.models.pixel.mobilenet import StridedInflatedMobileNetV2

__all__ = ["Backbone", "StridedInflatedEfficientNet", "StridedInflatedMobileNetV2", "load_backbone"]

_MODULES = {
    "Backbone": "backbone",
    "StridedInflatedEfficientNet": "efficientnet",
    "StridedInflatedMobileNetV2": "mobilenet",
    "load_backbone": "backbone",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
