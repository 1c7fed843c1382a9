"""The program as a user calls it: a project from folders of clips, a training, a run on each clip kept back."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FROM_S = 1.0
"""A window counts when it has seen so much of a clip: before that the beginning of a movement is all there is."""


@dataclass
class Named:
    """What was named in clips, by what they show."""

    windows: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, shown: str, rows: list[dict[str, Any]]) -> None:
        """Count the rows of one clip."""
        counts = self.windows.setdefault(shown, Counter())
        counts.update(row["label"] for row in rows if row["time"] >= FROM_S)

    def right(self) -> tuple[int, int]:
        """Return the windows that were named right, and all."""
        return sum(named[shown] for shown, named in self.windows.items()), sum(
            map(Counter.total, self.windows.values())
        )

    def share(self) -> float:
        """Return the share of windows that were named right."""
        right, total = self.right()
        return right / max(1, total)


def sensegraph(*words: str | Path) -> float:
    """Run a command and return its seconds.

    Raises:
        RuntimeError: It failed.
    """
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "sensegraph", *map(str, words)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"sensegraph {' '.join(map(str, words))}: {done.stderr or done.stdout}")
    return time.perf_counter() - began


def train(project: Path, clips: Path, *words: str) -> tuple[Path, float]:
    """Make a project of folders of clips and train on it; returns the classifier and the seconds of the training."""
    sensegraph("project", "new", project)
    sensegraph("project", "import", project, clips)
    seconds = sensegraph("train", project, "--seed", "1", *words)
    return project / "checkpoints" / "classifier", seconds


def run(classifier: Path, clips: Path) -> Named:
    """Run the graph `custom` on every clip of folders of clips, `clips/CLASS/*.mp4`."""
    named = Named()
    for clip in sorted(clips.glob("*/*.mp4")):
        results = clip.with_suffix(".jsonl")
        results.unlink(missing_ok=True)
        sensegraph(
            "run", "custom", "--classifier", classifier, "--source", clip, "--headless", "--pace", "fast",
            "--results", results, "--in-process", "--quiet",
        )  # fmt: skip
        rows = [json.loads(line) for line in results.read_text().splitlines()]
        named.add(clip.parent.name, [row for row in rows if row["stream"] == "custom"])
    return named
