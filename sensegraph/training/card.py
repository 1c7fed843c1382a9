"""The model card of the shipped weights, made from their records and from evaluations."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sensegraph.models import catalogue
from sensegraph.training.corpora import CORPORA
from sensegraph.training.corpus import Corpus

WORST = 12
"""So many of the labels with the lowest recall are told in the card; all are in the CSV file."""

HEAD = """# Model card

Our own nets that name exercises and gestures from landmarks. They ship with the package; `sensegraph train card` makes
this page from their training records and from evaluations by `sensegraph eval`.

Landmarks come from Google's BlazePose and BlazeHand out of the package mediapipe 0.10.21 (Apache-2.0), converted on the
user's machine. Their own terms: one person within about 4 m; not for identity, surveillance or medical use.
"""

DATA = """## Data
Trained on skeletons made by `sensegraph/training/motion` (parametrised movements, random bodies, cameras, tracker
faults) and, where the tables above name subjects, on motion capture. **No video was used for training.** The data used
in this project was obtained from mocap.cs.cmu.edu. The database was created with funding from NSF EIA-0196217. Segment
labels of the exercise takes: mocap6dataset (Michael C. Hughes, BSD-2-Clause). Hand gesture data: Kazuhito Takahashi,
hand-gesture-recognition-using-mediapipe, Apache-2.0 (two thirds of 2 750 rows of hand shapes, changed: a part of the
rows). None of this data is part of the project.

Looked at: the shared evaluation clips were known when the movements that are no exercise were written, and earlier
versions of the generator were changed after looking at their results; figures on those clips are therefore optimistic.
The sizes of the tracker's faults on hands were taken from the ten signing clips, and what is no gesture was extended
after a look at what an early net said of two of the shared clips (nodding while leaning, scratching while signing).
"""

LIMITS = """## Limits
* Open set: what was not generated is not surely rejected. Expect a few percent of false activations in everyday
  scenes: sitting down can look like a squat, slow wide steps like a lunge.
* One person in view; the whole body for exercises, head to waist and the hands for gestures; a level camera. Where
  there are several people the most evident one is followed until they leave.
