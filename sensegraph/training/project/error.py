"""What a project refuses."""

from __future__ import annotations

from sensegraph.errors import GraphError, Problem


class ProjectError(GraphError):
    """A project, or what is to be done with it, is not right; `problems` holds everything that is wrong."""


def refused(where: object, what: str, remedy: str = "") -> ProjectError:
    """Return the error of one problem: the place, the thing and the remedy."""
    return ProjectError([Problem(str(where), what, remedy)])
