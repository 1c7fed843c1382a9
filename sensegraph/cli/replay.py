"""`sensegraph replay`: a recording plays in the place of the sources."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from sensegraph.cli.graph_command import pairs, running
from sensegraph.cli.run import perform, say_unless
from sensegraph.errors import GraphError, Problem
from sensegraph.launch import prepare
from sensegraph.load import find_graph, load
from sensegraph.recording.again import check_sources, graph_of, without_effects
from sensegraph.recording.contents import contents
from sensegraph.recording.recording import Recording
from sensegraph.recording.tape import Tape
from sensegraph.recording.verify import check_verifiable, verify
from sensegraph.spec import GraphSpec, Pace

DIFFERS = 3
"""Exit code of `--verify` where something is not the same."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("recording", type=click.Path())
@click.argument("graph", required=False)
@click.option(
    "--pace", default="fast", metavar="live|fast|xN", help="As recorded, as fast as it goes, N times as fast."
)
@click.option("--verify", "verifying", is_flag=True, help="Compare with the recording: 0 = the same, 3 = not.")
@click.option("--contents", "listing", is_flag=True, help="Only tell what the recording holds, as JSON.")
@click.option("--trust", is_flag=True, help="Run the graph in the recording, wherever it is from.")
@running
def replay(
    recording: str,
    graph: str | None,
    pace: str,
    verifying: bool,
    listing: bool,
    trust: bool,
    headless: bool,
    results: str | None,
    out: str | None,
    in_process: bool,
    sets: Sequence[str],
    quiet: bool,
) -> int:
    """Play RECORDING in its graph, or in GRAPH.

    Every node gets the packets that it got when the run was recorded, whatever was dropped then.
    """
    played, say, speed = Recording(recording), say_unless(quiet), _speed(pace)
    if listing:
        click.echo(json.dumps(contents(played), indent=2))
        return 0
    spec = load(find_graph(graph), {}, pairs(sets)) if graph else graph_of(played, pairs(sets), trust=trust)
    spec, left_out = without_effects(spec, files=graph is None)
    if left_out:
        say(f"left out, because they write files or act: {', '.join(left_out)}")
    check_sources(spec, played)
    if verifying:
        return _verify(played, spec, pairs(sets), in_process=in_process, quiet=quiet)
    for note in _notes(played):
        say(note)
    checked, _ = prepare(spec, results=results, out=out, headless=headless, pace=Pace.FAST, say=say)
    tape = Tape(replay=str(Path(recording).absolute()), speed=speed)
    silent = results == "-"
    return perform(checked, Pace.FAST, in_process=in_process, quiet=quiet, silent=silent, tape=tape).exit_code


def _verify(played: Recording, spec: GraphSpec, sets: Mapping[str, str], *, in_process: bool, quiet: bool) -> int:
    check_verifiable(played)
    for note in _notes(played):
        say_unless(quiet)(note)
    with tempfile.TemporaryDirectory(prefix="sensegraph-verify-") as folder:
        verdict = verify(
            played, spec, Path(folder) / "again.sgr", sets,
            lambda graph, tape: perform(graph, Pace.FAST, in_process=in_process, quiet=quiet, silent=True, tape=tape),
        )  # fmt: skip
    if verdict.summary.exit_code:
        return verdict.summary.exit_code
    click.echo(str(verdict))
    return DIFFERS if verdict.difference else 0


def _notes(played: Recording) -> list[str]:
    """Return what is worth knowing of a recording before it is played."""
    ending = played.ending()
    notes = [] if ending else ["the recording was cut off: it is played as far as it goes"]
    if damage := played.damage():
        notes.append(f"{damage[1]} bytes cannot be read, from byte {damage[0]} on")
    for node, times in (ending.restarts if ending else {}).items():
        notes.append(f"'{node}' was restarted {times} times while it was recorded: what it knew was lost then")
    notes += [f"{len(times)} packets of {name} were not recorded" for name, times in played.lost().items()]
    return notes


def _speed(pace: str) -> float:
    """Return how many times as fast as recorded; 0 = as fast as it goes.

    Raises:
        GraphError: It is no pace.
    """
    known = {"live": 1.0, "fast": 0.0}
    try:
        speed = known[pace] if pace in known else float(pace.removeprefix("x")) if pace.startswith("x") else -1.0
    except ValueError:
        speed = -1.0
    if pace not in known and not 0.01 <= speed <= 1000:
        raise GraphError([Problem(f"--pace {pace}", "is no pace", "Write live, fast, or x2 for twice as fast.")])
    return speed
