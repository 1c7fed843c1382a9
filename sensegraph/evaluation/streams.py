"""What a graph says about a file, by kind: decisions, counts and events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sensegraph.errors import GraphError, Problem, closest
from sensegraph.graph import Graph, GraphNode
from sensegraph.models.temporal import weights_folder
from sensegraph.payload import OTHER, STATES, Counts, Event, Scores

RESULTS = "--results"
"""Place of the edges that the flag of this name adds to a graph."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One window: a row of a head's stream.

    Attributes:
        time_s: Media time in seconds.
        label: What was decided.
        warm: Whether the head had seen its whole window.
        top: The best raw (label, probability) pairs, best first.
    """

    time_s: float
    label: str
    warm: bool = True
    top: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Repetition:
    """One row of a counter's stream: a repetition that was found to be over at `time_s`."""

    time_s: float
    label: str


@dataclass(frozen=True, slots=True)
class Happening:
    """One row of a stream of events; times are media time in seconds, `time_s` that at which it was told."""

    time_s: float
    label: str
    start_s: float
    end_s: float
    peak_s: float


@dataclass(frozen=True, slots=True)
class Streams:
    """The streams of a graph that can be scored.

    Attributes:
        decisions: The stream of the head; empty where there is none.
        counts: Streams of counters.
        events: Streams of events.
        labels: What the head can say; empty where that is not known.
        rejected: Which of them mean "none of these".
    """

    decisions: str = ""
    counts: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()


def streams_of(graph: Graph, chosen: str | None = None) -> Streams:
    """Find the streams of a graph that was prepared with results.

    Args:
        graph: A checked graph with the sink of `--results`.
        chosen: Stream of decisions; needed where there are several.

    Raises:
        GraphError: There is nothing to score, or it has to be chosen.
    """
    made = {edge.input: edge for edge in graph.edges if edge.where == RESULTS}
    kinds = {name: graph.nodes[edge.source].type.outputs[edge.output].type for name, edge in made.items()}
    heads, counts, events = ([n for n, kind in kinds.items() if kind is each] for each in (Scores, Counts, Event))
    if chosen is not None and chosen not in kinds:
        remedy = closest(chosen, kinds, f"Streams: {', '.join(kinds)}.")
        raise GraphError([Problem("--stream", f"there is no stream '{chosen}'", remedy)])
    if chosen is None and len(heads) > 1:
        what = f"the graph '{graph.name}' has the streams {', '.join(heads)}"
        raise GraphError([Problem("--stream", what, f"Choose one: --stream {heads[0]}.")])
    if not (chosen or heads or counts or events):
        what = "names, counts and signals nothing that could be compared with a truth"
        raise GraphError([Problem(graph.name, what, "Add a ClassifierHead, or name a stream: --stream NAME.")])
    decisions = chosen or (heads[0] if heads else "")
    head = _head(graph.nodes[made[decisions].source]) if decisions else {}
    labels, rejected = (tuple(head.get(key, ())) for key in ("labels", "rejected"))
    return Streams(decisions, tuple(counts), tuple(events), labels, rejected)


def _head(node: GraphNode) -> dict[str, Any]:
    """Return the description of the shipped head that a node has as its parameter `head`; empty without one."""
    name = getattr(node.type(**node.params), "head", None)
    try:
        description: dict[str, Any] = json.loads((weights_folder() / f"{name}.json").read_text())
    except OSError:
        return {}
    return description


@dataclass(frozen=True, slots=True)
class Watched:
    """What a graph said about one file, each list in the order of time.

    Attributes:
        wall_s: How long it took, in seconds.
        media_s: How long the file is, in seconds.
        nodes: Node -> its figures: packets, ms_p50, ms_p95, cpu_s.
        restarts: How often a node had to be started again.
    """

    decisions: Sequence[Decision] = ()
    repetitions: Sequence[Repetition] = ()
    happenings: Sequence[Happening] = ()
    wall_s: float = 0.0
    media_s: float = 0.0
    nodes: Mapping[str, Mapping[str, float]] | None = None
    restarts: int = 0


def read_results(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a file of results."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def decisions_in(rows: Iterable[Mapping[str, Any]], streams: Streams) -> list[Decision]:
    """Return the windows among the rows; a stream without `warm` or `top` does with its label and score.

    What a head has to say "none of these", such as the `background` of gesture control, becomes a state.

    Raises:
        GraphError: The chosen stream names nothing.
    """
    found = []
    for row in rows:
        if row["stream"] != streams.decisions:
            continue
        if not isinstance(row.get("label"), str):
            what = f"the rows of '{streams.decisions}' have no label"
            raise GraphError([Problem("--stream", what, "Choose a stream with label and score.")])
        top = row.get("top") or [(row["label"], row.get("score", 1.0))]
        best = tuple((_state(str(label), streams), float(score)) for label, score in top)
        found.append(Decision(row["time"], _state(row["label"], streams), bool(row.get("warm", True)), best))
    return found


def _state(label: str, streams: Streams) -> str:
    return OTHER if label in streams.rejected and label not in STATES else label


def repetitions_in(rows: Iterable[Mapping[str, Any]], streams: Streams) -> list[Repetition]:
    """Return the repetitions among the rows."""
    return [Repetition(row["time"], row["label"]) for row in rows if row["stream"] in streams.counts]


def happenings_in(rows: Iterable[Mapping[str, Any]], streams: Streams) -> list[Happening]:
    """Return the events among the rows."""
    return [
        Happening(row["time"], row["label"], row["start"], row["end"], row["peak"])
        for row in rows
        if row["stream"] in streams.events
    ]
