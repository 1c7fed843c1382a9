"""Make a network int8: quicker on a CPU, and no longer exact; how far off is measured and kept with it.

Static quantisation by onnxruntime in its QDQ form: weights int8 with a scale for each output channel, activations
uint8, their ranges the least and greatest values seen while pictures ran through the network in fp32, with the memory
that a stream has by then. Weights take 7 of their 8 bits, because AVX2 without VNNI saturates when it adds two products
of 8. What a stream remembers stays float32, so a state is as large as ever.

The result is kept in the models cache under a name that tells graph, pictures and onnxruntime, and is made once.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensegraph.errors import ModelError
from sensegraph.models import cache
from sensegraph.models.catalogue import cache_folder
from sensegraph.models.pixel.architecture import STEP_FRAMES, Architecture, Stage
from sensegraph.models.pixel.prepare import Pixels, describe, prepare
from sensegraph.models.pixel.runtime import OnnxRuntime, Part
from sensegraph.models.pixel.stream import Stream

log = logging.getLogger(__name__)

RECIPE = 1
"""Raised whenever the same pictures would give other files."""

FILMS = {"workout.mp4": 20.0, "gestures.mp4": 4.0}
"""The shipped samples that calibrate where no pictures are given, and the second from which on."""

FILM_PICTURES = 64
"""Pictures of each, 4 s."""

RATE_HZ = 16

CHECKED = 4
"""The last one of so many parts of the pictures is kept from calibration: on it the deviation is measured."""

LEAST_PICTURES = CHECKED * STEP_FRAMES

MANIFEST = "int8.json"
PARTIAL = ".partial-"


@dataclass(frozen=True, slots=True)
class Quantised:
    """A network in int8, in files.

    Attributes:
        paths: The ONNX file of each stage, in order.
        deviation: Norm of the difference from the pooled features in fp32 over their norm, on pictures that did not
            calibrate; 0.1 is 10 %. It holds for these weights and pictures only.
    """

    paths: tuple[Path, ...]
    deviation: float


def quantised(
    architecture: Architecture, stages: Sequence[Stage], models: Sequence[bytes | Path], pictures: Pixels | None = None
) -> Quantised:
    """Return a network in int8, from the models cache where it is there, else made now (5 to 30 s) and put there.

    Args:
        architecture: The network.
        stages: `(architecture.whole(),)` or `architecture.stages()`.
        models: The fp32 ONNX file of each stage, as content or path.
        pictures: What calibrates and checks: uint8 BGR (T, 256, 256, 3), successive at 16 fps, T >= 16; the more like
            those of later use the better. None takes the sample films that come with sensegraph.

    Raises:
        ModelError: The models cache cannot be written.
        SourceError: A sample film is missing.
        ValueError: The pictures are not such an array.
    """
    if pictures is not None:
        _check(pictures)
    folder = cache_folder() / "int8" / _key(models, pictures)
    names = [f"{architecture.name}.{stage.name}.onnx" for stage in stages]
    if found := _stored(folder, names):
        return found
    log.info("making %s int8, once; it takes up to half a minute", architecture.title)
    seen = built_in() if pictures is None else pictures
    try:
        with cache.held():
            if found := _stored(folder, names):  # another process made it meanwhile
                return found
            for left in folder.parent.glob(f"{PARTIAL}*"):  # of a process that was killed
                shutil.rmtree(left, ignore_errors=True)
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=PARTIAL, dir=folder.parent) as partial:
                made = Path(partial, "made")
                made.mkdir()
                _make(architecture, stages, models, seen, [made / name for name in names])
                _put(made, folder, names)
    except OSError as error:
        raise ModelError(
            f"{architecture.title} in int8 cannot be kept in {folder}: {error.strerror or error}\n"
            "  Set SENSEGRAPH_MODELS to a folder that can be written, or use precision 'fp32'."
        ) from error
    if found := _stored(folder, names):
        return found
    raise ModelError(f"{architecture.title} in int8 was damaged as it was written to {folder}\n  Is the disk sound?")


def built_in() -> Pixels:
    """Return what calibrates where no pictures are given: four seconds of each sample film, drawn people both."""
    return np.concatenate([film(name, start_s) for name, start_s in FILMS.items()])


def film(name: str, start_s: float) -> Pixels:
    """Return pictures of a sample film as the networks see them, 16 a second: uint8 BGR (64, 256, 256, 3).

    Raises:
        SourceError: There is no such sample.
    """
    import av

    from sensegraph.resources import sample

    pictures: list[Pixels] = []
    with av.open(str(sample(name))) as container:
        for frame in container.decode(video=0):
            if (frame.time or 0.0) >= start_s + len(pictures) / RATE_HZ:
                picture: Any = frame.to_ndarray(format="bgr24")
                pictures.append(prepare(picture))
            if len(pictures) == FILM_PICTURES:
                return np.stack(pictures)
    raise ModelError(
        f"the sample {name} is too short: no {FILM_PICTURES} pictures from {start_s:.0f} s on\n  Reinstall."
    )


def _check(pictures: Pixels) -> None:
    known = isinstance(pictures, np.ndarray) and pictures.dtype == np.uint8 and pictures.ndim == 4
    if not known or pictures.shape[3] != 3 or len(pictures) < LEAST_PICTURES:
        raise ValueError(
            f"pictures that calibrate must be uint8 (T, 256, 256, 3) in BGR, T >= {LEAST_PICTURES}, but got "
            + describe(pictures)
        )


def _key(models: Sequence[bytes | Path], pictures: Pixels | None) -> str:
    """Return the name of a folder: other weights, pictures or software have another one."""
    import onnxruntime

    key = hashlib.sha256(f"{RECIPE} {onnxruntime.__version__}".encode())
    for model in models:
        key.update(bytes.fromhex(_sha256(model)))
    key.update(str(FILMS).encode() if pictures is None else np.ascontiguousarray(pictures).data)
    return key.hexdigest()[:32]


def _sha256(model: bytes | Path) -> str:
    if isinstance(model, bytes):
        return hashlib.sha256(model).hexdigest()
    with model.open("rb") as file:  # piece by piece: it may be larger than the memory that the network needs
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stored(folder: Path, names: Sequence[str]) -> Quantised | None:
    """Return what is in a folder of the cache; None where something is missing or damaged."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        whole = all(_sha256(folder / name) == manifest["sha256"][name] for name in names)
        return Quantised(tuple(folder / name for name in names), float(manifest["deviation"])) if whole else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _put(made: Path, folder: Path, names: Sequence[str]) -> None:
    """Move a new folder to its place at once; a whole one that another process put there meanwhile is as good."""
    try:
        made.rename(folder)
    except OSError:  # there is one, or the disk fails
        if not _stored(folder, names):
            shutil.rmtree(folder, ignore_errors=True)
            made.rename(folder)


