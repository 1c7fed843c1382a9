"""An evaluation as plain values, for a JSON file."""

from __future__ import annotations

import hashlib
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from sensegraph import __version__
from sensegraph.evaluation import counts, events, windows
from sensegraph.evaluation.figures import Figures, SegmentFigures, share
from sensegraph.payload import STATES

LIBRARIES = ("numpy", "onnxruntime", "opencv-python", "av")
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What was run on what.

    Attributes:
        command: The command line.
        graph: The graph file.
        params: Parameters that were given to the graph, and settings of its nodes.
        truth: The truth file.
        jobs: How many files at a time.
    """

    command: str
    graph: Path
    params: Mapping[str, str]
    truth: Path
    jobs: int = 1


def record(figures: Figures, about: Circumstances) -> dict[str, Any]:
    """Return all figures and what gave them; shares are 0..1, times in seconds, None where there is no such figure."""
    table = figures.confusion
    plain = {
        "about": _about(about),
        "rules": {"settle_s": windows.SETTLE_S, "late_count_s": counts.LATE_S, "late_event_s": events.LATE_S},
        "streams": asdict(figures.streams),
        "sums": sums(figures),
        "segments": [_segment(each) for each in figures.segments],
        "classes": [
            asdict(each) | {"recall": share(each.right, each.shown), "precision": share(each.right, each.named)}
            for each in figures.classes
        ],
        "confusion": {"shown": table.rows, "named": table.columns, "windows": table.counts},
        "open_set": [asdict(point) for point in figures.open_set],
        "untested": untested(figures),
        "run": run(figures),
    }
    return {key: _rounded(value) for key, value in plain.items()}


def sums(figures: Figures) -> dict[str, dict[str, Any]]:
    """Return the figures over all segments."""
    seen, counted, happened = figures.windows, figures.counts, figures.events
    return {
        "windows": asdict(seen) | {
            "accuracy": share(seen.right, seen.windows),
            "segment_accuracy": share(seen.majority, seen.segments),
            "named_share": share(seen.named, seen.quiet),
            "activations_a_minute": share(seen.activations, seen.minutes),
        },
        "counts": asdict(counted) | {
            "exact_share": share(counted.exact, counted.segments),
            "within_one_share": share(counted.within_one, counted.segments),
        },
        "events": asdict(happened) | {
            "precision": happened.precision, "recall": happened.recall, "f1": happened.f1,
            "false_a_minute": share(happened.false_quiet, happened.minutes),
        },
        "latency_s": spread(figures.latencies),
        "delay_s": spread(figures.delays),
    }  # fmt: skip


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Return how many values there are, their median and the largest; None where there are none."""
    middle = statistics.median(values) if values else None
    return {"number": len(values), "median": middle, "largest": max(values, default=None)}


def untested(figures: Figures) -> list[str]:
    """Return the labels, other than states, that the head knows and no segment shows."""
    shown = {label for each in figures.segments for label in each.segment.labels}
    known = figures.streams.labels
    return [label for label in known if label not in shown and label not in (*STATES, *figures.streams.rejected)]


def run(figures: Figures) -> dict[str, Any]:
    """Return what the runs took: in all, by node (CPU in all, time per packet in the slowest file), by file."""
    watched = figures.watched
    nodes: dict[str, dict[str, float]] = {}
    for each in watched.values():
        for name, node in (each.nodes or {}).items():
            before = nodes.setdefault(name, dict.fromkeys(node, 0.0))
            total = {key: before[key] + node[key] for key in ("packets", "cpu_s")}
            nodes[name] = total | {key: max(before[key], node[key]) for key in ("ms_p50", "ms_p95")}
    return {
        "wall_s": figures.wall_s,
        "media_s": sum(each.media_s for each in watched.values()),
        "restarts": sum(each.restarts for each in watched.values()),
        "nodes": nodes,
        "files": {
            name: {"wall_s": each.wall_s, "media_s": each.media_s, "windows": len(each.decisions)}
            for name, each in watched.items()
        },
    }


def _segment(figures: SegmentFigures) -> dict[str, Any]:
    segment, seen, event = figures.segment, figures.windows, figures.events
    return {
        "file": segment.file, "start_s": segment.start_s, "end_s": segment.end_s, "label": segment.title,
        "also_ok": sorted(segment.also_ok), "watched_s": figures.watched_s,
        "windows": seen.windows, "right": seen.right, "majority": seen.majority,
        "named": dict(seen.named.most_common()), "activations": seen.activations, "latency_s": seen.latency_s,
        "reps": segment.reps, "counted": figures.counts.counted, "count_error": figures.counts.error,
        "false_counts": figures.counts.false,
        "event_expected": event.expected, "event": None if event.found is None else asdict(event.found),
        "event_delay_s": event.delay_s, "false_events": list(event.false),
    }  # fmt: skip


def _about(about: Circumstances) -> dict[str, Any]:
    return {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": about.command,
        "graph": str(about.graph), "graph_sha256": _sha256(about.graph), "params": dict(about.params),
        "truth": str(about.truth), "truth_sha256": _sha256(about.truth), "jobs": about.jobs,
        "versions": {"sensegraph": __version__, "python": platform.python_version(), **_libraries()},
        "platform": platform.platform(),
    }  # fmt: skip


def _libraries() -> dict[str, str]:
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:  # OpenCV has several packages
            continue
    return found


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _rounded(value: Any) -> Any:
    """Return plain values with floats as short as is of use."""
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, Mapping):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return value
