"""The data plane beside its peers, in one interleaved run: `python -m benchmarks.transport [ROUNDS]`.

Ratios of medians are what to trust: every method runs once in each round, so what else the machine does hits all alike.
Exit code 1 when a frame is unaccounted for, or dora-rs did not run.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.transport import life
from benchmarks.transport.frames import RATE_HZ
from benchmarks.transport.methods import Outcome, dora, run

ROUNDS = 5
SECONDS = 3.0
PACED = {
    "720p": ("copy", "nocopy", "queue", "dora", "dora raw", "dora lossless", "ring", "ours", "loaned"),
    "1080p": ("copy", "nocopy", "dora", "dora raw", "ring", "ours", "loaned"),
    "64B": ("copy", "dora", "ours", "loaned"),
}
FLOOD = ("copy", "nocopy", "dora", "ring", "ours", "loaned")
LENGTHS = (300, 1500)
CORES = 2

Ratio = Callable[["Figures"], float | None]


class Figures:
    """What was measured: (kind, method, size) -> a value for each round."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str, str], list[float]] = defaultdict(list)
        self.unaccounted = 0
        self.carriers: set[str] = set()
        self.failed: list[str] = []
        self.dora_ran = False

    def note(self, method: str, size: str, outcome: Outcome) -> dict[str, Any] | None:
        """Take an outcome; returns what its consumer told, if it is to be counted."""
        if not outcome.result:
            last = (outcome.log.strip().splitlines() or ["no output"])[-1]
            self.failed.append(f"{method}, {size}: {last[:160]}")
            return None
        self.unaccounted += outcome.result.get("unaccounted", 0)
        if method in ("ours", "loaned") and size != "64B":
            self.carriers |= set(outcome.result["carriers"])
        if method.startswith("dora"):
            self.dora_ran = True
            if outcome.path == "daemon" and method != "dora lossless":  # its fall-back: not what we compare with
                self.failed.append(f"{method}, {size}: went through its daemon; not counted")
                return None
        return outcome.result

    def add(self, kind: str, method: str, size: str, value: float) -> None:
        """Note a value."""
        self.values[kind, method, size].append(value)

    def get(self, kind: str, method: str, size: str = "720p") -> float | None:
        """Return the median over the rounds."""
        values = self.values.get((kind, method, size))
        return median(values) if values else None

    def ratio(self, kind: str, one: str, other: str, size: str = "720p") -> float | None:
        """Return the ratio of two medians."""
        above, below = self.get(kind, one, size), self.get(kind, other, size)
        return None if above is None or not below else above / below


@dataclass(frozen=True, slots=True)
class Target:
    """A figure that must not be above (or, for `least`, below) a limit."""

    what: str
    limit: float
    value: Ratio
    least: bool = False

    def line(self, figures: Figures) -> tuple[str, bool]:
        """Return the line of the table, and whether the target is met."""
        value = self.value(figures)
        met = value is not None and (value >= self.limit if self.least else value <= self.limit)
        shown = "not measured" if value is None else f"{value:.3g}"
        sign = ">=" if self.least else "<="
        return f"| {self.what} | {shown} | {sign} {self.limit:g} | {'yes' if met else 'NO'} |", met


def loaned_flatness(figures: Figures) -> float | None:
    large, small = figures.get("ms", "loaned", "1080p"), figures.get("ms", "loaned", "64B")
    return None if large is None or not small else large / small


def copying_chain(figures: Figures) -> float | None:
    rate, hop_ms = figures.get("chain rate", "copying"), figures.get("cpu", "ours")
    return None if rate is None or not hop_ms else rate / (CORES / (4 * hop_ms / 1e3))


