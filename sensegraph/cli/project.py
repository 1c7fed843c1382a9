"""`sensegraph project`: the clips of a classifier of one's own."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sensegraph.cli import printable, tell
from sensegraph.errors import Problem, SourceError

if TYPE_CHECKING:
    from sensegraph.training.project import Clip, Project, Split
    from sensegraph.training.project.intake import Intake

DIR = click.Path(path_type=Path)
FPS = click.option(
    "--fps", type=click.FloatRange(1, 240), default=16.0, show_default=True, help="Of folders of pictures."
)
SPLIT = click.option(
    "--split", type=click.Choice(["train", "valid", "test"]), help="Use, where nothing says; else that of its session."
)
SESSION = click.option("--session", default="", metavar="NAME", help="Recording they come from, where nothing says.")


@click.group()
def project() -> None:
    """Collect the clips of a classifier of your own."""
    logging.getLogger("sensegraph_nodes").addHandler(logging.NullHandler())  # what it warns of is told by file


@project.command()
@click.argument("folder", metavar="DIR", type=DIR)
@click.option("--name", default="", help="Of the project; by default that of the folder.")
def new(folder: Path, name: str) -> None:
    """Make an empty project in DIR, which is created."""
    from sensegraph.training.project import Project

    made = Project.create(folder, name)
    click.echo(printable(f"made project '{made.name}' in {folder}"))


@project.command("import")
@click.argument("folder", metavar="DIR", type=DIR)
@click.argument("source", metavar="FOLDER", type=DIR)
@SPLIT
@SESSION
@FPS
def import_(folder: Path, source: Path, split: Split | None, session: str, fps: float) -> int:
    """Import the clips of FOLDER: a folder for each class, or one of these.

    FOLDER may be train, valid and test with a folder for each class in them; a project of sense's studio; a CSV list
    with the columns file,label[,split,session]. A clip is a video, or a folder of pictures. Import again after an
    interruption: it goes on where it was.
    """
    from sensegraph.training.project import Project
    from sensegraph.training.project.intake import Intake
    from sensegraph.training.project.layout import survey

    opened, intake = Project.open(folder), Intake()
    found = survey(source)
    click.echo(printable(f"{source}: {found.kind}, {len(found.candidates)} clips"), err=True)
    try:
        with click.progressbar(length=len(found.candidates), file=sys.stderr) as bar:
            intake.take(opened, found, split=split, session=session, picture_fps=fps, progress=lambda: bar.update(1))
    finally:
        _tell_intake(intake)
    return 0 if intake.added or intake.known else 2


def _tell_intake(intake: Intake) -> None:
    for problem in (*intake.remarks, *intake.left_out):
        tell(str(problem))
    counts = {"imported": len(intake.added), "there already": intake.known, "left out": len(intake.left_out)}
    click.echo(", ".join(f"{count} {word}" for word, count in counts.items() if count or word == "imported"))


@project.command()
@click.argument("folder", metavar="DIR", type=DIR)
@click.argument("label", metavar="CLASS")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=DIR)
@SPLIT
@SESSION
@FPS
def add(folder: Path, label: str, files: Sequence[Path], split: Split | None, session: str, fps: float) -> int:
    """Add videos, or folders of pictures, to a class."""
    from sensegraph.training.project import Project, ProjectError

    opened, failed = Project.open(folder), 0
    before = {clip.id for clip in opened.record.clips}
    for path in files:
        try:
            clip = opened.add_clip(path, label, split=split, session=session, picture_fps=fps)
        except (ProjectError, SourceError) as error:
            tell(str(error))
            failed += 1
            continue
        click.echo(printable(f"{'there already' if clip.id in before else 'added'}: {_line(clip)}"))
        for note in clip.notes:
            tell(f"{path}: {note}")
    return 2 if failed else 0


@project.command("list")
@click.argument("folder", metavar="DIR", type=DIR)
@click.option("--clips", "each", is_flag=True, help="Every clip.")
@click.option("--bin", "removed", is_flag=True, help="Every clip in the bin.")
@click.option("--json", "as_json", is_flag=True, help="All of it, as JSON.")
def list_(folder: Path, each: bool, removed: bool, as_json: bool) -> None:
    """Tell what is in a project, and what it lacks."""
    from sensegraph.training.project import Project

    opened = Project.open(folder)
    if as_json:
        click.echo(json.dumps(_facts(opened), indent=1, ensure_ascii=False))
        return
    if each or removed:
        for clip in opened.clips(removed=removed):
            click.echo(printable(_line(clip)))
        return
    for line in _table(opened):
        click.echo(printable(line))
    ready = opened.readiness()
    for problem in (*ready.problems, *ready.advice):
        click.echo(printable(str(problem)))


def _line(clip: Clip) -> str:
    session = f", session {clip.session}" if clip.session_known else ""
    return f"{clip.id}  {clip.label}  {clip.split}  {clip.seconds:.2f} s  {clip.name}{session}"


def _table(opened: Project) -> list[str]:
    rows: list[tuple[str, ...]] = [("class", "train", "valid", "test", "seconds", "sessions", "tagged")]
    for label in opened.classes:
        clips = opened.clips(label=label)
        counts = [str(len(opened.clips(split, label))) for split in ("train", "valid", "test")]
        seconds, sessions = sum(clip.seconds for clip in clips), len({clip.session for clip in clips})
        tagged = sum(opened.annotations(clip) is not None for clip in clips)
        rows.append((label, *counts, f"{seconds:.1f}", str(sessions), str(tagged)))
    width = max(len(row[0]) for row in rows)
    lines = [f"{row[0]:{width}}  {''.join(f'{cell:>10}' for cell in row[1:])}" for row in rows]
    tags = ", ".join(opened.tags.values())
    bin_ = len(opened.clips(removed=True))
    return [*lines, *([f"tags: {tags}"] if tags else []), *([f"in the bin: {bin_}"] if bin_ else [])]


def _facts(opened: Project) -> dict[str, Any]:
    ready = opened.readiness()
    return {
        "path": str(opened.path),
        **opened.record.model_dump(mode="json"),
        "problems": [str(problem) for problem in ready.problems],
        "advice": [str(problem) for problem in ready.advice],
    }


@project.command()
@click.argument("folder", metavar="DIR", type=DIR)
@click.option("--valid", type=float, default=0.2, show_default=True, help="Share of the clips for validation.")
@click.option("--test", type=float, default=0.0, show_default=True, help="Share for the test.")
@click.option("--by", type=click.Choice(["session", "clip"]), default="session", show_default=True,
              help="What stays together.")  # fmt: skip
@click.option("--seed", default=1, show_default=True, help="Others choose others.")
def split(folder: Path, valid: float, test: float, by: str, seed: int) -> None:
    """Divide the clips for training, validation and test; those of one recording session stay together."""
    from sensegraph.training.project import Project
    from sensegraph.training.project.split import Shares, divide

    opened = Project.open(folder)
    opened.assign(divide(opened.clips(), Shares(valid, test, by_clip=by == "clip", seed=seed)))
    for line in _table(opened):
        click.echo(printable(line))
    for label in opened.classes:
        if valid and opened.clips("train", label) and not opened.clips("valid", label):
            what = f"class '{label}' has no clips for validation: all are of one session"
            tell(str(Problem(str(folder), what, "Record some on another day, or divide with --by clip.")))


@project.command()
@click.argument("folder", metavar="DIR", type=DIR)
@click.argument("target", type=DIR)
@click.option("--originals", is_flag=True, help="The originals instead of the versions of 16 frames a second.")
def export(folder: Path, target: Path, originals: bool) -> None:
    """Write the clips and tags to TARGET, a new folder, as sense's studio keeps them."""
    from sensegraph.training.project import Project
    from sensegraph.training.project.export import export as write

    opened = Project.open(folder)
    with click.progressbar(length=len(opened.clips()), file=sys.stderr) as bar:
        count = write(opened, target, originals=originals, progress=lambda: bar.update(1))
    click.echo(printable(f"wrote {target}: {count} clips"))


