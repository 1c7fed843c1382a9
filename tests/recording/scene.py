"""A graph to record: a source of small pictures, a node that may be slow, and one that joins both."""

from __future__ import annotations

from pathlib import Path

NODES = '''
import time
import numpy as np
from sensegraph import Node, Packet, Port, Source, Stamp, pictures

class Pictures(Source):
    """Pictures at 30 Hz; each has a line of its own."""
    outputs = {"frames": pictures()}
    def __init__(self, count: int = 40, real: bool = False) -> None:
        self.count, self.real = count, real
    def live(self) -> bool:
        return self.real
    def read(self):
        for n in range(self.count):
            time.sleep(1 / 60 if self.real else 0)
            picture = np.full((48, 64, 3), n, np.uint8)
            picture[n % 48] = 255
            yield {"frames": Packet(picture, Stamp(n * 33_333_333, frame=n, gap=n == 7))}

class Mean(Node):
    """The mean of a picture, and how many there were; counts on, so a set more or less is seen for ever."""
    inputs = {"frames": pictures()}
    outputs = {"mean": Port(dict)}
    def __init__(self, slow: float = 0.0, plus_from: int = 1 << 30) -> None:
        self.slow, self.plus_from, self.count = slow, plus_from, 0
    def process(self, frames, stamp):
        time.sleep(self.slow)
        self.count += 1
        plus = 1.5 if stamp.frame >= self.plus_from else 0.0
        return {"mean": {"mean": float(frames.mean()) + plus, "count": self.count}}

class Both(Node):
    """What it got together."""
    inputs = {"frames": pictures(), "mean": Port(dict, optional=True)}
    outputs = {"both": Port(dict)}
    def process(self, frames, mean):
        return {"both": {"most": int(frames.max()), "mean": mean and mean["mean"]}}

class Press(Node):
    """Acts on the world."""
    inputs = {"mean": Port(dict)}
    outputs = {"done": Port(dict)}
    acts = True
    def process(self, mean):
        open("pressed", "a").write("x")
        return {"done": {"done": 1}}
'''
GRAPH = """# Means of pictures.
version: 1
params:
  count: {default: 40}
  real:  {default: false}
  slow:  {default: 0.0}
nodes:
  camera: {type: ./mine.py:Pictures, count: $count, real: $real}
  mean:   {type: ./mine.py:Mean, slow: $slow, inputs: {frames: camera.frames}}
  both:   {type: ./mine.py:Both, inputs: {frames: camera.frames, mean: mean.mean}}
"""
LIVE = ("--pace", "live", "--real", "true", "--slow", "0.05")
"""Flags of a run in which most pictures come too fast for `mean`."""


def set_up(folder: Path) -> Path:
    """Write the nodes and the graph into a folder; return the path of the graph."""
    (folder / "mine.py").write_text(NODES)
    graph = folder / "means.yaml"
    graph.write_text(GRAPH)
    return graph
