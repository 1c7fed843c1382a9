"""Running a checked graph: as processes, or in this one."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from sensegraph import privacy
from sensegraph.check import check
from sensegraph.errors import GraphError, Problem, SensegraphError
from sensegraph.files import check_files
from sensegraph.flags import kinds_of, with_sinks, withheld
from sensegraph.graph import Graph
from sensegraph.label import Label
from sensegraph.load import find_graph, load
from sensegraph.local import run_local
from sensegraph.models import fetch
from sensegraph.node import Node, Source
from sensegraph.plan import worker_plans
from sensegraph.recording.tape import Tape
from sensegraph.reload import Reload, Request
from sensegraph.resources import display_available
from sensegraph.rundir import run_folder
from sensegraph.shadow import with_agreements
from sensegraph.signals import caught
from sensegraph.spawn import CHILD_ENVIRONMENT, spawner
from sensegraph.spec import GraphSpec, Medium, Pace, Transport
from sensegraph.summary import Snapshot, Summary
from sensegraph.supervisor import Supervisor
from sensegraph.transport.segment import available_medium

Watch = Callable[[Snapshot], None]


def run(
    graph: str | Path,
    *,
    results: str | Path | None = None,
    out: str | Path | None = None,
    headless: bool = True,
    pace: str | None = None,
    in_process: bool = False,
    watch: Watch | None = None,
    **params: Any,
) -> Summary:
    """Run a graph file to its end.

    Args:
        graph: Path of the file, or the name of a shipped graph such as `fitness`.
        results: File for the results, one JSON object per line.
        out: File for the composited video.
        headless: Take window sinks out.
        pace: `live` or `fast`; by default `fast` for files when there is no window, else `live`.
        in_process: Run all nodes in threads of this process.
        watch: Called about four times a second with the state of the run.
        params: The graph's parameters, e.g. `source="clip.mp4"`.

    Returns:
        How the run ended, with what the nodes reported; print it.

    Raises:
        SensegraphError: The graph, a parameter, the source or a model is not usable, or a node failed for good.
    """
    spec = load(find_graph(str(graph)), {name: str(value) for name, value in params.items()})
    checked, chosen = prepare(spec, results=results, out=out, headless=headless, pace=Pace(pace) if pace else None)
    if names := models_of(checked):
        fetch.get(names)
    summary = execute(checked, pace=chosen, in_process=in_process, watch=watch)
    if summary.error:
        error = SensegraphError(summary.error)
        error.exit_code = summary.exit_code
        raise error
    return summary


def prepare(
    spec: GraphSpec,
    *,
    results: str | Path | None = None,
    out: str | Path | None = None,
    headless: bool = False,
    pace: Pace | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> tuple[Graph, Pace]:
    """Check a graph for a run: the sinks of the common flags are added, the pace is chosen.

    Windows are taken out where there is no display, and results left out whose labels forbid it; `say` is told.

    Raises:
        GraphError: Everything that is wrong with the graph.
    """
    kinds = kinds_of(spec)
    whole = with_agreements(spec, kinds)
    for told in privacy.told(withheld(spec, kinds)) if results else ():
        say(f"left out of the results: {told}")
    spec = with_sinks(whole, results=_text(results), out=_text(out), headless=headless)
    graph = check(spec, pace=pace or Pace.LIVE)
    windows = [node.name for node in graph.nodes.values() if node.type.needs_display]
    if windows and not display_available():
        say(f"there is no display: the window '{windows[0]}' is left out")
        spec = with_sinks(whole, results=_text(results), out=_text(out), headless=True)
        graph = check(spec, pace=pace or Pace.LIVE)
    if whole.nodes and not graph.nodes:
        what = "without its window the graph has nothing left to do"
        raise GraphError([Problem(graph.name, what, "Add --out FILE or --results FILE.")])
    check_files(graph)
    pace = pace or default_pace(graph)
    return (graph if pace is Pace.LIVE else check(spec, pace=pace)), pace


def default_pace(graph: Graph) -> Pace:
    """Return `fast` when no source is live and nothing shows a window, else `live`."""
    for node in graph.nodes.values():
        if node.type.needs_display or (issubclass(node.type, Source) and node.type(**node.params).live()):
            return Pace.LIVE
    return Pace.FAST


def models_of(graph: Graph) -> list[str]:
    """Return the names of the models that the nodes of a graph need, each once."""
    needed = [name for node in graph.nodes.values() for each in node.variants() for name in each.models()]
    return list(dict.fromkeys(needed))


def notes(graph: Graph) -> list[str]:
    """Return what is worth telling before a graph runs: what its nodes run, and what is not connected."""
    described = {node.name: node.type(**node.params).describe() for node in graph.nodes.values()}
    return [*(f"{name}: {text}" for name, text in described.items() if text), *graph.notes]


def execute(
    graph: Graph, *, pace: Pace, in_process: bool = False, watch: Watch | None = None, tape: Tape | None = None,
    keep: Callable[[Path], None] | None = None, follow: Request | None = None,
) -> Summary:  # fmt: skip
    """Run a checked graph to its end.

    Args:
        graph: What to run.
        pace: In live pace the policies of the edges apply; in fast pace nothing is dropped.
        in_process: Run all nodes in threads of this process.
        watch: Called about four times a second with the state.
        tape: What is recorded and played.
        keep: Called with the run folder before it is removed; in one process there is none.
        follow: What was asked for, where the run is to follow its files when they change; not in one process.
    """
    _open_standard_streams()
    token = uuid.uuid4().bytes
    os.environ.update({k: v for k, v in CHILD_ENVIRONMENT.items() if k not in os.environ and in_process})
    with caught() as signals:
        if in_process:
            _must_have_no_shadow(graph)
            alone = replace(graph, nodes={n: replace(node, process="all") for n, node in graph.nodes.items()})
            return balanced(run_local(worker_plans(alone, pace, Path(), token, tape=tape)[0], signals, watch))
        with run_folder(graph.name) as folder:
            plans = worker_plans(graph, pace, folder, token, _medium(graph), tape)
            modules = sorted({_module(node.type) for node in graph.nodes.values()} - {""})
            reload = Reload(follow, plans) if follow is not None else None
            summary = Supervisor(plans, spawner(modules), signals, watch=watch, reload=reload).run()
            if keep is not None:
                keep(folder)
            return balanced(summary)


def balanced(summary: Summary) -> Summary:
    """Return the summary of a run; one whose account does not balance has failed."""
    if summary.unaccounted and not summary.error:
        summary.exit_code = 1
        summary.error = (
            f"{summary.unaccounted} packets were neither delivered nor dropped for a reason: a mistake in sensegraph\n"
            "  Please report it, with the graph."
        )
    return summary


def _medium(graph: Graph) -> Medium:
    """Return what the shared memory of a run is made of here.

    Raises:
        GraphError: There can be none, or none for what is no-record, and an edge insists on it.
    """
    medium = available_medium()
    insists = [edge for edge in graph.edges if edge.transport is Transport.SHM]
    lacks = "has no shared memory for it"
    if medium is Medium.FILES:
        insists = [edge for edge in insists if Label.NO_RECORD in graph.privacy.get(edge.stream, ())]
        lacks = "makes shared memory of files, and what flows here is no-record"
    if medium is not Medium.MEMORY and insists:
        what, remedy = f"this system {lacks} (transport: shm!)", "Leave that out: it then goes through the socket."
        raise GraphError(
            [Problem(edge.where, f"{edge.target}.inputs.{edge.input}: {what}", remedy) for edge in insists]
        )
    return medium


def _must_have_no_shadow(graph: Graph) -> None:
    """Refuse a graph whose shadow would share a process with the nodes that it must not delay."""
    shadows = [node for node in graph.nodes.values() if node.shadow]
    if shadows:
        what = f"{shadows[0].name}: a shadow needs a process of its own"
        raise GraphError([Problem(shadows[0].where, what, "Leave --in-process (`in_process=True`) out.")])


def _open_standard_streams() -> None:
    """Where our caller closed one (`>&-`), put /dev/null: else a socket of ours would get its number."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # it takes the lowest number that is free


def _module(kind: type[Node]) -> str:
    """Return the module to import before forking; a user's own file is imported by its worker alone."""
    return kind.__module__ if kind.__module__.startswith("sensegraph") else ""


def _text(path: str | Path | None) -> str | None:
    return None if path is None else str(path)
