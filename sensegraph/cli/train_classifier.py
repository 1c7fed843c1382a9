"""`sensegraph train DIR`: a classifier of one's own from the clips of a project."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from sensegraph.cli import printable, tell
from sensegraph.cli.nets import need_torch
from sensegraph.cli.status import fetch_models
from sensegraph.cli.table import figures

if TYPE_CHECKING:
    from sensegraph.training.classifier.course import Course
    from sensegraph.training.classifier.plan import Backbone, Hands

MOST_DROPPED = 5
BODY_NETS = ("pose_detection", "pose_landmark_full")


@click.command("classifier")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", default="classifier", show_default=True, help="DIR/checkpoints/NAME is written.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of all that is drawn.")
@click.option("--backbone", type=click.Choice(["auto", "landmarks", "efficientnet", "mobilenet"]), default="auto",
              show_default=True, help="What it stands on; auto is landmarks.")  # fmt: skip
@click.option("--checkpoints", default="", help="Folder with official weights; none: those that were imported.")
@click.option("--hands", type=click.Choice(["auto", "none", "lite", "full"]), default="auto", show_default=True,
              help="Hand net; auto takes lite where the body is not enough.")  # fmt: skip
@click.option("--finetune-layers", "layers", type=click.IntRange(0), default=0, show_default=True,
              help="Last layers of a pixel network that are trained too.")  # fmt: skip
@click.option("--epochs", type=click.IntRange(1), default=80, show_default=True,
              help="Rounds over the clips for these layers, at most.")  # fmt: skip
@click.option("--temporal", is_flag=True, help="Learn the tags of annotated clips, instead of whole clips.")
@click.option("--jobs", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes that look at clips.")
def classifier(
    folder: Path,
    name: str,
    seed: int,
    backbone: Backbone | Literal["auto"],
    checkpoints: str,
    hands: Hands,
    layers: int,
    epochs: int,
    temporal: bool,
    jobs: int,
) -> None:
    """Train a classifier of your own on the clips of the project DIR.

    Then: sensegraph run custom --classifier DIR/checkpoints/NAME
    """
    from sensegraph.training.classifier import checkpoint, course
    from sensegraph.training.classifier.plan import Plan
    from sensegraph.training.project import Project

    project = Project.open(folder)
    chosen: Backbone = "landmarks" if backbone == "auto" else backbone
    plan = Plan(chosen, hands, checkpoints, layers, epochs, temporal, seed)
    if chosen == "landmarks":
        fetch_models(_nets(hands))
    else:
        need_torch()  # for the checkpoint in the form of sense
    with Terminal() as terminal:
        trained = course.train(project, plan, jobs, terminal.show)
        path = checkpoint.write(project.path, trained, name, shlex.join(["sensegraph", *sys.argv[1:]]))
    _tell(trained, path)


def _nets(hands: Hands) -> Sequence[str]:
    kind = "lite" if hands == "auto" else hands
    return BODY_NETS if hands == "none" else (*BODY_NETS, "palm_detection_lite", f"hand_landmark_{kind}")


def _tell(course: Course, path: Path) -> None:
    from sensegraph.training.classifier.score import scores

    for problem in course.remarks:
        tell(str(problem))
    for title, score in scores(course).items():
        plain = score.figures()
        rows = [
            (printable(each["label"]), str(each["windows"]), _share(each["recall"]), _share(each["precision"]))
            for each in plain["classes"]
            if each["windows"]
        ]
        right = f"{plain['windows_right']} of {plain['windows']} windows right"
        Console(width=100).print(figures(("class", "windows", "recall", "precision"), rows, title=f"{title}: {right}"))
        if course.lesson.temporal:
            events = score.events()
            click.echo(f"moments found: {events['found']} of {events['expected']}, {events['false']} false")
    dropped = course.best.choice.dropped()
    for movement, label, count, drawn in dropped[:MOST_DROPPED]:
        click.echo(printable(f"left out of the negatives: {movement}, {count} of {drawn}: looks like '{label}'"))
    if len(dropped) > MOST_DROPPED:
        click.echo(f"and {len(dropped) - MOST_DROPPED} more: see the report")
    seen = course.best.sight
    if seen.tuned:
        click.echo(f"last {course.plan.layers} layers trained for {len(seen.tuned.history)} epochs, kept those of "
                   f"epoch {seen.tuned.best + 1}")  # fmt: skip
    click.echo(f"stands on {seen.space}" + ("" if seen.hands == "none" else f", with hands ({seen.hands})"))
    click.echo(printable(f"wrote {path}\nreport: {path / 'report.html'}"))


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


class Terminal:
    """Shows how far a training is: a bar on a terminal, and else a line now and then."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._on_terminal = console.is_terminal
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task("", total=None)
        self._stage = ""

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def show(self, stage: str, done: int, total: int) -> None:
        """Show a stage and how much of it is done; 0 of 0 where that is not known."""
        self._bar.update(self._task, description=stage, completed=done, total=total or None)
        if stage != self._stage and not self._on_terminal:
            click.echo(f"{stage}{f': {done} of {total} known' if done else ''}", err=True)
        self._stage = stage
