"""Which streams of a graph are recorded, and the recorders that are put to them."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence

from sensegraph import privacy
from sensegraph.errors import GraphError, Problem, closest
from sensegraph.flags import kinds_of
from sensegraph.label import Label
from sensegraph.node import Source, results_of
from sensegraph.recording.tape import RECORDER
from sensegraph.spec import EdgeSpec, GraphSpec, NodeSpec, Policy

ALL = "all"
WHERE = "--streams"
WAITING = {True: 32, False: 1024}
"""Packets that may wait for their recorder in live pace, of pictures and of anything else: a second and more."""
TYPE = "sensegraph.recording.recorder:Recorder"


def streams_of(spec: GraphSpec, wanted: str | None) -> tuple[list[str], dict[str, Collection[Label]]]:
    """Choose the streams to record.

    Args:
        spec: The graph as written.
        wanted: Their names with commas between them; `all`; None for what the sources send, and all results.

    Returns:
        The streams, `node.port`, in the order of the graph file; and those that are left out -> the labels that forbid
        to record them.

    Raises:
        GraphError: There is no such stream, it may not be recorded, or there is none at all.
    """
    kinds = kinds_of(spec)
    private = privacy.kept_back(privacy.follow(spec, kinds))
    connected = {f"{edge.source}.{edge.output}" for edge in spec.edges}
    offered = [f"{name}.{port}" for name, kind in kinds.items() for port in kind.outputs]
    results = [f"{name}.{port}" for name, kind in kinds.items() for port in results_of(kind)]
    from_sources = [f"{n}.{port}" for n, kind in kinds.items() if issubclass(kind, Source) for port in kind.outputs]
    if wanted is None or wanted == ALL:
        usual = {*results, *(each for each in from_sources if each in connected), *(connected if wanted else ())}
        left_out = {stream: private[stream] for stream in offered if stream in usual and stream in private}
        if left_out and usual <= left_out.keys():
            raise GraphError([_forbidden(left_out)])
        return [stream for stream in offered if stream in usual - left_out.keys()], left_out
    names = list(dict.fromkeys(name.strip() for name in wanted.split(",") if name.strip()))
    otherwise = f"The graph has {', '.join(offered)}."
    problems = [
        Problem(WHERE, f"there is no stream '{name}'", closest(name, offered, otherwise))
        for name in names
        if name not in offered
    ]
    if asked := {name: private[name] for name in names if name in private}:
        problems.append(_forbidden(asked))
    if problems or not names:
        raise GraphError(problems or [Problem(WHERE, "names no stream", otherwise)])
    return sorted(names, key=offered.index), {}


def _forbidden(streams: Mapping[str, Collection[Label]]) -> Problem:
    what = f"nothing of this may be recorded: {'; '.join(privacy.told(streams))}"
    return Problem(WHERE, what, "Name other streams; `sensegraph check` tells the labels of all.")


def sources_of(spec: GraphSpec, streams: Sequence[str]) -> list[str]:
    """Return those of the streams that come from a source."""
    sources = {name for name, kind in kinds_of(spec).items() if issubclass(kind, Source)}
    return [stream for stream in streams if stream.partition(".")[0] in sources]


def with_recorders(spec: GraphSpec, streams: Sequence[str], path: str, *, lossy: bool = False) -> GraphSpec:
    """Return the graph with a recorder on each of the streams.

    In live pace a recorder that is too slow loses packets, and the recording says which: it holds nobody back.

    Args:
        spec: The graph as written.
        streams: `node.port` of each.
        path: The recording.
        lossy: Keep pictures as JPEG.
    """
    kinds = kinds_of(spec)
    nodes, edges = dict(spec.nodes), list(spec.edges)
    for number, stream in enumerate(streams):
        source, _, port = stream.partition(".")
        name = RECORDER + stream
        params = {"path": path, "stream": number, "lossy": lossy}
        nodes[name] = NodeSpec(name, TYPE, params, process=RECORDER, where=WHERE, tap=True)
        waiting = WAITING[kinds[source].outputs[port].colour is not None]
        edges.append(EdgeSpec(source, port, name, "packets", Policy.DROP_OLDEST, waiting, where=WHERE))
    return dataclasses.replace(spec, nodes=nodes, edges=tuple(edges))
