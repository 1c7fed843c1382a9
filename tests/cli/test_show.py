"""`sensegraph show`."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sensegraph.resources import graphs_dir
from tests.cli import GOOD, refused, say

FORMS = ("text", "mermaid", "svg", "json")
HOSTILE = ['<script>"&', "]]--><b>", 'a\\"]; click n0 "x', "\\e[31m", "\\0", "a|b"]


@pytest.mark.parametrize("path", sorted(graphs_dir().glob("*.yaml")), ids=lambda path: path.stem)
def test_every_form_names_every_node(path: Path) -> None:
    """The SVG is XML with a box for each node, the JSON has nodes and edges."""
    told = {form: say("show", path, "--format", form).out for form in FORMS}
    graph = json.loads(told["json"])
    boxes = ElementTree.fromstring(told["svg"]).findall("{http://www.w3.org/2000/svg}rect")
    assert len(boxes) == len(graph["nodes"])
    assert told["mermaid"].count("-->") == len(graph["edges"])
    for text in told.values():
        assert all(name in text for name in graph["nodes"])


@pytest.mark.parametrize("name", HOSTILE)
def test_what_a_file_brings_is_no_markup(tmp_path: Path, name: str) -> None:
    """Neither as a type nor as a port, in no form."""
    name = name.replace('\\"', '"').replace('"', '\\"')
    path = tmp_path / "g.yaml"
    path.write_text(GOOD.replace("CameraSource", f'"{name}"').replace("camera.frames", f'"camera.{name}"'))
    told = {form: say("show", path, "--format", form).out for form in FORMS}
    drawing = ElementTree.fromstring(told["svg"])
    assert {element.tag.rpartition("}")[2] for element in drawing.iter()} == {
        "svg", "defs", "marker", "path", "rect", "text", "title",
    }  # fmt: skip
    assert len(json.loads(told["json"])["nodes"]) == 2
    assert "<script>" not in told["mermaid"]
    assert told["mermaid"].count('"') == 6  # those around two labels of nodes and one of an edge
    assert all(each.isprintable() or each == "\n" for each in "".join(told.values()))


def test_a_node_may_have_a_name_that_means_something_in_mermaid(tmp_path: Path) -> None:
    """`end` would end a subgraph."""
    (tmp_path / "g.yaml").write_text(GOOD.replace("camera", "end"))
    assert '    n0["end<br/>CameraSource"]' in say("show", tmp_path / "g.yaml", "--format", "mermaid").out


@pytest.mark.parametrize("form", FORMS)
def test_a_graph_that_cannot_be_drawn_is_told(tmp_path: Path, form: str) -> None:
    """An edge from nowhere."""
    (tmp_path / "g.yaml").write_text(GOOD.replace("camera.frames", "camra.frames"))
    assert ":4:47: window.inputs.frames: there is no node 'camra'" in refused(
        "show", tmp_path / "g.yaml", "--format", form
    )


def test_a_cycle_is_drawn(tmp_path: Path) -> None:
    """A drawing helps to find it."""
    (tmp_path / "g.yaml").write_text(
        "version: 1\nnodes:\n  a: {type: X, inputs: {x: b.x}}\n  b: {type: X, inputs: {x: a.x}}\n"
    )
    for form in FORMS:
        assert say("show", tmp_path / "g.yaml", "--format", form).code == 0
