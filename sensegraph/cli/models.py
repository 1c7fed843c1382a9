"""`sensegraph models`: the landmark nets, which are fetched once."""

from __future__ import annotations

from pathlib import Path

import click

from sensegraph.cli.status import fetch_models
from sensegraph.errors import ModelError
from sensegraph.models import catalogue, fetch


@click.group()
def models() -> None:
    """List, get or describe the models."""


@models.command("list")
def list_() -> None:
    """List the models and whether they are here."""
    for name in catalogue.NETS:
        click.echo(f"{name:22} {_state(name):9} {catalogue.net(name).purpose}")


@models.command()
@click.argument("names", nargs=-1)
@click.option("--wheel", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A wheel that was brought.")
def get(names: tuple[str, ...], wheel: Path | None) -> None:
    """Get the models NAMES (default: all) and convert them, once."""
    wanted = list(names or catalogue.NETS)
    if wheel is not None:
        fetch.get(wanted, wheel=wheel)
    else:
        fetch_models(wanted)
    click.echo(f"{len(wanted)} models are in {catalogue.cache_folder()}")


@models.command()
@click.argument("name")
def info(name: str) -> None:
    """Tell where a model comes from."""
    net = catalogue.net(name)
    click.echo(f"{name}: {net.purpose}\n  licence {net.licence}\n  from {net.member}\n  sha256 {net.sha256}")
    click.echo(f"  {_state(name)}: {catalogue.onnx_path(name)}")


def _state(name: str) -> str:
    try:
        catalogue.verify(name)
    except ModelError:
        return "missing" if not catalogue.onnx_path(name).exists() else "damaged"
    return "here"
