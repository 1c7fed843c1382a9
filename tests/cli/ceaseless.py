"""A graph of two nodes that goes on until a test ends it."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from sensegraph.rundir import running

NODES = """
import os, time
from typing import Annotated
from pydantic import Field
from sensegraph import Node, Port, Source

class Numbers(Source):
    outputs = {"n": Port(dict)}
    def live(self):
        return True
    def read(self):
        while True:
            time.sleep(0.02)
            yield {"n": {}}

class Times(Node):
    inputs = {"n": Port(dict)}
    changeable = frozenset({"factor"})
    def __init__(self, factor: Annotated[int, Field(ge=1)] = 2, path: str = "said.txt") -> None:
        self.factor, self.path = factor, path
    def process(self, n):
        with open(self.path, "a") as file:
            file.write(f"{self.factor} {os.getpid()}\\n")
"""
GRAPH = """version: 1
nodes:
  numbers: {type: ./numbers_.py:Numbers}
  times: {type: ./numbers_.py:Times, inputs: {n: numbers.n}}
"""


@contextlib.contextmanager
def ceaseless(folder: Path, name: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run the graph under a name in a folder, where `times` writes its factor and process to said.txt."""
    (folder / "numbers_.py").write_text(NODES)
    (folder / f"{name}.yaml").write_text(GRAPH)
    run = subprocess.Popen([sys.executable, "-m", "sensegraph", "run", f"{name}.yaml", "--quiet"], cwd=folder)
    while run.pid not in {each.pid for each in running()} or not (folder / "said.txt").exists():
        assert run.poll() is None
        time.sleep(0.05)
    try:
        yield run
    finally:
        if run.poll() is None:
            run.send_signal(signal.SIGINT)
        run.wait(30)
