"""Real-time video understanding as a graph of nodes.

    sensegraph.run("graphs/fitness.yaml", source="clip.mp4", results="results.jsonl")

runs a graph file; `Node` and `Source` are what a node of your own derives from; `drive` tests it, and
`sensegraph.testing` whole graphs.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sensegraph.errors import GraphError, ModelError, NodeError, SensegraphError, SinkError, SourceError
    from sensegraph.launch import run
    from sensegraph.node import Node, Port, Source, Stop, pictures
    from sensegraph.packet import Bound, Packet, Stamp
    from sensegraph.testing import drive

__version__ = "0.1.0"

__all__ = [
    "Bound",
    "GraphError",
    "ModelError",
    "Node",
    "NodeError",
    "Packet",
    "Port",
    "SensegraphError",
    "SinkError",
    "Source",
    "SourceError",
    "Stamp",
    "Stop",
    "__version__",
    "drive",
    "pictures",
    "run",
]

_HOMES = {
    "errors": ("GraphError", "ModelError", "NodeError", "SensegraphError", "SinkError", "SourceError"),
    "launch": ("run",),
    "node": ("Node", "Port", "Source", "Stop", "pictures"),
    "packet": ("Bound", "Packet", "Stamp"),
    "testing": ("drive",),
}


def __getattr__(name: str) -> Any:
    """Import on demand: the command line answers before numpy is there, a worker needs no `run`."""
    for module, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"sensegraph.{module}"), name)
    raise AttributeError(f"module 'sensegraph' has no attribute '{name}'")
