"""The parameters of a node: the typed keyword arguments of its `__init__`, validated by pydantic."""

from __future__ import annotations

import functools
import inspect
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, get_type_hints

import pydantic

from sensegraph.errors import GraphError, Problem, RunError, closest
from sensegraph.node import Node

FIELD = "field_"


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
    try:
        hints = get_type_hints(kind.__init__, include_extras=True)
    except Exception as error:  # an annotation is any expression
        what = f"the types of the parameters of {kind.__name__} cannot be read: {error}"
        raise GraphError([Problem(kind.__name__, what, "Annotate them with types that the module imports.")]) from None
    fields: dict[str, Any] = {}
    for name, each in list(signature.parameters.items())[1:]:
        if each.kind in (each.VAR_KEYWORD, each.VAR_POSITIONAL):
            continue
        # An alias, because a field of pydantic may neither begin with _ nor be called like a method of its models.
        default = ... if each.default is each.empty else each.default
        fields[f"{FIELD}{name}"] = (hints.get(name, Any), pydantic.Field(default, alias=name))
    config = pydantic.ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True, protected_namespaces=())
    return pydantic.create_model(f"{kind.__name__}Parameters", __config__=config, **fields)


def validate(kind: type[Node], params: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Check the parameters of a node.

    Returns:
        Parameter -> (what is wrong, what to do); empty when all is well.
    """
    model = model_of(kind)  # type: ignore[arg-type]  # mypy takes a class with __hash__ for unhashable
    try:
        # As JSON: there a list, which is all that a graph file can hold, is a tuple as well.
        model.model_validate_json(json.dumps(dict(params)))
    except pydantic.ValidationError as error:
        names = [name.removeprefix(FIELD) for name in model.model_fields]
        problems: dict[str, tuple[str, str]] = {}
        for each in error.errors():
            name = str(each["loc"][0]) if each["loc"] else ""
            if each["type"] == "extra_forbidden":
                remedy = closest(name, names, f"{kind.__name__} has {', '.join(names) or 'none'}.")
                problems[name] = (f"{kind.__name__} has no parameter '{name}'", remedy)
            elif each["type"] == "missing":
                problems[name] = ("is missing", f"Add `{name}: VALUE`; `sensegraph nodes {kind.__name__}` tells more.")
            else:
                # what a validator of ours says is a sentence already
                said = str(each["ctx"]["error"]) if each["type"] == "value_error" else each["msg"].lower()
                remedy = f"`sensegraph nodes {kind.__name__}` tells what it takes."
                problems.setdefault(name, (f"{params.get(name)!r}: {said}", remedy))
        return problems
    return {}


def must_change(kind: type[Node], place: str, params: Mapping[str, Any], name: str, value: Any) -> None:
    """Check that a parameter may get a value while its node runs.

    Args:
        kind: The node.
        place: What to call the parameter in an error.
        params: All its parameters as they are.
        name: The one to change.
        value: The new value.

    Raises:
        RunError: It cannot change then, or not to this value.
    """
    if name not in kind.changeable:
        some = ", ".join(sorted(kind.changeable)) or "none"
        raise RunError(f"{place}: {kind.__name__} cannot change it while it runs\n  It can change: {some}.")
    if wrong := validate(kind, {**params, name: value}):
        what, remedy = next(iter(wrong.values()))
        raise RunError(f"{place}: {what}\n  {remedy}")
    if kind(**params).silent().keys() != kind(**{**params, name: value}).silent().keys():
        raise RunError(f"{place}: with {value!r} it would not send the same outputs\n  That needs a new run.")


def default(kind: type[Node], name: str) -> Any:
    """Return the default of a parameter; None where it has none."""
    return next((each.default for each in describe(kind) if each.name == name), None)


def describe(kind: type[Node]) -> list[Parameter]:
    """Return the parameters of a node for people."""
    docs = _documented(inspect.getdoc(kind) or "")
    model = model_of(kind)  # type: ignore[arg-type]
    named = {name.removeprefix(FIELD): field for name, field in model.model_fields.items()}
    return [
        Parameter(
            name,
            _kind(field.annotation, field.metadata),
            None if field.is_required() else field.default,
            field.is_required(),
            docs.get(name, ""),
        )
        for name, field in named.items()
    ]


def _kind(annotation: Any, metadata: Sequence[Any]) -> str:
    whole: Any = Annotated[(annotation, *metadata)] if metadata else annotation
    try:
        return _words(pydantic.TypeAdapter(whole).json_schema())
    except pydantic.errors.PydanticUserError:  # a type that JSON does not know
        return str(getattr(annotation, "__name__", annotation))


_LIMITS = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}


def _words(schema: Mapping[str, Any]) -> str:
    """Return a JSON schema in words: `number > 0 < 1 or nothing`, `blend | reference`."""
    if "anyOf" in schema:
        return " or ".join(_words(each) for each in schema["anyOf"])
    if "const" in schema:
        return str(schema["const"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    kind = {"null": "nothing", "array": "list"}.get(schema.get("type", "any"), schema.get("type", "any"))
    return " ".join([kind, *(f"{sign} {schema[key]:g}" for key, sign in _LIMITS.items() if key in schema)])


def _documented(doc: str) -> dict[str, str]:
    """Return name -> text of the `Args:` part of a Google docstring."""
    _, _, part = doc.partition("Args:\n")
    entries = re.findall(r"^ {4}(\w+)(?: \([^)]*\))?: (.*(?:\n {6,}.*)*)", part, re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in entries}
