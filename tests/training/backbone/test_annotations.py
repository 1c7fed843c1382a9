"""Tables of datasets are read in the forms that are handed on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sensegraph.training.backbone.annotations import Annotations, read, tables_of

KINETICS_CSV = "label,youtube_id,time_start,time_end,split\nabseiling,abc,12,22,train\nzumba,def,0.5,10.5,validate\n"
SOMETHING = [
    {"id": "78687", "label": "holding potato", "template": "Holding [something]", "placeholders": ["potato"]},
    {"id": "42326", "label": "no template"},
]
KINETICS_JSON = {
    "abc": {"annotations": {"label": "abseiling", "segment": [12.0, 22.0]}, "subset": "training"},
    "def": {"annotations": {"label": "zumba", "segment": [0.0, 10.0]}, "subset": "test"},
}


def table(folder: Path, name: str, text: str) -> Annotations:
    """Read one table."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read([path])


def plain(found: Annotations) -> list[tuple[object, ...]]:
    """Return the rows without their places."""
    return [(row.name, row.label, row.split, row.start_s, row.end_s) for row in found.rows]


def test_jester_has_two_columns_and_no_heading(tmp_path: Path) -> None:
    """The name of the file says what it is for, and a list of labels gives their order."""
    found = table(tmp_path, "jester-v1-train.csv", "34870;Drumming Fingers\n56557;Sliding Two Fingers Right\n")
    assert plain(found) == [
        ("34870", "Drumming Fingers", "train", None, None),
        ("56557", "Sliding Two Fingers Right", "train", None, None),
    ]
    assert table(tmp_path, "jester-v1-labels.csv", "Swiping Left\nNo gesture\n").order == ["Swiping Left", "No gesture"]


def test_something_something_has_templates(tmp_path: Path) -> None:
    """Without their brackets; a JSON object of numbers gives the order."""
    found = table(tmp_path, "something-something-v2-validation.json", json.dumps(SOMETHING))
    assert [(name, label, split) for name, label, split, *_ in plain(found)] == [
        ("78687", "Holding something", "valid"),
        ("42326", "no template", "valid"),
    ]
    assert table(tmp_path, "labels.json", json.dumps({"b": "1", "a": "0"})).order == ["a", "b"]


def test_kinetics_cuts_clips_out_of_videos(tmp_path: Path) -> None:
    """As CSV and as JSON; what is for the test is left out, and told."""
    assert plain(table(tmp_path, "k400.csv", KINETICS_CSV)) == [
        ("abc", "abseiling", "train", 12.0, 22.0),
        ("def", "zumba", "valid", 0.5, 10.5),
    ]
    found = table(tmp_path, "k400.json", json.dumps(KINETICS_JSON))
    assert plain(found) == [("abc", "abseiling", "train", 12.0, 22.0)]
    assert [note.rpartition(": ")[2] for note in found.notes] == ["1 clips for the test were left out"]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.csv", "file,label,split\nx.mp4,wave,tomorrow\n", "a.csv:2: there is no split 'tomorrow'"),
        ("a.csv", "file,label\nx.mp4,wave,more\n", "a.csv:2: expected 2 columns, found 3"),
        ("a.csv", "file,label,start\nx.mp4,wave,soon\n", "a.csv:2: 'soon' is not a time in seconds"),
        ("a.csv", "file,label,start\nx.mp4,wave,-1\n", "a.csv:2: '-1' is not a time in seconds"),
        ("a.csv", "one,two,three\n1,2,3\n", "a.csv:1: no column says which clip a line is about"),
        ("a.json", "{", "a.json: is not JSON"),
        ("a.json", '[{"id": 1, "label": "x", "segment": 3}]', "a.json: entry 1: 3 is not a segment"),
    ],
)
def test_what_is_wrong_in_a_table_is_told_with_its_line(tmp_path: Path, name: str, text: str, told: str) -> None:
    """All of it, and nothing else of the table is lost."""
    (problem, *_) = table(tmp_path, name, text).problems
    assert f"{problem.where}: {problem.what}".removeprefix(f"{tmp_path}/").startswith(told)


def test_a_table_that_is_no_text_is_told(tmp_path: Path) -> None:
    """Also one that is not there."""
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe\x00")
    found = read([tmp_path / "a.csv", tmp_path / "none.csv"])
    assert ["no UTF-8" in found.problems[0].what, "No such file" in found.problems[1].what] == [True, True]


def test_tables_lie_in_three_places(tmp_path: Path) -> None:
    """In the folder of the dataset, in annotations and in labels; hidden ones and others are left alone."""
    for name in ("a.csv", "annotations/b.json", "labels/c.csv", "other/d.csv", ".e.csv", "f.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [path.name for path in tables_of(tmp_path)] == ["a.csv", "b.json", "c.csv"]
