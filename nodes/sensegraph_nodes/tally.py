"""The tally of events over the picture: how probable each is now, how often each has happened, and the last one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sensegraph.payload import Scores
from sensegraph_nodes.overlay import GREEN, GREY, MARGIN, TEAL, WHITE, Canvas

BAR = 48.0
SPACE = 8.0


def draw_tally(
    canvas: Canvas, labels: Sequence[str], scores: Scores | None, counts: Mapping[str, int], top: int
) -> None:
    """Draw a panel at the left with a row for each label: its name, its probability as a bar, its count.

    Args:
        canvas: What to draw on.
        labels: The rows, in their order.
        scores: The newest decision; a label that is not among its best has an empty bar.
        counts: Label -> how often it has happened.
        top: Upper edge of the panel in pixels.
    """
    probabilities = dict(scores.top) if scores is not None and scores.warm else {}
    margin, pad, space, bar = (canvas.px(units) for units in (MARGIN, MARGIN, SPACE, BAR))
    cap = canvas.cap(8)
    row, names = round(cap * 2.1), [label.replace(" hand)", ")") for label in labels]
    number = canvas.measure("999", cap)
    wanted = max(canvas.measure(name, cap) for name in names) + bar + number + 2 * (pad + space)
    width = min(wanted, canvas.width - 2 * margin)
    canvas.panel(margin, top, width, len(labels) * row + 2 * pad - row // 3)
    left, right = margin + pad, margin + width - pad
    room = right - left - bar - number - 2 * space
    for index, (label, name) in enumerate(zip(labels, names, strict=True), start=1):
        base = top + pad + index * row - row // 2
        now = scores is not None and scores.label == label
        count = counts.get(label, 0)
        canvas.text(left, base, name, cap, WHITE if now or count else GREY, room=room)
        place = right - number - space - bar
        canvas.bar(place, base - round(cap / 2) - canvas.px(2), bar, canvas.px(5), probabilities.get(label, 0.0), TEAL)
        canvas.text(right, base, str(count), cap, WHITE if count else GREY, right=True, room=number)


def draw_banner(canvas: Canvas, text: str, bottom: int) -> None:
    """Write a few words large in the middle of the picture's lower part.

    Args:
        canvas: What to draw on.
        text: What to write.
        bottom: Lower edge of the banner in pixels.
    """
    margin, pad = canvas.px(MARGIN), canvas.px(MARGIN)
    letters, cap = canvas.fit(text, canvas.cap(24), canvas.width - 2 * (margin + pad), bold=True)
    width = canvas.measure(letters, cap, bold=True)
    height = round(cap) + 2 * pad
    left = (canvas.width - width) // 2
    canvas.panel(left - pad, bottom - height, width + 2 * pad, height)
    canvas.text(left, bottom - pad, letters, cap, GREEN, bold=True)
