"""`sensegraph why`: what became of one frame."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import click

from sensegraph import timeline
from sensegraph.cli import printable
from sensegraph.control import find_run
from sensegraph.errors import GraphError, Problem
from sensegraph.fate import fate
from sensegraph.packet import NANOSECONDS
from sensegraph.trace import Event, read

FRAME = re.compile(r"(?P<source>[\w-]+):(?:(?P<frame>[0-9]{1,15})|(?P<seconds>[0-9]{1,9}(?:\.[0-9]{1,9})?)s)")


@click.command()
@click.argument("run")
@click.argument("frame", metavar="SOURCE:FRAME")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def why(run: str, frame: str, as_json: bool) -> None:
    """Tell what became of a frame: who worked on it, how long it waited, where and why it was dropped.

    RUN is the name of a graph that runs, the number of its process, or a file of `sensegraph run --trace`. The frame is
    the number that its source gave it (camera:1234) or where in the video it is (camera:41.5s). A run knows the last
    minutes of each of its nodes.
    """
    asked = FRAME.fullmatch(frame)
    if asked is None:
        raise GraphError([Problem(frame, "is no frame of a source", "For example camera:1234, or camera:41.5s.")])
    number = None if asked["frame"] is None else int(asked["frame"])
    time_ns = round(float(asked["seconds"] or 0) * NANOSECONDS)
    found = fate(events_of(run), asked["source"], number, time_ns)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(found), indent=2))
        return
    made = found.made
    lines = [f"frame {made.frame} of {made.place}, at {made.time_ns / NANOSECONDS:.3f} s", *found.lines()]
    click.echo(printable("\n".join(lines)))


def events_of(run: str) -> list[Event]:
    """Return what a run that goes on has written so far, or what is in the file of one that has ended.

    Raises:
        SensegraphError: There is no such run, or the file is no trace.
    """
    if run.endswith(".json"):
        return timeline.load(Path(run))
    return read(find_run(run).folder)
