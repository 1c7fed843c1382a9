"""Settings of all tests."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.bench import Bench
from tests.place import Place

# A deadline would make a busy machine fail; figures of speed live in benchmarks/.
settings.register_profile("sensegraph", deadline=None)
settings.load_profile("sensegraph")


@pytest.fixture
def runtime() -> Iterator[Path]:
    """Return an empty folder for run folders: its path is short enough for sockets, as that of `tmp_path` is not."""
    with tempfile.TemporaryDirectory(prefix="sg-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture
def bench(tmp_path: Path, runtime: Path) -> Iterator[Bench]:
    """Return a bench in a folder of its own."""
    bench = Bench(tmp_path, runtime)
    yield bench
    bench.end()


@pytest.fixture
def place(tmp_path: Path, runtime: Path) -> Iterator[Place]:
    """Return an empty place."""
    place = Place(tmp_path, runtime)
    yield place
    place.end()