* The rendered figure moves by the same kinematics as the training set: a test of the path, not of accuracy on people.
* Not evaluated across age, body shape, skin tone, clothing, or for wheelchair users. Not for medical use.
* Not a 20BN/Jester model: the label names follow it, the numbers are not comparable.
"""


def card(folder: Path, evaluations: Sequence[Path]) -> str:
    """Return the model card as Markdown.

    Args:
        folder: with the weights and their records.
        evaluations: JSON files written by `sensegraph eval`.
    """
    records = [json.loads(path.read_text(encoding="utf-8")) for path in evaluations]
    parts = [HEAD]
    for corpus in CORPORA.values():
        if (folder / f"{corpus.net}-temporal.onnx").is_file():
            parts.append("\n".join(_net(folder, corpus, records)))
    if (folder / "hand-state.json").is_file():
        parts.append("\n".join(_hand_state(folder)))
    return "\n".join([*parts, DATA, LIMITS, _files(folder)])


def _net(folder: Path, corpus: Corpus, records: Sequence[dict[str, Any]]) -> Iterator[str]:
    heads = [json.loads((folder / f"{plan.name}.json").read_text(encoding="utf-8")) for plan in corpus.heads]
    training = heads[0]["training"]
    yield f"## {corpus.net}-temporal: {', '.join(plan.name for plan in corpus.heads)}\n"
    yield f"2.5 s of landmarks at 16 fps -> an embedding in the space `{corpus.space}`.\n"
    yield "| | |\n|---|---|"
    yield f"| parameters | {training['parameters']} |"
    yield f"| generator, seed | {training['generator_version']}, {training['seed']} |"
    yield f"| windows, epochs | {training['samples']}, {training['epochs']} ({training['seconds']} s on two cores) |"
    yield f"| captured subjects | {', '.join(training['captured_subjects']) or 'none'} |"
    yield f"| kept for testing | {training['test_subject']} |"
    yield f"| command | `{training['command']}` |\n"
    for plan, head in zip(corpus.heads, heads, strict=True):
        yield from _synthetic(plan.name, head["test"])
    for record in records:
        known = {label for plan in corpus.heads for label in plan.labels if label not in plan.rejected}
        shown = {label for each in record["segments"] for label in each["label"].split("|")}
        if known & (shown | set(record["untested"])):
            yield from _evaluation(record)


def _synthetic(name: str, test: dict[str, Any]) -> Iterator[str]:
    yield f"### {name}: synthetic test\n"
    yield (
        f"Styles, bodies and cameras that training leaves out, {test['windows']} windows, as many of every label: "
        f"**{test['accuracy']:.1%}** top-1, mean over the labels. The whole matrix: `{name}-confusion.csv`.\n"
    )
    worst = sorted(test["recall"].items(), key=lambda pair: pair[1])[:WORST]
    yield "Lowest recall: " + ", ".join(f"{label} {recall:.0%}" for label, recall in worst) + ".\n"
    if test["confused"]:
        pairs = "; ".join(f"{shown} as {named} {share:.0%}" for shown, named, share in test["confused"])
        yield f"Confused (8 % of the windows or more): {pairs}.\n"
    if test.get("captured"):
        yield "Captured motion of the kept subject, filmed by random cameras, named step by step as when it runs:\n"
        yield "| shown | right / windows | named most often |\n|---|---|---|"
        for label, entry in test["captured"].items():
            named = sorted(entry["named"].items(), key=lambda pair: -pair[1])[:4]
            yield f"| {label} | {entry['right']}/{entry['windows']} | {', '.join(f'{n} {c}' for n, c in named)} |"
        yield ""


def _evaluation(record: dict[str, Any]) -> Iterator[str]:
    about, sums = record["about"], record["sums"]
    yield f"### {Path(about['graph']).name} on {Path(about['truth']).name}\n"
    yield f"`{about['command']}`\n"
    yield "| file | seconds | shown | right / windows | counted |\n|---|---|---|---|---|"
    for each in record["segments"]:
        counted = "" if each["reps"] is None else f"{each['counted']} of {each['reps']}"
        when = f"{each['start_s']:g}-{each['end_s']:g}"
        yield f"| {each['file']} | {when} | {each['label']} | {each['right']}/{each['windows']} | {counted} |"
    seen = sums["windows"]
    yield (
        f"\nWindows right: {seen['right']}/{seen['windows']}; wrongly named where nothing may be named: "
        f"{seen['named']}/{seen['quiet']}.\n"
    )
    yield f"**Shown by no file of this evaluation:** {', '.join(record['untested']) or 'none'}.\n"


def _hand_state(folder: Path) -> Iterator[str]:
    record = json.loads((folder / "hand-state.json").read_text(encoding="utf-8"))
    yield "## hand-shape, hand-path\n"
    yield "Shape of one hand (open, fist, pointer, other) and path of its index finger, for the node `HandSigns`.\n"
    yield f"`{record['command']}`\n"
    if record["scores"]:
        yield (
            f"Real webcam hands of one author (`../shared/landmarks`): shapes {record['scores']['shapes']:.1%} of rows "
            f"that training left out, paths {record['scores']['paths']:.1%} (trained on synthetic paths alone).\n"
        )


def _files(folder: Path) -> str:
    rows = [
        f"| {path.name} | {path.stat().st_size} | `{hashlib.sha256(path.read_bytes()).hexdigest()}` |"
        for path in sorted(folder.iterdir())
        if path.suffix in (".onnx", ".npz")
    ]
    nets = [
        f"| {net.member.rsplit('/', 1)[-1]} | {net.size_bytes} | `{net.sha256}` |" for net in catalogue.NETS.values()
    ]
    return "## Files\n| file | bytes | sha256 |\n|---|---|---|\n" + "\n".join(rows + nets) + "\n"
