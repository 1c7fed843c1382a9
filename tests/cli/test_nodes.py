"""`sensegraph nodes`."""

from __future__ import annotations

from pathlib import Path

import pytest

from sensegraph.registry import names
from tests.cli import refused, say


def test_every_type_is_listed_with_what_it_does() -> None:
    """One line each, or more."""
    told = say("nodes").out
    assert all(name in told for name in names())
    assert "Puts two streams of pictures side by side" in " ".join(told.split())


@pytest.mark.parametrize("name", names())
def test_every_type_is_told_in_full(name: str) -> None:
    """With its ports and parameters."""
    told = say("nodes", name)
    assert told.code == 0
    assert "put " in told.out


def test_a_node_of_a_users_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Brackets in its texts are no markup."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "told.py").write_text(
        "from sensegraph import Node, Port\nclass Told(Node):\n    '''Take [/bold] a.'''\n"
        "    inputs = {'a[/bold]': Port(dict, 'so [b] it is')}\n"
    )
    told = say("nodes", "./told.py:Told").out
    assert "Take [/bold] a." in told
    assert "a[/bold]: dict, so [b] it is" in told


def test_an_unknown_type_is_told() -> None:
    """With the nearest name."""
    assert "Did you mean 'CameraSource'?" in refused("nodes", "CamraSource")
    assert "there is no file" in refused("nodes", "./none.py:X")
