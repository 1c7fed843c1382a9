"""The part of `sensegraph train` that makes the shipped nets: look at the motions, train, write the model card."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from sensegraph.errors import GraphError, ModelError, Problem, closest

FOLDER = click.Path(file_okay=False, path_type=Path)
EXISTING = click.Path(exists=True, file_okay=False, path_type=Path)
NETS = ("body", "gesture")


@click.command("motion-sheet")
@click.argument("labels", nargs=-1)
@click.option("--net", type=click.Choice(NETS), default="body", show_default=True, help="Whose movements.")
@click.option("--seed", default=1, show_default=True, help="Of the style.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The picture, .png.")
def motion_sheet(labels: Sequence[str], net: str, seed: int, out: Path) -> None:
    """Draw the movements of LABELS (default: all) as stick figures, to be checked by eye."""
    import cv2

    sheet, known = _sheet(net)
    for label in labels:
        if label not in known:
            raise GraphError([Problem(label, "there is no motion of this label", closest(label, known, ""))])
    picture = sheet({label: known[label] for label in labels or known}, seed)
    if out.suffix.lower() != ".png" or not out.parent.is_dir() or not cv2.imwrite(str(out), picture):
        raise GraphError([Problem(f"--out {out}", "cannot be written", "Name a .png file in a folder that is there.")])
    click.echo(f"wrote {out}: {len(labels) or len(known)} movements")


def _sheet(net: str) -> tuple[Any, dict[str, Any]]:
    """Return the function that draws a sheet, and what it can draw."""
    if net == "gesture":
        from sensegraph.training.motion.gestures.gesture import GESTURES
        from sensegraph.training.motion.gestures.sheet import gesture_sheet

        return gesture_sheet, GESTURES
    from sensegraph.training.motion.exercises import EXERCISES
    from sensegraph.training.motion.sheet import contact_sheet

    return contact_sheet, EXERCISES


@click.command("net")
@click.argument("name", type=click.Choice(NETS))
@click.option("--out", type=FOLDER, required=True, help="Folder for the weights.")
@click.option("--seed", default=1, show_default=True)
@click.option("--samples", type=click.IntRange(128), help="Windows to train on, instead of as many as are usual.")
@click.option("--epochs", type=click.IntRange(1), help="Rounds over them.")
@click.option("--threads", type=click.IntRange(1, 64), default=2, show_default=True, help="Of torch.")
@click.option("--mocap", type=EXISTING, help="Folder with the packed CMU motion capture; else other weights.")
def net_(
    name: str, out: Path, seed: int, samples: int | None, epochs: int | None, threads: int, mocap: Path | None
) -> None:
    """Train the temporal net NAME and its heads from nothing, and score them."""
    need_torch()
    from sensegraph.training import temporal
    from sensegraph.training.corpora import CORPORA, PLANS
    from sensegraph.training.motion.capture import read_takes
    from sensegraph.training.scores import score

    changes = {key: value for key, value in (("samples", samples), ("epochs", epochs)) if value is not None}
    plan = temporal.Plan(**{**PLANS[name], "seed": seed, **changes})
    takes = read_takes(mocap) if mocap else []
    trained = temporal.train(CORPORA[name], plan, takes, threads)
    command = f"sensegraph train net {name} --seed {seed}" + "".join(f" --{k} {v}" for k, v in changes.items())
    command += f" --threads {threads}"
    trained.record["command"] = command + (" --mocap FOLDER" if mocap else "") + " --out DIR"
    temporal.write(out, trained, takes)
    for head in CORPORA[name].heads:
        accuracy = score(out, CORPORA[name], head, takes)
        click.echo(f"{head.name}: {accuracy:.1%} of synthetic windows that training never saw, mean over the labels")
    click.echo(f"wrote {out}: {trained.record['parameters']} parameters, {trained.record['seconds']} s")


@click.command("hand-state")
@click.option("--out", type=FOLDER, required=True, help="Folder for the weights.")
@click.option("--rows", type=EXISTING, help="Folder with keypoint_dev.csv and point_history_dev.csv; optional.")
@click.option("--seed", default=1, show_default=True)
def hand_state(out: Path, rows: Path | None, seed: int) -> None:
    """Train the two small nets that read the shape of a hand and the path of its finger."""
    need_torch()
    from sensegraph.training.hand_state import train_hand_state

    scores = train_hand_state(out, rows, seed)
    command = f"sensegraph train hand-state --seed {seed}" + (" --rows FOLDER" if rows else "") + " --out DIR"
    (out / "hand-state.json").write_text(json.dumps({"command": command, "scores": scores}, indent=2) + "\n")
    for name, share in scores.items():
        click.echo(f"{name}: {share:.1%} of real rows")
    click.echo(f"wrote {out}")


@click.command("card")
@click.argument("weights", type=EXISTING)
@click.option("--eval", "evaluations", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="JSON file of `sensegraph eval`; may be given again.")  # fmt: skip
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The page, .md.")
def card_(weights: Path, evaluations: Sequence[Path], out: Path) -> None:
    """Write the model card of the folder WEIGHTS from its records and from evaluations."""
    from sensegraph.training.card import card

    out.write_text(card(weights, evaluations), encoding="utf-8")
    click.echo(f"wrote {out}")


def need_torch() -> None:
    """Refuse to train without torch."""
    try:
        import torch  # noqa: F401
    except ImportError:
        raise ModelError("training needs torch\n  Run `pip install 'sensegraph[train]'`.") from None
