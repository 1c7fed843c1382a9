"""The shipped samples through the real path, against the renderer's own truth; and the same bytes on every run."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

import sensegraph
from sensegraph.models import catalogue
from sensegraph.models.hands import HandTracker
from sensegraph.models.landmarks import PoseTracker
from sensegraph.payload import STATES
from sensegraph.resources import sample
from sensegraph.summary import Summary
from sensegraph.training.motion.gestures.commands import COMMANDS
from sensegraph.training.motion.gestures.gesture import GESTURES
from tests.clips import cut

SETTLED_S = 2.0
"""After a boundary the window still holds what was before it; these windows are not scored."""

LATE_S = 0.6
"""A repetition may be found to be over this long after the end of its segment."""

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not catalogue.onnx_path("pose_detection").is_file(), reason="run `sensegraph models get`"),
]

HAND_NETS = ("palm_detection_lite", "hand_landmark_lite")

needs_hand_nets = pytest.mark.skipif(
    not all(catalogue.onnx_path(name).is_file() for name in HAND_NETS), reason="run `sensegraph models get`"
)
MISSED = {"Thumb Down"}
"""What gesture control does not see in the sample."""


@cache
def watched(folder: Path) -> tuple[Summary, list[dict[str, Any]]]:
    """Return the summary and the result rows of the fitness graph on the sample."""
    results = folder / "results.jsonl"
    summary = sensegraph.run("fitness", source=sample("workout.mp4"), results=results)
    return summary, [json.loads(line) for line in results.read_text().splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return one folder for the module, so that the sample is watched once."""
    return tmp_path_factory.mktemp("sample")


def segments() -> list[dict[str, Any]]:
    """Return the truth of the renderer: start, end, label and the end of each repetition."""
    truth: list[dict[str, Any]] = json.loads(sample("workout.json").read_text())["segments"]
    return truth


def labels(rows: list[dict[str, Any]], segment: dict[str, Any]) -> list[str]:
    """Return the decisions of the windows that belong to a segment."""
    first_s, last_s = segment["start"] + SETTLED_S, segment["end"]
    return [row["label"] for row in rows if row["stream"] == "exercise" and first_s <= row["time"] <= last_s]


def test_the_person_is_found_in_nearly_every_frame(folder: Path) -> None:
    """The landmark nets accept the rendered figure in at least 95 % of the frames."""
    report = watched(folder)[0].reports["backbone"]
    assert report["frames"] > 600
    assert report["person_frames"] >= 0.95 * report["frames"]


@pytest.mark.parametrize("segment", [each for each in segments() if each["reps"]], ids=lambda each: each["label"])
def test_an_exercise_is_named_and_counted_exactly(folder: Path, segment: dict[str, Any]) -> None:
    """At least 90 % of its windows bear its name, and the count is the renderer's."""
    rows = watched(folder)[1]
    named = labels(rows, segment)
    assert len(named) >= 20
    assert named.count(segment["label"]) >= 0.9 * len(named)
    counted = [row for row in rows if row["stream"] == "reps" and row["label"] == segment["label"]]
    assert [row["count"] for row in counted] == list(range(1, len(segment["reps"]) + 1))
    assert all(segment["start"] <= row["time"] <= segment["end"] + LATE_S for row in counted)


def test_nothing_is_named_in_a_rest(folder: Path) -> None:
    """No window of a rest bears the name of an exercise, and the rests between exercises last 5 s or more."""
    rests = [each for each in segments() if not each["reps"] and each["start"] > 0]
    assert len(rests) >= 4
    for rest in rests:
        assert rest["end"] - rest["start"] >= 5.0
        assert set(labels(watched(folder)[1], rest)) <= set(STATES)