TARGETS = (
    Target("720p latency, ours / dora-rs", 0.75, lambda f: f.ratio("ms", "ours", "dora")),
    Target("720p latency, ours / pyzmq copy", 0.45, lambda f: f.ratio("ms", "ours", "copy")),
    Target("1080p latency, ours / dora-rs", 0.9, lambda f: f.ratio("ms", "ours", "dora", "1080p")),
    Target("1080p latency, ours / pyzmq copy", 0.3, lambda f: f.ratio("ms", "ours", "copy", "1080p")),
    Target("latency on loan, 1080p / 64 B", 1.3, loaned_flatness),
    Target("CPU per 720p frame, ours / pyzmq copy", 0.3, lambda f: f.ratio("cpu", "ours", "copy")),
    Target("CPU per 720p frame, ours / dora-rs", 0.85, lambda f: f.ratio("cpu", "ours", "dora")),
    Target("CPU of 1 -> 3 consumers, ours / pyzmq copy", 0.2, lambda f: f.ratio("cpu of 3", "ours", "copy")),
    Target("lossless 720p latency, ours / dora-rs backpressure", 0.2, lambda f: f.ratio("ms", "ours", "dora lossless")),
    Target("age behind a slow consumer, periods p50", 1.0, lambda f: f.get("age", "p50")),
    Target("age behind a slow consumer, periods at most", 3.0, lambda f: f.get("age", "most")),
    Target("frames unaccounted for", 0.0, lambda f: float(f.unaccounted)),
    Target("node killed: s until the edge works again", 2.0, lambda f: f.get("kill", "gap s")),
    Target("node killed: files left in /dev/shm", 0.0, lambda f: f.get("kill", "left")),
    Target("chain of 5, forwarding / bare ring, rates", 0.5, lambda f: _chain(f), least=True),
    Target("chain of 5, copying / 2 cores : (4 x CPU per hop)", 0.6, copying_chain, least=True),
    Target("start of 7 nodes, s", 1.5, lambda f: f.get("start", "s")),
    Target("restart of a worker, s", 0.5, lambda f: f.get("kill", "restart s")),
)


def _chain(figures: Figures) -> float | None:
    rate, ring = figures.get("chain rate", "forwarding"), figures.get("rate", "ring")
    return None if rate is None or not ring else rate / ring


def one_round(figures: Figures) -> None:
    """Run everything once."""
    for size, methods in PACED.items():
        for method in methods:
            if (told := figures.note(method, size, run(method, size, RATE_HZ, round(SECONDS * RATE_HZ)))) is not None:
                figures.add("ms", method, size, told["ms"])
    for method in FLOOD:
        flood(figures, method, "cpu", 1)
    for method in ("copy", "nocopy", "ours"):
        flood(figures, method, "cpu of 3", 3)
    life.chains(figures.add, figures.note)
    life.slow_consumer(figures.add, figures.note)
    life.kill(figures.add, figures.note)
    life.start(figures.add)


def flood(figures: Figures, method: str, kind: str, consumers: int) -> None:
    """Note CPU per frame, as the difference of two runs, in which all that happens once cancels out; and the rate."""
    spent = []
    for count in LENGTHS:
        outcome = run(method, "720p", 0.0, count, consumers=consumers)
        if (told := figures.note(method, "720p", outcome)) is None:
            return
        spent.append((outcome.cpu_s, told["got"], told["rate"]))
    (short_s, few, _), (long_s, many, rate) = spent
    if many > few:
        figures.add(kind, method, "720p", (long_s - short_s) / (many - few) * 1e3)
        if consumers == 1:
            figures.add("rate", method, "720p", rate)


def report(figures: Figures) -> int:
    """Print the tables; returns the exit code."""
    methods = list(dict.fromkeys(method for each in PACED.values() for method in each))
    print(
        "\n| 30 frames per second, ms p50 | "
        + " | ".join(PACED)
        + " | CPU ms per 720p frame | 720p frames/s | CPU, 3 consumers |"
    )
    print("|--" * (len(PACED) + 4) + "|")
    for method in methods:
        cells = [figures.get("ms", method, size) for size in PACED]
        cells += [figures.get("cpu", method), figures.get("rate", method), figures.get("cpu of 3", method)]
        print(f"| {method} | " + " | ".join("-" if cell is None else f"{cell:.4g}" for cell in cells) + " |")
    print("\n| target | measured | limit | met |\n|--|--|--|--|")
    lines = [target.line(figures) for target in TARGETS]
    print("\n".join(line for line, _ in lines))
    print(f"\nours travelled by: {', '.join(sorted(figures.carriers))}; load average {os.getloadavg()[0]:.1f}")
    for failure in figures.failed:
        print(f"left out: {failure}")
    met = sum(good for _, good in lines)
    print(f"transport: {met} of {len(TARGETS)} targets met, unaccounted {figures.unaccounted}")
    return int(figures.unaccounted != 0 or not figures.dora_ran)


def main() -> int:
    """Measure, round by round."""
    if dora() is None:
        print("dora-rs is not installed beside this Python: make bench-transport installs it", file=sys.stderr)
        return 1
    figures = Figures()
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
        one_round(figures)
    return report(figures)


if __name__ == "__main__":
    sys.exit(main())
