"""The graph of a recording, so that it can run again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sensegraph.check import check
from sensegraph.errors import GraphError, Problem, SourceError
from sensegraph.load import load_text
from sensegraph.node import Source
from sensegraph.privacy import kept_back, told
from sensegraph.recording.head import Head
from sensegraph.recording.recording import Recording
from sensegraph.resources import graphs_dir
from sensegraph.spec import GraphSpec, Pace


def graph_of(recording: Recording, sets: Mapping[str, str], *, trust: bool = False) -> GraphSpec:
    """Return the graph of a recording, with the values that it had.

    A graph is a program, and a recording is data that may come from anybody: its graph is taken only if the same
    text is in the graph file that it names, or comes with sensegraph.

    Args:
        recording: What was recorded.
        sets: Values besides those of the recording: `node.param` -> text.
        trust: Take it in any case.

    Raises:
        GraphError: The file is not there, or says something else now.
    """
    head = recording.head
    path = _same_file(head)
    if path is None and not trust:
        what = f"its graph is not what {head.graph or 'a file'} says now"
        remedy = "Name the GRAPH to play it in, or add --trust to take the one in the recording, with all that it runs."
        raise GraphError([Problem(recording.path, what, remedy)])
    return load_text(head.text, path or Path(head.graph), head.params, {**head.sets, **sets})


def _same_file(head: Head) -> Path | None:
    named = [Path(head.graph)] if Path(head.graph).is_absolute() else []  # one beside the reader may have come with it
    for path in [*named, graphs_dir() / Path(head.graph).name]:
        try:
            if path.is_file() and path.read_text("utf-8-sig") == head.text:
                return path
        except (OSError, ValueError):  # not readable, no text, or no path at all
            continue
    return None


def without_effects(spec: GraphSpec, *, files: bool) -> tuple[GraphSpec, list[str]]:
    """Return a graph without the nodes that press keys or start programs, and what depends on them.

    Args:
        spec: The graph as written.
        files: Also without those that write files: the values of their parameters come from a recording.

    Returns:
        The graph and the names of the nodes that were taken out.

    Raises:
        GraphError: Everything that is wrong with the graph.
    """
    graph = check(spec, pace=Pace.FAST)
    gone = {
        name for name, node in graph.nodes.items() if node.type.acts or (files and node.type(**node.params).writes())
    }
    for node in graph.in_order():
        if any(edge.source in gone for edge in graph.inputs_of(node.name)):
            gone.add(node.name)
    return spec.without(gone), [name for name in spec.nodes if name in gone]


def check_sources(spec: GraphSpec, recording: Recording) -> None:
    """Refuse a graph with a source that was not recorded.

    Raises:
        SourceError: Everything that is missing.
    """
    graph = check(spec, pace=Pace.FAST)
    needed = {edge.stream: None for edge in graph.edges if issubclass(graph.nodes[edge.source].type, Source)}
    missing = [stream for stream in needed if stream not in recording.head.streams]
    forbidden = {stream: bears for stream, bears in kept_back(graph.privacy).items() if stream in missing}
    if forbidden:
        raise SourceError(
            f"{recording.path}: it cannot be played, because it may not hold what comes from the sources: "
            f"{'; '.join(told(forbidden))}\n  Read what it holds with --contents."
        )
    if missing:
        has = ", ".join(recording.head.streams)
        raise SourceError(
            f"{recording.path}: {', '.join(missing)} was not recorded, it holds {has}\n"
            "  Record it too (--streams), or give the source of the graph the name that it has in the recording."
        )
