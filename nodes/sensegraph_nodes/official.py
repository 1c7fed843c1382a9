"""The official weights that a graph runs with: which are taken, their network, and the heads that go with it."""

from __future__ import annotations

import contextlib
import importlib
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from sensegraph.errors import ModelError
from sensegraph.models.classifier import Classifier, layers_file
from sensegraph.models.pixel import checkpoints
from sensegraph.models.pixel.architecture import ARCHITECTURES
from sensegraph.models.pixel.checkpoints import Checkpoints, Imported, Place, Resources
from sensegraph.models.pixel.heads import LogisticHead, own_layers, read_head
from sensegraph.models.pixel.tensors import read_tensors

Model = Literal["auto", "landmarks", "efficientnet", "mobilenet"]
Precision = Literal["fp32", "int8"]
Device = Literal["cpu", "cuda"]

CLASSIFIERS = tuple(head for head in checkpoints.HEADS if head != "met")
"""The official heads that name labels."""
OWN_LAYERS = "gesture_control"
"""The official head that brings the last layers of the network with it, so that no other head fits beside it."""

_NAME = re.compile(rf"(?P<net>{'|'.join(ARCHITECTURES)})-(?P<version>\w+)(?:-(?P<layers>[^@]+))?")
"""Of the space of features, in front of `@` and the digest of the weights."""


class NoHeadError(ModelError):
    """The weights that features come from have no such head."""


def choose(model: Model, folder: str, heads: Sequence[str]) -> Checkpoints | None:
    """Return the weights that a backbone runs with; None for landmarks.

    Args:
        model: What was asked for.
        folder: Where the weights are; empty for those that were imported.
        heads: What hangs on the backbone; `auto` without any is `landmarks`.

    Raises:
        ModelError: They are not there, or not with all heads, and `auto` was not asked for; or there is no such folder.
    """
    if model == "landmarks" or (model == "auto" and not heads):
        return None
    if OWN_LAYERS in heads and len(heads) > 1:
        raise cannot_share(heads, OWN_LAYERS)
    place = Path(folder).expanduser() if folder else None
    try:
        return checkpoints.find(None if model == "auto" else model, place, heads)
    except ModelError:
        if model != "auto" or (place is not None and not place.is_dir()):
            raise
        return None


def of_classifier(folder: Path, own: Classifier, checkpoints_folder: str) -> Checkpoints:
    """Return the weights that a classifier of one's own on a pixel network runs with, its own last layers too.

    Raises:
        ModelError: The network is not there.
    """
    net, version, layers = _parts(own.space)
    place = Path(checkpoints_folder).expanduser() if checkpoints_folder else None
    found = checkpoints.find(net, place, (), version)
    return replace(found, heads={layers: layers_file(folder)}) if layers else found


def there(model: Model, folder: str, heads: Sequence[str]) -> Checkpoints | None:
    """Return what `choose` does, and None for weights that are not there."""
    try:
        return choose(model, folder, heads)
    except ModelError:
        return None


def describe(found: Checkpoints) -> str:
    """Return what runs with these weights, in a few words."""
    heads = f", heads {', '.join(found.heads)}" if found.heads else ""
    return f"{found.net}-{found.version} ({ARCHITECTURES[found.net].title}, official weights {found.backbone}{heads})"


def is_official(space: str) -> bool:
    """Whether features of this space come from a pixel network."""
    name, _, digest = space.partition("@")
    return bool(digest) and _NAME.fullmatch(name) is not None


def head_file(head: str, space: str, folder: str) -> Path:
    """Return the file of the head that goes with features.

    Args:
        head: Its name.
        space: Of the features of a pixel network.
        folder: Where the weights are; empty for those that were imported.

    Raises:
        NoHeadError: There is none for these features.
    """
    net, version, layers = _parts(space)
    place = _place(folder)
    path = place.find(net, version, head)
    if path is None and not checkpoints.official_files(net, version, head):
        raise NoHeadError(
            f"there is no head '{head}' for the features '{space}': official weights of {net} ({version}) have none\n"
            "  Take another model or another head."
        )
    if path is None:
        raise NoHeadError(
            f"the head '{head}' for the features '{space}' is not here: {place.call(net, version, head)}\n"
            f"  Looked for in {place.title}. {place.remedy}\n"
            f"  With `heads: [..., {head}]` the BackboneNode takes only weights that have it."
        )
    if layers not in ("", head):
        raise _other_layers(head, space)
    return path


def classifier(head: str, space: str, folder: str) -> LogisticHead:
    """Return the last layer, with its labels, that goes with features; see `head_file`.

    Raises:
        NoHeadError: There is none for these features.
        ModelError: It cannot be read, or is another one.
    """
    path = head_file(head, space, folder)
    found = read_head(path, head if head in CLASSIFIERS else "")
    if not _parts(space)[2] and own_layers(read_tensors(path)):
        raise _other_layers(head, space)
    return found


def has_classifier(head: str, folder: str) -> bool:
    """Whether there is such a head for a pixel network: an official one, or one that was imported."""
    place = _place(folder)
    return head in CLASSIFIERS or any(
        place.find(net, version, head) for net in ARCHITECTURES for version in checkpoints.VERSIONS
    )


def files(found: Checkpoints | None) -> tuple[str, ...]:
    """Return the files of weights that are read."""
    return () if found is None else tuple(map(str, (found.backbone, *found.heads.values())))


def expect_checkpoints(folder: str) -> None:
    """Import what reads checkpoint files, which takes seconds, before features wait for it."""
    if folder:
        with contextlib.suppress(ImportError):  # told by whoever reads a file with it
            importlib.import_module("torch")


def _parts(space: str) -> tuple[str, str, str]:
    """Return network, version and the head whose layers it has, of the space of a pixel network.

    Raises:
        ModelError: It is another space.
    """
    parts = _NAME.fullmatch(space.partition("@")[0])
    if parts is None:
        raise ModelError(f"'{space}' are no features of a pixel network")
    return parts["net"], parts["version"], parts["layers"] or ""


def _other_layers(head: str, space: str) -> NoHeadError:
    return NoHeadError(
        f"head '{head}' does not fit the features '{space}': they are made with other last layers of the network\n"
        f"  Give it a BackboneNode of its own, with `heads: [{head}]`."
    )


def _place(folder: str) -> Place:
    return Resources(Path(folder).expanduser()) if folder else Imported()


def cannot_share(heads: Sequence[str], own: str = "one of them") -> ModelError:
    """Return the error where heads hang on one network, one of which brings layers for it."""
    return ModelError(
        f"the heads {', '.join(heads)} cannot share one network: {own} brings last layers of its own\n"
        "  Give that one a BackboneNode of its own."
    )
