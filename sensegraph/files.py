"""The files that a graph reads and writes: no run may destroy what it reads, or write one file twice."""

from __future__ import annotations

import os

from sensegraph.errors import GraphError, Problem
from sensegraph.graph import Graph

TERMINAL = "-"


def check_files(graph: Graph) -> None:
    """Refuse a graph that would write over its own source, or with two sinks into one file.

    Links are followed. Raises:
        GraphError: Every such file, with the nodes.
    """
    made = {name: node.type(**node.params) for name, node in graph.nodes.items()}
    taken = [(path, f"'{name}' reads it") for name, node in made.items() for path in node.reads()]
    problems = []
    for name, node in made.items():
        for path in node.writes():
            use = next((use for other, use in taken if _same(path, other)), None)
            if use is not None and path != TERMINAL:
                problems.append(
                    Problem(graph.nodes[name].where, f"'{path}' would be written over: {use}", "Write elsewhere.")
                )
            taken.append((path, f"'{name}' writes it too"))
    if problems:
        raise GraphError(problems)


def check_apart(graph: Graph, path: str, what: str) -> None:
    """Refuse to write to a file that a graph reads or writes.

    Raises:
        GraphError: It does; `what` says what is to be written.
    """
    for name, node in graph.nodes.items():
        made = node.type(**node.params)
        if any(_same(path, each) for each in [*made.reads(), *made.writes()]):
            problem = Problem(what, f"'{path}' is a file of '{name}'", "Write elsewhere.")
            raise GraphError([problem])


def _same(one: str, other: str) -> bool:
    try:
        return os.path.realpath(one) == os.path.realpath(other) or os.path.samefile(one, other)
    except (OSError, ValueError):  # one of them is not there, or cannot be a path
        return False