@project.command()
@click.argument("folder", metavar="DIR", type=DIR)
@click.argument("classifier", metavar="CLASSIFIER", type=DIR)
@click.argument("clips", metavar="[CLIP]...", nargs=-1)
@click.option("--accept", is_flag=True, help="Annotate the clips with what is proposed.")
@click.option("--checkpoints", default="", help="Folder with official weights; none: those that were imported.")
def suggest(folder: Path, classifier: Path, clips: Sequence[str], accept: bool, checkpoints: str) -> int:
    """Propose tags for clips that are not annotated yet: what CLASSIFIER, a folder, names in them.

    CLIP is an id, the beginning of one, or a name; without any all are looked at. Those that are annotated stay as
    they are.
    """
    from sensegraph.training.classifier import suggestion
    from sensegraph.training.project import Project

    opened = Project.open(folder)
    chosen = [opened.clip(each) for each in clips] or opened.clips()
    blank = [clip for clip in chosen if opened.annotations(clip) is None]
    proposer = suggestion.Proposer(classifier, checkpoints)
    unread = 0
    for clip in blank:
        try:
            found = proposer.propose(opened.video(clip))
        except SourceError as error:
            tell(f"clip {clip.id}: {error}")
            unread += 1
            continue
        click.echo(printable(_line(clip)))
        for each in found:
            begin, end = each.seconds
            click.echo(printable(f"  {begin:6.2f} to {min(end, clip.seconds):6.2f} s  {each.label}  {each.score:.0%}"))
        if accept:
            suggestion.accept(opened, clip, found)
    done = len(blank) - unread
    click.echo(
        f"{'annotated' if accept else 'proposed for'} {done} clips; {len(chosen) - len(blank)} were annotated already"
    )
    return 2 if blank and not done else 0


@project.command()
@click.argument("folder", metavar="DIR", type=DIR)
@click.argument("clips", metavar="CLIP...", nargs=-1, required=True)
def remove(folder: Path, clips: Sequence[str]) -> None:
    """Put clips into the bin; CLIP is an id, the beginning of one, or a name."""
    from sensegraph.training.project import Project

    opened = Project.open(folder)
    for said in [opened.clip(each).id for each in clips]:
        click.echo(printable(f"in the bin: {_line(opened.remove(said))}"))


@project.command()
@click.argument("folder", metavar="DIR", type=DIR)
@click.argument("clips", metavar="CLIP...", nargs=-1, required=True)
def restore(folder: Path, clips: Sequence[str]) -> None:
    """Take clips out of the bin."""
    from sensegraph.training.project import Project

    opened = Project.open(folder)
    for said in [opened.clip(each).id for each in clips]:
        click.echo(printable(f"restored: {_line(opened.restore(said))}"))


@project.command("empty-bin")
@click.argument("folder", metavar="DIR", type=DIR)
@click.confirmation_option("--yes", prompt="The clips in the bin will be gone for good. Go on?")
def empty_bin(folder: Path) -> None:
    """Remove the clips in the bin for good."""
    from sensegraph.training.project import Project

    click.echo(f"removed for good: {len(Project.open(folder).empty_bin())}")
