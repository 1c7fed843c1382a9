"""Running a graph over files, and keeping what it said."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sensegraph.errors import GraphError, Problem, SensegraphError, closest
from sensegraph.evaluation.streams import (
    Streams,
    Watched,
    decisions_in,
    happenings_in,
    read_results,
    repetitions_in,
    streams_of,
)
from sensegraph.graph import Graph
from sensegraph.launch import execute, prepare
from sensegraph.load import load
from sensegraph.spec import Pace
from sensegraph.summary import Snapshot, Summary


@dataclass(frozen=True)
class Watcher:
    """A graph that can watch one file after another: fast pace, no window.

    Args:
        graph: The graph file.
        params: Parameters of the graph, without its source.
        sets: `node.param` -> text.
        source: Parameter of the graph that names the file.
        stream: Stream of decisions, where the graph has several.
    """

    graph: Path
    params: Mapping[str, Any]
    sets: Mapping[str, str]
    source: str = "source"
    stream: str | None = None

    def check(self, say: Callable[[str], None] = lambda text: None) -> tuple[Graph, Streams]:
        """Return the checked graph and its streams.

        Args:
            say: Is told what is left out of them.

        Raises:
            GraphError: The graph, a parameter or the choice of a stream is wrong.
        """
        declared = load(self.graph).params
        if self.source not in declared:
            remedy = closest(self.source, declared, f"It has {', '.join(declared) or 'none'}.")
            raise GraphError([Problem("--source-param", f"the graph has no parameter '{self.source}'", remedy)])
        if self.source in self.params:
            raise GraphError([Problem(f"--{self.source}", "the truth names the files", "Leave the flag out.")])
        with tempfile.TemporaryDirectory(prefix="sensegraph-eval-") as folder:
            graph = self._prepare({}, Path(folder, "results.jsonl"), say)
        return graph, streams_of(graph, self.stream)

    def watch(self, path: Path, streams: Streams, watch: Callable[[Snapshot], None] | None = None) -> Watched:
        """Run the graph on a file.

        Args:
            path: The file.
            streams: What to keep.
            watch: Called about four times a second.

        Raises:
            SensegraphError: The file cannot be read, a node failed, or the run was stopped.
        """
        with tempfile.TemporaryDirectory(prefix="sensegraph-eval-") as folder:
            results = Path(folder, "results.jsonl")
            graph = self._prepare({self.source: str(path)}, results)
            began = time.monotonic()
            summary = execute(graph, pace=Pace.FAST, watch=watch)
            wall_s = time.monotonic() - began
            if summary.exit_code:
                what = summary.error or "the evaluation was stopped"
                error = SensegraphError(what if str(path) in what else f"{path}: {what}")
                error.exit_code = summary.exit_code
                raise error
            return _watched(read_results(results), streams, summary, wall_s)

    def _prepare(
        self, source: Mapping[str, str], results: Path, say: Callable[[str], None] = lambda text: None
    ) -> Graph:
        spec = load(self.graph, {**self.params, **source}, self.sets)
        return prepare(spec, results=results, headless=True, pace=Pace.FAST, say=say)[0]


def _watched(rows: Sequence[Mapping[str, Any]], streams: Streams, summary: Summary, wall_s: float) -> Watched:
    nodes = summary.last.nodes
    kept = ("packets", "ms_p50", "ms_p95", "cpu_s")
    return Watched(
        decisions_in(rows, streams),
        repetitions_in(rows, streams),
        happenings_in(rows, streams),
        wall_s,
        max((node["time_s"] for node in nodes.values()), default=0.0),
        {name: {key: node[key] for key in kept} for name, node in nodes.items()},
        sum(node["restarts"] for node in nodes.values()),
    )


def watch_all(
    watcher: Watcher, files: Mapping[str, Path], streams: Streams, *, jobs: int, say: Callable[[str, Watched], None]
) -> dict[str, Watched]:
    """Watch files, several at a time.

    Args:
        watcher: The graph.
        files: Name -> path.
        streams: What to keep.
        jobs: How many at a time.
        say: Called after each file, in the order of the files.

    Returns:
        Name -> what the graph said, in the order of `files`.

    Raises:
        SensegraphError: One of them failed; the others are stopped.
    """
    found = {}
    for name, watched in _in_order(watcher, files, streams, jobs):
        say(name, watched)
        found[name] = watched
    return found


def _in_order(
    watcher: Watcher, files: Mapping[str, Path], streams: Streams, jobs: int
) -> Iterator[tuple[str, Watched]]:
    if jobs == 1:  # in the main thread, where the run itself hears of Ctrl-C and SIGTERM
        for name, path in files.items():
            yield name, watcher.watch(path, streams)
        return
    enough = threading.Event()

    def leave(shot: Snapshot) -> None:
        if enough.is_set():
            raise SensegraphError("the evaluation was stopped")

    with ThreadPoolExecutor(jobs) as pool:
        tasks = {name: pool.submit(watcher.watch, path, streams, leave) for name, path in files.items()}
        try:
            for name, task in tasks.items():
                yield name, task.result()
        except BaseException:
            enough.set()
            pool.shutdown(cancel_futures=True)
            raise
