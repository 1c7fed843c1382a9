from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sensegraph.models import load_backbone
from sensegraph.models.pixel import Backbone
from sensegraph.models.pixel.architecture import ARCHITECTURES

from . import recipe

GOLDENS = Path(__file__).parents[4] / "shared" / "goldens" / "backbones_seed1.npz"

Weights = Mapping[str, NDArray[np.float32]]
Load = Callable[[str, str], Backbone]


@pytest.fixture(autouse=True, scope="package")
def one_thread() -> Iterator[None]:
    """Torch on one thread, like onnxruntime."""
    try:
        import torch
    except ImportError:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def all_weights() -> Mapping[str, Weights]:
    """The weights of the recipe for each network."""
    return {name: recipe.weights(architecture) for name, architecture in ARCHITECTURES.items()}


@pytest.fixture(scope="session")
def load(all_weights: Mapping[str, Weights]) -> Load:
    """A function that loads a network in a runtime, once for all tests."""
    loaded: dict[tuple[str, str], Backbone] = {}

    def once(name: str, runtime: str) -> Backbone:
        if (name, runtime) not in loaded:
            if runtime == "torch":
                pytest.importorskip("torch")
            loaded[name, runtime] = load_backbone(name, all_weights[name], runtime)
        return loaded[name, runtime]

    return once


@pytest.fixture(scope="session")
def goldens() -> Mapping[str, NDArray[Any]]:
    """The golden vectors."""
    if not GOLDENS.parent.is_dir():
        pytest.skip(f"no {GOLDENS.parent}")
    with np.load(GOLDENS) as arrays:
        return dict(arrays)


@pytest.fixture(scope="session")
def golden_clip() -> NDArray[np.uint8]:
    """The clip of the golden vectors, (48, 256, 256, 3)."""
    return recipe.clip(48, 256)


@pytest.fixture(scope="session")
def small_clip() -> NDArray[np.uint8]:
    """A clip that is quick to compute, (56, 64, 64, 3)."""
    return recipe.clip(56, 64, seed=3)
