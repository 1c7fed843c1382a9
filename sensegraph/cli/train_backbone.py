"""`sensegraph train backbone`: a pixel network from labelled clips."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import click
from click.core import ParameterSource
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from sensegraph.cli.nets import need_torch
from sensegraph.cli.table import figures
from sensegraph.errors import Problem
from sensegraph.models.pixel.architecture import ARCHITECTURES
from sensegraph.signals import Signals, caught
from sensegraph.training.backbone.dataset import Dataset, find
from sensegraph.training.backbone.error import DatasetError, listed
from sensegraph.training.backbone.probe import hush

if TYPE_CHECKING:
    from sensegraph.training.backbone.machine import Machine
    from sensegraph.training.backbone.plan import Plan
    from sensegraph.training.backbone.progress import Epoch, Step
    from sensegraph.training.backbone.start import Start

FOLDER = click.Path(file_okay=False, path_type=Path)
TABLE = click.Path(exists=True, dir_okay=False)
SHARE = click.FloatRange(0, 1, max_open=True)
OPTIMIZERS = ("adamw", "sgd")
PRECISIONS = ("auto", "fp32", "bf16", "fp16")
DETAILS = 5


def _pairs(ctx: click.Context, param: click.Parameter, value: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the two words of each A=B."""
    pairs = [tuple(word.strip() for word in each.split("=")) for each in value]
    if bad := next((each for each, pair in zip(value, pairs, strict=True) if len(pair) != 2 or not all(pair)), None):
        raise click.BadParameter(f"'{bad}': write two words as east=west.")
    return tuple((pair[0], pair[1]) for pair in pairs)


