"""Checking a graph: types, ports, rates and loops, before anything of the user's is imported."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sensegraph.check import PICTURES, check, check_file
from sensegraph.errors import GraphError
from sensegraph.load import load
from sensegraph.spec import Pace, Policy
from tests.cli import CAMERA, GOOD

MINE = """
from pathlib import Path
from typing import ClassVar
Path(__file__).with_name("ran").touch()
from sensegraph import Node, Port, pictures
KEY = "frames"
class Mine(Node):
    inputs: ClassVar = {"frames": pictures()}
    outputs = {"frames": pictures()}
    def __init__(self, size: int = 1) -> None: ...
    def process(self, frames): ...
class Computed(Node):
    inputs = {KEY: pictures()}
    outputs = {**Mine.outputs}
    def __init__(self, **more) -> None: ...
    def process(self, frames): ...
class Other(Node):
    inputs = {"frames": pictures()}
    def process(self, pictures): ...
class Signs(Node):
    inputs = {"hands": Port(object, optional=True)}
    def process(self, hands): ...
class Lazy(Node):
    inputs = {"frames": pictures(optional=True)}
    outputs = {"frames": pictures()}
    def process(self, frames): ...
"""


def graph(folder: Path, text: str) -> Path:
    """Write a graph file, and beside it `yours.py`, which leaves the file `ran` when it is imported."""
    (folder / "yours.py").write_text(MINE)
    path = folder / "g.yaml"
    path.write_text(text)
    return path


def problems(path: Path, *, trust: bool = False) -> str:
    """Return what is said of a bad graph file; each problem has line, column and remedy."""
    with pytest.raises(GraphError) as caught:
        check_file(path, trust=trust)
    for problem in caught.value.problems:
        assert problem.where.startswith(f"{path}:")
        assert problem.remedy
    return str(caught.value).replace(str(path), "g")


EDGE = "camera.frames"
BAD = {
    "an unknown type": (
        "CameraSource",
        "CamraSource",
        "g:3:18: camera.type: there is no node type 'CamraSource'\n  Did you mean 'CameraSource'?",
    ),
    "a type of no name": ("CameraSource", "Xyzzy", "`sensegraph nodes` lists them all."),
    "an unknown parameter": (
        "Source}",
        "Source, sorce: 1}",
        "CameraSource has no parameter 'sorce'\n  Did you mean 'source'?",
    ),
    "a missing parameter": ("WindowSink", "VideoSink", "g:4:3: window.path: is missing\n  Add `path: VALUE`"),
    "a wrong type": ("Source}", "Source, width: wide}", "g:3:32: camera.width: 'wide': "),
    "a unit in a number": ("Source}", "Source, fps: 10ms}", "camera.fps: '10ms': "),
    "a time for a number": ("Source}", "Source, width: 12:30}", "camera.width: '12:30': "),
    "a truth for a number": ("Source}", "Source, width: true}", "camera.width: True: "),
    "out of range": ("Source}", "Source, width: -1}", "g:3:32: camera.width: -1: "),
    "an unknown node": (
        EDGE,
        "camra.frames",
        "g:4:47: window.inputs.frames: there is no node 'camra'\n  Did you mean 'camera'?",
    ),
    "an unknown output": (
        EDGE,
        "camera.frame",
        "'camera.frame' is not an output; camera has: frames\n  Did you mean 'frames'?",
    ),
    "a sink as a source": (EDGE, "window.frames", "window has no outputs\n  Take another node."),
    "an unknown input": (
        "{frames:",
        "{frame:",
        "window.inputs.frame: there is no such input; window has: frames\n  Did you mean",
    ),
    "a missing input": (
        ", inputs: {frames: camera.frames}",
        "",
        "g:4:3: window: the input 'frames' is not connected\n  Add `inputs: {frames: NODE.PORT}`.",
    ),
    "no input at all": (
        "WindowSink, inputs: {frames: camera.frames}",
        "JsonlSink, path: x",
        "an input is not connected\n  Add `inputs: {NAME: NODE.PORT}`.",
    ),
    "an unknown module": ("CameraSource", "no.such:X", "the module 'no.such' cannot be found"),
    "a relative module": ("CameraSource", "'.x:X'", "Write it as package.module:Class."),
    "a module of no name": ("CameraSource", "':X'", "Write it as package.module:Class."),
    "no node class": (
        "CameraSource",
        "'os:path'",
        "there is no class 'path' in 'os.py'",
    ),
    "a missing file": ("CameraSource", "./min.py:Mine", "there is no file"),
    "a class that is not there": (
        "CameraSource",
        "./yours.py:Mie",
        "there is no class 'Mie' in 'yours.py'\n  Did you mean 'Mine'?",
    ),
    "a path of no file": ("CameraSource", '"a\\0b.py:X"', "there is no file"),
}


@pytest.mark.fault(27, 28)
@pytest.mark.parametrize(("old", "new", "said"), BAD.values(), ids=BAD.keys())
def test_a_bad_graph_is_told_with_its_place_and_a_remedy(tmp_path: Path, old: str, new: str, said: str) -> None:
    """Each kind of mistake, made in a good graph."""
    assert said in problems(graph(tmp_path, GOOD.replace(old, new)))


PORTS = {
    "rate": (
        "  b: {type: BackboneNode, inputs: {frames: camera.frames}}\n",
        "g:4:44: camera.frames gives an unknown rate, b.frames needs 16\n  Put a Resampler16fps between them.",
    ),
    "type": (
        "  h: {type: ClassifierHead, inputs: {features: camera.frames}}\n",
        "camera.frames gives pictures, h.features takes Features\n  Put a BackboneNode",
    ),
    "nothing sent": (
        "  r: {type: Resampler16fps, inputs: {frames: camera.frames}}\n"
        "  b: {type: BackboneNode, inputs: {frames: r.frames}}\n"
        "  h: {type: ClassifierHead, head: gestures, inputs: {features: b.hand_features}}\n",
        "h.inputs.features: nothing is sent on 'b.hand_features' with these parameters\n"
        "  Give the BackboneNode `hands: lite`",
    ),
    "loop": (
        "  r: {type: Resampler16fps, inputs: {frames: r.frames}}\n",
        "g:4:46: r -> r is a cycle\n  Remove one of its edges.",
    ),
    "cycle": (
        "  r: {type: Resampler16fps, inputs: {frames: s.frames}}\n"
        "  s: {type: Resampler16fps, inputs: {frames: r.frames}}\n",
        " is a cycle\n  Remove one of its edges.",
    ),
}


@pytest.mark.fault(28)
@pytest.mark.parametrize(("node", "said"), PORTS.values(), ids=PORTS.keys())
def test_what_does_not_fit_is_told_with_what_to_put_between(tmp_path: Path, node: str, said: str) -> None:
    """Types, rates, loops, and outputs that nothing comes from."""
    assert said in problems(graph(tmp_path, CAMERA + node))


def test_an_optional_input_goes_without_what_is_not_sent(tmp_path: Path) -> None:
    """It is left unconnected, and the graph notes it; where it is the only input of a node it is refused."""
    text = CAMERA + (
        "  r: {type: Resampler16fps, inputs: {frames: camera.frames}}\n"
        "  b: {type: BackboneNode, inputs: {frames: r.frames}}\n"
        "  v: {type: Renderer, inputs: {frames: r.frames, landmarks: b.landmarks, hands: b.hands}}\n"
    )
    checked = check(load(graph(tmp_path, text)))
    assert [edge.input for edge in checked.edges if edge.target == "v"] == ["frames", "landmarks"]
    assert checked.notes == ("b.hands: nothing is sent on it with these parameters; v: without it",)
    alone = text + "  s: {type: ./yours.py:Signs, inputs: {hands: b.hands}}\n"
    assert "s.inputs.hands: nothing is sent on 'b.hands'" in problems(graph(tmp_path, alone), trust=True)


def test_what_is_written_and_what_it_means_are_told_together(tmp_path: Path) -> None:
    """In the order of the file, and nothing follows from an earlier mistake."""
    text = GOOD.replace("CameraSource", "CamraSource").replace("version: 1", "version: 2") + "  none: {}\n"
    text += "  sink: {type: WindowSink, inputs: {frames: none}}\n  last: {type: WindowSink, inputs: {frames: none.x}}\n"
    told = problems(graph(tmp_path, text))
    assert [line.split(" ")[0] for line in told.splitlines() if line.startswith("g:")] == [
        "g:1:10:", "g:3:18:", "g:5:3:", "g:6:45:",
    ]  # fmt: skip


MINE_BAD = {
    "a parameter": (
        "./yours.py:Mine, sise: 1",
        "frames",
        "camera.sise: there is no such parameter\n  Did you mean 'size'?",
    ),
    "an output": ("./yours.py:Mine", "frame", "'camera.frame' is not an output; camera has: frames"),
}


@pytest.mark.parametrize(("kind", "port", "said"), MINE_BAD.values(), ids=MINE_BAD.keys())
def test_a_users_file_is_read_but_not_run(tmp_path: Path, kind: str, port: str, said: str) -> None:
    """Its classes are known all the same."""
    text = GOOD.replace("CameraSource", kind).replace("camera.frames", f"camera.{port}")
    assert said in problems(graph(tmp_path, text))
    assert not (tmp_path / "ran").exists()


def test_what_cannot_be_told_without_running_is_left_out(tmp_path: Path) -> None:
    """Computed ports and any parameters are no mistake until the file is trusted and imported."""
    text = GOOD.replace("WindowSink,", "./yours.py:Computed, any: 1,")
    check_file(graph(tmp_path, text), trust=False)
    assert not (tmp_path / "ran").exists()
    check_file(graph(tmp_path, text.replace("any: 1,", "")))
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize("source", ["class X(:\n", "(" * 10_000, "x = " + "-" * 100_000 + "1", "\0", "\xff"])
def test_a_users_file_that_is_no_python_is_told(tmp_path: Path, source: str) -> None:
    """Whatever the parser makes of it."""
    path = graph(tmp_path, GOOD.replace("CameraSource", "./bad.py:X"))
    (tmp_path / "bad.py").write_bytes(source.encode("latin-1"))
    assert "camera.type: 'bad.py' cannot be read" in problems(path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """It is no Python file."""
    os.mkfifo(tmp_path / "pipe.py")
    assert "there is no file" in problems(graph(tmp_path, GOOD.replace("CameraSource", "./pipe.py:X")))


@pytest.mark.parametrize("line", ["import sys; sys.exit(0)", "raise RuntimeError('so')", "1 +"])
def test_a_trusted_file_that_fails_is_told_with_its_line(tmp_path: Path, line: str) -> None:
    """Also when it wants to end the program."""
    path = graph(tmp_path, GOOD.replace("CameraSource", "./bad.py:X"))
    (tmp_path / "bad.py").write_text(f"\n{line}\n")
    told = problems(path, trust=True)
    assert "camera.type: 'bad.py' cannot be imported: " in told
    assert f"See {tmp_path}/bad.py:2." in told


def test_process_has_one_parameter_for_each_input(tmp_path: Path) -> None:
    """Otherwise the first packet would fail."""
    text = GOOD.replace("WindowSink", "./yours.py:Other")
    assert "process() of Other takes ['pictures'], but inputs declares ['frames']" in problems(
        graph(tmp_path, text), trust=True
    )


def test_a_graph_has_a_source(tmp_path: Path) -> None:
    """Optional inputs alone start nothing."""
    path = graph(tmp_path, "version: 1\nnodes:\n  lazy: {type: ./yours.py:Lazy}\n")
    assert "g:3:3: the graph has no source" in problems(path, trust=True)


def test_edges_take_the_policy_of_the_pace(tmp_path: Path) -> None:
    """In fast pace every edge blocks; in live pace the file or the port decides."""
    edge = "{from: camera.frames, policy: drop_oldest, queue: 5, expire_ms: 9}"
    spec = load(graph(tmp_path, GOOD + f"  second: {{type: WindowSink, inputs: {{frames: {edge}}}}}\n"))
    live, fast = check(spec).edges, check(spec, pace=Pace.FAST).edges
    assert [(e.policy, e.queue, e.expire_ms) for e in live] == [(Policy.LATEST, 1, None), (Policy.DROP_OLDEST, 5, 9.0)]
    assert [(e.policy, e.queue, e.expire_ms) for e in fast] == [(Policy.BLOCK, PICTURES, None)] * 2


def test_a_long_chain_is_checked_to_its_end(tmp_path: Path) -> None:
    """The rate is followed back through more nodes than Python's stack is deep."""
    chain = [
        f"  n{i}: {{type: SideBySide, inputs: {{left: n{i - 1}.frames, right: n0.frames}}}}\n" for i in range(1, 1200)
    ]
    text = CAMERA.replace("camera", "n0") + "".join(chain)
    text += "  b: {type: BackboneNode, inputs: {frames: n1199.frames}}\n"
    assert "n1199.frames gives an unknown rate" in problems(graph(tmp_path, text))
