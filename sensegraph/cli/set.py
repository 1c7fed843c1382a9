"""`sensegraph set`: another value for a parameter of a node that runs."""

from __future__ import annotations

import json

import click

from sensegraph.cli import printable
from sensegraph.control import ask, find_run
from sensegraph.errors import GraphError, Problem
from sensegraph.strict_yaml import parse_value


@click.command("set")
@click.argument("run")
@click.argument("parameter", metavar="NODE.PARAM")
@click.argument("value")
def set_(run: str, parameter: str, value: str) -> None:
    """Give a parameter of a node another VALUE while it runs, from its next packet on.

    RUN is the name of a graph that runs, or the number of its process. A node that is started anew keeps the value;
    the graph file stays as it is.
    """
    node, dot, param = parameter.partition(".")
    if not (node and dot and param):
        raise GraphError([Problem(parameter, "is not NODE.PARAM", "For example calories.weight.")])
    told = ask(find_run(run), {"kind": "set", "node": node, "param": param, "value": parse_value(value, parameter)})
    click.echo(printable(f"{parameter}: {json.dumps(told['was'])} -> {json.dumps(told['now'])}"))
