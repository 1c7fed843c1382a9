"""Imported weights in the models cache: a manifest for each network and each head, and a folder with its files.

    imported/efficientnet-pro.json                        what it is, where it came from, sha256 of each file
    imported/efficientnet-pro.7c0e9a...                   weights.safetensors and four ONNX files
    imported/efficientnet-pro-fitness.json, .51d2e7...    head.safetensors; label2int.json for a classifier of one's own

A folder is written before the manifest that names it, and another import has another folder; so a manifest is never
seen without its files, whenever a process is killed. What no manifest names is swept by the next import.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sensegraph.errors import ModelError, closest
from sensegraph.models import cache, catalogue
from sensegraph.models.pixel.architecture import ARCHITECTURES
from sensegraph.models.pixel.weights import WEIGHTS_FILE

NAME = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
"""What a network or head is called; no part of a path."""

MAIN = {"backbone": WEIGHTS_FILE, "head": "head.safetensors", "met": "head.safetensors"}
"""The file of the weights, by kind."""

_FORMAT = 1
_FOLDER_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is known about something imported; stored as JSON.

    Attributes:
        kind: `backbone`, `head` (names labels) or `met` (converts to MET).
        net: `efficientnet` or `mobilenet`.
        version: `pro` or `lite`.
        head: Name of the head; empty for a network.
        labels: Of a head that names some.
        layers: How many last layers of the network it brings with it.
        weights: `weights.digest` of the tensors.
        source: `name`, `sha256` and `bytes` of the file that it was made of.
        files: The files in its folder: name -> `sha256` and `bytes`.
        format: Of this manifest.
    """

    kind: str
    net: str
    version: str
    head: str
    labels: list[str]
    layers: int
    weights: str
    source: dict[str, Any]
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    format: int = _FORMAT

    @classmethod
    def loads(cls, text: str) -> Manifest:
        """Return the manifest in a text, which may be damaged.

        Raises:
            ValueError, TypeError: It is none.
        """
        made = cls(**json.loads(text))
        texts = (made.kind, made.net, made.version, made.head, made.weights, *made.labels)
        plain = all(isinstance(each, str) for each in texts) and isinstance(made.source, dict)
        if (
            not plain
            or made.format != _FORMAT
            or made.net not in ARCHITECTURES
            or MAIN.get(made.kind, "") not in made.files
        ):
            raise ValueError("it is not of this format")
        if any(Path(file).name != file or not isinstance(about, dict) for file, about in made.files.items()):
            raise ValueError("its files are not of one folder")
        return made

    @property
    def name(self) -> str:
        """What it is called."""
        return name(self.net, self.version, self.head)

    def describe(self) -> str:
        """Return what it is, in a few words."""
        of = f"{ARCHITECTURES[self.net].title} ({self.version})"
        if self.kind == "backbone":
            return of
        what = f"head of {len(self.labels)} labels" if self.labels else "MET converter"
        return f"{what} for {of}" + (f", with its last {self.layers} layers" if self.layers else "")

    @property
    def folder(self) -> Path:
        """Where its files are: other files have another folder."""
        hashes = json.dumps(self.files, sort_keys=True).encode()
        return folder() / f"{self.name}.{hashlib.sha256(hashes).hexdigest()[:_FOLDER_DIGITS]}"

    @property
    def main(self) -> Path:
        """The file of its weights."""
        return self.folder / MAIN[self.kind]


def folder() -> Path:
    """Return the folder of all imported weights; it may not exist."""
    return catalogue.cache_folder() / "imported"


def name(net: str, version: str, head: str = "") -> str:
    """Return what a network, or a head of it, is called: `mobilenet-pro`, `mobilenet-pro-fitness`."""
    return "-".join(filter(None, (net, version, head)))


def names() -> list[str]:
    """Return the names of all that was imported, also of what is damaged."""
    return sorted(path.stem for path in folder().glob("*.json") if NAME.fullmatch(path.stem))


