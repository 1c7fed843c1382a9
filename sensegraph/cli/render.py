"""`sensegraph train render`: films of labelled motion, with their truth."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sensegraph.errors import GraphError, Problem, SinkError, closest

if TYPE_CHECKING:
    from sensegraph.training.motion.exercise import Exercise
    from sensegraph.training.render.look import Look
    from sensegraph.training.render.routine import Segment

COLUMNS = ("file", "start_s", "end_s", "label", "reps")


def _size(ctx: click.Context, param: click.Parameter, value: str) -> tuple[int, int]:
    """Return width and height of WxH."""
    parts = value.lower().split("x")
    if len(parts) != 2 or not all(part.isdecimal() for part in parts):
        raise click.BadParameter(f"'{value}' is not a size. Write it as 640x480.")
    width, height = int(parts[0]), int(parts[1])
    if not all(64 <= each <= 4096 and each % 2 == 0 for each in (width, height)):
        raise click.BadParameter(f"'{value}': width and height must be even and 64 to 4096.")
    return width, height


def _view(ctx: click.Context, param: click.Parameter, value: str) -> float:
    """Return by how many degrees the person is turned to their left."""
    from sensegraph.training.render.view import SIDES_DEG

    try:
        degrees = SIDES_DEG[value] if value in SIDES_DEG else float(value)
    except ValueError:
        degrees = math.nan
    if not abs(degrees) <= 360:
        raise click.BadParameter(f"'{value}' is no view. Say front, 45, side or degrees.")
    return degrees


@click.command()
@click.argument("labels", nargs=-1, required=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The film, .mp4.")
@click.option(
    "--truth",
    type=click.Path(dir_okay=False, path_type=Path),
    help="What happens when: .csv as `sensegraph eval` reads it, or .json with the time of each repetition.",
)
@click.option("--look", default="workout", show_default=True, help="Who and where: a name, or random.")
@click.option("--seed", default=0, show_default=True, help="Of style, tempo and random looks.")
@click.option(
    "--view",
    metavar="front|45|side|DEG",
    callback=_view,
    default="front",
    show_default=True,
    help="How the person is turned.",
)
@click.option("--seconds", type=click.FloatRange(1, 600), default=10.0, show_default=True, help="Of each label.")
@click.option("--reps", type=click.IntRange(1, 200), help="Repetitions of each label, instead of seconds.")
@click.option(
    "--rest",
    "rest_s",
    type=click.FloatRange(1, 60),
    default=4.0,
    show_default=True,
    help="Seconds of rest before, between and after.",
)
@click.option("--fps", type=click.IntRange(8, 60), default=30, show_default=True)
@click.option("--size", metavar="WxH", callback=_size, default="640x480", show_default=True)
@click.option("--samples", type=click.IntRange(1, 3), default=2, show_default=True,
              help="Per pixel along each axis; 1 is faster.")  # fmt: skip
def render(
    labels: Sequence[str],
    out: Path,
    truth: Path | None,
    look: str,
    seed: int,
    view: float,
    seconds: float,
    reps: int | None,
    rest_s: float,
    fps: int,
    size: tuple[int, int],
    samples: int,
) -> None:
    """Draw LABELS as a film of a rendered person, one after another with rests between."""
    import numpy as np

    from sensegraph.training.render import routine
    from sensegraph.training.render.screen import screen
    from sensegraph.training.render.workout import write_film

    _check_outputs(out, truth)
    person = _look(look, seed)
    rng, body = np.random.default_rng(seed), person.body()
    done = [
        routine.exercise(rng, each, body, _exercise(each), fps, seconds=seconds, reps=reps, degrees=view)
        for each in labels
    ]
    segments = routine.blended(routine.with_rests(done, routine.rest(body, rest_s, fps, view)), fps)
    frames = sum(len(each.joints) for each in segments)
    table = "" if truth is None else _truth(segments, out.name, fps, size, truth.suffix)
    part = out.with_name(f".{out.stem}.part.mp4")
    try:
        drawn = screen(segments, person, size, fps, samples, seed)
        with click.progressbar(drawn, length=frames, file=sys.stderr) as pictures:
            write_film(part, iter(pictures), fps, size)
        if truth is not None:
            truth.write_text(table, encoding="utf-8")
        part.rename(out)
    except OSError as error:
        raise SinkError(f"{out}: cannot be written: {error.strerror or error}\n  Check the folder.") from None
    finally:
        part.unlink(missing_ok=True)
    click.echo(f"wrote {out}: {frames / fps:.1f} s" + (f", and {truth}" if truth else ""))


def _check_outputs(out: Path, truth: Path | None) -> None:
    """Refuse what is there already, what is no film or table, and what has no folder."""
    problems = []
    if out.suffix.lower() != ".mp4":
        problems.append(Problem(f"--out {out}", "is no .mp4 file", "Name it film.mp4."))
    if truth is not None and truth.suffix not in (".csv", ".json"):
        problems.append(Problem(f"--truth {truth}", "is neither .csv nor .json", "Name it truth.csv."))
    for each in filter(None, (out, truth)):
        if os.path.lexists(each):
            problems.append(Problem(str(each), "is there already", "Choose another name, or remove it."))
        elif not each.parent.is_dir():
            problems.append(Problem(str(each), "there is no such folder", "Make it, or write elsewhere."))
    if problems:
        raise GraphError(problems)


def _look(name: str, seed: int) -> Look:
    import numpy as np

    from sensegraph.training.render.look import LOOKS, Look

    if name == "random":
        return Look.draw(np.random.default_rng(seed))
    if name not in LOOKS:
        remedy = closest(name, LOOKS, f"There are {', '.join(LOOKS)}, and random.")
        raise GraphError([Problem(f"--look {name}", "there is no such look", remedy)])
    return LOOKS[name]


def _exercise(label: str) -> Exercise:
    from sensegraph.training.motion.exercises import EXERCISES

    if label not in EXERCISES:
        remedy = closest(label, EXERCISES, f"There are: {', '.join(EXERCISES)}.")
        raise GraphError([Problem(label, "there is no motion of this label", remedy)])
    return EXERCISES[label]


def _truth(segments: Sequence[Segment], file: str, fps: int, size: tuple[int, int], form: str) -> str:
    """The content of the truth file: rows of `sensegraph eval`, or JSON with the end of each repetition."""
    from sensegraph.training.render.routine import truth_rows

    rows = truth_rows(segments, file, fps)
    if form == ".csv":
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(rows)
        return text.getvalue()
    parts = [
        {"start": start, "end": end, "label": label, "reps": [round(start + at, 3) for at in each.reps]}
        for (_, start, end, label, _), each in zip(rows, segments, strict=True)
    ]
    return json.dumps({"file": file, "fps": fps, "size": list(size), "segments": parts}, indent=1) + "\n"
