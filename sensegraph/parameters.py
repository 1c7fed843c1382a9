"""The parameters of a node: the typed keyword arguments of its `__init__`, validated by pydantic."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

import pydantic

from sensegraph.errors import closest
from sensegraph.node import Node


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter for people: its type in words, its default, and the line of the docstring about it."""

    name: str
    kind: str
    default: Any
    required: bool
    doc: str


@functools.cache
def model_of(kind: type[Node]) -> type[pydantic.BaseModel]:
    """Return the pydantic model of a node's parameters; unknown ones are refused."""
    signature = inspect.signature(kind.__init__)
    hints = get_type_hints(kind.__init__, include_extras=True)
    fields: dict[str, Any] = {}
    for name, each in list(signature.parameters.items())[1:]:
        if each.kind in (each.VAR_KEYWORD, each.VAR_POSITIONAL):
            continue
        fields[name] = (hints.get(name, Any), ... if each.default is each.empty else each.default)
    config = pydantic.ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True, protected_namespaces=())
    return pydantic.create_model(f"{kind.__name__}Parameters", __config__=config, **fields)


def validate(kind: type[Node], params: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Check the parameters of a node.

    Returns:
        Parameter -> (what is wrong, what to do); empty when all is well.
    """
    model = model_of(kind)  # type: ignore[arg-type]  # mypy takes a class with __hash__ for unhashable
    try:
        model(**params)
    except pydantic.ValidationError as error:
        problems = {}
        for each in error.errors():
            name = str(each["loc"][0]) if each["loc"] else ""
            if each["type"] == "extra_forbidden":
                known = ", ".join(model.model_fields) or "none"
                remedy = closest(name, model.model_fields, f"{kind.__name__} has {known}.")
                problems[name] = (f"{kind.__name__} has no parameter '{name}'", remedy)
            elif each["type"] == "missing":
                problems[name] = ("is missing", f"Add `{name}: VALUE`; `sensegraph nodes {kind.__name__}` tells more.")
            else:
                problems.setdefault(name, (f"{params.get(name)!r}: {each['msg'].lower()}", "Correct the value."))
        return problems
    return {}


def describe(kind: type[Node]) -> list[Parameter]:
    """Return the parameters of a node for people."""
    docs = _documented(inspect.getdoc(kind) or "")
    found = []
    for name, field in model_of(kind).model_fields.items():  # type: ignore[arg-type]
        limits = ", ".join(str(each) for each in field.metadata)
        shown = getattr(field.annotation, "__name__", None) or str(field.annotation).replace("typing.", "")
        if "[" in str(field.annotation) or "|" in str(field.annotation):
            shown = str(field.annotation).replace("typing.", "")
        text = f"{shown} ({limits})" if limits else shown
        found.append(Parameter(name, text, None if field.is_required() else field.default, field.is_required(),
                               docs.get(name, "")))  # fmt: skip
    return found


def _documented(doc: str) -> dict[str, str]:
    """Return name -> text of the `Args:` part of a Google docstring."""
    _, _, part = doc.partition("Args:\n")
    entries = re.findall(r"^ {4}(\w+)(?: \([^)]*\))?: (.*(?:\n {6,}.*)*)", part, re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in entries}