def test_results_have_the_pinned_form(folder: Path) -> None:
    """Rows are ordered by time; a step has one exercise and one calories row, four a second; energy never falls."""
    rows = watched(folder)[1]
    assert [row["time"] for row in rows] == sorted(row["time"] for row in rows)
    exercise, calories = ([row for row in rows if row["stream"] == name] for name in ("exercise", "calories"))
    assert [row["time"] for row in exercise] == [row["time"] for row in calories]
    assert {round(b["time"] - a["time"], 4) for a, b in itertools.pairwise(exercise)} == {0.25}
    for row in exercise:
        assert row["frame"] == round(row["time"] * 16)
        assert [score for _, score in row["top"]] == sorted((score for _, score in row["top"]), reverse=True)
    energy = [row["kcal"] for row in calories]
    assert energy == sorted(energy)
    assert energy[-1] > 0


@pytest.fixture
def short_clip(tmp_path: Path) -> Path:
    """Return the first 9 s of the sample."""
    return cut(tmp_path / "short.mp4", 9.0)


@pytest.fixture
def busy_machine() -> Iterator[None]:
    """Keep all cores busy with something else."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3)]
    yield
    for other in others:
        other.kill()
        other.wait()


@pytest.mark.usefixtures("busy_machine")
def test_a_clip_gives_the_same_bytes_in_one_process_and_in_many_on_a_busy_machine(short_clip: Path) -> None:
    """`--results` in fast pace depends on the clip alone."""
    seen = set()
    for in_process in (True, False, False):
        results = short_clip.with_suffix(".jsonl")
        sensegraph.run("fitness", source=short_clip, results=results, pace="fast", in_process=in_process)
        seen.add(results.read_bytes())
        results.unlink()
    assert len(seen) == 1
    assert seen.pop().count(b"Jumping Jacks") > 5


def gestures() -> dict[str, Any]:
    """Return the truth of the gesture sample: fps, size, seconds, and start, end, label and command of segments."""
    facts: dict[str, Any] = json.loads(sample("gestures.json").read_text())
    return facts


def test_the_gesture_sample_lasts_as_long_as_its_truth_says() -> None:
    """Its gestures lie one after another inside the film, and those with a command bear the name of one."""
    facts = gestures()
    with av.open(str(sample("gestures.mp4"))) as film:
        stream = film.streams.video[0]
        assert stream.frames / facts["fps"] == pytest.approx(facts["seconds"])
    times = [each[name] for each in facts["segments"] for name in ("start", "end")]
    assert times == sorted(times)
    assert 0 < times[0] < times[-1] < facts["seconds"]
    assert {each["label"] for each in facts["segments"]} <= set(GESTURES)
    assert {each["command"] for each in facts["segments"]} <= {"", *COMMANDS}


@needs_hand_nets
@pytest.mark.slow
def test_the_trackers_find_body_and_hands_in_the_gesture_sample() -> None:
    """A person in every frame, both hands in 95 % of all frames and in 85 % of those of each gesture."""
    facts, pose_tracker, hand_tracker = gestures(), PoseTracker(), HandTracker("lite")
    found, times = [], []
    with av.open(str(sample("gestures.mp4"))) as film:
        for frame in film.decode(video=0):
            picture = frame.to_ndarray(format="bgr24")
            pose = pose_tracker.track(picture)
            assert pose is not None, frame.time
            found.append(hand_tracker.track(picture, pose.points)[1] > 0)
            times.append(frame.time)
    hands, seconds = np.array(found), np.array(times)
    assert hands.mean(axis=0).min() >= 0.95
    for each in facts["segments"]:
        during = (seconds >= each["start"]) & (seconds <= each["end"])
        assert hands[during].mean(axis=0).min() >= 0.85, each["label"]


@needs_hand_nets
@pytest.mark.slow
@pytest.mark.parametrize(("graph", "name"), [("gestures", "label"), ("gesture_control", "command")])
def test_each_gesture_of_the_sample_is_one_event(graph: str, name: str, tmp_path: Path) -> None:
    """The events of the whole film are the gestures of the truth, or the commands it sees, in order; no others."""
    results = tmp_path / "results.jsonl"
    sensegraph.run(graph, source=sample("gestures.mp4"), results=results)
    rows = [json.loads(line) for line in results.read_text().splitlines()]
    events = [row["label"] for row in rows if row["stream"] == "events"]
    assert events == [each[name] for each in gestures()["segments"] if each[name] and each[name] not in MISSED]
