"""Reading a graph file: every part knows its place, and everything that is wrong is told at once."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensegraph.errors import GraphError
from sensegraph.load import RESERVED, find_graph, load
from sensegraph.resources import graphs_dir
from sensegraph.spec import EdgeSpec, GraphSpec, Policy
from tests.cli import CAMERA, GOOD


def write(folder: Path, text: str | bytes) -> Path:
    """Write a graph file of that text and return its path."""
    path = folder / "g.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def problems(path: Path, **given: dict[str, str]) -> str:
    """Return what is said of a bad graph file; each problem has a remedy."""
    with pytest.raises(GraphError) as caught:
        load(path, given.get("overrides"), given.get("sets"))
    assert all(problem.remedy for problem in caught.value.problems)
    return str(caught.value).replace(str(path), "g")


def with_params(text: str) -> str:
    """Return the good graph with `params`."""
    return GOOD.replace("nodes:", f"params: {text}\nnodes:")


def test_a_file_is_read_with_its_places(tmp_path: Path) -> None:
    """Nodes, parameters and edges each have line and column; the comment on top is kept."""
    text = "\ufeff# Says hello.\n# Twice.\n" + with_params("{size: {default: 9, min: 1, unit: px, help: width}}")
    text += (
        "  blur: {type: x.py:B, size: $size, process: one, inputs: {a: {from: camera.frames, policy: block, queue: 3}}}"
    )
    spec = load(write(tmp_path, text))
    place = str(spec.path)
    blur, size = spec.nodes["blur"], spec.params["size"]
    assert spec.doc == "Says hello.\nTwice."
    assert (size.default, size.min, size.max, size.unit, size.help) == (9, 1, None, "px", "width")
    assert (dict(blur.params), blur.process, blur.where) == ({"size": 9}, "one", f"{place}:8:3")
    assert blur.param_where["size"] == f"{place}:8:24"
    edge = EdgeSpec("camera", "frames", "blur", "a", Policy.BLOCK, 3, where=f"{place}:8:63")
    assert spec.edges[1] == edge


BAD_PARTS = {
    "an unknown key": ("verison: 1\n" + GOOD, "g:1:1: there is no key 'verison'", "mean 'version'?"),
    "no version": (GOOD[11:], "g:1:1: the key 'version' is missing", "Add `version: 1`."),
    "another version": (GOOD.replace("1", "2"), "g:1:10: version is 2", "reads version 1"),
    "a version list": (GOOD.replace("1", "[1]", 1), "g:1:10: version is [1]", "reads version 1"),
    "a version that is true": (GOOD.replace("1", "true", 1), "g:1:10: version is True", "reads version 1"),
    "a list on top": ("- 1\n", "g:1:1: the file must be a mapping, but is a list", "key: value"),
    "a text on top": ("hello\n", "g:1:1: the file must be a mapping, but is 'hello'", "key: value"),
    "no nodes": ("version: 1\n", "g:1:1: the graph has no nodes", "nodes:"),
    "null nodes": ("version: 1\nnodes:\n", "nodes must be a mapping, but is empty", "key: value"),
    "a list of nodes": ("version: 1\nnodes: [1]\n", "g:2:8: nodes must be a mapping, but is a list", "key: value"),
    "a path as name": (GOOD.replace("  camera:", "  ../camera:"), "g:3:3: '../camera' cannot be the name", "letters"),
    "an empty name": (GOOD.replace("  camera:", '  "":'), "g:3:3: '' cannot be the name of a node", "letters"),
    "a long name": (GOOD.replace("  camera:", f"  {'a' * 65}:"), "cannot be the name of a node", "letters"),
    "no type": (GOOD.replace("type: CameraSource", ""), "g:3:3: camera: 'type' is missing", "sensegraph nodes"),
    "a type list": (GOOD.replace("CameraSource", "[a]"), "g:3:18: camera.type: ['a'] is no type", "sensegraph nodes"),
    "a null type": (GOOD.replace("CameraSource", ""), "camera.type: None is no type", "sensegraph nodes"),
    "a process path": (GOOD.replace("Source}", "Source, process: ../x}"), "camera.process: not a name", "letters"),
    "unknown parameter": (GOOD.replace("Source}", "Source, fps: $fsp}"), "no parameter 'fsp'", "Declare it"),
    "an environment variable": (GOOD.replace("Source}", "Source, source: '${HOME}'}"), "no parameter '{HOME}'", "Dec"),
}  # fmt: skip


@pytest.mark.fault(27)
@pytest.mark.parametrize(("text", "said", "remedy"), BAD_PARTS.values(), ids=BAD_PARTS.keys())
def test_a_bad_part_is_told_with_its_place_and_a_remedy(tmp_path: Path, text: str, said: str, remedy: str) -> None:
    """Names file, line and column, the thing, and what to do."""
    told = problems(write(tmp_path, text))
    assert said in told
    assert remedy in told


BAD_EDGES = {
    "no dot": ("camera", "'camera' is not an output", "node.port"),
    "two dots": ("a.b.c", "'a.b.c' is not an output", "node.port"),
    "a dot alone": ("'.'", "'.' is not an output", "node.port"),
    "a list": ("[camera.frames]", "['camera.frames'] is not an output", "node.port"),
    "no from": ("{policy: latest}", "'from' is missing", "Add `from: node.port`."),
    "an unknown key": ("{from: camera.frames, polcy: latest}", ".polcy: there is no such key", "mean 'policy'?"),
    "an unknown policy": ("{from: camera.frames, policy: lates}", "there is no policy 'lates'", "mean 'latest'?"),
    "a policy list": ("{from: camera.frames, policy: [latest]}", "there is no policy '['latest']'", "Choose"),
    "no queue": ("{from: camera.frames, queue: 0}", "queue: 0 is not a number of packets", "1 to 1000"),
    "a true queue": ("{from: camera.frames, queue: true}", "queue: True is not a number of packets", "1 to 1000"),
    "no time": ("{from: camera.frames, expire_ms: 10ms}", "'10ms' is no time in milliseconds", "200"),
}


@pytest.mark.parametrize(("edge", "said", "remedy"), BAD_EDGES.values(), ids=BAD_EDGES.keys())
def test_a_bad_edge_is_told_once(tmp_path: Path, edge: str, said: str, remedy: str) -> None:
    """One mistake is one problem, on the line of the edge."""
    told = problems(write(tmp_path, GOOD.replace("camera.frames", edge)))
    assert said in told
    assert remedy in told
    assert told.count("g:4:") == 1


@pytest.mark.parametrize("port", ["''", "'*'", "a b", "../x"])
def test_an_input_has_a_name(tmp_path: Path, port: str) -> None:
    """Also where a node takes inputs of any name: it becomes the name of a stream."""
    told = problems(
        write(tmp_path, CAMERA + f"  lines: {{type: JsonlSink, path: x, inputs: {{{port}: camera.frames}}}}")
    )
    assert "cannot be the name of an input" in told


BAD_PARAMS = {
    "no default": ("{a: {min: 1}}", "params.a: 'default' is missing", "Add `default: VALUE`"),
    "a list default": ("{a: {default: [1]}}", "params.a.default: must be one value", "a text"),
    "an unknown key": ("{a: {default: 1, mni: 1}}", "params.a.mni: there is no such key", "mean 'min'?"),
    "a text as limit": ("{a: {default: 1, min: low}}", "params.a.min: 'low' is not a number", "a number"),
    "a list as limit": ("{a: {default: 1, max: [1]}}", "params.a.max: [1] is not a number", "a number"),
    "exchanged limits": ("{a: {default: 3, min: 5, max: 2}}", "params.a.min: 5 is above max, 2", "Exchange"),
    "a number of choices": ("{a: {default: 1, choices: 3}}", "params.a.choices: is not a list", "[one, another]"),
    "a text of choices": ("{a: {default: a, choices: abc}}", "params.a.choices: is not a list", "[one, another]"),
    "null choices": ("{a: {default: a, choices: }}", "params.a.choices: is not a list", "[one, another]"),
    "above max": ("{a: {default: 9, max: 3}}", "a: 9 is out of range", "Use 3 or less."),
    "below min": ("{a: {default: 9, min: 10, unit: px}}", "a: 9 px is out of range", "Use 10 or more px."),
    "no choice": ("{a: {default: mal, choices: [male, female]}}", "'mal' is not one of the choices", "mean 'male'?"),
    "one flag twice": ("{a-b: {default: 1}, a_b: {default: 1}}", "params.a_b: has the same flag as 'a-b'", "Rename"),
    "no word": ("{a b: {default: 1}}", "params.a b: the name is not allowed", "a word"),
    "a list": ("[a]", "params must be a mapping, but is a list", "key: value"),
    "nothing": ("{a: }", "params.a must be a mapping, but is empty", "key: value"),
}


@pytest.mark.parametrize(("text", "said", "remedy"), BAD_PARAMS.values(), ids=BAD_PARAMS.keys())
def test_a_bad_parameter_of_the_graph_is_told_once(tmp_path: Path, text: str, said: str, remedy: str) -> None:
    """Its default, limits and choices are held to each other."""
    told = problems(write(tmp_path, with_params(text)))
    assert said in told
    assert remedy in told
    assert told.count("g:2:") == 1


@pytest.mark.parametrize("name", [*RESERVED, "in-process"])
def test_no_parameter_takes_the_name_of_a_common_flag(tmp_path: Path, name: str) -> None:
    """It could never be set."""
    assert f"params.{name}: the name is not allowed" in problems(
        write(tmp_path, with_params(f"{{{name}: {{default: 1}}}}"))
    )


def test_a_parameter_with_a_mistake_makes_no_further_ones(tmp_path: Path) -> None:
    """What uses it is not told as well; an unknown one beside it is."""
    text = with_params("{size: {default: 9, max: 3}}").replace("Source}", "Source, width: $size, height: $siz}")
    told = problems(write(tmp_path, text))
    assert told.count("g:") == 2
    assert "camera.height: there is no parameter 'siz'\n  Did you mean 'size'?" in told


def test_all_problems_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Of the file and of what is given beside it."""
    text = GOOD.replace("1", "2", 1).replace("CameraSource", "[]").replace("camera.frames", "camera") + "x: 1\n"
    told = problems(write(tmp_path, text), overrides={"size": "1"}, sets={"no.such": "1"})
    assert [line.split(" ")[0] for line in told.splitlines() if not line.startswith("  ")] == [
        "--size:", "--set", "g:1:10:", "g:3:18:", "g:4:47:", "g:5:1:",
    ]  # fmt: skip


