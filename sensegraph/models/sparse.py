"""Sparse tensors as TFLite stores them, expanded to whole ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Dense:
    """A level of the tree in which every child is stored."""

    size: int


@dataclass(frozen=True, slots=True)
class Compressed:
    """A level in which node `n` has the children `indices[segments[n]:segments[n + 1]]` (CSR)."""

    segments: Integers
    indices: Integers


def densify(
    values: npt.NDArray[np.float32],
    shape: Sequence[int],
    levels: Sequence[Dense | Compressed],
    order: Sequence[int],
    blocks: Sequence[int] = (),
) -> npt.NDArray[np.float32]:
    """Expand a sparse tensor.

    The levels form a tree whose leaves are the stored values; it is walked one level at a time.

    Args:
        values: (n,) the stored values, in the order of the leaves.
        shape: Shape of the whole tensor.
        levels: One per dimension, then one per block dimension, in the order they were stored.
        order: `order[level]` is the dimension that a level walks; block dimension `b` has the number
            `len(shape) + b`.
        blocks: `blocks[b]` is the dimension that block dimension `b` subdivides.

    Returns:
        float32 tensor of `shape`, zeros where nothing is stored.
    """
    position = np.zeros(1, np.int64)
    coordinates = np.zeros((1, len(order)), np.int64)
    for level, dimension in zip(levels, order, strict=True):
        if isinstance(level, Dense):
            first, count = position * level.size, np.full(len(position), level.size)
        else:
            first, count = level.segments[position], np.diff(level.segments)[position]
        parent = np.repeat(np.arange(len(position)), count)
        offset = np.arange(len(parent)) - np.repeat(count.cumsum() - count, count)
        position = first[parent] + offset
        coordinates = coordinates[parent]
        coordinates[:, dimension] = offset if isinstance(level, Dense) else level.indices[position]

    where = coordinates[:, : len(shape)]
    sizes = {number: level.size for level, number in zip(levels, order, strict=True) if isinstance(level, Dense)}
    for block, dimension in enumerate(blocks, start=len(shape)):
        where[:, dimension] = where[:, dimension] * sizes[block] + coordinates[:, block]
    whole = np.zeros(shape, np.float32)
    whole[tuple(where.T)] = values
    return whole
