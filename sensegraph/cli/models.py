"""`sensegraph models`: the landmark nets, which are fetched once, and weights of the user's own, which are imported."""

from __future__ import annotations

from pathlib import Path

import click

from sensegraph.cli import printable
from sensegraph.cli.lazy import LazyGroup
from sensegraph.cli.status import fetch_models
from sensegraph.errors import ModelError, closest
from sensegraph.models import catalogue, fetch
from sensegraph.models.pixel import store

COMMANDS = {
    "list": "models:list_",
    "get": "models:get",
    "import": "import_weights:import_weights",
    "info": "models:info",
    "verify": "models:verify",
    "remove": "models:remove",
}


@click.group(cls=LazyGroup, commands_at=COMMANDS)
def models() -> None:
    """Get the landmark nets; import official weights that you have."""


@click.command("list")
def list_() -> None:
    """List the models and whether they are here."""
    rows = [(name, _state(name), catalogue.net(name).purpose) for name in catalogue.NETS]
    rows += [(name, _state(name), _purpose(name)) for name in store.names()]
    width = max(len(name) for name, _, _ in rows)
    for name, state, purpose in rows:
        click.echo(f"{name:{width}} {state:9} {purpose}")


@click.command()
@click.argument("names", nargs=-1)
@click.option("--wheel", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A wheel that was brought.")
def get(names: tuple[str, ...], wheel: Path | None) -> None:
    """Get the landmark nets NAMES (default: all), once."""
    wanted = list(names or catalogue.NETS)
    if wheel is not None:
        fetch.get(wanted, wheel=wheel)
    else:
        fetch_models(wanted)
    click.echo(f"{len(wanted)} models are in {catalogue.cache_folder()}")


@click.command()
@click.argument("name")
def info(name: str) -> None:
    """Tell where a model comes from and what it is."""
    _known(name)
    if name in catalogue.NETS:
        net = catalogue.net(name)
        click.echo(f"{name}: {net.purpose}\n  licence {net.licence}\n  from {net.member}\n  sha256 {net.sha256}")
        click.echo(f"  {_state(name)}: {catalogue.onnx_path(name)}")
        return
    manifest = store.read(name)
    click.echo(f"{name}: {_purpose(name)}")
    source = manifest.source
    click.echo(printable(f"  from {source.get('name')} ({source.get('bytes')} bytes), which is needed no more"))
    click.echo(f"  sha256 {source.get('sha256')}\n  weights {manifest.weights}")
    if manifest.labels:
        click.echo(printable(f"  labels {', '.join(manifest.labels)}"))
    click.echo(f"  {_state(name)}: {manifest.folder}")
    for file, about in manifest.files.items():
        click.echo(f"    {file} {about.get('bytes')} bytes, sha256 {about.get('sha256')}")


@click.command()
@click.argument("names", nargs=-1)
def verify(names: tuple[str, ...]) -> None:
    """Check NAMES (default: all that are here).

    The hash of every file is compared; the exit code is 2 if a model is damaged.
    """
    for name in names:
        _known(name)
    wrong = []
    here = [name for name in catalogue.NETS if catalogue.onnx_path(name).exists()] + store.names()
    for name in names or here:
        try:
            _verify(name)
        except ModelError as error:
            wrong.append(str(error))
        else:
            click.echo(f"{name}: ok")
    if wrong:
        raise ModelError("\n".join(wrong))
    if not names and not here:
        click.echo(f"there are no models in {catalogue.cache_folder()}")


@click.command()
@click.argument("names", nargs=-1, required=True)
def remove(names: tuple[str, ...]) -> None:
    """Remove what was imported as NAMES.

    Your own files stay as they are.
    """
    for name in names:
        if name in catalogue.NETS:
            raise ModelError(f"'{name}' is a landmark net: `models remove` is for what was imported, and it stays")
        if name not in store.names():
            store.read(name)
    for name in dict.fromkeys(names):
        what = _purpose(name)
        freed = store.remove(name)
        click.echo(f"removed {name} ({what}), {freed / 1e6:.1f} MB")


def _known(name: str) -> None:
    """Refuse a name that is neither a landmark net nor imported."""
    known = [*catalogue.NETS, *store.names()]
    if name not in known:
        raise ModelError(f"there is no model '{name}': {', '.join(known)}\n  {closest(name, known)}".rstrip())


def _verify(name: str) -> None:
    if name in catalogue.NETS:
        catalogue.verify(name)
    else:
        store.verify(name)


def _state(name: str) -> str:
    try:
        _verify(name)
    except ModelError:
        return "missing" if name in catalogue.NETS and not catalogue.onnx_path(name).exists() else "damaged"
    return "here"


def _purpose(name: str) -> str:
    """Return what something imported is, in a few words."""
    try:
        manifest = store.read(name)
    except ModelError:
        return "imported, but its manifest cannot be read"
    return manifest.describe()
