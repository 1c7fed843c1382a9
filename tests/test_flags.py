"""The flags that every graph has change the graph before it is checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from sensegraph.errors import GraphError
from sensegraph.flags import with_sinks
from sensegraph.load import load
from sensegraph.resources import graphs_dir
from sensegraph.spec import GraphSpec
from tests.cli import GOOD


def fitness() -> GraphSpec:
    """Return the graph that makes results and pictures."""
    return load(graphs_dir() / "fitness.yaml")


def of_text(folder: Path, text: str) -> GraphSpec:
    """Return the graph of a text."""
    (folder / "g.yaml").write_text(text)
    return load(folder / "g.yaml")


def test_without_flags_nothing_changes() -> None:
    """The graph is the one of the file."""
    assert with_sinks(fitness()) == fitness()


def test_results_join_every_output_that_is_a_result() -> None:
    """Each is a stream with the name of its node; pictures and features are none."""
    spec = with_sinks(fitness(), results="r.jsonl")
    streams = {edge.input: edge.output for edge in spec.edges if edge.target == "results"}
    assert spec.nodes["results"].params == {"path": "r.jsonl"}
    assert {"exercise", "reps", "calories"} <= streams.keys()
    assert not {"camera", "resample", "view"} & streams.keys()


def test_a_recording_takes_what_the_window_shows_also_without_it() -> None:
    """`--out` and `--headless` go together."""
    spec = with_sinks(fitness(), out="o.mp4", headless=True)
    assert [(e.source, e.output) for e in spec.edges if e.target == "recording"] == [("view", "frames")]
    assert "window" not in spec.nodes


def test_headless_takes_out_what_then_leads_nowhere(tmp_path: Path) -> None:
    """A camera that only a window showed is not opened."""
    assert not with_sinks(of_text(tmp_path, GOOD), headless=True).nodes
    assert with_sinks(fitness(), headless=True).nodes.keys() >= {"camera", "reps", "calories"}


def test_an_added_sink_takes_a_free_name(tmp_path: Path) -> None:
    """A node of that name stays what it is."""
    spec = with_sinks(of_text(tmp_path, GOOD.replace("window:", "recording:")), out="o.mp4")
    assert spec.nodes["recording"].type == "WindowSink"
    assert spec.nodes["recording_"].type == "VideoSink"


def test_results_of_a_graph_that_makes_none_are_refused(tmp_path: Path) -> None:
    """With the flag as the place."""
    with pytest.raises(GraphError, match=r"^--results: no node of this graph makes results"):
        with_sinks(of_text(tmp_path, GOOD), results="r.jsonl")


def test_a_node_that_is_not_found_is_left_to_the_check(tmp_path: Path) -> None:
    """The flags do not tell of outputs that are only missing because of a slip."""
    spec = of_text(tmp_path, GOOD.replace("CameraSource", "CamraSource"))
    assert with_sinks(spec, results="r.jsonl") == spec


def test_the_budget_of_a_window_goes_with_it(tmp_path: Path) -> None:
    """Without a display the others stay, and so does one for a node that is not there, which the check tells."""
    text = (graphs_dir() / "fitness.yaml").read_text() + (
        "budgets:\n  - {from: camera, to: window, ms: 150}\n  - {from: camera, to: exercise, ms: 90}\n"
        "  - {from: camera, to: nobody, ms: 90}\n"
    )
    targets = [each.target for each in with_sinks(of_text(tmp_path, text), headless=True).budgets]
    assert targets == ["exercise", "nobody"]
