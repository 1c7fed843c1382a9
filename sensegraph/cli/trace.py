"""`sensegraph trace`: what the nodes of a run did when, for a viewer of traces."""

from __future__ import annotations

from pathlib import Path

import click

from sensegraph import timeline
from sensegraph.cli.why import events_of


@click.command()
@click.argument("run")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file, e.g. trace.json."
)
@click.option("--every", type=click.IntRange(min=1), default=1, show_default=True, help="Every so many-th frame only.")
def trace(run: str, out: Path, every: int) -> None:
    """Write what the nodes and edges of a run did as JSON for ui.perfetto.dev or chrome://tracing.

    RUN is the name of a graph that runs, or the number of its process; it goes on. Its last minutes are written.
    """
    kept = timeline.sampled(events_of(run), every)
    timeline.write(out, kept)
    click.echo(f"{out}: {len(kept)} events; open it in https://ui.perfetto.dev")