class _Watched(Part):
    """A stage that keeps what it is given."""

    def __init__(self, net: str, stage: Stage, model: bytes | Path, where: str) -> None:
        super().__init__(net, stage, model, where)
        self.fed: list[dict[str, NDArray[Any]]] = []

    def run(self, pictures: NDArray[Any], arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
        self.fed.append({"frames": pictures, **{name: arrays[name] for name in self.inputs}})
        return super().run(pictures, arrays)


def _make(
    architecture: Architecture,
    stages: Sequence[Stage],
    models: Sequence[bytes | Path],
    pictures: Pixels,
    paths: Sequence[Path],
) -> None:
    """Write the files of a network in int8 and, beside them, the manifest."""
    steps = len(pictures) // STEP_FRAMES
    calibrating = (steps - steps // CHECKED) * STEP_FRAMES
    fp32 = [_Watched(architecture.name, stage, model, "fp32") for stage, model in zip(stages, models, strict=True)]
    stream = Stream(OnnxRuntime(architecture, "fp32", fp32))
    stream.push_model_input(pictures[:calibrating])
    for part, model, path in zip(fp32, models, paths, strict=True):
        _quantise(model, part.fed, path)
        part.fed.clear()
    expected = stream.push_model_input(pictures[calibrating:])
    int8 = [Part(architecture.name, stage, path, path.name) for stage, path in zip(stages, paths, strict=True)]
    found = Stream(OnnxRuntime(architecture, "int8", int8)).push_model_input(pictures)[-len(expected) :]
    deviation = float(np.linalg.norm(found - expected) / np.linalg.norm(expected))
    manifest = {"deviation": deviation, "sha256": {path.name: _sha256(path) for path in paths}}
    (paths[0].parent / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _quantise(model: bytes | Path, fed: Sequence[dict[str, NDArray[Any]]], path: Path) -> None:
    """Write an ONNX file in int8, its ranges those of what was fed."""
    import onnx
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    class Fed(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self._rest = iter(fed)

        def get_next(self) -> dict[str, NDArray[Any]] | None:
            return next(self._rest, None)

    graph = onnx.load_from_string(model) if isinstance(model, bytes) else onnx.load(model)
    graph.metadata_props.add(key="onnx.quant.pre_process", value="onnxruntime.quant")  # it warns of any other graph
    with tempfile.TemporaryDirectory(prefix="sensegraph-int8-") as folder:  # it writes beside its input
        source = Path(folder, "fp32.onnx")
        onnx.save(graph, source)
        quantize_static(
            source,
            path,
            Fed(),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
