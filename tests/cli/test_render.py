"""`sensegraph train`: films of labelled motion with their truth."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import av
import pytest

from sensegraph.cli.render import COLUMNS
from sensegraph.evaluation.events import is_event
from sensegraph.evaluation.truth import read_truth
from sensegraph.training.render.closeup import LABELS
from tests.cli import refused, say
from tests.clips import frames

SMALL = ("--size", "64x64", "--fps", 8, "--samples", 1, "--rest", 1)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_labels_become_a_film_with_rests_and_its_truth() -> None:
    """Two labels with one repetition each: H.264 of the size asked for, and rows that cover it without gaps."""
    answer = say(
        "train", "render", "Squats", "Jumping Jacks", "--reps", 1, "--out", "a.mp4", "--truth", "t.csv", *SMALL
    )
    assert answer.code == 0, answer
    assert answer.out.startswith("wrote a.mp4: ")
    with av.open("a.mp4") as film:
        context = film.streams.video[0].codec_context
        assert (context.name, context.width, context.height) == ("h264", 64, 64)
    rows = list(csv.reader(Path("t.csv").read_text().splitlines()))
    assert tuple(rows[0]) == COLUMNS
    assert [(row[0], row[3], row[4]) for row in rows[1:]] == [
        ("a.mp4", "none", "0"),
        ("a.mp4", "Squats", "1"),
        ("a.mp4", "none", "0"),
        ("a.mp4", "Jumping Jacks", "1"),
        ("a.mp4", "none", "0"),
    ]
    assert [row[1] for row in rows[2:]] == [row[2] for row in rows[1:-1]]
    assert frames(Path("a.mp4")) == round(float(rows[-1][2]) * 8)
    assert not list(Path().glob(".*"))


def test_a_json_truth_has_the_time_of_every_repetition() -> None:
    """Ends of repetitions lie inside their segment; what is held has none; the look, turned, is the one asked for."""
    words = ("--seconds", 4, "--look", "runner", "--view", "side", "--out", "a.mp4", "--truth", "t.json")
    assert say("train", "render", "Squats", "Plank", *words, *SMALL).code == 0
    facts = json.loads(Path("t.json").read_text())
    assert (facts["file"], facts["fps"], facts["size"]) == ("a.mp4", 8, [64, 64])
    squats, plank = (part for part in facts["segments"] if part["label"] != "none")
    assert squats["reps"]
    assert squats["start"] < squats["reps"][0] <= squats["reps"][-1] < squats["end"]
    assert plank["reps"] == []


def test_gestures_become_a_film_whose_rows_are_events() -> None:
    """Rests between them, rows without gaps, no number of repetitions: that is what an event is in a truth."""
    words = ("Thumb up", "Swiping left", "--seconds", 1, "--hand", "left", "--out", "a.mp4", "--truth", "t.csv")
    assert say("train", "render", *words, *SMALL).code == 0
    rows = list(csv.reader(Path("t.csv").read_text().splitlines()))
    assert tuple(rows[0]) == COLUMNS
    assert [(row[3], row[4]) for row in rows[1:]] == [
        ("none", "0"),
        ("Thumb up", ""),
        ("none", "0"),
        ("Swiping left", ""),
        ("none", "0"),
    ]
    assert [row[1] for row in rows[2:]] == [row[2] for row in rows[1:-1]]
    assert all(float(row[2]) - float(row[1]) >= 1 for row in rows[1:])
    assert frames(Path("a.mp4")) == round(float(rows[-1][2]) * 8)
    assert [is_event(each) for each in read_truth(Path("t.csv"), LABELS)] == [False, True, False, True, False]


def test_repetitions_of_a_gesture_are_rows_of_their_own() -> None:
    """Each is one event; so is a command of gesture control."""
    words = ("Swipe Up", "Waving", "--reps", 2, "--hand", "either", "--out", "a.mp4", "--truth", "t.json")
    assert say("train", "render", *words, *SMALL).code == 0
    facts = json.loads(Path("t.json").read_text())
    shown = [part["label"] for part in facts["segments"] if part["label"] != "none"]
    assert shown == ["Swipe Up", "Swipe Up", "Waving", "Waving"]
    assert not any(part["reps"] for part in facts["segments"])


def test_equal_seeds_draw_equal_films() -> None:
    """Random looks too; another seed draws another."""
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        out = ("--out", f"{name}.mp4", "--look", "random", "--seed", seed)
        assert say("train", "render", "Squats", "--reps", 1, *out, *SMALL).code == 0
    assert Path("a.mp4").read_bytes() == Path("b.mp4").read_bytes() != Path("c.mp4").read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("Sqats", "--out", "a.mp4"), "Did you mean 'Squats'?"),
        (("Wavin", "--out", "a.mp4"), "Did you mean 'Waving'?"),
        (("Thumb UP", "--out", "a.mp4"), "Did you mean 'Thumb Up'?"),
        (("Squats", "Waving", "--out", "a.mp4"), "Waving: is a gesture, seen close up, and 'Squats' an exercise"),
        (("Waving", "--out", "a.mp4", "--hand", "third"), "is not one of"),
        (("Squats", "--out", "a.mp4", "--look", "runer"), "Did you mean 'runner'?"),
        (("Squats", "--out", "a.mp4", "--look", "42"), "There are workout, "),
        (("Squats", "--out", "a.avi"), "is no .mp4 file"),
        (("Squats", "--out", "a.mp4", "--truth", "t.txt"), "is neither .csv nor .json"),
        (("Squats", "--out", "no/a.mp4"), "there is no such folder"),
        (("Squats", "--out", "a.mp4", "--size", "640"), "Write it as 640x480"),
        (("Squats", "--out", "a.mp4", "--size", "641x480"), "must be even"),
        (("Squats", "--out", "a.mp4", "--view", "back"), "Say front, 45, side or degrees"),
        (("Squats", "--out", "a.mp4", "--view", "nan"), "Say front, 45, side or degrees"),
        (("--out", "a.mp4"), "Missing argument"),
    ],
)
def test_what_cannot_be_drawn_is_refused_before_anything_is_written(words: tuple[str, ...], said: str) -> None:
    """The place, the thing and the remedy; no file is left."""
    assert said in refused("train", "render", *words)
    assert not list(Path().iterdir())


@pytest.mark.parametrize("name", ["a.mp4", "t.csv"])
def test_nothing_is_written_over(name: str) -> None:
    """A film or table that is there stays as it is."""
    Path(name).write_text("mine")
    assert f"{name}: is there already" in refused("train", "render", "Squats", "--out", "a.mp4", "--truth", "t.csv")
    assert [path.name for path in Path().iterdir()] == [name]
    assert Path(name).read_text() == "mine"
