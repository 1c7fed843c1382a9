"""What a recording says of the run that it was made of."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar

import msgpack
import pydantic

from sensegraph.errors import SourceError
from sensegraph.graph import Graph
from sensegraph.models import catalogue
from sensegraph.registry import is_user_file
from sensegraph.summary import Summary

MAX_BYTES = 8 << 20
PACKAGES = ("sensegraph", "numpy", "opencv-python", "av", "onnxruntime")
WHOLE_ENDINGS = (0, 130, 143)
"""Exit codes of runs that drained: the end, Ctrl-C, SIGTERM."""

T = TypeVar("T")


@dataclass(frozen=True)
class Head:
    """How the run was started.

    Attributes:
        graph: Path of the graph file, absolute.
        text: The graph file.
        params: Graph parameter -> text, of those that were given.
        sets: `node.param` -> text, of `--set`.
        pace: `live` or `fast`.
        lossy: Whether pictures were kept as JPEG.
        streams: The recorded streams, `node.port`, in the order of their numbers.
        sources: Those of them that come from a source.
        wiring: Node -> input -> the output that leads to it.
        versions: Package -> version, with `python` and `machine`.
        digests: Model or file of a node -> SHA-256.
    """

    graph: str
    text: str
    params: dict[str, str] = field(default_factory=dict)
    sets: dict[str, str] = field(default_factory=dict)
    pace: str = "fast"
    lossy: bool = False
    streams: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    wiring: dict[str, dict[str, str]] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ending:
    """How the run ended.

    Attributes:
        exit_code: As of the command.
        error: Why it failed; empty when it did not.
        edges: Edge -> its ledger.
        restarts: Node -> how often it was started again, of those that were.
    """

    exit_code: int
    error: str = ""
    edges: dict[str, dict[str, Any]] = field(default_factory=dict)
    restarts: dict[str, int] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether all that was made has reached its consumers or was dropped by policy."""
        stopped = any(ledger.get("dropped", {}).get("stopped", 0) for ledger in self.edges.values())
        return self.exit_code in WHOLE_ENDINGS and not self.error and not stopped


def ending_of(summary: Summary) -> Ending:
    """Return what a recording keeps of the summary of its run."""
    restarts = {name: int(node["restarts"]) for name, node in summary.last.nodes.items() if node["restarts"]}
    return Ending(summary.exit_code, summary.error, summary.last.edges, restarts)


def to_bytes(what: Head | Ending) -> bytes:
    """Return the body of its record."""
    return bytes(msgpack.packb(asdict(what)))


def from_bytes(kind: type[T], body: bytes, path: str) -> T:
    """Return what a record holds, each field of its type.

    Raises:
        SourceError: It holds something else.
    """
    try:
        if len(body) > MAX_BYTES:
            raise ValueError(f"{len(body)} bytes are too many")
        plain = msgpack.unpackb(body, max_str_len=MAX_BYTES, max_ext_len=0, strict_map_key=True)
        return pydantic.TypeAdapter(kind).validate_python(plain)
    except (ValueError, msgpack.UnpackException) as error:
        reason = error.errors()[0]["msg"].lower() if isinstance(error, pydantic.ValidationError) else str(error)
        text = f"{path}: its {kind.__name__.lower()} cannot be read: {reason}\n  The file is damaged: record again."
        raise SourceError(text) from None


def versions() -> dict[str, str]:
    """Return what could make another run give other numbers."""
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # OpenCV comes under several names
            continue
    return found


def digests(graph: Graph, models: Iterable[str]) -> dict[str, str]:
    """Return the SHA-256 of the models and of the users' own node files of a graph."""
    files = {name: catalogue.onnx_path(name) for name in models}
    for node in graph.nodes.values():
        if is_user_file(node.type_name):
            path = Path(node.type_name.rpartition(":")[0])
            files[str(path)] = path
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items() if path.is_file()}