GIVEN = {
    "an int": ("9", "12", 12),
    "a float": ("9.0", "12", 12.0),
    "a text": ("nine", "12", "12"),
    "a truth": ("false", "yes", True),
    "a negative": ("9", "-12", -12),
}


@pytest.mark.parametrize(("default", "text", "value"), GIVEN.values(), ids=GIVEN.keys())
def test_a_given_text_is_read_as_the_type_of_the_default(
    tmp_path: Path, default: str, text: str, value: object
) -> None:
    """A flag needs no quotes."""
    file = write(tmp_path, with_params(f"{{a: {{default: {default}}}}}").replace("Source}", "Source, x: $a}"))
    read = load(file, {"a": text}).nodes["camera"].params["x"]
    assert (type(read), read) == (type(value), value)


BAD_GIVEN = {
    "no int": ("9", "1.5", "'1.5' is not a whole number"),
    "no float": ("9.0", "wide", "'wide' is not a number"),
    "not finite": ("9.0", "nan", "'nan' is not a finite number"),
    "no truth": ("true", "maybe", "'maybe' is neither true nor false"),
    "too large": ("9", "9" * 30, "a whole number of 30 digits is too large"),
}


@pytest.mark.parametrize(("default", "text", "said"), BAD_GIVEN.values(), ids=BAD_GIVEN.keys())
def test_a_given_text_of_another_type_is_told_with_its_flag(tmp_path: Path, default: str, text: str, said: str) -> None:
    """With the default as an example."""
    file = write(tmp_path, with_params(f"{{a: {{default: {default}}}}}"))
    assert f"--a: {said}\n  For example" in problems(file, overrides={"a": text})


