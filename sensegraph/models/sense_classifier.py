"""A classifier that was trained with sense: the folder of its `best_classifier.checkpoint`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sensegraph.errors import ModelError
from sensegraph.models.pixel.heads import LABELS_FILE
from sensegraph.models.pixel.source import Options, Piece, identify
from sensegraph.models.temporal import Decision
from sensegraph.payload import OTHER

Floats = NDArray[np.float32]

BACKGROUND = "background"
"""Sense's label of what is none of the classes."""
DECISION = Decision(average_steps=4, threshold=0.0, sure=0.5, release=0.0)
"""The mean of a second, as in `run_custom_classifier` of sense; a class is named that is likelier than all others."""
NEVER = -1e9
"""Logit of what such a classifier has no class for."""


def read(path: Path) -> Piece:
    """Read a classifier: labels, network and version from the files beside it, as sense does; needs torch.

    Raises:
        ModelError: It is damaged or no classifier, or its labels are not beside it.
    """
    state = path.stat()
    return _read(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _read(path: Path, _modified_ns: int, _bytes: int) -> Piece:
    piece = identify(path, Options())
    if piece.kind != "head" or not piece.custom:
        raise ModelError(f"{path}: is no classifier of one's own: there is no {LABELS_FILE} beside it")
    return piece


def order(labels: Sequence[str]) -> list[str]:
    """Return labels in our order: what is none of the classes comes last, under our name, there or not."""
    return [*(label for label in labels if label not in (BACKGROUND, OTHER)), OTHER]


def rows(piece: Piece) -> tuple[Floats, Floats]:
    """Return weight (labels, 1280) and bias (labels,) in our order; without a background its row never wins."""
    weight, bias = piece.tensors["0.weight"], piece.tensors["0.bias"]
    own = [at for at, label in enumerate(piece.labels) if label not in (BACKGROUND, OTHER)]
    rest = [at for at, label in enumerate(piece.labels) if label in (BACKGROUND, OTHER)]
    last = weight[rest[:1]] if rest else np.zeros((1, weight.shape[1]), np.float32)
    last_bias = bias[rest[:1]] if rest else np.full(1, NEVER, np.float32)
    return np.concatenate([weight[own], last]), np.concatenate([bias[own], last_bias])
