"""Weights and clips by the recipe of `../shared/goldens/README.md`, which stands in for the official weights."""

import zlib

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.pixel.architecture import Architecture


def weight(name: str, shape: tuple[int, ...], seed: int) -> NDArray[np.float32]:
    """The tensor of one name."""
    values = np.random.Generator(np.random.PCG64([seed, zlib.crc32(name.encode())])).standard_normal(shape)
    scale = 0.05 if name.endswith("bias") else np.sqrt(2.0 / np.prod(shape[1:]))
    return (values * scale).astype(np.float32)


def weights(architecture: Architecture, seed: int = 1) -> dict[str, NDArray[np.float32]]:
    """All tensors of a network."""
    return {name: weight(name, shape, seed) for name, shape in architecture.parameters().items()}


def clip(frames: int, size: int, seed: int = 1) -> NDArray[np.uint8]:
    """A moving pattern with noise, (frames, size, size, 3)."""
    g = np.random.Generator(np.random.PCG64([seed, 77]))
    f, p, s = g.uniform(0.01, 0.06, (6, 2)), g.uniform(0, 6.28, (6, 3)), g.uniform(-0.6, 0.6, 6)
    y, x = np.mgrid[0:size, 0:size].astype(np.float64)
    out = np.empty((frames, size, size, 3), np.uint8)
    for t in range(frames):
        picture = np.zeros((size, size, 3))
        for i in range(6):
            for c in range(3):
                picture[..., c] += np.sin(2 * np.pi * (f[i, 0] * x + f[i, 1] * y) + s[i] * t + p[i, c])
        picture = 127.5 + picture * 18 + g.normal(0, 6, picture.shape)
        out[t] = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
    return out
