"""An evaluation as one HTML page that needs nothing else: no script, no network, no file beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sensegraph.evaluation.figures import Figures
from sensegraph.evaluation.plot import (
    MISSED,
    QUIET,
    RIGHT,
    UNSCORED,
    WRONG,
    confusion_picture,
    curve_picture,
    rectangle,
    svg,
    text,
    timeline,
)
from sensegraph.evaluation.sheet import grid, sheet
from sensegraph.evaluation.table import percent, segment_rows, summary
from sensegraph.evaluation.truth import by_file
from sensegraph.payload import STATES


def page(figures: Figures, record: Mapping[str, Any]) -> str:
    """Return the page.

    Args:
        figures: What was found.
        record: The same as plain values, with what gave it (`record.record`).
    """
    about = record["about"]
    title = f"{about['graph'].rpartition('/')[2]} on {about['truth'].rpartition('/')[2]}"
    body = "".join([*_head(figures, about, title), *_files(figures), *_classes(figures, record), *_run(record)])
    return sheet(title, body)


def _head(figures: Figures, about: Mapping[str, Any], title: str) -> Iterator[str]:
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    yield f"<h1>{text(title)}</h1>"
    yield f"<p><code>{text(about['command'])}</code></p><p class='note'>{text(about['made'])} · {text(versions)}</p>"
    yield grid([], summary(figures))
    yield (
        "<p class='note'>A window is one row of the head's stream; it belongs to a segment from 2 s after its start to "
        "its end. Positives show something and count when warm; negatives may name nothing but the three states.</p>"
    )


def _files(figures: Figures) -> Iterator[str]:
    rows = segment_rows(figures)
    yield "<h2>Segments</h2>" + grid(rows[0], rows[1:])
    yield "<h2>Over time</h2><p>"
    legend = ((RIGHT, "right"), (WRONG, "wrong name"), (MISSED, "shown, not named"), (QUIET, "nothing to name"),
              (UNSCORED, "not scored"))  # fmt: skip
    for colour, meaning in legend:
        yield f"<span class='key'>{svg(12, 12, [rectangle(0, 0, 12, 12, colour)], meaning)} {text(meaning)}</span>"
    yield "<span class='key'>| a repetition</span><span class='key'>◆ an event</span></p>"
    for name in by_file([each.segment for each in figures.segments]):
        own = [each for each in figures.segments if each.segment.file == name]
        yield f"<h3>{text(name)}</h3><div class='scroll'>{timeline(own, figures.watched[name])}</div>"


def _classes(figures: Figures, record: Mapping[str, Any]) -> Iterator[str]:
    if figures.confusion.rows:
        yield "<h2>Confusion</h2><p class='note'>Windows; rows were shown, columns were named.</p>"
        yield f"<div class='scroll'>{confusion_picture(figures.confusion)}</div>"
        yield grid(
            ["label", "shown", "named", "recall", "precision"],
            [
                [each.label, each.shown, each.named, percent(each.right, each.shown), percent(each.right, each.named)]
                for each in figures.classes
                if each.label not in STATES
            ],
        )
    seen = figures.windows
    if figures.open_set:
        yield (
            "<h2>Open set</h2><p class='note'>Every window decided anew from its raw probabilities, for every "
            "threshold (dots: 0, 0.1, ... 1); the square is what the run decided, with the head's own rules.</p>"
        )
        yield curve_picture(figures.open_set, seen.right / seen.windows, seen.named / seen.quiet)
    if record["untested"]:
        labels = record["untested"]
        yield f"<h2>Not tested</h2><p>{len(labels)} labels that the head knows are shown nowhere in this truth: "
        yield f"{text(', '.join(labels))}.</p>"


def _run(record: Mapping[str, Any]) -> Iterator[str]:
    taken = record["run"]
    rows = [
        [name, f"{node['packets']:.0f}", f"{node['ms_p50']:.1f}", f"{node['ms_p95']:.1f}", f"{node['cpu_s']:.1f}"]
        for name, node in taken["nodes"].items()
    ]
    yield "<h2>The run</h2>" + grid(["node", "packets", "ms p50", "ms p95", "CPU s"], rows)
    yield "<p class='note'>Milliseconds a packet of the slowest file, in fast pace; CPU over all files.</p>"
