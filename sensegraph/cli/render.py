"""`sensegraph train render`: films of exercises or gestures, with their truth."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sensegraph.errors import GraphError, Problem, SinkError, closest

if TYPE_CHECKING:
    from sensegraph.training.render.array import Array
    from sensegraph.training.render.look import Look

COLUMNS = ("file", "start_s", "end_s", "label", "reps")


@dataclass(frozen=True)
class Part:
    """A stretch of a film.

    Attributes:
        start: seconds of the film.
        end: seconds of the film.
        label: what is done; `none` in a rest.
        reps: seconds of the film at which each repetition is complete; None for a gesture.
    """

    start: float
    end: float
    label: str
    reps: tuple[float, ...] | None


@dataclass(frozen=True)
class Footage:
    """A film that is about to be drawn: uint8 RGB pictures (H,W,3), how many there will be, and what they show."""

    pictures: Iterator[Array]
    frames: int
    parts: Sequence[Part]


@dataclass(frozen=True)
class Order:
    """How a film is to be, as the options of `render` say."""

    look: Look
    seed: int
    view: float
    seconds: float
    reps: int | None
    rest_s: float
    fps: int
    size: tuple[int, int]
    samples: int
    hand: str


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
@click.option(
    "--hand",
    type=click.Choice(["right", "left", "either"]),
    default="right",
    show_default=True,
    help="That makes a gesture, where the label does not say.",
)
@click.option("--seconds", type=click.FloatRange(1, 600), default=10.0, show_default=True,
              help="Of each label; commands of gesture control are made once.")  # fmt: skip
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
    hand: str,
    seconds: float,
    reps: int | None,
    rest_s: float,
    fps: int,
    size: tuple[int, int],
    samples: int,
) -> None:
    """Draw LABELS as a film of a rendered person, one after another with rests between.

    LABELS are exercises, seen whole, or gestures and commands of gesture control, seen from head to hips.
    """
    from sensegraph.training.render.workout import write_film

    _check_outputs(out, truth)
    order = Order(_look(look, seed), seed, view, seconds, reps, rest_s, fps, size, samples, hand)
    footage = (_gestures if _are_gestures(labels) else _exercises)(labels, order)
    table = "" if truth is None else _truth(footage.parts, out.name, fps, size, truth.suffix)
    part = out.with_name(f".{out.stem}.part.mp4")
    try:
        with click.progressbar(footage.pictures, length=footage.frames, file=sys.stderr) as pictures:
            write_film(part, iter(pictures), fps, size)
        if truth is not None:
            truth.write_text(table, encoding="utf-8")
        part.rename(out)
    except OSError as error:
        raise SinkError(f"{out}: cannot be written: {error.strerror or error}\n  Check the folder.") from None
    finally:
        part.unlink(missing_ok=True)
    click.echo(f"wrote {out}: {footage.frames / fps:.1f} s" + (f", and {truth}" if truth else ""))


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


def _are_gestures(labels: Sequence[str]) -> bool:
    """Whether the labels are gestures; refuses what is neither that nor an exercise, and both in one film."""
    from sensegraph.training.motion.exercises import EXERCISES
    from sensegraph.training.render.closeup import LABELS

    known = [*EXERCISES, *LABELS]
    for label in labels:
        if label not in known:
            remedy = closest(label, known, f"There are: {', '.join(known)}.")
            raise GraphError([Problem(label, "there is no motion of this label", remedy)])
    gestures = [each for each in labels if each in LABELS]
    others = [each for each in labels if each not in LABELS]
    if gestures and others:
        what = f"is a gesture, seen close up, and '{others[0]}' an exercise, seen whole"
        raise GraphError([Problem(gestures[0], what, "Make a film of each.")])
    return bool(gestures)


def _exercises(labels: Sequence[str], order: Order) -> Footage:
    """A routine, the whole body in view."""
    import numpy as np

    from sensegraph.training.motion.exercises import EXERCISES
    from sensegraph.training.render import routine
    from sensegraph.training.render.screen import screen

    rng, body, fps = np.random.default_rng(order.seed), order.look.body(), order.fps
    done = [
        routine.exercise(
            rng, each, body, EXERCISES[each], fps, seconds=order.seconds, reps=order.reps, degrees=order.view
        )
        for each in labels
    ]
    pause = routine.rest(body, order.rest_s, fps, order.view)
    segments = routine.blended(routine.with_rests(done, pause), fps)
    rows = routine.truth_rows(segments, "", fps)
    parts = [
        Part(start, end, label, tuple(round(start + at, 3) for at in each.reps))
        for (_, start, end, label, _), each in zip(rows, segments, strict=True)
    ]
    pictures = screen(segments, order.look, order.size, fps, order.samples, order.seed)
    return Footage(pictures, sum(len(each.joints) for each in segments), parts)


def _gestures(labels: Sequence[str], order: Order) -> Footage:
    """Gestures one after another, head to hips in view."""
    import numpy as np

    from sensegraph.training.render.closeup import Hand, Stage
    from sensegraph.training.render.routine import NONE

    stage = Stage(order.look, order.fps, order.rest_s, order.view)
    rng = np.random.default_rng(order.seed)
    hands: tuple[Hand, ...] = ("right", "left")
    scenes = []
    for place, label in enumerate(labels):
        hand = hands[rng.integers(2)] if order.hand == "either" else hands[order.hand == "left"]
        seconds = 0.0 if order.reps else order.seconds
        scenes += [stage.scene([order.seed, place], label, hand, seconds)] * (order.reps or 1)
    frames, now, parts = stage.frames(scenes), 0.0, []
    for scene, (start, end) in zip(scenes, stage.times(scenes), strict=True):
        parts += [Part(now, start, NONE, ()), Part(start, end, scene.label, None)]
        now = end
    parts.append(Part(now, round(frames / order.fps, 3), NONE, ()))
    return Footage(stage.pictures(scenes, order.size, order.samples, order.seed), frames, parts)


def _truth(parts: Sequence[Part], file: str, fps: int, size: tuple[int, int], form: str) -> str:
    """The content of the truth file: rows of `sensegraph eval`, or JSON with the end of each repetition."""
    if form == ".csv":
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(COLUMNS)
        for each in parts:
            table.writerow((file, each.start, each.end, each.label, "" if each.reps is None else len(each.reps)))
        return text.getvalue()
    segments = [
        {"start": each.start, "end": each.end, "label": each.label, "reps": list(each.reps or ())} for each in parts
    ]
    return json.dumps({"file": file, "fps": fps, "size": list(size), "segments": segments}, indent=1) + "\n"
