"""Reading YAML strictly: a tree of plain values in which every key and value knows its place.

No tags, anchors or aliases, no duplicate keys, one document, UTF-8, YAML 1.2 scalars (`no` and `12:30:45` are texts,
`010` is ten), at most 1 MiB and 64 levels. The pure Python loader only: the C one crashes on deep nesting.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml

from sensegraph.errors import GraphError, Problem

MAX_BYTES = 1 << 20
MAX_DEPTH = 64
MAX_INT_DIGITS = 20
INTS = range(-(1 << 63), 1 << 64)
"""Whole numbers that a plan can carry to a worker."""

_SCALARS: list[tuple[str, re.Pattern[str]]] = [
    ("bool", re.compile(r"true|false")),
    ("null", re.compile(r"~|null|")),
    ("int", re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")),
    ("float", re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?")),
    ("not finite", re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")),
]


_LINE_COLUMN = re.compile(r":([0-9]+):([0-9]+)(?=$|: )")


@dataclass(slots=True)
class Value:
    """A value and its place: a scalar, a `dict[str, Value]` or a `list[Value]`."""

    plain: Any
    where: str
    key_where: dict[str, str] = field(default_factory=dict)

    def unwrap(self) -> Any:
        """Return the same as plain Python values."""
        if isinstance(self.plain, dict):
            return {key: value.unwrap() for key, value in self.plain.items()}
        if isinstance(self.plain, list):
            return [value.unwrap() for value in self.plain]
        return self.plain


def parse(data: bytes, name: str) -> Value:
    """Return the tree of a YAML text.

    Args:
        data: The text as bytes.
        name: Name of the file for messages.

    Raises:
        GraphError: Everything that is wrong with the text, as far as it could be read.
    """
    if len(data) > MAX_BYTES:
        raise _error(
            name, f"the file is longer than {MAX_BYTES >> 20} MiB", "A graph needs a few KiB; is it the right file?"
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").split("\n")
        place = f"{name}:{len(before)}:{len(before[-1]) + 1}"
        raise _error(place, f"byte {error.start} is not UTF-8", "Save the file as UTF-8.") from None
    try:
        _check_events(text, name)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join(filter(None, [error.context, error.problem]))
        raise _error(_place(name, mark) if mark else name, what, "Correct the YAML there.") from None
    except yaml.reader.ReaderError as error:
        above = text[: error.position].split("\n")
        place = f"{name}:{len(above)}:{len(above[-1]) + 1}"
        raise _error(place, f"the character #x{ord(text[error.position]):04x} is not allowed", "Remove it.") from None
    except (ValueError, OverflowError):  # PyYAML hands numbers of any size to chr() and int()
        raise _error(name, "an escape or a directive holds a number out of range", "Correct the YAML there.") from None
    if node is None:
        raise _error(name, "the file is empty", "`sensegraph new graph NAME` writes one to start from.")
    problems: list[Problem] = []
    tree = _build(node, name, problems)
    if problems:
        raise GraphError(problems)
    return tree


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems in the order of the file; those without a line come first."""

    def place(problem: Problem) -> tuple[int, int]:
        found = _LINE_COLUMN.search(problem.where)
        return (int(found[1]), int(found[2])) if found else (0, 0)

    return sorted(problems, key=place)


def _error(where: str, what: str, remedy: str) -> GraphError:
    return GraphError([Problem(where, what, remedy)])


def _place(name: str, mark: Any) -> str:
    return f"{name}:{mark.line + 1}:{mark.column + 1}"


def parse_value(text: str, name: str) -> Any:
    """Read one value that was given outside of a file, by the same rules; a text needs no quotes.

    Args:
        text: A number, `true`, a text, or a list or mapping in brackets.
        name: Where it was given, for messages.

    Raises:
        GraphError: It is not finite, too long, or its brackets are not right.
    """
    if text[:1] in ("[", "{", "'", '"'):
        return parse(text.encode("utf-8", "surrogateescape"), name).unwrap()
    problems: list[Problem] = []
    value = _scalar(text, name, problems) if text else ""
    if problems:
        raise GraphError(problems)
    return value


def _check_events(text: str, name: str) -> None:
    """Refuse what must not be built at all, before anything is built."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        place = _place(name, event.start_mark)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _error(place, "anchors and aliases are not allowed", "Write the value out.")
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise _error(place, f"the tag '{tag}' is not allowed", "Remove it.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise _error(place, f"nested deeper than {MAX_DEPTH} levels", "A graph needs four.")
        depth -= isinstance(event, yaml.CollectionEndEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        if documents > 1:
            raise _error(place, "a second document begins here", "Put one graph in a file.")


def _build(node: yaml.Node, name: str, problems: list[Problem]) -> Value:
    where = _place(name, node.start_mark)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, name, where, problems)
    if isinstance(node, yaml.SequenceNode):
        return Value([_build(entry, name, problems) for entry in node.value], where)
    if not _is_text(node.value):
        problems.append(Problem(where, "a text holds half of a character", "Write the character itself."))
        return Value("", where)
    if getattr(node, "style", None) is not None:
        return Value(node.value, where)
    return Value(_scalar(str(node.value), where, problems), where)


def _is_text(text: str) -> bool:
    """Whether it can be encoded: an escape can make half of a pair, which can be neither shown nor sent."""
    return not any("\ud800" <= each <= "\udfff" for each in text)


def _mapping(node: yaml.MappingNode, name: str, where: str, problems: list[Problem]) -> Value:
    result = Value({}, where)
    for key, value in node.value:
        place = _place(name, key.start_mark)
        if not isinstance(key, yaml.ScalarNode):
            problems.append(Problem(place, "a key must be a plain word", "Write it without brackets."))
        elif not _is_text(key.value):
            problems.append(Problem(place, "a key holds half of a character", "Write the character itself."))
        elif key.value in result.plain:
            first = result.key_where[key.value]
            problems.append(Problem(place, f"the key '{key.value}' is here twice, first at {first}", "Remove one."))
        else:
            result.key_where[key.value] = place
            result.plain[key.value] = _build(value, name, problems)
    return result


def _scalar(text: str, where: str, problems: list[Problem]) -> Any:
    kind = next((kind for kind, pattern in _SCALARS if pattern.fullmatch(text)), "text")
    if kind == "not finite" or (kind == "float" and not math.isfinite(float(text))):
        problems.append(Problem(where, f"'{text}' is not a finite number", "Use a number, or quote it."))
        return 0.0
    if kind == "int":
        number = int(text, {"0o": 8, "0x": 16}.get(text[:2], 10)) if len(text) <= MAX_INT_DIGITS else None
        if number is None or number not in INTS:
            problems.append(
                Problem(where, f"a whole number of {len(text)} digits is too large", "64 bits are the limit.")
            )
            return 0
        return number
    if kind == "bool":
        return text == "true"
    if kind == "null":
        return None
    return float(text) if kind == "float" else text
