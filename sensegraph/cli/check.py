"""`sensegraph check`: everything that is wrong with graph files."""

from __future__ import annotations

from pathlib import Path

import click

from sensegraph.check import check_file
from sensegraph.cli import tell
from sensegraph.errors import GraphError
from sensegraph.load import find_graph


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--trust", is_flag=True, help="Import the user's own node files, to check their ports as well.")
def check(files: tuple[str, ...], trust: bool) -> int:
    """Check graph FILES; starts nothing and imports no file of yours without --trust."""
    code = 0
    for name in files:
        try:
            spec = check_file(find_graph(name), trust=trust)
        except GraphError as error:
            tell(str(error))
            code = error.exit_code
        else:
            click.echo(f"{Path(name)}: {len(spec.nodes)} nodes, {len(spec.edges)} edges, no problem")
    return code
