"""`sensegraph eval`: a graph against files whose truth is known."""

from __future__ import annotations

import json
import os
import shlex
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from sensegraph.cli import printable
from sensegraph.cli.graph_command import SETS, GraphCommand, pairs, params_given
from sensegraph.cli.run import say_unless
from sensegraph.cli.status import fetch_models
from sensegraph.errors import GraphError, Problem, SinkError
from sensegraph.evaluation.figures import score
from sensegraph.evaluation.record import Circumstances, record
from sensegraph.evaluation.report import page
from sensegraph.evaluation.streams import Watched
from sensegraph.evaluation.table import table
from sensegraph.evaluation.truth import read_truth
from sensegraph.evaluation.watch import Watcher, watch_all
from sensegraph.launch import models_of
from sensegraph.load import find_graph

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("eval", cls=GraphCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("graph")
@click.argument("truth", type=click.Path(path_type=Path))
@click.option("--report", type=FILE, metavar="FILE.html", help="All figures as one page, with plots.")
@click.option("--json", "figures_file", type=FILE, metavar="FILE.json", help="All figures as JSON.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Files at a time.")
@click.option("--stream", metavar="NAME", help="Stream of the decisions, where the graph has several.")
@click.option(
    "--source-param", default="source", show_default=True, metavar="NAME", help="Graph parameter that takes the file."
)
@SETS
@click.option("--quiet", is_flag=True, help="Nothing about progress.")
@click.pass_context
def evaluate(
    ctx: click.Context,
    /,
    graph: str,
    truth: Path,
    report: Path | None,
    figures_file: Path | None,
    jobs: int,
    stream: str | None,
    source_param: str,
    sets: Sequence[str],
    quiet: bool,
    **given: Any,
) -> int:
    """Run GRAPH on the files of TRUTH, a CSV file, and tell how well it did.

    TRUTH has the columns file,start_s,end_s,label,reps and, if you like, also_ok. A label may be A|B where either is
    right, or none where nothing may be named. Files are relative to the folder of TRUTH.
    """
    params = params_given(ctx, given)
    watcher = Watcher(find_graph(graph), params, pairs(sets), source_param, stream)
    checked, streams = watcher.check(say_unless(quiet))
    segments = read_truth(truth, streams.labels)
    files = {segment.file: segment.path for segment in segments}
    outputs = {"--report": report, "--json": figures_file}
    _check_outputs(outputs, [watcher.graph, truth, *files.values()])
    fetch_models(models_of(checked))
    progress = _Progress(len(files), quiet=quiet)
    began = time.monotonic()
    watched = watch_all(watcher, files, streams, jobs=jobs, say=progress.tell)
    figures = score(segments, watched, streams, time.monotonic() - began)
    click.echo(printable(table(figures)))
    settings = {name: str(value) for name, value in {**params, **pairs(sets)}.items()}
    plain = record(figures, Circumstances(_command(), watcher.graph, settings, truth, jobs))
    if figures_file is not None:
        _write(figures_file, json.dumps(plain, indent=1) + "\n")
    if report is not None:
        _write(report, page(figures, plain))
    return 0


class _Progress:
    """Tells each file when it is done."""

    def __init__(self, files: int, *, quiet: bool) -> None:
        self._files, self._quiet, self._done = files, quiet, 0

    def tell(self, name: str, watched: Watched) -> None:
        """Print a line to standard error."""
        self._done += 1
        if not self._quiet:
            took = f"{watched.media_s:.1f} s of video in {watched.wall_s:.1f} s"
            click.echo(printable(f"{self._done} of {self._files}: {name}, {took}"), err=True)


def _check_outputs(outputs: Mapping[str, Path | None], inputs: Sequence[Path]) -> None:
    """Refuse, before anything runs, to write over what is read or where nothing can be written.

    Raises:
        GraphError: Every such file.
    """
    taken = {os.path.realpath(path): "it is read" for path in inputs}
    problems = []
    for flag, path in outputs.items():
        if path is None:
            continue
        real = os.path.realpath(path)
        if real in taken:
            problems.append(Problem(f"{flag} {path}", f"would be written over: {taken[real]}", "Write elsewhere."))
        elif reason := _unwritable(path):
            problems.append(Problem(f"{flag} {path}", f"cannot be written: {reason}", "Write elsewhere."))
        taken[real] = f"{flag} writes it too"
    if problems:
        raise GraphError(problems)


def _unwritable(path: Path) -> str:
    """Return why a file cannot be written; empty when it can. Its folder is made."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return str(error.strerror)
    return "" if os.access(path if path.exists() else path.parent, os.W_OK) else "permission denied"


def _write(path: Path, content: str) -> None:
    """Write a file and say so.

    Raises:
        SinkError: It cannot be written.
    """
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise SinkError(f"{path}: it cannot be written: {error.strerror}\n  Write elsewhere.") from error
    click.echo(printable(f"wrote {path}"))


def _command() -> str:
    return shlex.join(["sensegraph", *sys.argv[1:]])
