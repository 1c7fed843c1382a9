"""Finding node types."""

from __future__ import annotations

from pathlib import Path

import pytest

from sensegraph.errors import GraphError
from sensegraph.registry import file_of, find, is_user_file, names, peek


def test_every_installed_type_is_found_by_its_name() -> None:
    """The name is that of the class."""
    assert "CameraSource" in names()
    for name in names():
        assert find(name, Path()).__name__ == name


@pytest.mark.parametrize(
    ("name", "own"),
    [("./a.py:A", True), ("a.py:A", True), ("a:A", False), ("A", False), ("a.py", False), ("a.py:x:A", False)],
)
def test_a_users_file_ends_in_py(name: str, own: bool) -> None:
    """What stands before the last colon decides."""
    assert is_user_file(name) is own


def test_a_class_is_found_by_module_and_by_file(tmp_path: Path) -> None:
    """A file is imported once, whoever asks."""
    (tmp_path / "a.py").write_text("from sensegraph import Node\nclass A(Node): ...\n")
    assert find("sensegraph_nodes.camera:CameraSource", Path()) is find("CameraSource", Path())
    assert find("./a.py:A", tmp_path) is find("a.py:A", tmp_path)


@pytest.mark.parametrize(
    ("name", "said"),
    [("a.py:Node", "not a node class of that module"), ("a.py:x", "not a node class"), ("a.py:B", "It has A.")],
)
def test_only_a_node_of_the_file_itself_is_taken(tmp_path: Path, name: str, said: str) -> None:
    """Nothing that it imported, and nothing that is no node."""
    (tmp_path / "a.py").write_text("from sensegraph import Node\nclass A(Node): ...\nx = 1\n")
    with pytest.raises(GraphError, match=said):
        find(name, tmp_path, "g:1:1")


def test_a_class_is_read_without_running(tmp_path: Path) -> None:
    """Annotated or not, also under a condition; None where it cannot be told."""
    (tmp_path / "a.py").write_text(
        "raise SystemExit\n"
        "if True:\n    class A:\n        inputs: dict = {'a': 1}\n        outputs = {**x, 'b': 1}\n"
        "        def __init__(self, one, /, two=2, *, three=3): ...\n"
    )
    read = peek(tmp_path / "a.py", "A")
    assert (read.inputs, read.outputs, read.params) == (["a"], None, ["one", "two", "three"])


def test_the_file_of_a_module_is_found_without_importing_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor the packages it lies in; a registered name has none, and what is not there is told."""
    (tmp_path / "stranger").mkdir()
    for name in ("__init__", "nodes"):
        (tmp_path / "stranger" / f"{name}.py").write_text("raise SystemExit\nclass A: ...\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert file_of("stranger.nodes:A", Path()) == tmp_path / "stranger" / "nodes.py"
    assert file_of("a.py:A", tmp_path) == tmp_path / "a.py"
    assert file_of("CameraSource", Path()) is None
    for name in ("stranger.others:A", "nobody.nodes:A", "sys:A", ".nodes:A", ":A", "os.path.x:A"):
        with pytest.raises(GraphError, match="cannot be found"):
            file_of(name, Path())
    with pytest.raises(GraphError, match="no node type 'Camera'"):
        file_of("Camera", Path())
