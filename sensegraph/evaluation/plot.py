"""The pictures of a report, as SVG that stands by itself inside a page."""

from __future__ import annotations

import html
import itertools
from collections.abc import Iterator, Sequence

from sensegraph.evaluation.figures import SegmentFigures
from sensegraph.evaluation.open_set import Point
from sensegraph.evaluation.streams import Decision, Watched
from sensegraph.evaluation.truth import NONE, Segment
from sensegraph.evaluation.windows import Confusion, is_right, step_of, windows_of
from sensegraph.payload import STATES

RIGHT, WRONG, MISSED, QUIET, UNSCORED = "#0072b2", "#d55e00", "#e8b84a", "#c9ced6", "#eef0f3"
"""Blue and vermilion, which colour-blind people tell apart (Okabe and Ito)."""
INK, FAINT = "#1c2330", "#8a93a3"
LETTER = 6.4
"""Width of a letter in pixels, generously, at the size of the pictures' text."""


def text(value: object) -> str:
    """Return a text that is safe inside the page, whatever file it came from."""
    plain = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in str(value))
    return html.escape(plain)


def svg(width: float, height: float, parts: Sequence[str], about: str) -> str:
    """Return a picture of that size in pixels; it becomes narrower with the page."""
    size = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
    font = 'font-family="system-ui, sans-serif" font-size="11"'
    body = "".join(parts)
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font} role="img" aria-label="{text(about)}">{body}</svg>'


def rectangle(x: float, y: float, width: float, height: float, fill: str, about: str = "", strength: float = 1) -> str:
    """Return a rectangle that tells about itself under the mouse."""
    told = f"<title>{text(about)}</title>" if about else ""
    faded = f' fill-opacity="{strength:.2f}"' if strength < 1 else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"{faded}>{told}</rect>'


