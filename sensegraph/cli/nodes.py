"""`sensegraph nodes`: what node types there are, and one of them in full."""

from __future__ import annotations

import inspect
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sensegraph import parameters, registry
from sensegraph.label import words
from sensegraph.node import Node, Port


@click.command()
@click.argument("name", required=False)
def nodes(name: str | None) -> None:
    """List the node types, or tell all about NAME (a type, or ./file.py:Class)."""
    console = Console(highlight=False)
    if name is None:
        table = Table.grid(padding=(0, 2))
        for known in registry.names():
            table.add_row(f"[bold]{known}[/bold]", escape(_first_line(registry.find(known, Path.cwd()))))
        console.print(table)
        return
    kind = registry.find(name, Path.cwd(), "sensegraph nodes")
    about = (inspect.getdoc(kind) or "").split("Args:")[0].strip()
    paragraphs = [" ".join(each.split()) for each in about.split("\n\n")]
    console.print(f"[bold]{escape(name)}[/bold]  {escape((chr(10) * 2).join(paragraphs))}\n")
    for title, ports in (("inputs", kind.inputs), ("outputs", kind.outputs)):
        for name, port in ports.items():
            console.print(f"  {title[:-1]:7} [bold]{escape(name)}[/bold]: {escape(_about(port))}")
    for param in parameters.describe(kind):
        default = "required" if param.required else f"= {param.default!r}"
        console.print(
            f"  param   [bold]{param.name}[/bold]: {escape(param.kind)} {escape(default)}  {escape(param.doc)}"
        )


def _first_line(kind: type[Node]) -> str:
    return (inspect.getdoc(kind) or "").splitlines()[0] if inspect.getdoc(kind) else ""


def _about(port: Port) -> str:
    kind = "pictures" if port.colour else getattr(port.type, "__name__", str(port.type))
    parts = [kind, f"at {port.rate_hz:g}/s" if port.rate_hz else "", "optional" if port.optional else ""]
    parts += ["anonymous" if port.anonymous else "", words(port.privacy), port.doc]
    return ", ".join(filter(None, parts))
