"""What `import sensegraph` promises."""

import subprocess
import sys

import sensegraph


def test_the_public_names_are_these() -> None:
    """A name that comes or goes is a decision."""
    assert sorted(sensegraph.__all__) == [
        "Bound", "GraphError", "ModelError", "Node", "NodeError", "Packet", "Port", "SensegraphError", "SinkError",
        "Source", "SourceError", "Stamp", "Stop", "__version__", "drive", "pictures", "run",
    ]  # fmt: skip
    assert all(hasattr(sensegraph, name) for name in sensegraph.__all__)


def test_importing_it_loads_nothing_heavy() -> None:
    """Neither torch nor OpenCV nor pydantic come with the package itself."""
    code = "import sys, sensegraph; print([m for m in ('torch', 'cv2', 'av', 'pydantic', 'zmq') if m in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"
