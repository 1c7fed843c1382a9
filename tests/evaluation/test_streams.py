"""The streams of a graph, and their rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from sensegraph.errors import GraphError
from sensegraph.evaluation.streams import (
    Happening,
    Repetition,
    Streams,
    decisions_in,
    happenings_in,
    repetitions_in,
    streams_of,
)
from sensegraph.graph import Graph
from sensegraph.launch import prepare
from sensegraph.load import find_graph, load
from sensegraph.payload import OTHER
from sensegraph.spec import Pace

TWO_HEADS = """version: 1
nodes:
  camera:   {type: CameraSource}
  resample: {type: Resampler16fps, inputs: {frames: camera.frames}}
  backbone: {type: BackboneNode, inputs: {frames: resample.frames}}
  one: {type: ClassifierHead, inputs: {features: backbone.features}}
  two: {type: ClassifierHead, inputs: {features: backbone.features}}
"""


def graph(path: Path, folder: Path) -> Graph:
    """Return a graph that is prepared with results."""
    return prepare(load(path), results=folder / "r.jsonl", headless=True, pace=Pace.FAST)[0]


def test_the_streams_are_found_by_what_they_carry(tmp_path: Path) -> None:
    """Decisions, counts, and the labels of the head."""
    streams = streams_of(graph(find_graph("fitness"), tmp_path))
    assert (streams.decisions, streams.counts, streams.events) == ("exercise", ("reps",), ())
    assert {"Squats", "Jumping Jacks", OTHER} <= set(streams.labels)


def test_where_there_are_several_heads_one_has_to_be_chosen(tmp_path: Path) -> None:
    """Both are named."""
    (tmp_path / "two.yaml").write_text(TWO_HEADS)
    both = graph(tmp_path / "two.yaml", tmp_path)
    with pytest.raises(GraphError, match=r"has the streams one, two\n  Choose one: --stream one\."):
        streams_of(both)
    assert streams_of(both, "two").decisions == "two"


def test_rows_are_sorted_by_their_streams() -> None:
    """Other streams are left out; without `top` and `warm` label and score will do."""
    rows = [
        {"time": 1.0, "stream": "head", "label": "A", "score": 0.5, "warm": False, "top": [["B", 0.6], ["A", 0.4]]},
        {"time": 1.0, "stream": "calories", "met": 3},
        {"time": 1.25, "stream": "reps", "label": "A", "count": 1},
        {"time": 2.0, "stream": "signs", "label": "C", "start": 1.0, "end": 1.5, "peak": 1.25, "score": 1, "count": 1},
        {"time": 2.0, "stream": "head", "label": "A", "score": 0.5},
    ]
    streams = Streams("head", ("reps",), ("signs",))
    first, second = decisions_in(rows, streams)
    assert (first.label, first.warm, first.top) == ("A", False, (("B", 0.6), ("A", 0.4)))
    assert (second.time_s, second.warm, second.top) == (2.0, True, (("A", 0.5),))
    assert repetitions_in(rows, streams) == [Repetition(1.25, "A")]
    assert happenings_in(rows, streams) == [Happening(2.0, "C", 1.0, 1.5, 1.25)]
    with pytest.raises(GraphError, match="the rows of 'calories' have no label"):
        decisions_in(rows, Streams("calories"))


def test_what_a_head_says_for_none_of_these_is_a_state() -> None:
    """In the decision and among the probabilities."""
    row = {"time": 1.0, "stream": "g", "label": "background", "score": 0.5, "top": [["background", 0.5], ["Wave", 0.2]]}
    (only,) = decisions_in([row], Streams("g", labels=("background", "Wave"), rejected=("background",)))
    assert (only.label, only.top) == (OTHER, ((OTHER, 0.5), ("Wave", 0.2)))