def test_a_parameter_of_a_node_is_set_by_name(tmp_path: Path) -> None:
    """Over what the file says; the place is then the flag."""
    node = load(write(tmp_path, GOOD), sets={"camera.width": "[1, 2]"}).nodes["camera"]
    assert node.params["width"] == [1, 2]
    assert node.param_where["width"] == "--set camera.width"


def test_two_bad_settings_are_told_at_once(tmp_path: Path) -> None:
    """The first one does not hide the second."""
    told = problems(write(tmp_path, GOOD), sets={"camera.width": ".nan", "camra.width": "1"})
    assert "--set camera.width: '.nan' is not a finite number" in told
    assert "--set camra.width: there is no node 'camra'\n  Did you mean 'camera'?" in told


def test_what_is_no_readable_file_is_told(tmp_path: Path) -> None:
    """A missing one with the nearest name; a folder, a pipe, a path through a file, and one that is too long."""
    path = write(tmp_path, GOOD)
    os.mkfifo(tmp_path / "pipe")
    assert "there is no such file\n  Did you mean 'g.yaml'?" in problems(tmp_path / "gg.yaml")
    assert "is a folder, not a graph file" in problems(tmp_path)
    assert "is not a regular file" in problems(tmp_path / "pipe")
    assert "cannot be read: Not a directory" in problems(path / "x.yaml")
    assert "cannot be read: File name too long" in problems(tmp_path / ("x" * 300))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_told(tmp_path: Path) -> None:
    """Its permissions are what to look at."""
    path = write(tmp_path, GOOD)
    path.chmod(0)
    assert "permission denied\n  Check its permissions." in problems(path)


