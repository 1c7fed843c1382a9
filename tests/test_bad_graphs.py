"""Every kind of bad graph file: told with its place and a remedy, all at once, before anything is imported."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensegraph.check import check
from sensegraph.errors import GraphError
from sensegraph.load import load

CAMERA = "  camera: {type: CameraSource}\n"
GOOD = "version: 1\nnodes:\n" + CAMERA + "  window: {type: WindowSink, inputs: {frames: camera.frames}}\n"


def problems(folder: Path, text: str | bytes, *, trust: bool = False) -> str:
    """Return everything that is said of a graph file of that text."""
    path = folder / "g.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(GraphError) as caught:
        check(load(path), trust=trust)
    return str(caught.value).replace(str(folder), "")


def test_a_good_graph_has_no_problem(tmp_path: Path) -> None:
    """The graph from which the bad ones are made is sound."""
    (tmp_path / "g.yaml").write_text(GOOD)
    assert list(check(load(tmp_path / "g.yaml")).nodes) == ["camera", "window"]


NOT_YAML = {
    "a tab": ("version: 1\nnodes:\n\tcamera: {type: CameraSource}\n", ":3:1: "),
    "an open quote": ("version: 1\nnodes:\n  camera: {type: 'CameraSource}\n", ":4:1: "),
    "an open bracket": ("version: 1\nnodes: {camera: {type: CameraSource}\n", ":3:1: "),
    "deep nesting": ("version: 1\nnodes: " + "[" * 100_000, ":2:"),
    "an alias bomb": ("a: &a [x, x]\nb: [*a, *a]\n", ":1:4: anchors and aliases are not allowed"),
    "an alias of itself": ("a: &a [*a]\n", ":1:4: anchors and aliases are not allowed"),
    "a duplicate key": ("version: 1\nversion: 1\nnodes: {}\n", ":2:1: "),
    "a duplicate node": (GOOD + CAMERA, ":5:3: "),
    "two documents": (GOOD + "---\n" + GOOD, ":5:1: a second document begins here"),
    "a tag": ("version: 1\nnodes: !!python/object/apply:os.system ['true']\n", ":2:8: the tag"),
    "UTF-16": (GOOD.encode("utf-16"), "UTF-8"),
    "latin-1": (b"# caf\xe9\n" + GOOD.encode(), "UTF-8"),
    "binary": (bytes(range(256)), "/g.yaml"),
    "20 MB": ("#" * 20_000_000, "1 MiB"),
    "nothing": ("", "/g.yaml"),
    "a comment only": ("# hello\n", "/g.yaml"),
    "a list": ("- 1\n- 2\n", ":1:1: "),
    "a text": ("hello\n", ":1:1: "),
}


@pytest.mark.parametrize(("text", "said"), NOT_YAML.values(), ids=NOT_YAML.keys())
def test_what_is_no_strict_yaml_is_refused_with_its_place(tmp_path: Path, text: str | bytes, said: str) -> None:
    """Nothing hostile is expanded, recursed into or guessed at."""
    assert said in problems(tmp_path, text)


swap = GOOD.replace
EDGE = "frames: camera.frames"

BAD_SPEC = {
    "no version": ("nodes:\n" + CAMERA, "version", "version: 1"),
    "another version": (swap("version: 1", "version: 2"), ":1:10: ", "1"),
    "no nodes": ("version: 1\n", "nodes", ""),
    "null nodes": ("version: 1\nnodes:\n", "nodes", ""),
    "an unknown key": ("verison: 1\n" + GOOD, ":1:1: ", "mean 'version'?"),
    "an unknown type": (swap("CameraSource", "CamraSource"), ":3:18: camera.type: ", "mean 'CameraSource'?"),
    "no type": (swap("{type: CameraSource}", "{}"), ":3:", "type"),
    "a wrong parameter": (swap("CameraSource}", "CameraSource, sorce: 1}"), "no parameter 'sorce'", "mean 'source'?"),
    "a missing parameter": (swap("WindowSink", "VideoSink"), ":4:3: window.path: is missing", "path: VALUE"),
    "a wrong value": (swap("CameraSource}", "CameraSource, width: wide}"), "camera.width: 'wide'", "sensegraph nodes"),
    "a unit in a number": (swap("CameraSource}", "CameraSource, fps: 10ms}"), "camera.fps: '10ms'", "sensegraph nodes"),
    "out of range": (swap("CameraSource}", "CameraSource, width: -1}"), "camera.width: -1", "sensegraph nodes"),
    "not a number": (swap("CameraSource}", "CameraSource, fps: .nan}"), ":3:", ""),
    "5000 digits": (swap("CameraSource}", f"CameraSource, width: {'9' * 5000}}}"), ":3:", ""),
    "a list for a mapping": ("version: 1\nnodes: [1, 2]\n", ":2:8: ", ""),
    "a path as a name": (swap("  camera:", "  ../camera:"), ":3:3: ", ""),
    "an unknown node": (swap("camera.frames", "camra.frames"), "no node 'camra'", "mean 'camera'?"),
    "an unknown port": (swap("camera.frames", "camera.frame"), "'camera.frame' is not an output", "mean 'frames'?"),
    "an unknown input": (swap("{frames:", "{frame:"), "window.inputs.frame: there is no", "mean 'frames'?"),
    "no port": (swap("camera.frames", "camera"), ":4:47: ", "node.port"),
    "an unconnected input": (swap(", inputs: {frames: camera.frames}", ""), "window: the input 'frames' is", "Add"),
    "an unknown policy": (swap(EDGE, "frames: {from: camera.frames, policy: lates}"), "lates", "latest"),
    "a queue of nothing": (swap(EDGE, "frames: {from: camera.frames, queue: 0}"), "queue", ""),
    "an unknown parameter of the graph": (swap("CameraSource}", "CameraSource, source: $sorce}"), "sorce", ""),
    "a reserved name": (GOOD + "params:\n  pace: {default: 1}\n", ":6:3: ", "pace"),
    "a parameter without default": (GOOD + "params:\n  size: {min: 1}\n", "size", "default"),
    "a default out of range": (GOOD + "params:\n  size: {default: 9, max: 3}\n", "size", "3"),
    "no source": ("version: 1\nnodes:\n  a: {type: ./a.py:A, inputs: {x: b.y}}\n", "there is no node 'b'", ""),
    "no file": (swap("CameraSource", "./nothing.py:X"), "there is no file", ""),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said", "remedy"), BAD_SPEC.values(), ids=BAD_SPEC.keys())
def test_a_bad_graph_is_told_with_its_place_and_a_remedy(tmp_path: Path, text: str, said: str, remedy: str) -> None:
    """Names the file, the line and column where there is one, the thing, and what to do."""
    told = problems(tmp_path, text)
    assert told.startswith("/g.yaml:")
    assert said in told
    assert remedy in told


RATE = "version: 1\nnodes:\n" + CAMERA + "  backbone: {type: BackboneNode, inputs: {frames: camera.frames}}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (RATE, "Put a Resampler16fps between them."),
        (GOOD + "  head: {type: ClassifierHead, inputs: {features: camera.frames}}\n", "head.features takes Features"),
        (
            "version: 1\nnodes:\n  a: {type: Resampler16fps, inputs: {frames: b.frames}}\n"
            "  b: {type: Resampler16fps, inputs: {frames: a.frames}}\n",
            "is a cycle",
        ),
    ],
    ids=["rate", "type", "cycle"],
)
def test_ports_that_do_not_fit_are_told_with_what_to_put_between(tmp_path: Path, text: str, said: str) -> None:
    """The rates, types and loops of a graph are checked before it runs."""
    assert said in problems(tmp_path, text)


def test_all_problems_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    """Four mistakes, four places."""
    text = GOOD.replace("CameraSource", "Camra").replace("WindowSink", "Windo")
    text += "  head: {type: ClassifierHead, tpo: 3, inputs: {featres: nobody.features}}\n"
    told = problems(tmp_path, text)
    for said in ("camera.type", "window.type", "head.tpo", "nobody"):
        assert said in told


def test_check_reads_a_users_file_without_running_it(tmp_path: Path) -> None:
    """A module that would leave a mark leaves none, and its ports are known all the same."""
    (tmp_path / "mine.py").write_text(
        "from pathlib import Path\nPath(__file__).with_name('ran').touch()\n"
        "class Mine:\n    inputs = {'frames': 1}\n    def __init__(self, size: int = 1) -> None: ...\n"
    )
    text = (
        "version: 1\nnodes:\n" + CAMERA + "  mine: {type: './mine.py:Mine', sise: 1, inputs: {frame: camera.frames}}\n"
    )
    told = problems(tmp_path, text)
    assert "mine.sise: there is no such parameter\n  Did you mean 'size'?" in told
    assert "mine.inputs.frame: there is no such input" in told
    assert not (tmp_path / "ran").exists()
    assert not any("mine" in name for name in sys.modules if name.startswith("sensegraph_user"))


def test_what_has_no_file_is_told(tmp_path: Path) -> None:
    """A missing file, a folder, and an unreadable one are graph errors too."""
    for path in (tmp_path / "none.yaml", tmp_path, Path("/dev/null")):
        with pytest.raises(GraphError):
            load(path)


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_no_text_brings_anything_but_a_graph_error(tmp_path_factory: pytest.TempPathFactory, text: str | bytes) -> None:
    """Whatever a file holds, loading it gives a graph or says what is wrong."""
    path = tmp_path_factory.mktemp("any") / "g.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
    with contextlib.suppress(GraphError):
        check(load(path), trust=False)
