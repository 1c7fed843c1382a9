"""What a run looks like on a terminal: a status line, a progress bar for files, tables at the end."""

from __future__ import annotations

import contextlib
import errno
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from sensegraph import budget, shadow
from sensegraph.cli import silence
from sensegraph.cli.edges import edge_table
from sensegraph.graph import Graph
from sensegraph.node import Source
from sensegraph.summary import Snapshot, Summary


def fetch_models(names: Sequence[str]) -> None:
    """Bring the models of a graph if they are not here, with progress."""
    from sensegraph.models import fetch

    if not names:
        return
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("models", total=1.0, visible=False)

        def report(stage: str, share: float | None) -> None:
            progress.update(task, description=stage, completed=share or 0.0, visible=True)

        fetch.get(list(names), progress=report)


class Status:
    """The live status of one run, on standard error; nothing is drawn when that is no terminal."""

    def __init__(self, graph: Graph, *, quiet: bool = False) -> None:
        self._console = Console(stderr=True)
        self._quiet = quiet
        self._graph = graph
        self._sources = [name for name, node in graph.nodes.items() if issubclass(node.type, Source)]
        self._live = Live(console=self._console, refresh_per_second=4, transient=True)
        self._bar = Progress(
            BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TimeRemainingColumn(), console=self._console
        )
        self._task = self._bar.add_task("", total=1.0)
        self._before: tuple[float, Mapping[str, int]] = (0.0, {})
        self._told = 0

    def __enter__(self) -> Self:
        if not self._quiet and self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with _terminal_may_go():
            self._live.stop()

    def show(self, shot: Snapshot) -> None:
        """Draw the state; new events are printed once."""
        with _terminal_may_go():
            self._draw(shot)

    def _draw(self, shot: Snapshot) -> None:
        for event in shot.events[self._told :]:
            self._console.print(Text(event, style="yellow"))
        self._told = len(shot.events)
        if self._live.is_started:
            table = Table.grid()
            table.add_row(self._line(shot))
            share = self._share(shot)
            if share is not None:
                self._bar.update(self._task, completed=share)
                table.add_row(self._bar)
            self._live.update(table)

    def _line(self, shot: Snapshot) -> Text:
        if shot.phase == "starting":
            return Text("starting ...", style="dim")
        packets = {name: node["packets"] for name, node in shot.nodes.items()}
        then, before = self._before
        seconds = max(shot.elapsed_s - then, 1e-3)
        rates = {name: (count - before.get(name, 0)) / seconds for name, count in packets.items()}
        if seconds > 1.0:
            self._before = (shot.elapsed_s, packets)
        fps = sum(rates.get(name, 0.0) for name in self._sources)
        heads = [name for name, node in shot.nodes.items() if "scores" in node["headlines"]]
        ages = [node["age_ms_p50"] for name, node in shot.nodes.items() if name in ("window", "recording", "view")]
        dropped = {n: sum(e["dropped"].values()) for n, e in shot.edges.items() if e["dropped"]}
        parts = [f"{fps:.0f} fps in"]
        parts += [f"{rates[name]:.1f} predictions/s" for name in heads]
        parts += [f"age {max(ages):.0f} ms"] if ages else []
        parts += [f"{count} dropped at {name.split('>')[1]}" for name, count in dropped.items()]
        parts += [f"{name} reduced: {node['reduced']}" for name, node in shot.nodes.items() if node["reduced"]]
        said = [text for node in shot.nodes.values() for text in node["headlines"].values()]
        line = Text(" · ".join(parts), style="dim")
        return line + Text("   ") + Text(" · ".join(said), style="bold green")

    def _share(self, shot: Snapshot) -> float | None:
        lengths = [(shot.nodes[n]["time_s"], shot.nodes[n]["length_s"]) for n in self._sources if n in shot.nodes]
        known = [min(1.0, time_s / length_s) for time_s, length_s in lengths if length_s]
        return min(known) if known else None

    def summarise(self, summary: Summary) -> None:
        """Print the tables of a run, what it saw, and where its files are."""
        console = Console(file=sys.stdout, highlight=False)
        if any(node["packets"] for node in summary.last.nodes.values()):
            console.print(_node_table(summary.last))
            console.print(edge_table(summary.last.edges, summary.last.elapsed_s))
        for line in budget.told(self._graph, summary.last.edges, summary.last.nodes):
            console.print(line, markup=False, soft_wrap=True)
        for line in shadow.told(self._graph, summary.last.nodes, summary.reports):
            console.print(line, markup=False, soft_wrap=True)
        for name, report in summary.reports.items():
            for key in ("seconds", "reps", "events", "kcal"):
                if report.get(key):
                    console.print(f"[bold]{name}[/bold]: {escape(_words(key, report[key]))}", soft_wrap=True)
        for report in summary.reports.values():
            for file in (report, *report.get("files", ())):
                if Path(file.get("path", "")).is_file():
                    console.print(f"wrote {file['path']}", markup=False, soft_wrap=True)


@contextlib.contextmanager
def _terminal_may_go() -> Iterator[None]:
    """Say nothing more when the terminal was closed: the run has been told to stop, and does so in order."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        silence(sys.stdout, sys.stderr)


def _words(key: str, value: Any) -> str:
    if isinstance(value, Mapping):
        unit = " s" if key == "seconds" else " x"
        return ", ".join(f"{label} {number:g}{unit}" for label, number in value.items())
    return f"{value:g} {key}"


def _node_table(shot: Snapshot) -> Table:
    table = Table(title=f"{shot.elapsed_s:.1f} s", title_justify="left")
    for heading in ("node", "packets", "ms p50", "ms p95", "CPU s", "restarts"):
        table.add_column(heading, justify="left" if heading == "node" else "right")
    for name, node in shot.nodes.items():
        table.add_row(
            name, str(node["packets"]), f"{node['ms_p50']:.1f}", f"{node['ms_p95']:.1f}", f"{node['cpu_s']:.1f}",
            str(node["restarts"]),
        )  # fmt: skip
    return table
