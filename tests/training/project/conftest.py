"""What the tests of projects begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from sensegraph.training.project import Project
from tests.projects import MakeClip, clip_maker


@pytest.fixture
def make_clip(tmp_path: Path) -> MakeClip:
    """Return what writes clips below `tmp_path`."""
    return clip_maker(tmp_path)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return an empty project."""
    return Project.create(tmp_path / "mine")
