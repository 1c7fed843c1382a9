"""`sensegraph record`: run a graph and keep what flows in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from sensegraph import privacy
from sensegraph.cli.graph_command import PACE, GraphCommand, pairs, params_given, running
from sensegraph.cli.run import perform, say_unless
from sensegraph.cli.status import fetch_models
from sensegraph.launch import models_of, prepare
from sensegraph.load import find_graph, load
from sensegraph.recording.begin import begin, end
from sensegraph.recording.recording import Recording
from sensegraph.recording.tape import Tape
from sensegraph.recording.taps import sources_of, streams_of, with_recorders
from sensegraph.shadow import without_shadows
from sensegraph.spec import Pace
from sensegraph.summary import Summary


@click.command(cls=GraphCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("graph")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The recording.")
@click.option("--streams", help="NODE.PORT,...; all. Default: what the sources send, and all results.")
@click.option("--lossy", is_flag=True, help="Keep pictures as JPEG: a third of the size, and no --verify.")
@PACE
@running
@click.pass_context
def record(
    ctx: click.Context,
    /,
    graph: str,
    output: Path,
    streams: str | None,
    lossy: bool,
    headless: bool,
    pace: str | None,
    results: str | None,
    out: str | None,
    in_process: bool,
    sets: Sequence[str],
    quiet: bool,
    **given: Any,
) -> int:
    """Run GRAPH and record its streams and decisions, for `sensegraph replay`."""
    params = params_given(ctx, given)
    spec, say, silent = load(find_graph(graph), params, pairs(sets)), say_unless(quiet), results == "-"
    if (alone := without_shadows(spec)).nodes.keys() != spec.nodes.keys():
        say("shadows are left out of a recording: what they get is chance")
        spec = alone
    recorded, left_out = streams_of(spec, streams)
    for told in privacy.told(left_out):
        say(f"left out of the recording: {told}")
    if sources_of(spec, list(left_out)):
        say("it lacks what a source sends, so it cannot be replayed")
    path = output.absolute()
    tapped = with_recorders(spec, recorded, str(path), lossy=lossy)
    checked, chosen = prepare(
        tapped, results=results, out=out, headless=headless, pace=Pace(pace) if pace else None, say=say
    )
    models = models_of(checked)
    fetch_models(models)
    begin(path, spec, checked, chosen, recorded, lossy=lossy, params=params, sets=pairs(sets), models=models)
    tape = Tape(record=str(path), decisions=chosen is Pace.LIVE)
    summary = perform(checked, chosen, in_process=in_process, quiet=quiet, silent=silent, tape=tape)
    end(path, summary)
    if not quiet:
        _tell(output, summary, recorded)
    return summary.exit_code


def _tell(path: Path, summary: Summary, streams: Sequence[str]) -> None:
    """Say what was recorded, and what came too fast to be."""
    size = path.stat().st_size / 1e6
    click.echo(f"{path}: {len(streams)} streams, {size:.1f} MB", err=True)
    for stream, times in Recording(path).lost().items():
        click.echo(f"  {len(times)} packets of {stream} came too fast to be recorded", err=True)