def find(name: str) -> Path | None:
    """Return the folder of a network or the file of a head; None where it is not there or not whole by its sizes."""
    try:
        manifest = read(name)
        whole = all((manifest.folder / file).stat().st_size == about["bytes"] for file, about in manifest.files.items())
    except (ModelError, OSError, KeyError):
        return None
    if not whole:
        return None
    return manifest.folder if manifest.kind == "backbone" else manifest.main


def read(name: str) -> Manifest:
    """Return the manifest of something imported.

    Raises:
        ModelError: There is no such thing, or its manifest is damaged.
    """
    if name not in names():
        what = f"there are {', '.join(names())}" if names() else "nothing was"
        raise ModelError(f"'{name}' was not imported: {what}\n  {closest(name, names())}".rstrip())
    path = _manifest_path(name)
    try:
        manifest = Manifest.loads(path.read_text(encoding="utf-8"))
        if manifest.name != name:
            raise ValueError("it is that of another one")
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ModelError(f"'{name}' is damaged: its manifest {path} cannot be read\n  {_anew(name)}") from error
    return manifest


def verify(name: str) -> Manifest:
    """Return the manifest of something imported after comparing the sha256 of every file.

    Raises:
        ModelError: As for `read`, or files are missing or have changed; all of them are named.
    """
    manifest = read(name)
    wrong = []
    for file, about in manifest.files.items():
        try:
            found = sha256(manifest.folder / file)
        except OSError as error:
            wrong.append(f"{file}: {error.strerror}")
            continue
        if found != about.get("sha256"):
            wrong.append(f"{file}: its sha256 is {found}, not {about.get('sha256')}")
    if wrong:
        raise ModelError("\n  ".join([f"'{name}' is damaged, in {manifest.folder}", *wrong, _anew(name)]))
    return manifest


def put(manifest: Manifest, files: Mapping[str, bytes]) -> Manifest:
    """Store something and return its manifest; what had its name before is replaced at once, or kept if this fails.

    Args:
        manifest: What it is; its `files` are replaced by those given.
        files: Name -> content.

    Raises:
        ModelError: The folder cannot be written.
    """
    about = {
        file: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)} for file, content in files.items()
    }
    manifest = dataclasses.replace(manifest, files=about)
    with cache.held():
        try:
            manifest.folder.mkdir(parents=True, exist_ok=True)  # what is in it has the same content, or is damaged
            for file, content in files.items():
                cache.replace(manifest.folder / file, content)
            text = json.dumps(dataclasses.asdict(manifest), indent=2, ensure_ascii=False) + "\n"
            cache.replace(_manifest_path(manifest.name), text.encode())
        except OSError as error:
            raise ModelError(
                f"'{manifest.name}' cannot be stored in {folder()}: {error.strerror or error}\n"
                "  Make room, or set SENSEGRAPH_MODELS to another folder."
            ) from error
        finally:
            _sweep()
    return manifest


def remove(name: str) -> int:
    """Remove something imported, damaged or not, and return how many bytes it took.

    Raises:
        ModelError: It was not imported, or cannot be removed.
    """
    if name not in names():
        read(name)
    with cache.held():
        before = _size()
        try:
            _manifest_path(name).unlink(missing_ok=True)
        except OSError as error:
            raise ModelError(f"'{name}' cannot be removed from {folder()}: {error.strerror}") from error
        _sweep()
        return before - _size()


def sha256(path: Path) -> str:
    """Return the sha256 of a file, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _manifest_path(name: str) -> Path:
    return folder() / f"{name}.json"


def _anew(name: str) -> str:
    return f"Import it again, or `sensegraph models remove {name}`."


def _sweep() -> None:
    """Remove the folders that no manifest names; one that cannot be read keeps all that could be its own."""
    kept: set[Path] = set()
    for each in names():
        try:
            kept.add(read(each).folder)
        except ModelError:
            kept.update(folder().glob(f"{each}.*"))
    for path in folder().glob("*"):
        if path.is_dir() and path not in kept:
            shutil.rmtree(path, ignore_errors=True)


def _size() -> int:
    return sum(path.stat().st_size for path in folder().rglob("*") if path.is_file())
