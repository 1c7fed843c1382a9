"""A training from a project to the folder of a classifier."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sensegraph.errors import ModelError, SinkError
from sensegraph.models.classifier import load_classifier, read_classifier
from sensegraph.payload import OTHER
from sensegraph.training.classifier import bank, checkpoint, course, score
from sensegraph.training.classifier.course import Course
from sensegraph.training.classifier.plan import Plan
from sensegraph.training.project import Project, ProjectError
from tests.training.classifier.conftest import Fill
from tests.training.classifier.people import labelled

LABELS = ("Squats", "Jumping Jacks", "Warrior 2 (left)")


@pytest.fixture(autouse=True)
def _small_bank(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw few negatives: the tests want the way, not the figures."""
    for name, count in (("EACH", 2), ("EACH_OTHER", 6), ("STILL", 10)):
        monkeypatch.setattr(bank, name, count)


def train(project: Project, **plan: object) -> Course:
    """Train in this process."""
    return course.train(project, Plan(**{"hands": "none", **plan}), 1, lambda stage, done, total: None)  # type: ignore[arg-type]


def write(project: Project, trained: Course, name: str = "classifier") -> Path:
    """Write a classifier."""
    return checkpoint.write(project.path, trained, name, "sensegraph train gym")


def test_a_few_clips_are_enough_to_name_others(project: Project, fill: Fill) -> None:
    """Five clips of each class; others of the class are named right, and what nobody showed is something else."""
    fill(labelled(LABELS, 5), frames=40)
    fill([(label, f"{label}_{number}") for label in LABELS for number in (50, 51)], frames=40, split="valid")
    trained = train(project)
    figures = score.scores(trained)["valid"].figures()
    assert figures["windows_right"] >= 0.9 * figures["windows"]
    assert trained.lesson.labels == (*LABELS, OTHER)


def test_the_folder_holds_what_runs_it_and_what_people_read(project: Project, fill: Fill) -> None:
    """A head, its description, a report with the clips behind what is wrong, and when it was made."""
    fill(labelled(LABELS, 2))
    folder = write(project, train(project))
    assert {path.name for path in folder.iterdir()} == {"head.onnx", "classifier.json", "made.json", "report.html"}
    about = read_classifier(folder)
    assert about.labels == (*LABELS, OTHER)
    assert load_classifier(folder).labels == about.labels
    page = (folder / "report.html").read_text()
    assert all(label in page for label in LABELS)


def test_the_onnx_head_says_the_same(project: Project, fill: Fill) -> None:
    """Others may run it without sensegraph."""
    import onnxruntime

    fill(labelled(LABELS[:2], 2))
    folder = write(project, train(project))
    vectors = np.random.default_rng(1).normal(size=(5, 192)).astype(np.float32)
    said = onnxruntime.InferenceSession(str(folder / "head.onnx")).run(None, {"embedding": vectors})[0]
    assert said == pytest.approx(load_classifier(folder).layer.probabilities(vectors)[0], abs=1e-5)


def test_the_same_seed_gives_the_same_bytes(project: Project, fill: Fill) -> None:
    """With what was kept, and after it was removed; and beside the first one, which stays."""
    import shutil

    fill(labelled(LABELS[:2], 3))
    folders = [write(project, train(project))]
    folders.append(write(project, train(project)))
    shutil.rmtree(project.path / "cache")
    folders.append(write(project, train(project)))
    assert [folder.name for folder in folders] == ["classifier", "classifier-2", "classifier-3"]
    for name in ("head.onnx", "classifier.json"):
        assert len({(folder / name).read_bytes() for folder in folders}) == 1


def test_clips_are_looked_at_once(project: Project, fill: Fill) -> None:
    """A second training takes what was kept; a new clip alone is looked at."""
    fill(labelled(LABELS[:2], 2))
    train(project)
    eyes = fill([("Squats", "Squats_9")])
    train(project)
    assert len(eyes.looked) == 1


