"""An evaluation as a table of plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sensegraph.evaluation.figures import Figures, SegmentFigures, share
from sensegraph.evaluation.record import run, spread
from sensegraph.evaluation.windows import SETTLE_S, is_right

GAP = "  "


def table(figures: Figures) -> str:
    """Return a line for each segment and the sums below, without a newline at the end."""
    return "\n".join([*_aligned(segment_rows(figures)), "", *(f"{name:14}{text}" for name, text in summary(figures))])


def segment_rows(figures: Figures) -> list[list[str]]:
    """Return a row for each segment below a row of headings; a column that would be empty is left out."""
    rows = [["file", "seconds", "shown", "windows right", "wrong", "latency", "counted", "events"]]
    rows += [_segment(each, events=bool(figures.streams.events)) for each in figures.segments]
    columns = [column for column in zip(*rows, strict=True) if any(column[1:])]
    return [list(row) for row in zip(*columns, strict=True)]


def summary(figures: Figures) -> list[tuple[str, str]]:
    """Return what the figures come to, as (what, text), without those of which there are none."""
    return [*_windows(figures), *_counts(figures), *_events(figures), *_speed(figures)]


def percent(part: float, whole: float) -> str:
    """Return `39 of 40 = 97.5 %`; `-` where there is no whole."""
    value = share(part, whole)
    return "-" if value is None else f"{part:g} of {whole:g} = {value:.1%}".replace("%", " %")


def _segment(figures: SegmentFigures, *, events: bool) -> list[str]:
    segment, seen, counts = figures.segment, figures.windows, figures.counts
    wrong = {label: n for label, n in seen.named.most_common() if not is_right(segment, label)}
    latency = "" if seen.latency_s is None else f"{seen.latency_s:.2f} s"
    return [
        segment.file, f"{segment.start_s:g} to {segment.end_s:g}", segment.title,
        f"{seen.right}/{seen.windows}" if seen.windows else "", ", ".join(f"{n} {each}" for each, n in wrong.items()),
        latency, _counted(figures) + (f", {counts.false} false" if counts.false else ""),
        _happened(figures) if events else "",
    ]  # fmt: skip


def _counted(figures: SegmentFigures) -> str:
    if figures.segment.reps is None or figures.segment.negative:
        return str(figures.counts.counted) if figures.counts.counted else "0" if figures.counts.false else ""
    return f"{figures.counts.counted} of {figures.segment.reps}"


def _happened(figures: SegmentFigures) -> str:
    event = figures.events
    told = ["missed" if event.delay_s is None else f"found, {event.delay_s:+.2f} s"] if event.expected else []
    return ", ".join([*told, *(f"false {label}" for label in event.false)])


def _windows(figures: Figures) -> Iterator[tuple[str, str]]:
    seen = figures.windows
    if seen.windows:
        yield "positives", f"{percent(seen.right, seen.windows)} of the windows right"
        yield "segments", f"{percent(seen.majority, seen.segments)} right by majority"
    if seen.too_short:
        yield "too short", f"{seen.too_short} segments have no window: it takes more than {SETTLE_S:g} s"
    if seen.quiet:
        yield "negatives", f"{percent(seen.named, seen.quiet)} of the windows named"
        rate = seen.activations / seen.minutes
        yield "activations", f"{seen.activations} in {seen.minutes:.2f} minutes = {rate:.2f} a minute"
    if figures.latencies:
        yield "latency", _spread(figures.latencies)


def _counts(figures: Figures) -> Iterator[tuple[str, str]]:
    sums = figures.counts
    if sums.segments:
        exact, near = percent(sums.exact, sums.segments), percent(sums.within_one, sums.segments)
        yield "counts", f"{exact} exact, {near} within one, mean error {sums.mean_error:.2f}"
    if figures.streams.counts:
        yield "false counts", f"{sums.false_quiet} on negatives, {sums.false - sums.false_quiet} on positives"


def _events(figures: Figures) -> Iterator[tuple[str, str]]:
    sums = figures.events
    if not figures.streams.events:
        return
    if sums.expected:
        yield "events", f"{percent(sums.found, sums.expected)} found, {sums.false} false, F1 {sums.f1:.3f}"
    if sums.minutes:
        rate = sums.false_quiet / sums.minutes
        yield "false events", f"{sums.false_quiet} in {sums.minutes:.2f} minutes of negatives = {rate:.2f} a minute"
    if figures.delays:
        yield "delay", f"{_spread(figures.delays)} after the end"


def _speed(figures: Figures) -> Iterator[tuple[str, str]]:
    taken = run(figures)
    wall_s, media_s = taken["wall_s"], taken["media_s"]
    if wall_s:
        files = len(figures.watched)
        yield "run", f"{files} files, {media_s:.1f} s of video in {wall_s:.1f} s = {media_s / wall_s:.1f}x real time"
    if taken["restarts"]:
        yield "restarts", f"{taken['restarts']}: after a restart results may differ; run it again"


def _spread(values: Sequence[float]) -> str:
    told = spread(values)
    return f"median {told['median']:.2f} s, largest {told['largest']:.2f} s, of {told['number']}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the rows as lines with columns of equal width."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
