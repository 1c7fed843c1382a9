"""`python -m benchmarks.classifier [--shared FOLDER]`: prints a table; exit code 1 when a target is missed.

`FOLDER/clips` and `FOLDER/landmarks` are tried besides rendered people; without them that part is left out.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

from benchmarks.classifier import drawn, filmed, hands
from benchmarks.classifier.program import Named, run, sensegraph, train
from sensegraph.models.classifier import DESCRIPTION, HEAD
from sensegraph.training.classifier.store import FOLDER

SHARED = Path(__file__).parents[3] / "shared"
RIGHT, OF_HANDS, SECONDS = 0.95, 0.90, 60.0
CLIPS, LENGTH_S = 7, 5.0
SEEDS = (1, 2, 3, 4)


class Table:
    """Prints a line for each figure, and counts the targets that are met."""

    def __init__(self) -> None:
        self.met = self.asked = 0

    def say(self, what: str, told: str, met: bool | None = None) -> None:
        """Print a line; `met` says whether it meets its target, None where there is none."""
        if met is not None:
            self.asked, self.met = self.asked + 1, self.met + met
        print(f"| {what} | {told} | {'' if met is None else 'yes' if met else 'NO'} |", flush=True)

    def share(self, what: str, named: Named) -> None:
        """Print the share of windows that are right, and what the others were called."""
        right, total = named.right()
        wrong = {
            shown: dict(Counter(counts) - Counter({shown: counts[shown]})) for shown, counts in named.windows.items()
        }
        told = "; ".join(f"{shown}: {names}" for shown, names in wrong.items() if names)
        self.say(
            what, f"{right} of {total} = {named.share():.1%}" + (f" ({told})" if told else ""), named.share() >= RIGHT
        )


def real(table: Table, clips: Path, work: Path) -> None:
    """Pieces of real clips."""
    filmed.cut(clips, filmed.LEARN, work / "learn")
    filmed.cut(clips, filmed.TRY, work / "try")
    filmed.cut(clips, filmed.NOT, work / "not")
    classifier, seconds = train(work / "real", work / "learn")
    table.say("real clips: features and training", f"{seconds:.0f} s for {len(list(work.glob('learn/*/*')))} clips")
    table.share("real clips of 2 s: windows right", run(classifier, work / "try"))
    others = run(classifier, work / "not").windows[filmed.OTHER]
    named = sum(others[label] for label in filmed.LEARN)
    told = f"{named} of {others.total()} = {named / others.total():.1%} ({dict(others)})"
    table.say("real clips of other things: windows named as a class", told)


def rendered(table: Table, work: Path) -> None:
    """Rendered people, none of them twice."""
    drawn.render(work / "drawn", 5, 2.5, seed=1)
    drawn.render(work / "drawn others", 5, 2.5, seed=2)
    classifier, _ = train(work / "render", work / "drawn")
    table.share("rendered clips of 2.5 s: windows right", run(classifier, work / "drawn others"))


def timed(table: Table, work: Path) -> None:
    """Three classes, seven clips of five seconds each, twice."""
    drawn.render(work / "long", CLIPS, LENGTH_S, seed=3)
    project = work / "timed"
    first, began = train(project, work / "long")
    shutil.rmtree(project / FOLDER)  # nothing is known of the clips again
    again = sensegraph("train", project, "--seed", "1")
    told = f"{began:.0f} s, again {again:.0f} s"
    table.say("3 classes x 7 clips of 5 s: features and training", told, max(began, again) <= SECONDS)
    second = first.with_name(f"{first.name}-2")
    same = all((first / name).read_bytes() == (second / name).read_bytes() for name in (HEAD, DESCRIPTION))
    table.say("the two trainings, same seed", "the same bytes" if same else "other bytes", same)


def main() -> int:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED, help="with clips/ and landmarks/")
    shared: Path = parser.parse_args().shared
    table = Table()
    print("| what | measured | target met |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        if (shared / "clips").is_dir():
            real(table, shared / "clips", work)
        rendered(table, work)
        timed(table, work)
        if (shared / "landmarks").is_dir():
            for what, learn in (("shapes of a hand", hands.shapes), ("paths of a finger", hands.paths)):
                right, total = np.sum([learn(shared / "landmarks", seed) for seed in SEEDS], axis=0)
                told = f"{right} of {total} = {right / total:.1%}, {len(SEEDS)} draws"
                table.say(f"real {what}, 5 examples a class", told, right / total >= OF_HANDS)
    print(f"classifier: {table.met} of {table.asked} targets met")
    return 0 if table.met == table.asked else 1


if __name__ == "__main__":
    sys.exit(main())
