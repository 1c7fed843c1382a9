"""Recognition on the shared clips against their truth: `python -m benchmarks.clips CLIPS_FOLDER`.

A window is one `exercise` row; it belongs to a segment when start + 2 s <= time <= end. Rows that are not warm are
scored for negatives only.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import sensegraph
from sensegraph.payload import STATES
from sensegraph.resources import graphs_dir

POOLED = ("asl_", "body_temuge", "sports2d_demo", "intel_persons")


def rows_of(clip: Path) -> list[dict[str, object]]:
    """Return the result lines of the fitness graph on a clip."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder, "r.jsonl")
        sensegraph.run(graphs_dir() / "fitness.yaml", source=clip, pace="fast", results=results)
        return [json.loads(line) for line in results.read_text().splitlines()]


def segments(folder: Path) -> Iterator[tuple[Path, list[dict[str, str]]]]:
    """Yield each clip with its rows of truth."""
    truth: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader((folder / "truth.csv").open()):
        truth.setdefault(row["file"], []).append(row)
    for name, rows in truth.items():
        yield folder / name, rows


def main() -> None:
    named = windows = 0
    for clip, truth in segments(Path(sys.argv[1])):
        rows = rows_of(clip)
        exercise = [row for row in rows if row["stream"] == "exercise"]
        reps = [row for row in rows if row["stream"] == "reps"]
        for part in truth:
            start, end, label = float(part["start_s"]), float(part["end_s"]), part["label"]
            place = f"{clip.name:22} {start:6.1f}-{end:6.1f}"
            inside = [row for row in exercise if start + 2.0 <= float(str(row["time"])) <= end]
            if label == "none":
                bad = [row["label"] for row in inside if row["label"] not in STATES]
                print(f"{place} named {len(bad)}/{len(inside)} {sorted(map(str, set(bad)))}")
                if clip.name.startswith(POOLED):
                    named, windows = named + len(bad), windows + len(inside)
            else:
                inside = [row for row in inside if row["warm"]]
                right = sum(row["label"] == label for row in inside)
                counted = sum(start <= float(str(row["time"])) <= end + 0.5 and row["label"] == label for row in reps)
                print(f"{place} {label} {right}/{len(inside)}, counted {counted} of {part['reps']}")
    print(f"negatives pooled: {named}/{windows} named an exercise = {named / max(1, windows):.1%} (target <= 5%)")


if __name__ == "__main__":
    main()
