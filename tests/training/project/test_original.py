"""The original of a clip."""

from __future__ import annotations

from pathlib import Path

from sensegraph.training.project.original import PICTURES, identity
from sensegraph_nodes.files import SUFFIXES


def test_an_identity_is_of_the_content(tmp_path: Path) -> None:
    """Not of the name; one byte more is another."""
    (tmp_path / "a").write_bytes(b"abc")
    (tmp_path / "b").write_bytes(b"abc")
    (tmp_path / "c").write_bytes(b"abcd")
    a, b, c = (identity(tmp_path / name, 16.0) for name in "abc")
    assert a == b != c


def test_pictures_are_what_the_source_takes_for_pictures() -> None:
    """The two lists of suffixes are one."""
    assert set(SUFFIXES) == PICTURES
