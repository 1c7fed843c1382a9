"""Real-time video understanding as a graph of nodes.

    sensegraph.run("graphs/fitness.yaml", source="clip.mp4", results="results.jsonl")

runs a graph file; `Node` and `Source` are what a node of your own derives from; `drive` tests it.
"""

from typing import TYPE_CHECKING, Any

from sensegraph.errors import GraphError, ModelError, NodeError, SensegraphError, SinkError, SourceError
from sensegraph.node import Node, Port, Source, Stop, pictures
from sensegraph.packet import Bound, Packet, Stamp

if TYPE_CHECKING:
    from sensegraph.launch import run
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


def __getattr__(name: str) -> Any:
    """Import `run` and `drive` on demand: a worker needs neither."""
    if name == "run":
        from sensegraph.launch import run

        return run
    if name == "drive":
        from sensegraph.testing import drive

        return drive
    raise AttributeError(f"module 'sensegraph' has no attribute '{name}'")
