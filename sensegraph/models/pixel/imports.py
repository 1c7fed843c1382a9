"""Import weights into the models cache, from a file or from a whole folder; the user's files stay as they are."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from sensegraph.errors import ModelError
from sensegraph.models.pixel import store
from sensegraph.models.pixel.architecture import ARCHITECTURES
from sensegraph.models.pixel.checkpoints import BACKBONE, HEADS, VERSIONS, official_files, root
from sensegraph.models.pixel.export import build, file_name
from sensegraph.models.pixel.heads import LABELS_FILE
from sensegraph.models.pixel.source import Options, Piece, identify
from sensegraph.models.pixel.store import Manifest
from sensegraph.models.pixel.tensors import SUFFIX
from sensegraph.models.pixel.weights import digest

CLASSIFIERS = ("best_classifier.checkpoint", "classifier.checkpoint")
"""The file of a classifier of the user's own, in a folder with its labels; the first that is there counts."""

SUFFIXES = (".ckpt", ".checkpoint", ".pt", ".pth", SUFFIX)


@dataclass(frozen=True, slots=True)
class Taken:
    """Something that was imported: the user's file, and what is in the cache now.

    Attributes:
        path: The user's file.
        manifest: What it is, under which name.
        remarks: What was assumed or replaced.
    """

    path: Path
    manifest: Manifest
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """A file to be imported, and what it has to be because of its place; None where that says nothing."""

    path: Path
    net: str | None = None
    version: str | None = None
    part: str | None = None


def targets(path: Path, options: Options) -> list[Target]:
    """Return what is to be imported from a file, a `resources` folder or the folder of a classifier.

    Args:
        path: The file or folder.
        options: Network and version choose among the files of a `resources` folder.

    Raises:
        ModelError: There is nothing, or the options do not go with it.
    """
    if not path.is_dir():
        return [Target(path)]
    if official := list(_official(root(path))):
        return _chosen(path, official, options)
    classifier = classifier_file(path)
    if classifier is None:
        raise ModelError(
            f"{path} holds no weights under official names, such as "
            f"{official_files('mobilenet', 'pro', BACKBONE)[0]}\n  Give a folder laid out as `resources` of sense, "
            f"that of a classifier ({CLASSIFIERS[0]} and {LABELS_FILE}), or a single file."
        )
    return [Target(classifier)]


def classifier_file(folder: Path) -> Path | None:
    """Return the checkpoint of a classifier of the user's own in a folder; None where there is none."""
    return next((folder / name for name in CLASSIFIERS if (folder / name).is_file()), None)


def left_alone(path: Path) -> list[Path]:
    """Return the files of a `resources` folder that look like weights, but have no official name."""
    official = {target.path for target in _official(root(path))} if path.is_dir() else set()
    others = {each for each in root(path).rglob("*") if each.suffix in SUFFIXES} if official else set()
    return sorted(others - official)


def _chosen(path: Path, official: list[Target], options: Options) -> list[Target]:
    if options.head is not None:
        raise ModelError(f"{path} holds official heads, which have names: --head is for a single classifier")
    found = [each for each in official if options.net in (None, each.net) and options.version in (None, each.version)]
    if not found:
        wanted = " ".join(filter(None, (options.net, options.version)))
        raise ModelError(f"{path} holds nothing of {wanted}, but {len(official)} other files")
    return found


def take(target: Target, options: Options) -> Taken:
    """Import one file.

    Raises:
        ModelError: It is nothing that can be imported, or the cache cannot be written; nothing is changed then.
    """
    path = target.path
    if not path.is_file():
        raise ModelError(f"there is no file {path}\n  Give a checkpoint, or the folder that it lies in.")
    piece = identify(path, options, target.part)
    mark = digest(piece.tensors)
    name = store.name(piece.net, piece.version, piece.head)
    manifest = Manifest(
        kind=piece.kind,
        net=piece.net,
        version=piece.version,
        head=piece.head,
        labels=list(piece.labels),
        layers=piece.layers,
        weights=mark,
        source={"name": path.name, "sha256": store.sha256(path), "bytes": path.stat().st_size},
    )
    remarks = (*piece.remarks, *_replaced(name, mark), *_same(name, mark))
    return Taken(path, store.put(manifest, _products(piece, mark)), remarks)


def _official(folder: Path) -> Iterator[Target]:
    """Yield every official file in a `resources` folder, networks first."""
    for part, net, version in product((BACKBONE, *HEADS), ARCHITECTURES, VERSIONS):
        for name in official_files(net, version, part):
            for path in (folder / name, (folder / name).with_suffix(SUFFIX)):
                if path.is_file():
                    yield Target(path, net, version, part)
                    break


def _replaced(name: str, mark: str) -> Iterator[str]:
    """Yield what is to be said of something else that has the same name."""
    if name not in store.names():
        return
    try:
        before = store.read(name)
    except ModelError:
        yield "replaces a damaged one"
        return
    if before.weights == mark:
        return
    yield f"replaces other weights, made of {before.source.get('name')}"
    heads = [each for each in store.names() if each.startswith(f"{name}-")]
    if before.kind == BACKBONE and heads:
        yield f"check that these belong to the new ones: {', '.join(heads)}"


def _same(name: str, mark: str) -> Iterator[str]:
    """Yield what is to be said where another name has the same weights: one of the names may be wrong."""
    for other in store.names():
        with contextlib.suppress(ModelError):  # a damaged one
            if other != name and store.read(other).weights == mark:
                yield f"the same weights are here as {other}: is one of the names wrong?"


def _products(piece: Piece, mark: str) -> dict[str, bytes]:
    """Return the files to keep, name -> content."""
    from safetensors.numpy import save

    files = {store.MAIN[piece.kind]: save(piece.tensors)}
    if piece.kind == BACKBONE:
        architecture = ARCHITECTURES[piece.net]
        for stage in (architecture.whole(), *architecture.stages()):
            files[file_name(architecture, stage)] = build(architecture, stage, piece.tensors, mark)
    if piece.custom:
        table = {label: index for index, label in enumerate(piece.labels)}
        files[LABELS_FILE] = (json.dumps(table, indent=1, ensure_ascii=False) + "\n").encode()
    return files
