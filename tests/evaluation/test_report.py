"""What is printed, written and drawn of an evaluation."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sensegraph.evaluation.figures import Figures, score
from sensegraph.evaluation.record import Circumstances, record
from sensegraph.evaluation.report import page
from sensegraph.evaluation.streams import Streams, Watched
from sensegraph.evaluation.table import table
from sensegraph.evaluation.truth import Segment
from sensegraph.payload import OTHER
from tests.evaluation.rows import decisions, event, repetitions, segment

EVIL = '<script>alert("1")</script>&\x07\x1b[31m'
STREAMS = Streams("exercise", ("reps",), ("events",), ("Squats", "Lunges", EVIL, OTHER))


def figures(*segments: Segment, label: str = "Squats", streams: Streams = STREAMS) -> Figures:
    """Return an evaluation of files in which `label` is named from 3 to 9 s, counted twice and signalled once."""
    said = Watched(
        decisions(12, (3, 9, label)), repetitions(label, 4, 6), [event(label, 8, 8.25)], 3.0, 12.0,
        {"head": {"packets": 48, "ms_p50": 1.0, "ms_p95": 2.0, "cpu_s": 0.5}},
    )  # fmt: skip
    return score(segments, {each.file: said for each in segments}, streams)


@pytest.fixture
def about(tmp_path: Path) -> Circumstances:
    """What was run: two files that are there."""
    for name in ("g.yaml", "t.csv"):
        (tmp_path / name).write_text(name)
    return Circumstances("sensegraph eval g.yaml t.csv", tmp_path / "g.yaml", {"weight": "65"}, tmp_path / "t.csv")


def test_the_table_has_a_line_for_each_segment_and_the_sums_below() -> None:
    """In columns, without those that would be empty."""
    lines = table(
        figures(segment(0, 9, "Squats", 3), segment(0, 12, file="b.mp4"), streams=Streams("exercise", ("reps",)))
    )
    told = lines.splitlines()
    assert told[0].split() == ["file", "seconds", "shown", "windows", "right", "wrong", "latency", "counted"]
    assert "25/29" in told[1]
    assert "2 of 3" in told[1]
    assert "25 Squats" in told[2]
    assert "0, 2 false" in told[2]
    assert "positives     25 of 29 = 86.2 % of the windows right" in lines
    assert "negatives     25 of 41 = 61.0 % of the windows named" in lines
    assert "counts        0 of 1 = 0.0 % exact, 1 of 1 = 100.0 % within one, mean error 1.00" in lines
    assert "false counts  2 on negatives, 0 on positives" in lines
    assert len({line.index("none" if "none" in line else "Squats") for line in told[1:3]}) == 1


def test_the_table_of_events_tells_what_was_found_and_when() -> None:
    """With F1, false events and their delay."""
    lines = table(figures(segment(7, 8.0, "Squats", None), segment(0, 12, file="b.mp4")))
    assert "found, +0.25 s" in lines
    assert "events        1 of 1 = 100.0 % found, 1 false, F1 0.667" in lines
    assert "false events  1 in 0.20 minutes of negatives = 5.00 a minute" in lines
    assert "delay         median 0.25 s" in lines


def test_what_there_is_none_of_is_not_told() -> None:
    """A truth without negatives has no share of them, one without events no F1."""
    lines = table(figures(segment(0, 9, "Squats", 2), streams=Streams("exercise")))
    assert "positives" in lines
    assert not any(word in lines for word in ("negatives", "activations", "delay", "F1", "too short"))
    assert "too short     1 segments" in table(figures(segment(0, 1, "Squats", 0), streams=Streams("exercise")))


def test_the_record_is_json_that_holds_every_figure(about: Circumstances) -> None:
    """With versions, command, hashes, and the labels that were not tested."""
    plain = json.loads(json.dumps(record(figures(segment(0, 9, "Squats", 2), segment(0, 12, file="b.mp4")), about)))
    assert plain["about"]["command"] == about.command
    assert plain["about"]["params"] == {"weight": "65"}
    assert len(plain["about"]["truth_sha256"]) == 64
    assert {"sensegraph", "python", "numpy"} <= plain["about"]["versions"].keys()
    assert plain["sums"]["windows"]["accuracy"] == round(25 / 29, 4)
    assert plain["sums"]["counts"]["exact_share"] == 1.0
    assert plain["sums"]["latency_s"] == {"number": 1, "median": 3.0, "largest": 3.0}
    assert plain["segments"][0]["named"] == {"Squats": 25, OTHER: 4}
    assert plain["confusion"]["shown"] == ["Squats", "none"]
    assert len(plain["open_set"]) == 101
    assert plain["untested"] == ["Lunges", EVIL]
    assert plain["run"]["nodes"]["head"]["cpu_s"] == 1.0


def test_nothing_to_divide_by_gives_none(about: Circumstances) -> None:
    """Not an error, and not a zero."""
    sums = record(figures(segment(0, 1, "Squats", None), streams=Streams()), about)["sums"]
    assert sums["windows"]["accuracy"] is None
    assert sums["windows"]["activations_a_minute"] is None
    assert sums["counts"]["exact_share"] is None
    assert sums["latency_s"]["median"] is None


def parsed(figures: Figures, about: Circumstances) -> tuple[str, ElementTree.Element]:
    """Return the page and its elements; the page is well-formed."""
    content = page(figures, record(figures, about))
    return content, ElementTree.fromstring(content)


def test_the_page_is_whole_and_needs_nothing_else(about: Circumstances) -> None:
    """It has every picture, and asks for no file, script or address."""
    content, tree = parsed(figures(segment(0, 9, "Squats", 2), segment(0, 12, file="b.mp4")), about)
    labels = {each.get("aria-label") for each in tree.iter("{http://www.w3.org/2000/svg}svg")}
    assert {"confusion of labels", "open-set curve", "what was shown and named over time"} <= labels
    assert not any(tag in content for tag in ("<script", "<img", "<link", "src=", "url(", "@import"))
    assert content.replace("http://www.w3.org/2000/svg", "").count("://") == 0
    assert "default-src 'none'" in content


def test_texts_of_files_cannot_become_markup(about: Circumstances) -> None:
    """Labels, file names and the command are shown as they are; what cannot be shown is marked."""
    evil = figures(segment(0, 9, EVIL, 2, file=EVIL), segment(0, 12, also_ok=EVIL), label=EVIL)
    content, tree = parsed(evil, dataclasses.replace(about, command=EVIL))
    assert "<script" not in content
    assert "\x07" not in content
    assert "".join(tree.itertext()).count('<script>alert("1")</script>&\N{REPLACEMENT CHARACTER}') > 10


@pytest.mark.parametrize(
    "segments",
    [
        [segment(0, 1, "Squats", None)],
        [segment(0, 12)],
        [segment(0, 9, "Lunges", 2), segment(9, 500)],
        [segment(0, 9, "Squats|Lunges", 2), segment(9, 12, OTHER, 0)],
    ],
    ids=["no window", "only negatives", "longer than the file", "alternatives and a state"],
)
def test_a_page_is_made_of_any_evaluation(about: Circumstances, segments: list[Segment]) -> None:
    """Whatever is missing."""
    content, _ = parsed(figures(*segments), about)
    assert "nan" not in content.lower().replace("numerical", "")


def test_pictures_hold_what_they_draw(about: Circumstances) -> None:
    """Rectangles lie inside of their picture."""
    _, tree = parsed(figures(segment(0, 9, "Squats", 2), segment(0, 12, file="b.mp4")), about)
    space = "{http://www.w3.org/2000/svg}"
    for picture in tree.iter(f"{space}svg"):
        width, height = float(picture.get("width", 0)), float(picture.get("height", 0))
        for each in picture.iter(f"{space}rect"):
            x, y, w, h = (float(each.get(name, -1)) for name in ("x", "y", "width", "height"))
            assert min(x, y, w, h) >= 0
            assert x + w <= width + 1
            assert y + h <= height + 1
