"""Scores: windows, clips, the clips behind what is wrong, tagged moments."""

from __future__ import annotations

import numpy as np

from sensegraph.evaluation.truth import NONE
from sensegraph.payload import OTHER
from sensegraph.training.classifier.score import Named, Score
from tests.training.classifier.test_folds import clip

LABELS = ("wave", "nod", OTHER)


def named(number: int, truth: list[int], said: list[int]) -> Named:
    """Return a clip of so many steps."""
    ends = np.arange(len(truth)) * 4 + 3
    return Named(clip(number, LABELS[truth[0]], "x"), np.array(truth), np.array(said), ends)


def test_windows_and_clips_are_counted() -> None:
    """Recall and precision are of windows; a clip is right when most of it is."""
    score = Score("valid", LABELS, [named(1, [0, 0, 0, 0], [0, 0, 0, 1]), named(2, [1, 1], [1, 2]), named(3, [2], [2])])
    figures = score.figures()
    wave, nod, other = figures["classes"]
    assert (figures["windows"], figures["windows_right"]) == (7, 5)
    assert (wave["recall"], wave["precision"], wave["clips"], wave["clips_right"]) == (0.75, 1.0, 1, 1)
    assert (nod["recall"], nod["precision"]) == (0.5, 0.5)
    assert (other["recall"], other["precision"]) == (1.0, 0.5)


def test_the_confusion_names_the_rest_none_where_it_is_shown() -> None:
    """As the picture of an evaluation does; a class that nothing shows has no row."""
    table = Score("valid", LABELS, [named(1, [0, 0], [0, 2]), named(3, [2], [2])]).confusion()
    assert (table.rows, table.columns) == (("wave", NONE), LABELS)
    assert table.counts == ((1, 0, 1), (0, 0, 1))


def test_the_clips_behind_what_is_wrong_are_told_worst_first() -> None:
    """With what they show, what was named, and in how many windows."""
    score = Score("valid", LABELS, [named(1, [0, 0], [0, 1]), named(2, [1, 1, 1], [2, 2, 1])])
    assert [(shown, said, each.id[-1], count) for shown, said, each, count in score.cells()] == [
        ("nod", OTHER, "2", 2), ("wave", "nod", "1", 1),
    ]  # fmt: skip


def test_tagged_moments_are_found_once() -> None:
    """One of two waves is found, a nod is false; a flicker of one step is none."""
    truth = [2, 2, 0, 0, 0, 2, 2, 2, 0, 0, 0, 2, 2, 2, 2, 2, 2]
    said_ = [2, 2, 0, 0, 0, 2, 1, 2, 2, 2, 2, 2, 2, 2, 1, 1, 2]
    events = Score("valid", LABELS, [named(1, truth, said_)]).events()
    assert events == {"expected": 2, "found": 1, "false": 1, "f1": 0.5}
