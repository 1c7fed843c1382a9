"""Load a pixel backbone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from sensegraph.errors import ModelError, closest
from sensegraph.models.pixel.architecture import ARCHITECTURES, FEATURES, Architecture
from sensegraph.models.pixel.runtime import OnnxRuntime, Part, Runtime
from sensegraph.models.pixel.stream import Stream
from sensegraph.models.pixel.weights import digest, read_weights

RuntimeName = Literal["staged", "onnx", "torch"]


class Backbone:
    """A network with its weights, ready to run; made by `load_backbone`. It serves any number of streams.

    Attributes:
        name: `efficientnet` or `mobilenet`.
        runtime: How it runs.
        weights: 64 hexadecimal digits that tell its weights from others; heads belong to one set of weights.
        feature_size: Length of a pooled feature, 1280.
    """

    feature_size = FEATURES

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.name = runtime.architecture.name
        self.runtime = runtime.name
        self.weights = runtime.weights

    def stream(self) -> Stream:
        """Return a new stream; it shares the network with the others and nothing else."""
        return Stream(self._runtime)


def load_backbone(
    name: str, weights: str | Path | Mapping[str, Any], runtime: RuntimeName | str = "staged"
) -> Backbone:
    """Load one of the two pixel backbones.

    Args:
        name: `efficientnet` or `mobilenet`.
        weights: The checkpoint of a whole backbone with the official names: a `.safetensors` file, a file of
            `torch.save` (read with torch, and so that it cannot run anything), or a state dict of tensors or arrays.
            For the onnxruntime ones also a folder that `sensegraph.models.pixel.export.export` wrote.
        runtime: `staged`: onnxruntime, each picture computed as it comes, the shortest wait for a feature; `onnx`:
            onnxruntime, four pictures at once; `torch`. The first two use one thread, torch what it is set to.

    Raises:
        ModelError: There is no such network or runtime, or the weights are missing, damaged or do not fit.
    """
    if name not in ARCHITECTURES:
        known = ", ".join(ARCHITECTURES)
        raise ModelError(f"there is no pixel backbone '{name}': {known}\n  {closest(name, ARCHITECTURES)}".rstrip())
    if runtime not in get_args(RuntimeName):
        known = ", ".join(get_args(RuntimeName))
        raise ModelError(
            f"there is no runtime '{runtime}': {known}\n  {closest(runtime, get_args(RuntimeName))}".rstrip()
        )
    architecture = ARCHITECTURES[name]
    if not isinstance(weights, Mapping) and Path(weights).is_dir():
        return Backbone(_exported(architecture, Path(weights), runtime))
    arrays = read_weights(weights, architecture)
    if runtime == "torch":
        try:
            from sensegraph.models.pixel.torch_runtime import TorchRuntime
        except ImportError as error:
            raise ModelError(
                f"runtime 'torch' needs torch: {error}\n  pip install 'sensegraph[train]', or use 'staged'."
            ) from error
        return Backbone(TorchRuntime(architecture, arrays))
    from sensegraph.models.pixel.export import build

    stages = architecture.stages() if runtime == "staged" else (architecture.whole(),)
    mark = digest(arrays)
    parts = [Part(name, stage, build(architecture, stage, arrays, mark), f"{name} ({stage.name})") for stage in stages]
    return Backbone(OnnxRuntime(architecture, runtime, parts))


def _exported(architecture: Architecture, folder: Path, runtime: str) -> Runtime:
    if runtime == "torch":
        raise ModelError(f"{folder} holds ONNX files, but runtime 'torch' needs the checkpoint that they were made of")
    stages = architecture.stages() if runtime == "staged" else (architecture.whole(),)
    paths = [folder / f"{architecture.name}.{stage.name}.onnx" for stage in stages]
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise ModelError(
            f"{folder} lacks {', '.join(missing)}\n  Export {architecture.title} into it, or give a checkpoint file."
        )
    parts = [Part(architecture.name, stage, path, str(path)) for stage, path in zip(stages, paths, strict=True)]
    return OnnxRuntime(architecture, runtime, parts)
