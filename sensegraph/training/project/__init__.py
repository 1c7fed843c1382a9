"""Projects: clips of a few classes, with tags and splits, kept in a folder; no torch, no web."""

from sensegraph.training.project.error import ProjectError
from sensegraph.training.project.project import Project
from sensegraph.training.project.record import SPLITS, Clip, Split

__all__ = ["SPLITS", "Clip", "Project", "ProjectError", "Split"]
