"""A classifier of somebody's own: a folder that training wrote, with a last layer on an embedding; or one of sense."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sensegraph.errors import ModelError
from sensegraph.models import sense_classifier
from sensegraph.models.pixel.imports import classifier_file
from sensegraph.models.pixel.source import Piece
from sensegraph.models.pixel.weights import HEAD_KEYS, digest, space
from sensegraph.models.temporal import Decision, Head, Layer, weights_folder
from sensegraph.models.traits import TRAITS_VERSION
from sensegraph.payload import OTHER

DESCRIPTION = "classifier.json"
HEAD = "head.onnx"
LAYERS = "layers.safetensors"
"""The last layers of a pixel network, where they were trained too."""
OWN = "custom"
"""Stands in the space of features that are made with such layers."""
VERSION = 1
LARGEST_BYTES = 64 << 20
REMEDY = "Train it again: sensegraph train PROJECT"

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Share = Annotated[float, Field(ge=0, le=1)]


class Rules(BaseModel):
    """When something is named; the fields of `temporal.Decision`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    average_steps: Annotated[int, Field(ge=1, le=100)]
    threshold: Share
    sure: Share
    release: Share
    margin: Share
    thresholds: dict[str, Share]
    min_seen: Share


class Classifier(BaseModel):
    """What `classifier.json` says; what only people read (metrics, training) is kept but not looked at.

    Attributes:
        version: Of this form.
        labels: Names of the classes in the order of the rows of the layer; `Doing other things` is the last one.
        backbone: What makes the embeddings: `landmarks`, `efficientnet` or `mobilenet`.
        hands: Which hand net the backbone runs, with landmarks.
        space: Name of the embeddings.
        traits: Version of the traits that stand behind each embedding; 0 where there are none.
        net: SHA-256 of the temporal net that made them; empty for a pixel network, whose space tells its weights.
        layers: How many last layers of a pixel network it brings with it.
        head: SHA-256 of `head.onnx`.
        decision: Smoothing and thresholds.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    version: Literal[1]
    labels: Annotated[tuple[str, ...], Field(min_length=2)]
    backbone: Literal["landmarks", "efficientnet", "mobilenet"]
    hands: Literal["none", "lite", "full"] = "none"
    space: Annotated[str, Field(min_length=1)]
    traits: Annotated[int, Field(ge=0)] = 0
    net: Digest | Literal[""] = ""
    layers: Annotated[int, Field(ge=0)] = 0
    head: Digest
    decision: Rules

    @model_validator(mode="after")
    def _agrees(self) -> Classifier:
        if len(set(self.labels)) < len(self.labels):
            raise ValueError("a label is there twice")
        if self.labels[-1] != OTHER:
            raise ValueError(f"the last label is not '{OTHER}'")
        return self


def read_classifier(folder: Path) -> Classifier:
    """Read the description of a classifier.

    Raises:
        ModelError: The folder holds none, or it is damaged or newer than this program.
    """
    path = folder / DESCRIPTION
    if theirs := _of_sense_alone(folder):
        return _of_sense(sense_classifier.read(theirs))
    try:
        data = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        remedy = "Name a folder that `sensegraph train PROJECT` wrote: PROJECT/checkpoints/NAME."
        raise ModelError(f"{folder} is no classifier: there is no {DESCRIPTION} in it\n  {remedy}") from None
    except (OSError, ValueError) as error:
        raise _damaged(path, getattr(error, "strerror", None) or str(error)) from None
    version = data.get("version") if isinstance(data, dict) else None
    if isinstance(version, int) and version > VERSION:
        raise ModelError(f"{path}: is of version {version}; this program knows {VERSION}\n  Use a newer sensegraph.")
    try:
        return Classifier.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise _damaged(path, f"{'.'.join(map(str, first['loc'])) or 'file'}: {first['msg']}") from None


def load_classifier(folder: Path) -> Head:
    """Load a classifier to run it.

    Raises:
        ModelError: The folder holds none, it is damaged, or it was made on another net than the one that runs here.
    """
    found = read_classifier(folder)
    if theirs := _of_sense_alone(folder):
        return _head_of_sense(found, sense_classifier.read(theirs))
    if found.net and (here := net_digest(found.space)) != found.net:
        raise ModelError(
            f"{folder}: the classifier stands on the net {found.net[:12]} of '{found.space}', but here is {here[:12]}\n"
            f"  {REMEDY}"
        )
    if found.traits not in (0, TRAITS_VERSION):
        here = f"here are those of version {TRAITS_VERSION}"
        raise ModelError(f"{folder}: the classifier takes traits of version {found.traits}, {here}\n  {REMEDY}")
    decision = Decision(**found.decision.model_dump())
    layer = _layer(folder / HEAD, found)
    return Head(layer, found.labels, decision, found.space, rejected=(OTHER,))


def fits(wanted: str, space: str) -> bool:
    """Whether features of a space are what a classifier wants; one of sense does not know the digest of the weights."""
    return wanted in (space, space.partition("@")[0])


def layers_file(folder: Path) -> Path:
    """Return the file with the last layers of the network that a classifier brings with it."""
    return _of_sense_alone(folder) or folder / LAYERS


def _of_sense_alone(folder: Path) -> Path | None:
    """Return the checkpoint of a classifier that was trained with sense; None where ours is described."""
    return None if (folder / DESCRIPTION).exists() else classifier_file(folder)


def _of_sense(piece: Piece) -> Classifier:
    """Describe a classifier that was trained with sense."""
    about = {
        "version": VERSION,
        "labels": sense_classifier.order(piece.labels),
        "backbone": piece.net,
        "space": space(piece.net, piece.version, OWN if piece.layers else ""),
        "layers": piece.layers,
        "head": digest({key: piece.tensors[key] for key in HEAD_KEYS}),
        "decision": sense_classifier.DECISION.as_dict(),
    }
    return Classifier.model_validate(about)


def _head_of_sense(about: Classifier, piece: Piece) -> Head:
    weight, bias = sense_classifier.rows(piece)
    return Head(closed(weight, bias), about.labels, Decision(**about.decision.model_dump()), about.space, (OTHER,))


def net_digest(space: str) -> str:
    """Return the SHA-256 of the shipped temporal net that makes the embeddings of a space.

    Raises:
        ModelError: None of ours makes such embeddings.
    """
    from sensegraph.models.temporal import BODY_SPACE, HAND_SPACE

    nets = {BODY_SPACE: "body", HAND_SPACE: "gesture"}
    if space not in nets:
        raise ModelError(f"no net here makes the features '{space}', only {' and '.join(nets)}\n  {REMEDY}")
    return hashlib.sha256((weights_folder() / f"{nets[space]}-temporal.onnx").read_bytes()).hexdigest()


def _layer(path: Path, about: Classifier) -> Layer:
    """Read the last layer out of its ONNX file.

    Raises:
        ModelError: It is not the file that training wrote.
    """
    import onnx
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
    from onnx import numpy_helper

    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES)
        if hashlib.sha256(content).hexdigest() != about.head:
            raise _damaged(path, f"its SHA-256 is not the one in {DESCRIPTION}")
        graph = onnx.load_from_string(content).graph
        arrays = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
        weight, bias = np.asarray(arrays["weight"], np.float32), np.asarray(arrays["bias"], np.float32)
    except FileNotFoundError:
        raise _damaged(path, "it is not there") from None
    except (OSError, KeyError, ValueError, DecodeError) as error:
        raise _damaged(path, getattr(error, "strerror", None) or str(error)) from None
    if weight.ndim != 2 or weight.shape[0] != len(about.labels) or bias.shape != weight.shape[:1]:
        raise _damaged(path, f"it has not one row for each of the {len(about.labels)} labels")
    return closed(weight, bias)


def closed(weight: np.ndarray, bias: np.ndarray) -> Layer:
    """Return a layer whose last class is all that is not known: (labels, E) and (labels,).

    The heads of the shipped nets say in a further row whether anything is known; here that row always says yes.
    """
    certain = 30.0  # the logistic function of it is 1
    return Layer(
        np.concatenate([weight, np.zeros((1, weight.shape[1]), np.float32)]), np.append(bias, np.float32(certain))
    )


def _damaged(path: Path, why: str) -> ModelError:
    return ModelError(f"{path}: cannot be read: {why}\n  {REMEDY}")
