"""Metabolic rates against activity tables: `python -m benchmarks.met CLIPS_FOLDER`.

Runs the calories graph on the clips and compares the mean rate of each segment with the range of the table. The error
is the distance to the nearer end of that range, 0 within it. A row belongs to a segment when start + 2 s <= time <=
end: the rate is that of the last seconds. The work model's factor is fixed; what it was fitted to is told in
docs/calories.md.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import sensegraph
from sensegraph.resources import graphs_dir

SETTLED_S = 2.0
SIGNS = ("again", "bird", "book", "eat", "help", "learn", "no", "please", "school", "yes")
STANDING = ((7.5, 18.0), (24.5, 43.0), (51.5, 68.0), (76.0, 85.0), (94.0, 118.0), (125.0, 134.0))
"""Where somebody stands in `intel_persons`, seconds; the walks at both ends are left out."""


@dataclass(frozen=True)
class Segment:
    """A part of a clip and what the table says about it.

    Attributes:
        file: The clip.
        start_s: Its start in the clip; 0 with `end_s` inf is all of it.
        end_s: Its end.
        low: Lower end of the table's range, in MET.
        high: Upper end.
        text: What is done.
    """

    file: str
    start_s: float
    end_s: float
    low: float
    high: float
    text: str


SEGMENTS = (
    Segment("squats_nowva.mp4", 0.0, 12.2, 5.0, 6.0, "squats, 0.4/s"),
    Segment("jacks_mrpose.mp4", 2.4, 8.7, 7.7, 8.0, "jumping jacks, front"),
    Segment("jacks_mrpose.mp4", 8.9, 15.0, 7.7, 8.0, "jumping jacks, 45 degrees"),
    Segment("jacks_mrpose.mp4", 15.1, 22.2, 7.7, 8.0, "jumping jacks, side"),
    *(Segment(f"asl_{sign}.mkv", 0.0, 99.0, 1.3, 1.8, "signing") for sign in SIGNS),
    Segment("body_temuge.mp4", 1.0, 9.4, 1.3, 2.0, "sitting down, sitting, standing up"),
    *(Segment("intel_persons.mp4", start, end, 1.3, 2.0, "standing at a table") for start, end in STANDING),
)


def rates(clip: Path) -> list[tuple[float, float]]:
    """Return time and metabolic rate of each row that the calories graph gives for a clip."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder, "r.jsonl")
        graph = graphs_dir() / "calories.yaml"
        summary = sensegraph.run(graph, source=clip, pace="fast", headless=True, results=results)
        if summary.exit_code:
            raise SystemExit(f"{clip}: {summary}")
        rows = [json.loads(line) for line in results.read_text().splitlines()]
    return [(row["time"], row["met"]) for row in rows if row["stream"] == "calories"]


def measured(folder: Path) -> Iterator[tuple[Segment, float, int]]:
    """Yield each segment with its mean rate and its number of rows."""
    seen: dict[str, list[tuple[float, float]]] = {}
    for segment in SEGMENTS:
        if segment.file not in seen:
            seen[segment.file] = rates(folder / segment.file)
        rows = seen[segment.file]
        inside = [met for time_s, met in rows if segment.start_s + SETTLED_S <= time_s <= segment.end_s]
        inside = inside or [rows[-1][1]]  # a clip of two seconds: its last row, the most settled one, stands for it
        yield segment, mean(inside), len(inside)


def main() -> None:
    errors: dict[str, list[float]] = {}
    for segment, met, rows in measured(Path(sys.argv[1])):
        error = max(segment.low - met, met - segment.high, 0.0)
        errors.setdefault(segment.text, []).append(error)
        place = f"{segment.file:18} {segment.start_s:6.1f}-{min(segment.end_s, 999):6.1f}"
        print(f"{place} {segment.text:36} table {segment.low:.1f}-{segment.high:.1f}  {met:5.2f} MET of {rows:3} rows,"
              f" off by {error:.2f}")  # fmt: skip
    every = [error for each in errors.values() for error in each]
    print(f"mean error over {len(every)} segments {mean(every):.2f} MET (target <= 0.50), worst {max(every):.2f}")
    print(f"mean over {len(errors)} activities {mean(map(mean, errors.values())):.2f} MET")


if __name__ == "__main__":
    main()
