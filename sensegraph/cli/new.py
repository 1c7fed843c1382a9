"""`sensegraph new`: a node or a graph to start from."""

from __future__ import annotations

import builtins
import importlib.util
import keyword
import sys
from pathlib import Path

import click

from sensegraph.errors import GraphError, Problem

NODE = '''"""The node {kind}."""

import numpy as np

from sensegraph import Node, pictures


class {kind}(Node):
    """Turn every picture into its negative.

    Args:
        strength: 0 leaves the picture as it is, 1 is the full negative.
    """

    inputs = {{"frames": pictures()}}
    outputs = {{"frames": pictures()}}

    def __init__(self, strength: float = 1.0) -> None:
        self.strength = strength

    def process(self, frames: np.ndarray) -> dict[str, np.ndarray]:
        """Return the changed picture."""
        negative = frames + (255.0 - 2.0 * frames) * self.strength
        return {{"frames": negative.astype(np.uint8)}}
'''

TEST = '''"""Tests of the node {kind}."""

import numpy as np
from {module} import {kind}

from sensegraph import drive


def test_{module}_turns_black_into_white() -> None:
    """The negative of black is white."""
    black = np.zeros((4, 4, 3), np.uint8)
    assert (drive({kind}(), frames=[black])["frames"][0] == 255).all()
'''

GRAPH = """# Say here what the graph shows.
version: 1
params:
  source: {{default: auto, help: "camera index, file, URL or folder of pictures"}}
nodes:
  camera:   {{type: CameraSource, source: $source}}
  resample: {{type: Resampler16fps, inputs: {{frames: camera.frames}}}}
  view:     {{type: Renderer, title: "{name}", inputs: {{frames: resample.frames}}}}
  window:   {{type: WindowSink, inputs: {{frames: view.frames}}}}
"""


@click.group()
def new() -> None:
    """Write a node or a graph to start from."""


@new.command()
@click.argument("name")
def node(name: str) -> None:
    """Write NAME.py with a node that runs, and its test."""
    module = _word(name)
    kind = "".join(part.capitalize() for part in module.split("_"))
    if not kind.isidentifier() or keyword.iskeyword(kind) or hasattr(builtins, kind) or kind == "Node":
        raise GraphError([Problem(name, "cannot be the name of a class", "Choose another word.")])
    path, test = Path(f"{module}.py"), Path(f"test_{module}.py")
    for each in (path, test):
        if each.exists():
            raise _there(each)
    if module in sys.modules or importlib.util.find_spec(module):
        raise GraphError([Problem(name, "is the name of a Python module, which it would hide", "Choose another word.")])
    _write(path, NODE.format(kind=kind))
    _write(test, TEST.format(kind=kind, module=module))
    click.echo(f"Use it in a graph beside it: type: ./{module}.py:{kind}; test it: pytest test_{module}.py")


@new.command()
@click.argument("name")
def graph(name: str) -> None:
    """Write NAME.yaml, a graph that runs."""
    word = _word(name.removesuffix(".yaml"))
    _write(Path(f"{word}.yaml"), GRAPH.format(name=word))
    click.echo(f"Run it: sensegraph run {word}.yaml")


def _word(name: str) -> str:
    word = name.replace("-", "_").lower()
    if not word.isidentifier() or keyword.iskeyword(word):
        raise GraphError([Problem(name, "cannot be a name", "Use letters, digits and '_'.")])
    return word


def _there(path: Path) -> GraphError:
    return GraphError([Problem(str(path), "is there already", "Choose another name, or remove it.")])


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise _there(path) from None
    except OSError as error:
        raise GraphError([Problem(str(path), f"cannot be written: {error.strerror}", "Check the folder.")]) from None
    click.echo(f"wrote {path}")
