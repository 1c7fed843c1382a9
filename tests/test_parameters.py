"""The parameters of a node, validated and described."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
import pytest
from pydantic import Field

from sensegraph.errors import GraphError, RunError
from sensegraph.node import Node
from sensegraph.parameters import describe, must_change, validate
from sensegraph_nodes.backbone import BackboneNode


class Sample(Node):
    """A node.

    Args:
        path: Where
            it is.
    """

    def __init__(
        self,
        path: str,
        width: Annotated[int, Field(ge=0, lt=9)] = 3,
        columns: tuple[str, ...] = (),
        way: Literal["up", "down"] = "up",
        one: Literal["only"] = "only",
        schema: float | None = None,
        _hidden: bool = False,
    ) -> None: ...


class Arrays(Node):
    """A node that takes an array."""

    def __init__(self, weights: np.ndarray | None = None) -> None: ...


class Unreadable(Node):
    """A node with an annotation that means nothing."""

    def __init__(self, size: Nothing = 1) -> None: ...  # type: ignore[name-defined]  # noqa: F821


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "missing": ({}, "path", "is missing"),
    "unknown": ({"path": "a", "widht": 1}, "widht", "Sample has no parameter 'widht'"),
    "a number for a text": ({"path": 1}, "path", "1: input should be a valid string"),
    "a text for a number": ({"path": "a", "width": "3"}, "width", "'3': input should be a valid integer"),
    "a truth for a number": ({"path": "a", "width": True}, "width", "True: "),
    "too small": ({"path": "a", "width": -1}, "width", "-1: input should be greater than or equal to 0"),
    "too large": ({"path": "a", "width": 9}, "width", "9: input should be less than 9"),
    "no choice": ({"path": "a", "way": "left"}, "way", "'left': input should be 'up' or 'down'"),
    "a wrong entry": ({"path": "a", "columns": ["b", 1]}, "columns", "['b', 1]: "),
    "a hidden one": ({"path": "a", "_hidden": 1}, "_hidden", "1: input should be a valid boolean"),
}


@pytest.mark.parametrize(("params", "name", "said"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_parameter_is_told_with_a_remedy(params: dict[str, Any], name: str, said: str) -> None:
    """Nothing is turned into another type by itself."""
    problems = validate(Sample, params)
    assert list(problems) == [name]
    assert problems[name][0].startswith(said)
    assert problems[name][1]


def test_what_a_graph_file_can_say_is_taken() -> None:
    """A list is a tuple, a whole number is a number, names may be those of pydantic's methods."""
    assert validate(Sample, {"path": "a", "columns": ["b"], "schema": 1, "_hidden": True, "way": "down"}) == {}


def test_parameters_are_described_in_words() -> None:
    """Range, choices, default and the line of the docstring."""
    told = {each.name: each for each in describe(Sample)}
    assert (told["path"].kind, told["path"].required, told["path"].doc) == ("string", True, "Where it is.")
    assert (told["width"].kind, told["width"].default) == ("integer >= 0 < 9", 3)
    assert [told[name].kind for name in ("way", "one", "columns", "schema", "_hidden")] == [
        "up | down", "only", "list", "number or nothing", "boolean",
    ]  # fmt: skip


def test_a_type_that_json_does_not_know_is_described_by_its_name() -> None:
    """A node may take what a graph file cannot hold."""
    assert "ndarray" in describe(Arrays)[0].kind


def test_an_annotation_that_cannot_be_read_is_an_error_of_the_graph() -> None:
    """Not one of ours."""
    with pytest.raises(GraphError, match="the types of the parameters of Unreadable cannot be read: name 'Nothing'"):
        validate(Unreadable, {})


def test_a_value_with_which_a_node_sends_other_outputs_needs_a_new_run() -> None:
    """Who waits for them was connected when the run began."""
    must_change(BackboneNode, "backbone.hands", {"model": "landmarks", "hands": "lite"}, "hands", "full")
    with pytest.raises(RunError, match="it would not send the same outputs"):
        must_change(BackboneNode, "backbone.hands", {"model": "landmarks", "hands": "lite"}, "hands", "none")