@click.command("backbone")
@click.argument("dataset", type=FOLDER)
@click.option("--out", type=FOLDER, help="Folder for what comes out.")
@click.option("--list", "only_list", is_flag=True, help="Only tell what the dataset holds.")
@click.option("--resume", is_flag=True, help="Go on with the training in --out, as it was planned.")
@click.option("--net", type=click.Choice(sorted(ARCHITECTURES)), default="mobilenet", show_default=True)
@click.option(
    "--from",
    "begin",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Weights to begin with: a checkpoint, or the folder of a training; a further one is laid over it.",
)
@click.option("--annotations", type=TABLE, multiple=True, help="Table of the clips, where it lies elsewhere.")
@click.option(
    "--picture-fps", type=click.FloatRange(1, 1000), default=12.0, show_default=True, help="Of folders of pictures."
)
@click.option(
    "--valid", type=SHARE, default=0.2, show_default=True, help="Share for validation, where the dataset does not say."
)
@click.option("--epochs", type=click.IntRange(1), default=30, show_default=True)
@click.option("--batch", type=click.IntRange(1), default=8, show_default=True, help="Clips at once.")
@click.option("--accumulate", type=click.IntRange(1), default=1, show_default=True, help="Batches for one step.")
@click.option("--frames", type=int, default=48, show_default=True, help="Pictures of a window, at 16 a second.")
@click.option("--size", type=int, default=256, show_default=True, help="Side of a picture; graphs run with 256.")
@click.option("--optimizer", type=click.Choice(OPTIMIZERS), default="adamw", show_default=True)
@click.option("--rate", type=float, help="Greatest learning rate, instead of the usual one.")
@click.option("--warmup", type=click.FloatRange(0), default=2.0, show_default=True, help="Epochs in which it rises.")
@click.option("--weight-decay", type=click.FloatRange(0), default=0.02, show_default=True)
@click.option("--smoothing", type=SHARE, default=0.1, show_default=True, help="Of the labels.")
@click.option("--dropout", type=SHARE, default=0.2, show_default=True, help="Of the pooled feature.")
@click.option("--ema", type=SHARE, default=0.0, help="Decay of the mean of weights that is kept, e.g. 0.999.")
@click.option("--last-layers", type=int, help="Train only so many last layers; 0: the head alone. Needs --from.")
@click.option("--augment/--no-augment", default=True, show_default=True, help="Show clips in drawn views.")
@click.option("--flip", is_flag=True, help="Mirror clips where the mirror image has a class: left becomes right.")
@click.option(
    "--flip-labels",
    multiple=True,
    callback=_pairs,
    metavar="A=B",
    help="Further words of labels that a mirror exchanges.",
)
@click.option("--balance", is_flag=True, help="Let classes come equally often.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@click.option("--precision", type=click.Choice(PRECISIONS), default="auto", show_default=True)
@click.option("--workers", type=click.IntRange(0, 64), help="Processes that read clips.")
@click.option(
    "--save-minutes",
    type=click.FloatRange(0),
    default=10.0,
    show_default=True,
    help="How often to save within an epoch.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.pass_context
def backbone(
    ctx: click.Context,
    /,
    dataset: Path,
    out: Path | None,
    only_list: bool,
    resume: bool,
    begin: Sequence[Path],
    device: str,
    precision: str,
    workers: int | None,
    save_minutes: float,
    **planned: Any,
) -> None:
    """Train a pixel network with a head on the labelled clips in the folder DATASET.

    DATASET/train/CLASS/*.mp4 and DATASET/valid/CLASS/*.mp4, or DATASET/CLASS/*.mp4, or clips with tables as those of
    Jester, Something-Something and Kinetics.
    """
    hush()
    if only_list:
        _tell(_find(dataset, planned), whole=True)
        return
    if out is None:
        raise click.UsageError("Missing option '--out': the folder for what comes out. Or only look: --list.")
    need_torch()
    from sensegraph.training.backbone import storage
    from sensegraph.training.backbone.machine import machine
    from sensegraph.training.backbone.plan import Plan

    used = machine(device, precision, workers, save_minutes)
    if resume:
        _refuse_start(begin)
    else:
        plan = Plan(scratch=not begin, **planned)
    with storage.held(out, resume=resume):
        state = None
        if resume:
            state = storage.load_state(out / storage.STATE)
            plan = Plan.of_dict(state["plan"])
            _refuse_changes(ctx, plan)
        found = _find(dataset, plan.as_dict())
        _tell(found, whole=False)
        _tell_mirrors(found, plan)
        start = _start(begin, plan, found)
        _train(found, plan, used, out, start, state)


def _find(root: Path, planned: dict[str, Any]) -> Dataset:
    """Find the clips, with a bar while they are opened."""
    console = Console(stderr=True)
    columns = (TextColumn("opening clips"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)
        return find(
            root,
            tables=[Path(each) for each in planned["annotations"]],
            valid=planned["valid"],
            seed=planned["seed"],
            picture_fps=planned["picture_fps"],
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        )


def _tell(dataset: Dataset, *, whole: bool) -> None:
    """Print what was found; what is missing or broken in whole, or the beginning of it."""
    train, valid = dataset.counts("train"), dataset.counts("valid")
    click.echo(f"{dataset.root}: {dataset.layout}")
    click.echo(
        f"{len(dataset.clips)} clips of {len(dataset.classes)} classes: {sum(train)} to learn from, "
        f"{sum(valid)} for validation; a class has {min(train)} to {max(train)} to learn from"
    )
    if whole:
        rows = [(name, str(t), str(v)) for name, t, v in zip(dataset.classes, train, valid, strict=True)]
        Console(width=100).print(figures(("class", "train", "valid"), rows))
    most = max(len(dataset.missing), len(dataset.broken)) if whole else DETAILS
    _tell_some("are named in a table and not there", dataset.missing, most)
    _tell_some("cannot be read", [f"{name}: {why}" for name, why in dataset.broken.items()], most)
    if dataset.unseen:
        click.echo(f"no clip for validation, so nothing will be known of: {listed(dataset.unseen)}")
    for note in dataset.notes:
        click.echo(note)


def _tell_some(what: str, lines: Sequence[str], most: int) -> None:
    if lines:
        rest = len(lines) - most
        click.echo(f"{len(lines)} clips {what}, and were left out:")
        more = [f"and {rest} more; --list tells all"] if rest > 0 else []
        click.echo("\n".join(f"  {line}" for line in [*lines[:most], *more]))


def _tell_mirrors(dataset: Dataset, plan: Plan) -> None:
    """Print which labels change places in a mirror, and which are never mirrored."""
    if not plan.flip:
        return
    from sensegraph.training.backbone.mirror import mirror

    names = dataset.classes
    mirrors = mirror(names, plan.flip_labels)
    swapped = [f"{names[i]} = {names[other]}" for i, other in enumerate(mirrors) if other is not None and i < other]
    never = [names[i] for i, other in enumerate(mirrors) if other is None]
    click.echo(f"mirrored: {listed(swapped) if swapped else 'every class is its own mirror image'}")
    if never:
        click.echo(f"never mirrored, as no class has the name of the mirror image: {listed(never)}")


def _start(begin: Sequence[Path], plan: Plan, dataset: Dataset) -> Start | None:
    if not begin:
        return None
    from sensegraph.training.backbone.start import read

    start = read(begin, plan.net, dataset.classes)
    click.echo(f"begins with {' and '.join(map(str, start.files))}" + (f"; {start.note}" if start.note else ""))
    return start


def _refuse_start(begin: Sequence[Path]) -> None:
    if begin:
        raise DatasetError([Problem("--from", "does not go with --resume", "A training goes on with its own weights.")])


def _refuse_changes(ctx: click.Context, plan: Plan) -> None:
    """Refuse options that contradict the plan of the training that goes on."""
    wrong = []
    for each in fields(plan):
        told = ctx.get_parameter_source(each.name) is ParameterSource.COMMANDLINE
        if told and ctx.params[each.name] != getattr(plan, each.name):
            name, before = each.name.replace("_", "-"), getattr(plan, each.name)
            wrong.append(Problem(f"--{name}", f"the training was begun with {before}", "Leave it out."))
    if wrong:
        raise DatasetError(wrong)


def _train(
    dataset: Dataset, plan: Plan, used: Machine, out: Path, start: Start | None, state: dict[str, Any] | None
) -> None:
    from sensegraph.training.backbone.trainer import Trainer

    click.echo(f"training {ARCHITECTURES[plan.net].title} on {used.device} in {used.precision}, {plan.epochs} epochs")
    with caught() as signals, Terminal(plan.epochs, signals) as terminal:
        trainer = Trainer(dataset, plan, used, out, terminal, start)
        if state is not None:
            trainer.restore(state)
        record = trainer.run()
    best = record["best"]
    click.echo(
        f"best: epoch {best['epoch']}, {best['top1']:.1%} of {best['clips']} clips for validation named right, "
        f"{best['mean_class']:.1%} as the mean over the classes"
    )
    damaged = [f"{name}: {why}" for name, why in record["damaged_while_read"].items()]
    if damaged:
        click.echo(f"{len(damaged)} clips are damaged further on; what could be read of them was used:")
        click.echo("\n".join(f"  {line}" for line in damaged[:DETAILS]))
    click.echo(f"wrote {out}: backbone.ckpt, head.ckpt, label2int.json, record.json and tables")


class Terminal:
    """Shows a training: a bar on a terminal, and a line after each epoch."""

    def __init__(self, epochs: int, signals: Signals) -> None:
        self._epochs, self._signals = epochs, signals
        self._began = time.monotonic()
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task("reading clips", total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def step(self, step: Step) -> None:
        """Move the bar."""
        name = "evaluating" if step.evaluating else f"loss {step.loss:.3f}"
        text = f"epoch {step.epoch + 1}/{self._epochs}  {name}"
        self._bar.update(self._task, description=text, completed=step.batch, total=step.batches)

    def epoch(self, epoch: Epoch) -> None:
        """Print the figures."""
        seconds = time.monotonic() - self._began
        click.echo(
            f"epoch {epoch.epoch:3d}/{self._epochs}  loss {epoch.train_loss:.3f}  train {epoch.train_top1:6.1%}  "
            f"valid {epoch.valid_top1:6.1%}  top 5 {epoch.valid_top5:6.1%}  {seconds:.0f} s{'  best' * epoch.best}"
        )

    def stop(self) -> int:
        """Return the exit code of a signal that has come."""
        codes = self._signals.taken()
        return codes[0] if codes else 0
