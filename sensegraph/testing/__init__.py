"""Testing nodes and graphs without processes, sockets or clocks: `drive` runs a node, `play` a whole graph.

run = play("fitness", {"camera": frames_at(30, seconds=10)}, nodes={"backbone": FakeBackbone()})
assert run.unaccounted == 0
"""

from sensegraph.testing.driving import drive
from sensegraph.testing.faults import Backwards, Drop, Fault, Kill, Slow
from sensegraph.testing.played import Played
from sensegraph.testing.playing import play
from sensegraph.testing.script import frames_at

__all__ = ["Backwards", "Drop", "Fault", "Kill", "Played", "Slow", "drive", "frames_at", "play"]