def test_a_graph_is_found_by_path_or_shipped_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of that name goes before the shipped graph; a slip is told."""
    monkeypatch.chdir(tmp_path)
    assert find_graph("fitness") == graphs_dir() / "fitness.yaml"
    (tmp_path / "fitness").write_text(GOOD)
    assert find_graph("fitness") == Path("fitness")
    for name, said in (("fitnes", "Did you mean 'fitness'?"), ("x" * 300, "Shipped graphs: ")):
        with pytest.raises(GraphError, match=said):
            find_graph(name)


_KEYS = ["version", "1", "nodes", "params", "type", "inputs", "from", "default", "min", "choices"]
_words = st.sampled_from([*_KEYS, "a.b", "$a", *"{}[]: ,a", "\n", "\n  "])


@pytest.mark.fault(27)
@given(st.text(max_size=100) | st.binary(max_size=100) | st.lists(_words, max_size=40).map("".join))
def test_loading_gives_a_graph_or_a_graph_error(tmp_path_factory: pytest.TempPathFactory, text: str | bytes) -> None:
    """Whatever the file holds."""
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
    with contextlib.suppress(GraphError):
        assert isinstance(load(path), GraphSpec)


_any = st.sampled_from(["1", "a", "''", "[]", "[1, a]", "{}", "{a: 1}", "~", "true", "-1.5", "$a", "camera.frames"])


@pytest.mark.fault(27)
@given(st.lists(_any, min_size=12, max_size=12))
def test_any_value_in_any_place_gives_a_graph_or_a_graph_error(
    tmp_path_factory: pytest.TempPathFactory, values: list[str]
) -> None:
    """A file of the right shape with the wrong kind of value somewhere breaks nothing."""
    keys = ("default", "min", "max", "choices", "help", "unit")
    params = ", ".join(f"{key}: {value}" for key, value in zip(keys, values, strict=False))
    edge = "from: {6}, policy: {7}, queue: {8}, expire_ms: {9}".format(*values)
    path = tmp_path_factory.getbasetemp() / "values.yaml"
    path.write_text(
        f"version: 1\nparams: {{a: {{{params}}}}}\n"
        f"nodes: {{n: {{type: {values[10]}, process: {values[11]}, inputs: {{i: {{{edge}}}}}}}}}\n"
    )
    with contextlib.suppress(GraphError):
        assert isinstance(load(path), GraphSpec)
