"""`sensegraph graphs`: the graphs that come with the program."""

from __future__ import annotations

import click

from sensegraph.load import load
from sensegraph.resources import graphs_dir


@click.command()
def graphs() -> None:
    """List the shipped graphs; `sensegraph run NAME` runs one."""
    for path in sorted(graphs_dir().glob("*.yaml")):
        doc = load(path).doc.splitlines()
        click.echo(f"{path.stem:14} {doc[0] if doc else ''}")
    click.echo(f"\nThe files are in {graphs_dir()}; copy one to change it.")
