"""`sensegraph graphs`: the graphs that come with the program."""

from __future__ import annotations

import click

from sensegraph.load import load
from sensegraph.resources import graphs_dir


@click.command()
def graphs() -> None:
    """List the shipped graphs; `sensegraph run NAME` runs one."""
    paths = sorted(graphs_dir().glob("*.yaml"))
    width = max((len(path.stem) for path in paths), default=0)
    for path in paths:
        doc = load(path).doc.splitlines()
        click.echo(f"{path.stem:{width}}  {doc[0] if doc else ''}")
    click.echo(f"\nThe files are in {graphs_dir()}; copy one to change it.")
