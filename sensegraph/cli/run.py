"""`sensegraph run`: the parameters of the graph become flags."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from sensegraph.cli import tell
from sensegraph.cli.graph_command import PACE, GraphCommand, pairs, params_given, running
from sensegraph.cli.status import Status, fetch_models
from sensegraph.errors import GraphError, Problem
from sensegraph.files import check_apart
from sensegraph.graph import Graph
from sensegraph.launch import execute, models_of, notes, prepare
from sensegraph.load import find_graph, load
from sensegraph.recording.tape import Tape
from sensegraph.reload import Request, import_afresh
from sensegraph.spec import Pace
from sensegraph.summary import Summary


@click.command(cls=GraphCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("graph")
@PACE
@click.option("--trace", type=click.Path(dir_okay=False, path_type=Path), help="What its last minutes were: JSON.")
@click.option("--reload", "reload_", is_flag=True, help="Follow the files of the graph and its nodes as they change.")
@running
@click.pass_context
def run(
    ctx: click.Context,
    /,
    graph: str,
    headless: bool,
    pace: str | None,
    results: str | None,
    out: str | None,
    in_process: bool,
    sets: Sequence[str],
    quiet: bool,
    trace: Path | None,
    reload_: bool,
    **given: Any,
) -> int:
    """Run GRAPH: a file, or the name of a shipped graph."""
    if trace is not None and in_process:
        raise GraphError([Problem("--trace", "is kept by the processes of a run", "Leave --in-process out.")])
    if reload_ and in_process:
        raise GraphError([Problem("--reload", "starts the processes of nodes anew", "Leave --in-process out.")])
    if reload_:
        import_afresh()
    path, params = find_graph(graph), params_given(ctx, given)
    spec = load(path, params, pairs(sets))
    say = say_unless(quiet)
    checked, chosen = prepare(
        spec, results=results, out=out, headless=headless, pace=Pace(pace) if pace else None, say=say
    )
    keep = None
    if trace is not None:
        check_apart(checked, str(trace), "--trace")
        keep = partial(_keep, trace)
    silent = results == "-"
    asked = Request(str(path), params, pairs(sets), results, out, headless, chosen.value)
    follow = asked if reload_ else None
    return perform(
        checked, chosen, in_process=in_process, quiet=quiet, silent=silent, keep=keep, follow=follow
    ).exit_code


def _keep(path: Path, folder: Path) -> None:
    """Write the trace of a run that ends."""
    from sensegraph import timeline
    from sensegraph.trace import read

    timeline.write(path, read(folder))


def perform(
    graph: Graph, pace: Pace, *, in_process: bool = False, quiet: bool = False, silent: bool = False,
    tape: Tape | None = None, keep: Callable[[Path], None] | None = None, follow: Request | None = None,
) -> Summary:  # fmt: skip
    """Run a checked graph and show what it does.

    Args:
        graph: What to run.
        pace: How fast.
        in_process: All nodes in threads of this process.
        quiet: Show nothing but errors.
        silent: Standard output is taken: show notes and errors only.
        tape: What is recorded and played.
        keep: Called with the run folder before it is removed.
        follow: What was asked for, where the run is to follow its files.
    """
    fetch_models(models_of(graph))
    for note in notes(graph):
        say_unless(quiet)(note)
    with Status(graph, quiet=quiet or silent) as status:
        summary = execute(
            graph, pace=pace, in_process=in_process, watch=status.show, tape=tape, keep=keep, follow=follow
        )
    if summary.error:
        tell(summary.error)
    if not quiet and not silent:
        status.summarise(summary)
    return summary


def say_unless(quiet: bool) -> Callable[[str], None]:
    """Return what tells a text to the user, or nothing."""
    return (lambda text: None) if quiet else (lambda text: click.echo(text, err=True))
