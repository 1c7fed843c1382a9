"""Load a pixel backbone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

from sensegraph.errors import ModelError, closest
from sensegraph.models.pixel import devices
from sensegraph.models.pixel.architecture import ARCHITECTURES, FEATURES, Architecture, Stage
from sensegraph.models.pixel.devices import Device, RuntimeName
from sensegraph.models.pixel.prepare import Pixels
from sensegraph.models.pixel.runtime import OnnxRuntime, Part, Runtime
from sensegraph.models.pixel.stream import Stream
from sensegraph.models.pixel.weights import WEIGHTS_FILE, digest, read_weights, weights_file

Precision = Literal["fp32", "int8"]


class Backbone:
    """A network with its weights, ready to run; made by `load_backbone`. It serves any number of streams.

    Attributes:
        name: `efficientnet` or `mobilenet`.
        runtime: How it runs.
        weights: 64 hexadecimal digits that tell its weights from others; heads belong to one set of weights.
        feature_size: Length of a pooled feature, 1280.
        precision: `fp32` or `int8`.
        deviation: How far pooled features are from those in fp32, as norm of the difference over norm, on pictures
            that int8 was not calibrated with; 0.0 for fp32.
        device: `cpu` or `cuda`.
    """

    feature_size = FEATURES

    def __init__(
        self, runtime: Runtime, device: Device = "cpu", precision: Precision = "fp32", deviation: float = 0.0
    ) -> None:
        self._runtime = runtime
        self.name = runtime.architecture.name
        self.runtime = runtime.name
        self.weights = runtime.weights
        self.precision = precision
        self.deviation = deviation
        self.device = device

    def stream(self) -> Stream:
        """Return a new stream; it shares the network with the others and nothing else."""
        return Stream(self._runtime)


def load_backbone(
    name: str,
    weights: str | Path | Mapping[str, Any],
    runtime: RuntimeName | str | None = None,
    precision: Precision | str = "fp32",
    device: Device | str = "cpu",
    *,
    calibration: Pixels | None = None,
) -> Backbone:
    """Load one of the two pixel backbones.

    Args:
        name: `efficientnet` or `mobilenet`.
        weights: The checkpoint of a whole backbone with the official names: a `.safetensors` file, a file of
            `torch.save` (read with torch, and so that it cannot run anything), or a state dict of tensors or arrays.
            Also the folder of an imported network; for the onnxruntime ones also any folder that
            `sensegraph.models.pixel.export.export` wrote.
        runtime: `staged`: onnxruntime, each picture computed as it comes, the shortest wait for a feature; `onnx`:
            onnxruntime, four pictures at once; `torch`. The first two use one thread on a CPU, torch what it is set
            to. None is `staged`, but `torch` on `cuda` where torch can use it and onnxruntime cannot.
        precision: `fp32`, or `int8` for the CPU and onnxruntime: about twice as fast and not exact, see `deviation`.
            The first time it is made, which takes up to half a minute; then it is in the models cache.
        device: `cpu`, or `cuda` for the first GPU. Nothing is computed elsewhere than asked.
        calibration: For int8, successive pictures like those of later use, uint8 BGR (T, 256, 256, 3), T >= 16; None
            takes sample films of drawn people.

    Raises:
        ModelError: There is no such network or runtime, the weights are missing, damaged or do not fit, or the
            device cannot be used.
    """
    architecture = ARCHITECTURES[_known("pixel backbone", name, tuple(ARCHITECTURES))]
    exact = _known("precision", precision, get_args(Precision)) == "fp32"
    place: Device = _known("device", device, get_args(Device))
    if not exact and (runtime == "torch" or place != "cpu"):
        raise ModelError(
            "precision 'int8' is for onnxruntime on a CPU\n"
            "  Use device 'cpu' and runtime 'staged' or 'onnx', or precision 'fp32'."
        )
    way: RuntimeName
    way = devices.choose(place) if runtime is None else _known("runtime", runtime, get_args(RuntimeName))
    devices.check(way, place)
    if way == "torch":
        return Backbone(_torch(architecture, weights, place), place)
    stages = architecture.stages() if way == "staged" else (architecture.whole(),)
    models = _models(architecture, stages, weights)
    if exact:
        return Backbone(OnnxRuntime(architecture, way, _parts(architecture, stages, models, place)), place)
    from sensegraph.models.pixel.quantise import quantised

    int8 = quantised(architecture, stages, models, calibration)
    parts = _parts(architecture, stages, int8.paths, place)
    return Backbone(OnnxRuntime(architecture, way, parts), place, "int8", int8.deviation)


def _known(kind: str, value: str, values: Sequence[str]) -> Any:
    """Return a value that is one of some; another one is refused with all of them."""
    if value in values:
        return value
    raise ModelError(f"there is no {kind} '{value}': {', '.join(values)}\n  {closest(value, values)}".rstrip())


def _torch(architecture: Architecture, weights: str | Path | Mapping[str, Any], device: Device) -> Runtime:
    source = weights if isinstance(weights, Mapping) else weights_file(weights)
    if isinstance(source, Path) and source.name == WEIGHTS_FILE and not source.is_file():
        raise ModelError(f"{weights} holds ONNX files, but runtime 'torch' needs the checkpoint that they were made of")
    arrays = read_weights(source, architecture)
    try:
        from sensegraph.models.pixel.torch_runtime import TorchRuntime
    except ImportError as error:
        raise ModelError(
            f"runtime 'torch' needs torch: {error}\n  pip install 'sensegraph[train]', or use 'staged'."
        ) from error
    return TorchRuntime(architecture, arrays, device)


def _models(
    architecture: Architecture, stages: Sequence[Stage], weights: str | Path | Mapping[str, Any]
) -> Sequence[bytes | Path]:
    """Return the ONNX file of each stage: its path in a folder, or its content as made of a checkpoint."""
    if not isinstance(weights, Mapping) and Path(weights).is_dir():
        return _exported(architecture, stages, Path(weights))
    arrays = read_weights(weights, architecture)
    from sensegraph.models.pixel.export import build

    mark = digest(arrays)
    return [build(architecture, stage, arrays, mark) for stage in stages]


def _parts(
    architecture: Architecture, stages: Sequence[Stage], models: Sequence[bytes | Path], device: Device
) -> list[Part]:
    name = architecture.name
    return [
        Part(name, stage, model, f"{name} ({stage.name})" if isinstance(model, bytes) else str(model), device)
        for stage, model in zip(stages, models, strict=True)
    ]


def _exported(architecture: Architecture, stages: Sequence[Stage], folder: Path) -> list[Path]:
    """Return the ONNX file of each stage in a folder."""
    paths = [folder / f"{architecture.name}.{stage.name}.onnx" for stage in stages]
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise ModelError(
            f"{folder} lacks {', '.join(missing)}\n  Export {architecture.title} into it, or give a checkpoint file."
        )
    return paths
