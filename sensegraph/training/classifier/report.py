"""The report of a training: what is confused with what, and the clips behind it, as one HTML page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sensegraph.evaluation.plot import RIGHT, WRONG, confusion_picture, line, rectangle, svg, text, words
from sensegraph.evaluation.sheet import grid, sheet
from sensegraph.training.classifier.course import Course
from sensegraph.training.classifier.score import Score, scores
from sensegraph.training.project.project import CLIPS, VIDEO

LOSSES = {"loss": ("learnt", RIGHT), "tried": ("held back", WRONG)}
TITLES = {
    "cross-validation": "Clips for training, each named by what was fitted without it",
    "valid": "Clips for validation",
    "test": "Clips for the test",
}


def page(course: Course, about: Mapping[str, Any], made: Mapping[str, Any]) -> str:
    """Return the page; its links to clips hold while it lies in the project.

    Args:
        course: The training.
        about: The same as plain values (`record.record`).
        made: When, where and how quickly it was made.
    """
    parts = [*_head(course, about, made)]
    for score in scores(course).values():
        parts += _score(score, course)
    parts += [*_tuning(about), *_choice(about), *_bank(about), *_remarks(course)]
    return sheet(f"Classifier of {about['project']}", "".join(parts))


def _head(course: Course, about: Mapping[str, Any], made: Mapping[str, Any]) -> Iterator[str]:
    own = ", ".join(about["labels"][:-1])
    yield f"<h1>Classifier of {text(about['project'])}</h1><p>{text(own)}</p>"
    yield f"<p class='note'>{text(made['made'])} · {text(made['command'])}</p>"
    hands = "" if about["hands"] == "none" else f", hands {about['hands']}"
    rows: list[list[object]] = [
        ["stands on", f"{about['backbone']}{hands}: {about['space']}"],
        ["clips for training", len(course.best.clips)],
        ["seed", course.plan.seed],
        ["looking at clips", f"{made['looking_s']:.1f} s, {made['known']} of them had been looked at before"],
        ["choosing and fitting", f"{made['fitting_s']:.1f} s"],
    ]
    for title, metrics in about["metrics"].items():
        rows.append([title, f"{metrics['windows_right']} of {metrics['windows']} windows right"])
    yield grid([], rows)
    if "cross-validation" not in about["metrics"]:
        yield "<p>Nothing could be tried: no class has two clips that can be parted. Record more.</p>"


def _score(score: Score, course: Course) -> Iterator[str]:
    figures = score.figures()
    yield f"<h2>{text(TITLES[score.title])}</h2>"
    yield "<p class='note'>Windows, four a second; rows were shown, columns were named.</p>"
    yield f"<div class='scroll'>{confusion_picture(score.confusion())}</div>"
    thresholds = course.best.choice.decision.thresholds
    heads = ["class", "windows", "recall", "precision", "threshold"]
    rows = [
        [each["label"], each["windows"], _share(each["recall"]), _share(each["precision"]),
         thresholds.get(each["label"], "")]
        for each in figures["classes"]
    ]  # fmt: skip
    if not course.lesson.temporal:
        heads.append("clips right")
        for row, each in zip(rows, figures["classes"], strict=True):
            row.append(f"{each['clips_right']} of {each['clips']}")
    yield grid(heads, rows)
    if course.lesson.temporal:
        events = score.events()
        yield f"<p>Tagged moments found: {events['found']} of {events['expected']}, {events['false']} false.</p>"
    yield from _clips(score)


def _clips(score: Score) -> Iterator[str]:
    """Yield the clips behind what is wrong."""
    cells = score.cells()
    if not cells:
        return
    yield "<h3>Clips behind what is wrong</h3><ul>"
    for shown, named, clip, windows in cells:
        link = f"<a href='../../{CLIPS}/{clip.id}/{VIDEO}'>{text(clip.name)}</a>"
        yield f"<li>{text(shown)} named {text(named)}: {link}, {windows} of {clip.steps} windows</li>"
    yield "</ul>"


def _tuning(about: Mapping[str, Any]) -> Iterator[str]:
    """Draw the losses of fine-tuning, epoch by epoch."""
    if "tuning" not in about["training"]:
        return
    tuning = about["training"]["tuning"]
    epochs, best = tuning["epochs"], tuning["best"]
    yield f"<h2>The last {about['layers']} layers</h2><p class='note'>Loss of each epoch on what was learnt and, where "
    yield f"clips are held back, on these ({len(tuning['held_back'])}). Kept is epoch {best}.</p>"
    left, top, width, height = 46, 12, 420, 160
    most = max(each[name] or 0 for each in epochs for name in LOSSES) or 1
    parts = _scale(left, top, width, height, ("0.00", f"{most / 2:.2f}", f"{most:.2f}"))
    ends: list[float] = []
    for name, (title, colour) in LOSSES.items():
        shown = [(number, each[name]) for number, each in enumerate(epochs) if each[name] is not None]
        spots = [(left + width * (number + 0.5) / len(epochs), top + height * (1 - loss / most), number + 1, loss)
                 for number, loss in shown]  # fmt: skip
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _, _ in spots)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [rectangle(x - 3, y - 3, 6, 6, colour, f"epoch {number}, {title}: {loss:.3f}")
                  for x, y, number, loss in spots]  # fmt: skip
        if spots:
            ends.append(_clear(spots[-1][1], ends))
            parts.append(words(left + width + 8, ends[-1] + 4, title, fill=colour))
    x = left + width * (best - 0.5) / len(epochs)
    parts += [line(x, top, x, top + height), words(x, top + height + 16, f"epoch {best}", anchor="middle")]
    yield svg(left + width + 90, top + height + 24, parts, "loss of each epoch")


def _choice(about: Mapping[str, Any]) -> Iterator[str]:
    yield "<h2>What was tried</h2><p class='note'>Mean over the classes of the share of windows that the likeliest "
    yield "class is right for, in cross-validation, against the penalty on the weights.</p>"
    for each in about["training"]["tried"]:
        hands = "body alone" if each["hands"] == "none" else f"body and hands ({each['hands']})"
        yield f"<h3>{text(hands)}: {text(each['space'])}</h3>{_curve(each['accuracies'])}"


def _curve(accuracies: Mapping[str, float]) -> str:
    """Draw an accuracy for each penalty."""
    left, top, step, height = 46, 12, 90, 120
    parts = _scale(left, top, step * len(accuracies), height, ("0%", "50%", "100%"))
    for number, (penalty, accuracy) in enumerate(accuracies.items()):
        x = left + step * (number + 0.5)
        about = f"penalty {penalty}: {accuracy:.1%}"
        parts += [rectangle(x - 14, top + height * (1 - accuracy), 28, height * accuracy, RIGHT, about, 0.8)]
        parts += [words(x, top + height * (1 - accuracy) - 2, f"{accuracy:.1%}", anchor="middle")]
        parts += [words(x, top + height + 16, penalty, anchor="middle")]
    return svg(left + step * len(accuracies) + 10, top + height + 24, parts, "accuracy for each penalty")


def _scale(left: float, top: float, width: float, height: float, marks: Sequence[str]) -> list[str]:
    """Draw lines across a plot at even distances, the lowest first, each with what it stands for."""
    parts = []
    for number, mark in enumerate(marks):
        y = top + height * (1 - number / (len(marks) - 1))
        parts += [line(left, y, left + width, y), words(left - 6, y + 4, mark, anchor="end")]
    return parts


def _clear(y: float, taken: Sequence[float], apart: float = 14.0) -> float:
    """Move a label down or up, to the nearer side, so that it does not lie on another."""
    near = next((each for each in taken if abs(each - y) < apart), None)
    return y if near is None else near + apart if y >= near else near - apart


def _bank(about: Mapping[str, Any]) -> Iterator[str]:
    bank = about["training"]["bank"]
    if not bank["drawn"]:
        yield "<h2>Negatives</h2><p>There are none for these embeddings: only your background tells what is none.</p>"
        return
    yield f"<h2>Negatives</h2><p>{bank['kept']} of {bank['drawn']} drawn windows of other movements were learnt as "
    yield "“Doing other things”. Those that look like one of your classes were dropped:</p>"
    yield grid(
        ["movement", "looks like", "dropped"],
        [[each["movement"], each["looks_like"], f"{each['dropped']} of {each['drawn']}"] for each in bank["dropped"]],
    )


def _remarks(course: Course) -> Iterator[str]:
    if course.remarks:
        yield "<h2>Remarks</h2><ul>"
        yield "".join(f"<li>{text(each.what)}. {text(each.remedy)}</li>" for each in course.remarks)
        yield "</ul>"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"
