"""A file of weights as it comes from a user: what it is, and of which network and version.

What it is follows from its tensors: a whole network, the last layer alone or with last layers of the network, or a
converter. Which of the networks a last layer belongs to, and whether anything is pro or lite, does not: that is taken
from the options, the official name of the file, or the `config.json` of a classifier. None of these may contradict
another one, nor the tensors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sensegraph.errors import ModelError
from sensegraph.models.pixel import store
from sensegraph.models.pixel.architecture import ARCHITECTURES, EFFICIENTNET, Architecture
from sensegraph.models.pixel.checkpoints import BACKBONE, HEADS
from sensegraph.models.pixel.evidence import Evidence, official_name
from sensegraph.models.pixel.heads import (
    MET_SHAPES,
    fitting,
    logistic,
    official_labels,
    own_layers,
    read_labels,
)
from sensegraph.models.pixel.tensors import read_tensors
from sensegraph.models.pixel.weights import HEAD_KEYS, Weights, differences, finite, fit, recognise, shortened


@dataclass(frozen=True, slots=True)
class Options:
    """What the user says of a file; None where nothing was said.

    Attributes:
        net: `efficientnet` or `mobilenet`.
        version: `pro` or `lite`.
        head: What a head is to be called.
    """

    net: str | None = None
    version: str | None = None
    head: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Weights that were understood.

    Attributes:
        kind: `backbone`, `head` or `met`.
        head: Name of the head; empty for a network.
        labels: Of a head.
        custom: Whether the labels are the user's own.
        layers: How many last layers of the network a head brings with it.
        tensors: float32 arrays by official name.
        remarks: What was assumed.
    """

    kind: str
    net: str
    version: str
    head: str
    tensors: Weights
    labels: tuple[str, ...] = ()
    custom: bool = False
    layers: int = 0
    remarks: tuple[str, ...] = ()


def identify(path: Path, options: Options, part: str | None = None) -> Piece:
    """Read a file and tell what it is.

    Args:
        path: A checkpoint.
        options: What the user says of it.
        part: What it has to be because of its place in `resources`: `backbone` or an official head.

    Raises:
        ModelError: It cannot be read, is nothing known, is damaged, or the evidence is missing or contradictory.
    """
    tensors = read_tensors(path)
    official = official_name(path)
    evidence = Evidence(path)
    evidence.add("--as", net=options.net)
    evidence.add("--version", version=options.version)
    if official:
        evidence.add("the name of the file", official.net, official.version)
        part = part or (official.parts[0] if len(official.parts) == 1 else None)
    if set(tensors) & set(MET_SHAPES):
        return _met(path, tensors, evidence, part)
    if set(tensors) & HEAD_KEYS:
        return _head(path, tensors, evidence, part, options.head)
    return _backbone(path, tensors, evidence, part)


def _backbone(path: Path, tensors: dict[str, Any], evidence: Evidence, part: str | None) -> Piece:
    matching = [name for name, each in ARCHITECTURES.items() if not differences(each.parameters(), tensors)]
    if matching:
        evidence.add("its content", net=matching[0])
    architecture = ARCHITECTURES.get(evidence.net_if_known() or "") or _nearest(tensors)
    if architecture is None:
        some = ", ".join(sorted(tensors)[:3])
        guess = recognise(tensors, EFFICIENTNET)
        raise ModelError(
            f"{path}: neither a network, a head nor a MET converter of sense: {len(tensors)} entries"
            + (f" such as {some}" if some else "")
            + (f"; {guess}" if guess else "")
        )
    weights = fit(tensors, architecture, str(path))
    _in_place(path, part, BACKBONE, f"the whole {architecture.title}")
    remarks: tuple[str, ...] = ()
    if architecture.name == "mobilenet":
        remarks = (
            "a MobileNetV2 for single pictures has the same shapes: whether it was trained in time cannot be seen",
        )
    return Piece(BACKBONE, architecture.name, evidence.version(), "", weights, remarks=remarks)


