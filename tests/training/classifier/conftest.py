"""What the tests of classifiers begin with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from sensegraph.training.classifier import sight
from sensegraph.training.project import Project
from tests.projects import clip_maker
from tests.training.classifier.people import Eyes

Fill = Callable[..., Eyes]
"""Adds clips (class, name) to the project, and lets people be seen in them as the names say."""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return an empty project."""
    return Project.create(tmp_path / "gym")


@pytest.fixture
def fill(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fill:
    """Return what fills the project."""
    make, made = clip_maker(tmp_path / "in"), 0

    def add(clips: Sequence[tuple[str, str]], frames: int = 24, split: str = "train") -> Eyes:
        nonlocal made
        for label, name in clips:
            made += 1
            project.add_clip(make(f"{label}/{name}.mp4", made, frames + made), label, split=split, session=name)
        eyes = Eyes(project)
        monkeypatch.setattr(sight, "observe", eyes.observe)
        return eyes

    return add
