"""A folder of official weights laid out as quic/sense's `resources/`, every tensor made by the recipe."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.pixel.architecture import ARCHITECTURES, FEATURES

from . import recipe

FILES = {
    "fitness": "fitness_activity_recognition/{}_logreg.ckpt",
    "gestures": "action_recognition/{}_logreg.ckpt",
    "gesture_control": "gesture_control/{}_last_9_layers.ckpt",
    "met": "calorie_estimation/{}_met_converter.ckpt",
    "reps": "fitness_rep_counting/{}_logreg.ckpt",
}
LABELS = {"fitness": 81, "gestures": 30, "gesture_control": 40, "reps": 5}
MET = {
    "met_regressor.0.weight": (100, FEATURES),
    "met_regressor.0.bias": (100,),
    "met_regressor.2.weight": (1, 100),
    "met_regressor.2.bias": (1,),
}
LAST_LAYERS, LAST_SEED = 9, 2
"""Layers that the head of gesture control brings; of another seed, so that they are not those of the network."""
SEED = 4
"""Of the heads: with 1 the converter reads 0 MET from the recipe's clip, and no exercise is likely."""


def backbone_file(net: str, version: str = "pro") -> str:
    """Path of the file of a network in the folder."""
    return f"backbone/strided_inflated_{net}{'_lite' if version == 'lite' else ''}.ckpt"


def head_file(head: str, net: str, version: str = "pro") -> str:
    """Path of the file of a head in the folder."""
    return FILES[head].format({"efficientnet": "sien", "mobilenet": "simn"}[net] + "_lite" * (version == "lite"))


def head_tensors(head: str, net: str, seed: int = SEED) -> dict[str, NDArray[np.float32]]:
    """The tensors of a head."""
    shapes = MET if head == "met" else {"0.weight": (LABELS[head], FEATURES), "0.bias": (LABELS[head],)}
    tensors = {name: recipe.weight(name, shape, seed) for name, shape in shapes.items()}
    if head == "gesture_control":
        architecture = ARCHITECTURES[net]
        first = len(architecture.layers) - LAST_LAYERS
        for name, shape in architecture.parameters().items():
            if int(name.split(".")[1]) >= first:
                tensors[name] = recipe.weight(name, shape, LAST_SEED)
    return tensors


def write(folder: Path, net: str, heads: Iterable[str], version: str = "pro") -> Path:
    """Write the weights of a network and of heads to `folder`, and return it; needs torch."""
    files = {backbone_file(net, version): recipe.weights(ARCHITECTURES[net])}
    files |= {head_file(head, net, version): head_tensors(head, net) for head in heads}
    for name, tensors in files.items():
        save(folder / name, tensors)
    return folder


def save(path: Path, tensors: Mapping[str, NDArray[np.float32]]) -> None:
    """Write a checkpoint as `torch.save` does."""
    import torch

    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({name: torch.from_numpy(values.copy()) for name, values in tensors.items()}, path)
