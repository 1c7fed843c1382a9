"""The graph files that come with sensegraph."""

from __future__ import annotations

from pathlib import Path

import pytest

from sensegraph.check import check_file
from sensegraph.resources import graphs_dir

GRAPHS = sorted(graphs_dir().glob("*.yaml"))


@pytest.mark.parametrize("trust", [False, True], ids=["read", "imported"])
@pytest.mark.parametrize("path", GRAPHS, ids=lambda path: path.stem)
def test_every_graph_passes_check_and_says_what_it_shows(path: Path, trust: bool) -> None:
    """It opens with a comment, and each of its parameters has a help."""
    spec = check_file(path, trust=trust)
    assert path.read_text().startswith("# ")
    assert spec.doc
    assert all(param.help for param in spec.params.values())
