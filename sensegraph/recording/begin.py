"""The beginning and the end of a recording, written by whoever starts the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sensegraph.files import check_apart
from sensegraph.graph import Graph
from sensegraph.recording.file import Kind, RecordFile, create
from sensegraph.recording.head import Head, digests, ending_of, to_bytes, versions
from sensegraph.recording.tape import RECORDER
from sensegraph.recording.taps import sources_of
from sensegraph.secrets import masked
from sensegraph.spec import GraphSpec, Pace
from sensegraph.summary import Summary


def begin(
    path: Path, spec: GraphSpec, graph: Graph, pace: Pace, streams: Sequence[str], *, lossy: bool = False,
    params: Mapping[str, str], sets: Mapping[str, str], models: Sequence[str] = (),
) -> None:  # fmt: skip
    """Make a recording and write its head.

    Args:
        path: The file; an older recording of that name is replaced.
        spec: The graph as written.
        graph: The graph that will run, with its recorders.
        pace: How fast it will run.
        streams: What is recorded, in the order of the recorders.
        lossy: Whether pictures are kept as JPEG.
        params: The graph parameters that were given.
        sets: `--set`: `node.param` -> value.
        models: Names of the models that its nodes need; they are there.

    Raises:
        SensegraphError: The file cannot be written, or belongs to the graph.
    """
    check_apart(graph, str(path), "the recording")
    wiring: dict[str, dict[str, str]] = {}
    for edge in graph.edges:
        if not edge.target.startswith(RECORDER):
            wiring.setdefault(edge.target, {})[edge.input] = edge.stream
    file = spec.path.resolve() if spec.path else None
    text = file.read_text("utf-8-sig") if file else ""
    head = Head(
        str(file or ""), text, _masked(params), _masked(sets),
        pace.value, lossy, list(streams), sources_of(spec, streams), wiring, versions(), digests(graph, models),
    )  # fmt: skip
    recording = create(path)
    recording.append(Kind.HEAD, to_bytes(head))
    recording.close()


def _masked(given: Mapping[str, str]) -> dict[str, str]:
    """Return what was given without the secrets of its addresses: no source is opened when it is played."""
    return {name: masked(str(value)) for name, value in given.items()}


def end(path: Path, summary: Summary) -> None:
    """Write down how the run ended.

    Raises:
        SinkError: The disk is full or gone.
    """
    recording = RecordFile(path)
    recording.append(Kind.END, to_bytes(ending_of(summary)))
    recording.close()
