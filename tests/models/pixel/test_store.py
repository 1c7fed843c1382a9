"""The imported weights in the models cache."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensegraph.errors import ModelError
from sensegraph.models.pixel import store
from sensegraph.models.pixel.store import Manifest

HEAD = Manifest("met", "mobilenet", "pro", "met", [], 0, "ab", {"name": "x.ckpt", "sha256": "cd", "bytes": 3})


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The empty models cache."""
    monkeypatch.setenv("SENSEGRAPH_MODELS", str(tmp_path / "cache"))
    return tmp_path / "cache"


def put(content: bytes = b"weights") -> Manifest:
    """Store something small."""
    return store.put(HEAD, {"head.safetensors": content})


def test_what_was_put_is_found() -> None:
    """By its name; before, there is nothing."""
    assert store.names() == []
    assert store.find("mobilenet-pro-met") is None
    made = put()
    assert store.names() == [made.name] == ["mobilenet-pro-met"]
    assert store.find(made.name) == made.main
    assert made.main.read_bytes() == b"weights"
    assert store.verify(made.name) == made


def test_damage_is_seen() -> None:
    """A changed byte by its hash, a missing piece already by its size."""
    made = put()
    made.main.write_bytes(b"weighs?")
    with pytest.raises(ModelError, match=r"head\.safetensors: its sha256 is"):
        store.verify(made.name)
    made.main.write_bytes(b"weigh")
    assert store.find(made.name) is None
    made.main.unlink()
    assert store.find(made.name) is None
    with pytest.raises(ModelError, match="No such file"):
        store.verify(made.name)
    assert put() == made
    assert store.verify(made.name) == made


@given(st.binary(max_size=200) | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps))
def test_any_bytes_for_a_manifest_are_damage(content: bytes | str) -> None:
    """Nothing but a told error comes of them, and they can be removed and replaced."""
    made = put()
    path = store.folder() / "mobilenet-pro-met.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ModelError, match="is damaged"):
        store.verify(made.name)
    assert store.find(made.name) is None
    assert store.names() == [made.name]
    store.remove(made.name)
    assert store.names() == []
    assert list(store.folder().iterdir()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"kind": "other"},
        {"net": "resnet"},
        {"version": 3},
        {"head": "other"},
        {"labels": [1]},
        {"labels": 1},
        {"source": "x.ckpt"},
        {"files": {}},
        {"files": {"head.safetensors": 1}},
        {"files": {"head.safetensors": {}, "../../x": {}}},
        {"files": ["head.safetensors"]},
        {"unknown": 1},
    ],
)
def test_a_manifest_that_says_something_else_is_damage(change: dict[str, object]) -> None:
    """Also one that points out of its folder."""
    made = put()
    path = store.folder() / "mobilenet-pro-met.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ModelError, match="is damaged"):
        store.verify(made.name)


def test_a_newer_manifest_keeps_its_files() -> None:
    """Another import does not sweep what only a newer sensegraph understands."""
    made = put()
    path = store.folder() / "mobilenet-pro-met.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 2}))
    store.put(Manifest("met", "mobilenet", "lite", "met", [], 0, "", {}), {"head.safetensors": b"x"})
    assert made.main.exists()


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "mobilenet-pro-met.json", "", ".", "*", "mobilenet-pro-mett"])
def test_nothing_outside_is_removed(name: str, cache: Path) -> None:
    """A name that was not imported is refused."""
    made = put()
    (cache / "x.json").write_text("{}")
    with pytest.raises(ModelError, match="was not imported"):
        store.remove(name)
    assert (cache / "x.json").exists()
    assert store.verify(made.name) == made


def test_removing_takes_the_files_away() -> None:
    """And says how many bytes it were."""
    made = put(b"x" * 1000)
    assert 1000 < store.remove(made.name) < 3000
    assert list(store.folder().iterdir()) == []
    with pytest.raises(ModelError, match="nothing was"):
        store.read(made.name)


def test_a_folder_that_cannot_be_written_is_told(cache: Path) -> None:
    """With the remedy."""
    cache.write_text("a file in its place")
    with pytest.raises(ModelError, match="SENSEGRAPH_MODELS"):
        put()
