"""`sensegraph models import`."""

from __future__ import annotations

from pathlib import Path

import click

from sensegraph.cli import printable
from sensegraph.errors import ModelError
from sensegraph.models.pixel import imports
from sensegraph.models.pixel.architecture import ARCHITECTURES
from sensegraph.models.pixel.checkpoints import VERSIONS
from sensegraph.models.pixel.source import Options


@click.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--as", "net", type=click.Choice(list(ARCHITECTURES)), help="The network that it belongs to.")
@click.option("--version", type=click.Choice(VERSIONS), help="The version that it belongs to.")
@click.option("--head", metavar="NAME", help="What to call a classifier of your own (default: as its folder).")
def import_weights(path: Path, net: str | None, version: str | None, head: str | None) -> None:
    """Import official weights that you have.

    They are needed once: what was made of them runs without torch.

    PATH is a .ckpt, .checkpoint or .safetensors file, a `resources` folder of sense, or the folder of a classifier
    that was trained with it. What a file holds is seen from its tensors; the options are for files whose names are not
    the official ones, and choose among those of a folder.
    """
    options = Options(net, version, head)
    found = imports.targets(path, options)
    wrong = []
    for target in found:
        try:
            taken = imports.take(target, options)
        except ModelError as error:
            wrong.append(str(error))
            continue
        click.echo(printable(f"{taken.path}: imported as {taken.manifest.name}: {taken.manifest.describe()}"))
        for remark in taken.remarks:
            click.echo(printable(f"  {remark}"))
    for other in imports.left_alone(path):
        click.echo(printable(f"{other}: left alone, its name is not an official one; import it by itself"))
    if wrong:
        rest = f"\n{len(found) - len(wrong)} of {len(found)} files were imported" if len(found) > 1 else ""
        raise ModelError("\n".join(wrong) + rest)