def test_an_interrupted_training_goes_on_where_it_was(
    project: Project, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clips that were looked at before Ctrl-C are not looked at again, and nothing half done is left."""
    from sensegraph.training.classifier import sight

    eyes = fill(labelled(LABELS[:2], 3))

    def interrupted(video: Path) -> object:
        if len(eyes.looked) == 4:
            raise KeyboardInterrupt
        return eyes.observe(video)

    monkeypatch.setattr(sight, "observe", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train(project)
    assert not (project.path / "checkpoints").exists()
    monkeypatch.setattr(sight, "observe", eyes.observe)
    train(project)
    assert len(eyes.looked) == 6


def test_clips_without_a_person_are_told_and_not_used(project: Project, fill: Fill) -> None:
    """The class lives on what is left."""
    fill([*labelled(LABELS[:2], 2), ("Squats", "nobody_1")])
    trained = train(project)
    assert any("nobody is seen in it" in str(each) and "nobody_1" in str(each) for each in trained.remarks)
    assert len(trained.best.clips) == 4


def test_a_class_of_which_nothing_is_left_is_refused(project: Project, fill: Fill) -> None:
    """With the clips in which nobody is seen."""
    fill([*labelled(LABELS[:2], 2), ("wave", "nobody_1"), ("wave", "nobody_2")])
    with pytest.raises(ProjectError, match="nothing can be learnt of 'wave'") as error:
        train(project)
    assert str(error.value).count("nobody is seen in it") == 2


def test_a_clip_that_cannot_be_read_any_more_is_told_and_left_out(project: Project, fill: Fill) -> None:
    """The others are learnt from."""
    fill([*labelled(LABELS[:2], 2), ("Squats", "broken_1")])
    assert any("cannot be read" in str(each) for each in train(project).remarks)


@pytest.mark.parametrize(
    ("clips", "told"),
    [
        ([], "has no clips"),
        ([("Squats", "Squats_1")], "one class only"),
        ([("background", "Squats_1"), ("nothing", "Squats_2")], "none of the classes"),
    ],
)
def test_what_cannot_be_learnt_is_refused_before_anything_is_looked_at(
    project: Project, fill: Fill, clips: list[tuple[str, str]], told: str
) -> None:
    """No clips; one class; nothing but background."""
    eyes = fill(clips)
    with pytest.raises(ProjectError, match=told):
        train(project)
    assert eyes.looked == []


def test_an_empty_class_is_left_out_and_told(project: Project, fill: Fill) -> None:
    """It is no label of the classifier."""
    fill(labelled(LABELS[:2], 2))
    project.add_class("later")
    trained = train(project)
    assert trained.lesson.labels == (*LABELS[:2], OTHER)
    assert any("'later'" in str(each) for each in trained.remarks)


def test_a_class_without_clips_for_validation_is_told(project: Project, fill: Fill) -> None:
    """Nothing is known of it there."""
    fill(labelled(LABELS[:2], 2))
    fill([("Squats", "Squats_7")], split="valid")
    trained = train(project)
    assert any("no valid clips of 'Jumping Jacks'" in str(each) for each in trained.remarks)


def test_background_is_something_else(project: Project, fill: Fill) -> None:
    """Its clips are learnt as `Doing other things`, whatever the case of its name."""
    fill([*labelled(LABELS[:1], 3), *[("Background", f"Warrior 2 (left)_{number}") for number in range(3)]])
    trained = train(project)
    assert trained.lesson.labels == ("Squats", OTHER)
    assert score.scores(trained)["cross-validation"].figures()["classes"][1]["windows"] > 0


def test_names_are_only_names(project: Project, fill: Fill) -> None:
    """Quotes, a dollar sign, markup, dots and an emoji are labels as they are written, and nothing on the page."""
    odd = ['it\'s "so" $(x)', "<b>ü.. 🙂"]
    fill([(label, f"{shown}_{number}") for label, shown in zip(odd, LABELS, strict=False) for number in range(2)])
    folder = write(project, train(project), "my 'own' 🙂")
    assert load_classifier(folder).labels == (*odd, OTHER)
    page = (folder / "report.html").read_text()
    assert "&lt;b&gt;ü" in page
    assert "<b>" not in page


def test_a_full_disk_leaves_no_classifier(project: Project, fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error tells it; the next training has the name."""
    fill(labelled(LABELS[:2], 2))
    trained = train(project)

    def full(self: Path, *args: object, **options: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(Path, "write_text", full)
        with pytest.raises(SinkError, match="No space left"):
            write(project, trained)
    assert not (project.path / "checkpoints").exists()
    assert write(project, trained).name == "classifier"


@pytest.mark.parametrize("name", ["a/b", "../x", ".hidden", ""])
def test_a_name_that_leads_elsewhere_is_refused(project: Project, fill: Fill, name: str) -> None:
    """A classifier lies in the checkpoints of its project."""
    fill(labelled(LABELS[:2], 2))
    with pytest.raises(ProjectError):
        write(project, train(project), name)


def test_a_classifier_of_another_net_is_refused_by_both_names(project: Project, fill: Fill) -> None:
    """What the classifier stands on, and what is here."""
    fill(labelled(LABELS[:2], 2))
    folder = write(project, train(project))
    path = folder / "classifier.json"
    about = json.loads(path.read_text())
    here, about["net"] = about["net"], "ab" * 32
    path.write_text(json.dumps(about))
    with pytest.raises(ModelError, match=f"abababababab.*{here[:12]}"):
        load_classifier(folder)


def test_tags_are_learnt_by_their_ids(project: Project, fill: Fill) -> None:
    """The background is id 0, wherever its name would sort; moments are found in clips that were not learnt from."""
    fill(labelled(["Squats"], 5), frames=60)
    tag = project.add_tag("aaa", ["Squats"])
    for clip in project.clips():
        project.annotate(clip, [tag if step % 8 in (3, 4, 5) else 0 for step in range(clip.steps)])
    trained = train(project, temporal=True)
    assert trained.lesson.labels == ("aaa", OTHER)
    assert score.scores(trained)["cross-validation"].events()["expected"] > 0
    assert read_classifier(write(project, trained)).labels == ("aaa", OTHER)


def test_without_annotations_there_is_nothing_temporal_to_learn(project: Project, fill: Fill) -> None:
    """And it says what to do."""
    fill(labelled(LABELS[:2], 2))
    with pytest.raises(ProjectError, match="no clip for training is annotated"):
        train(project, temporal=True)


def test_training_loads_no_torch() -> None:
    """The landmark path is numpy and onnxruntime."""
    code = "import sys, sensegraph.training.classifier.checkpoint; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
