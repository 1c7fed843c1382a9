"""Settings of all tests."""

from pathlib import Path

import pytest
from hypothesis import settings

from tests.bench import Bench
from tests.place import Place

# A deadline would make a busy machine fail; figures of speed live in benchmarks/.
settings.register_profile("sensegraph", deadline=None)
settings.load_profile("sensegraph")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Return a bench in a folder of its own."""
    return Bench(tmp_path)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return an empty place."""
    return Place(tmp_path)
