"""`sensegraph flip`: mirrored copies of videos, or of a class of a project."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from sensegraph.cli import printable
from sensegraph.errors import GraphError, Problem


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--class", "label", metavar="NAME", help="PATH is a project: flip the clips of this class.")
@click.option("--to", default="", metavar="NAME", help="Class of the copies; else left and right change places in it.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for flipped videos; else beside.")
def flip(paths: Sequence[Path], label: str | None, to: str, out: Path | None) -> int:
    """Make mirrored copies: of videos, as NAME_flipped.mp4, or of the clips of a class of a project.

    In a project the copies go to the class with left and right exchanged in its name, with their splits and tags.
    """
    if label is not None:
        if len(paths) > 1 or out is not None:
            what = "--class goes with one project, and without --out"
            raise GraphError([Problem("flip", what, "sensegraph flip DIR --class NAME")])
        return _flip_class(paths[0], label, to)
    if to:
        raise GraphError([Problem("flip", "--to is a class of a project", "Say --class too.")])
    return _flip_videos(paths, out)


def _flip_class(folder: Path, label: str, to: str) -> int:
    from sensegraph.training.project import Project
    from sensegraph.training.project.mirror import flip_class

    project = Project.open(folder)
    with click.progressbar(length=len(project.clips(label=label)), file=sys.stderr) as bar:
        made = flip_class(project, label, to, progress=lambda clip: bar.update(1))
    for clip in made:
        click.echo(printable(f"added: {clip.id}  {clip.label}  {clip.split}  {clip.name}"))
    click.echo(f"flipped: {len(made)}")
    return 0


def _flip_videos(paths: Sequence[Path], out: Path | None) -> int:
    from sensegraph.training.project.document import is_project
    from sensegraph.training.project.mirror import flip_video
    from sensegraph.training.project.session import FLIPPED

    targets = [(out or path.parent) / f"{path.stem}{FLIPPED}.mp4" for path in paths]
    problems = [Problem(str(path), "is a project", "Say --class NAME.") for path in paths if is_project(path)]
    for number, target in enumerate(targets):
        if target.exists():
            problems.append(Problem(str(target), "is there already", "Remove it, or write elsewhere with --out."))
        elif target in targets[:number]:
            problems.append(Problem(str(target), "would be written twice", "Flip one of them elsewhere with --out."))
    if problems:
        raise GraphError(problems)
    for path, target in zip(paths, targets, strict=True):
        count = flip_video(path, target)
        click.echo(printable(f"wrote {target}: {count} pictures"))
    return 0