def words(x: float, y: float, value: object, *, anchor: str = "start", fill: str = INK, turned: bool = False) -> str:
    """Return a line of text; `anchor` is start, middle or end; `turned` reads upwards to the right."""
    turn = f' transform="rotate(-60 {x:.1f} {y:.1f})"' if turned else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}"{turn}>{text(value)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, stroke: str = "#dde1e7") -> str:
    """Return a thin line."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{stroke}"/>'


def confusion_picture(table: Confusion, cell: int = 26) -> str:
    """Draw the windows by what was shown (rows) and named (columns); the shade is the share of the row."""
    left = max(len(label) for label in table.rows) * LETTER + 60
    longest = max(len(label) for label in table.columns) * LETTER
    top = 0.87 * longest + 24  # the sine of 60 degrees
    parts = []
    for number, label in enumerate(table.columns):
        parts.append(words(left + (number + 0.6) * cell, top - 6, label, turned=True))
    for number, (label, counts) in enumerate(zip(table.rows, table.counts, strict=True)):
        y, total = top + number * cell, sum(counts)
        parts.append(words(left - 48, y + 0.65 * cell, label, anchor="end"))
        parts.append(words(left - 8, y + 0.65 * cell, total, anchor="end", fill=FAINT))
        for column, (named, count) in enumerate(zip(table.columns, counts, strict=True)):
            parts += _cell(left + column * cell, y, cell, count, total, label, named)
    width = left + len(table.columns) * cell + 0.5 * longest + 20
    return svg(width, top + len(table.rows) * cell + 8, parts, "confusion of labels")


def _cell(x: float, y: float, cell: int, count: int, total: int, shown: str, named: str) -> Iterator[str]:
    part = count / total
    fine = shown == named or (shown == NONE or shown in STATES) * (named in STATES)
    about = f"{shown} named {named}: {count} of {total} windows, {part:.1%}"
    yield rectangle(x, y, cell - 1, cell - 1, UNSCORED, about)
    if count:
        yield rectangle(x, y, cell - 1, cell - 1, RIGHT if fine else WRONG, about, 0.15 + 0.85 * part)
        yield words(x + cell / 2, y + 0.65 * cell, count, anchor="middle", fill="#fff" if part > 0.4 else INK)


def curve_picture(points: Sequence[Point], recall: float, named: float) -> str:
    """Draw recall against the share that is named where nothing may be; a square marks what the run decided."""
    left, top, width, height = 56, 14, 420, 260
    most = max([0.05, named * 1.2, *(point.named for point in points if point.threshold >= 0.2)])
    parts = []
    for step in range(6):
        y, x = top + height * (1 - step / 5), left + width * step / 5
        parts += [line(left, y, left + width, y), words(left - 8, y + 4, f"{step * 20} %", anchor="end", fill=FAINT)]
        parts += [line(x, top, x, top + height)]
        parts += [words(x, top + height + 18, f"{most * step * 20:.1f} %", anchor="middle", fill=FAINT)]
    spots = [(left + width * min(p.named / most, 1), top + height * (1 - p.recall), p) for p in points]
    inside = [spot for spot in spots if spot[2].named <= most]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in inside)
    parts.append(f'<polyline points="{path}" fill="none" stroke="{RIGHT}" stroke-width="2"/>')
    for x, y, point in inside:
        if round(point.threshold * 100) % 10 == 0:
            about = f"threshold {point.threshold:g}: recall {point.recall:.1%}, named {point.named:.2%}"
            parts.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{RIGHT}"><title>{text(about)}</title></circle>'
            )
    x, y = left + width * min(named / most, 1), top + height * (1 - recall)
    parts.append(rectangle(x - 5, y - 5, 10, 10, WRONG, f"the run: recall {recall:.1%}, named {named:.2%}"))
    parts.append(words(left + width / 2, top + height + 38, "negative windows named", anchor="middle"))
    parts.append(words(left + width + 14, top + 12, "recall on positives", fill=FAINT))
    return svg(left + width + 140, top + height + 46, parts, "open-set curve")


def timeline(segments: Sequence[SegmentFigures], watched: Watched, width: float = 980) -> str:
    """Draw one file: what is shown, what was named, repetitions (strokes) and events (diamonds)."""
    length_s = max([watched.media_s, 0.1, *(each.segment.end_s for each in segments)])
    left, scale = 50.0, (width - 70) / length_s
    parts = [
        words(left - 8, 14, "shown", anchor="end", fill=FAINT),
        words(left - 8, 36, "named", anchor="end", fill=FAINT),
    ]
    for each in segments:
        truth = each.segment
        about = f"{truth.title}, {truth.start_s:g} to {truth.end_s:g} s"
        fill = QUIET if truth.negative else RIGHT
        parts += _block(
            left + truth.start_s * scale, 2, (truth.end_s - truth.start_s) * scale, fill, truth.title, about
        )
    for start_s, end_s, label, verdict in _runs([each.segment for each in segments], watched.decisions):
        about = f"{label}, {start_s:.2f} to {end_s:.2f} s"
        shown = "" if label in STATES else label
        parts += _block(left + start_s * scale, 24, (end_s - start_s) * scale, verdict, shown, about)
    for row in watched.repetitions:
        parts.append(rectangle(left + row.time_s * scale - 1, 44, 2, 7, INK, f"{row.label} at {row.time_s:.2f} s"))
    for event in watched.happenings:
        parts.append(_diamond(left + event.end_s * scale, 48, f"event {event.label} until {event.end_s:.2f} s"))
    every = next((step for step in (1, 2, 5, 10, 20, 60, 120, 300, 600) if step * scale >= 50), 3600)
    for second in range(0, int(length_s) + 1, every):
        parts.append(words(left + second * scale, 66, f"{second} s", anchor="middle", fill=FAINT))
    return svg(width, 70, parts, "what was shown and named over time")


def _block(x: float, y: float, width: float, fill: str, label: str, about: str) -> Iterator[str]:
    yield rectangle(x, y, max(width - 0.5, 0.5), 17, fill, about)
    room = int(width / LETTER) - 1
    if label and room >= 3:
        told = label if len(label) <= room else label[: room - 1] + "…"
        yield words(x + 4, y + 12.5, told, fill="#fff" if fill in (RIGHT, WRONG) else INK)


def _diamond(x: float, y: float, about: str) -> str:
    return f'<path d="M{x:.1f} {y - 5:.1f}l5 5l-5 5l-5-5z" fill="{INK}"><title>{text(about)}</title></path>'


def _runs(segments: Sequence[Segment], decisions: Sequence[Decision]) -> Iterator[tuple[float, float, str, str]]:
    """Yield (start, end, label, colour) of neighbours that are alike; a window stands for the time before it."""
    step_s = step_of(decisions)
    scored = {id(each): segment for segment in segments for each in windows_of(segment, decisions)}
    alike = itertools.groupby(decisions, key=lambda each: (each.label, _verdict(each.label, scored.get(id(each)))))
    for (label, verdict), group in alike:
        run = list(group)
        yield max(0.0, run[0].time_s - step_s), run[-1].time_s, label, verdict


def _verdict(label: str, segment: Segment | None) -> str:
    """Return the colour of a window that belongs to a segment, or to none."""
    if segment is None:
        return UNSCORED
    if is_right(segment, label):
        return QUIET if segment.negative else RIGHT
    return MISSED if label in STATES else WRONG