def _met(path: Path, tensors: dict[str, Any], evidence: Evidence, part: str | None) -> Piece:
    weights = fitting(MET_SHAPES, tensors, str(path), "a MET converter")
    _in_place(path, part, "met", "a MET converter")
    return Piece("met", evidence.net(), evidence.version(), "met", weights)


def _head(path: Path, tensors: dict[str, Any], evidence: Evidence, part: str | None, wanted: str | None) -> Piece:
    own = read_labels(path.parent)
    head = logistic(tensors, own, str(path))
    count = len(head.labels)
    official = next((name for name, labels in official_labels().items() if labels == head.labels), "")
    name = wanted
    if name is None:
        name = official if own is None else _slug(path.absolute().parent.name)
    _named(path, name, head.labels)
    if part:
        _in_place(path, part, official if own is None else "", f"a head of {count} labels")
    layers, weights = _layers(path, own_layers(tensors), evidence)
    remarks: list[str] = []
    if own is not None:
        evidence.read_config()
        remarks = evidence.assume()
    arrays = {**weights, "0.weight": head.weight, "0.bias": head.bias}
    return Piece(
        "head", evidence.net(), evidence.version(), name, arrays, head.labels, own is not None, layers, tuple(remarks)
    )


def _layers(path: Path, tensors: dict[str, Any], evidence: Evidence) -> tuple[int, Weights]:
    """Return how many last layers of a network there are, and their tensors."""
    if not tensors:
        return 0, {}
    candidates = [(name, _last(each, tensors)) for name, each in ARCHITECTURES.items()]
    for name, (count, expected) in candidates:
        if not differences(expected, tensors):
            evidence.add("its content", net=name)
            return count, finite(tensors, str(path))
    net = evidence.net_if_known() or "efficientnet"
    count, expected = dict(candidates)[net]
    title = ARCHITECTURES[net].title
    wrong = shortened(differences(expected, tensors), "differences")
    raise ModelError("\n  ".join([f"{path}: not the last {count} layers of {title}, which a head may bring", *wrong]))


def _last(architecture: Architecture, tensors: Mapping[str, Any]) -> tuple[int, dict[str, tuple[int, ...]]]:
    """Return how many last layers would begin where the tensors begin, and the shapes of their parameters."""
    numbers = [int(found[1]) for found in map(re.compile(r"cnn\.(\d{1,4})\.").match, tensors) if found]
    first = min([len(architecture.layers) - 1, *numbers])
    layers = architecture.layers[first:]
    shapes = {key: shape for layer in layers for each in layer.convolutions() for key, shape in each.shapes().items()}
    return len(layers), shapes


def _nearest(tensors: Mapping[str, Any]) -> Architecture | None:
    """Return the network that has most of its tensors here; None where neither has any."""
    shared = {name: len(set(each.parameters()) & set(tensors)) for name, each in ARCHITECTURES.items()}
    best = max(shared, key=shared.__getitem__)
    return ARCHITECTURES[best] if shared[best] else None


def _in_place(path: Path, part: str | None, found: str, what: str) -> None:
    """Refuse a file whose place or name says that it is something else."""
    if part is None or part == found:
        return
    labels = official_labels().get(part)
    wanted = f"the head '{part}'" + (f" of {len(labels)} labels" if labels else "") if part != BACKBONE else "a network"
    raise ModelError(
        f"{path}: expected {wanted} by its name and folder, found {what}"
        + (f" ('{found}')" if found and found != BACKBONE else "")
    )


def _named(path: Path, name: str, labels: tuple[str, ...]) -> None:
    """Refuse a head that cannot be called so."""
    if not store.NAME.fullmatch(name):
        raise ModelError(
            f"{path}: a head cannot be called '{name}'\n  Give it one of small letters, digits, - and _: --head NAME."
        )
    if name in (BACKBONE, *HEADS) and labels != official_labels().get(name):
        raise ModelError(
            f"{path}: a head of {len(labels)} labels cannot be called '{name}': that is something official\n"
            "  Give it a name of its own: --head NAME."
        )


def _slug(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9_]+", text.lower())).strip("_") or "classifier"
