"""Random graphs of shipped nodes: whatever is joined to whatever."""

from __future__ import annotations

from pathlib import Path

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensegraph.check import check
from sensegraph.errors import GraphError
from sensegraph.load import load
from sensegraph.registry import find, names
from tests.faults.soak import scaled

KINDS = {name: find(name, Path()) for name in sorted(names())}


@st.composite
def graphs(draw: st.DrawFn) -> str:
    """Return the text of a graph file: nodes of any type, each input joined to any output there is, or to none."""
    kinds = draw(st.lists(st.sampled_from(list(KINDS)), min_size=1, max_size=6))
    outputs = [f"n{i}.{port}" for i, kind in enumerate(kinds) for port in KINDS[kind].outputs] + ["n9.frames", "n0.no"]
    lines = ["version: 1", "nodes:"]
    for number, kind in enumerate(kinds):
        ports = draw(st.lists(st.sampled_from([*KINDS[kind].inputs, "no"]), unique=True, max_size=4))
        inputs = ", ".join(f"{port.replace('*', 'any')}: {draw(st.sampled_from(outputs))}" for port in ports)
        path = ", path: x.mp4" if kind.endswith("Sink") and draw(st.booleans()) else ""
        lines.append(f"  n{number}: {{type: {kind}{path}, inputs: {{{inputs}}}}}")
    return "\n".join(lines) + "\n"


def checked_or_refused(text: str, folder: pytest.TempPathFactory) -> None:
    """Check a graph: what is accepted has no cycle and all the inputs it needs, what is refused has its places."""
    path = folder.getbasetemp() / "random.yaml"
    path.write_text(text)
    try:
        graph, refused = check(load(path)), None
    except GraphError as error:
        graph, refused = None, error
    if graph is None:
        assert refused
        assert all(problem.where.startswith(f"{path}:") for problem in refused.problems)
        return
    joined = networkx.DiGraph((edge.source, edge.target) for edge in graph.edges)
    assert networkx.is_directed_acyclic_graph(joined)
    for node in graph.nodes.values():
        got = {edge.input for edge in graph.edges if edge.target == node.name}
        assert {name for name, port in node.type.inputs.items() if not port.optional and name != "*"} <= got


@pytest.mark.fault(28)
@settings(max_examples=60)
@given(text=graphs())
def test_any_graph_is_accepted_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """With a graph that can run, or an error that names places in the file; nothing else."""
    checked_or_refused(text, tmp_path_factory)


@pytest.mark.soak
@pytest.mark.fault(28)
@settings(max_examples=scaled(10_000))
@given(text=graphs())
def test_ten_thousand_graphs(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """The same, for longer."""
    checked_or_refused(text, tmp_path_factory)
