"""What is kept of clips."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from sensegraph.errors import SinkError
from sensegraph.training.classifier.store import Store
from sensegraph.training.project import Project

ABOUT = {"video": "1a2b", "version": 1}


def test_what_was_put_is_got(project: Project) -> None:
    """Arrays come back as they were."""
    store = Store(project.path)
    store.put(ABOUT, {"points": np.arange(6).reshape(2, 3), "names": np.array(["a", "ü"])})
    kept = store.get(ABOUT)
    assert kept is not None
    assert kept["points"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert kept["names"].tolist() == ["a", "ü"]


def test_anything_else_about_it_is_something_else(project: Project) -> None:
    """Another net, another clip, another version: nothing is kept of that."""
    store = Store(project.path)
    store.put(ABOUT, {"points": np.zeros(1)})
    assert store.get({**ABOUT, "version": 2}) is None


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04", pickle.dumps([1, 2]), b"\x93NUMPY\x01\x00"])
def test_what_is_damaged_counts_as_absent(project: Project, damage: bytes) -> None:
    """It is computed anew, and no pickle is opened."""
    store = Store(project.path)
    store.put(ABOUT, {"points": np.zeros(1)})
    store.path(ABOUT).write_bytes(damage)
    assert store.get(ABOUT) is None


def test_a_full_disk_leaves_nothing_half_written(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the folder; the cache holds nothing new."""

    def full(file: object, **arrays: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(SinkError, match="No space left"):
        Store(project.path).put(ABOUT, {"points": np.zeros(1)})
    assert [path for path in Path(project.path).rglob("*.npz")] == []
