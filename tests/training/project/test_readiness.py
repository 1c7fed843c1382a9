"""What is said about a project before it is trained on."""

from __future__ import annotations

from sensegraph.training.project import Project
from sensegraph.training.project.split import Shares, divide
from tests.projects import MakeClip


def texts(project: Project) -> tuple[list[str], list[str]]:
    """Return problems and advice, without place and remedy."""
    ready = project.readiness()
    return [each.what for each in ready.problems], [each.what for each in ready.advice]


def test_a_project_without_clips_or_with_one_class_cannot_be_trained(project: Project, make_clip: MakeClip) -> None:
    """The remedy says what to do."""
    assert texts(project) == (["has no clips"], [])
    project.add_clip(make_clip("a.mp4"), "wave")
    project.add_class("empty")
    problems, advice = texts(project)
    assert problems == ["has clips of one class only, 'wave'"]
    assert advice == ["no clips of 'empty'", "few clips: 'wave' 1"]
    assert "one called 'background'" in project.readiness().problems[0].remedy


def test_a_class_that_is_never_shown_in_training_is_a_problem(project: Project, make_clip: MakeClip) -> None:
    """One that validation does not see is advice."""
    first = project.add_clip(make_clip("a.mp4", 1), "wave")
    project.add_clip(make_clip("b.mp4", 2), "nod")
    project.assign({first.id: "valid"})
    problems, advice = texts(project)
    assert problems == ["class 'wave' has no clips for training, only for valid"]
    assert "no valid clips of 'nod'" in advice


def test_a_session_in_two_splits_is_told(project: Project, make_clip: MakeClip) -> None:
    """Dividing anew mends it."""
    for number in range(10):
        label = "wave" if number % 2 else "nod"
        split = "valid" if number == 1 else "train"
        project.add_clip(make_clip(f"day{number // 2}_{number}.mp4", number), label, split=split)
    assert texts(project) == ([], [
        "no valid clips of 'nod'",
        "clips of the session 'day0' are in train and valid: figures will look too good",
    ])  # fmt: skip
    project.assign(divide(project.clips(), Shares(0.2)))
    assert texts(project) == ([], [])
