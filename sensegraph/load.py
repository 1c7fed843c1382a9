"""A graph file as written: YAML -> GraphSpec, with the place of every part."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sensegraph import budget, ladder, limit, privacy, shadow
from sensegraph.errors import GraphError, Problem, closest
from sensegraph.resources import graphs_dir
from sensegraph.spec import EdgeSpec, GraphSpec, NodeSpec, ParamSpec, Policy, Transport
from sensegraph.strict_yaml import INTS, Value, in_order, parse, parse_value

VERSION = 1
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
RESERVED = (
    "headless",
    "pace",
    "results",
    "out",
    "in_process",
    "set",
    "quiet",
    "help",
    "debug",
    "graph",
    "watch",
    "trace",
    "reload",
)
"""Names of the flags that every graph has, and of the arguments of `sensegraph.run`."""
TOP_KEYS = ("version", "params", "nodes", "budgets", "limits", "privacy")
NODE_KEYS = ("type", "inputs", "process", "ladder", "shadow")
EDGE_KEYS = ("from", "policy", "queue", "expire_ms", "sample", "transport")
PARAM_KEYS = ("default", "help", "unit", "min", "max", "choices")
UNKNOWN = object()
"""Stands for the value of a parameter that could not be read; it has been told, and is not checked any further."""


def find_graph(name: str) -> Path:
    """Return the graph file of that path, or the shipped graph of that name.

    Raises:
        GraphError: There is neither.
    """
    path = Path(name)
    if os.path.exists(path) or path.suffix in (".yaml", ".yml") or "/" in name:
        return path
    shipped = {each.stem: each for each in sorted(graphs_dir().glob("*.yaml"))}
    if name in shipped:
        return shipped[name]
    remedy = closest(name, shipped, f"Shipped graphs: {', '.join(shipped)}.")
    raise GraphError([Problem(name, "there is no such graph file, and no shipped graph of that name", remedy)])


def load(path: Path, overrides: Mapping[str, Any] | None = None, sets: Mapping[str, str] | None = None) -> GraphSpec:
    """Read a graph file.

    Args:
        path: The file.
        overrides: Graph parameter -> value; a text is read as the type of the parameter's default.
        sets: `node.param` -> text, as given to `--set`.

    Raises:
        GraphError: Everything that is wrong with the file and the values.
    """
    spec, problems = survey(path, overrides, sets)
    if problems:
        raise GraphError(problems)
    return spec


def load_text(text: str, path: Path, overrides: Mapping[str, Any], sets: Mapping[str, str]) -> GraphSpec:
    """Read the text of a graph file that belongs to `path`, as `load` reads the file.

    Raises:
        GraphError: Everything that is wrong with the text and the values.
    """
    spec, problems = survey_text(text.encode(), path, overrides, sets)
    if problems:
        raise GraphError(problems)
    return spec


def survey(
    path: Path, overrides: Mapping[str, Any] | None = None, sets: Mapping[str, str] | None = None
) -> tuple[GraphSpec, list[Problem]]:
    """Read a graph file as far as possible: what could be read, and everything that is wrong with it.

    Raises:
        GraphError: The file cannot be read, or is not strict YAML.
    """
    return survey_text(_read(path), path, overrides, sets)


def survey_text(
    data: bytes, path: Path, overrides: Mapping[str, Any] | None = None, sets: Mapping[str, str] | None = None
) -> tuple[GraphSpec, list[Problem]]:
    """Read the text of a graph file as `survey` reads the file; `path` is where it belongs.

    Raises:
        GraphError: It is not strict YAML.
    """
    loader = Loader(str(path), path)
    spec = loader.load(parse(data, str(path)), overrides or {}, sets or {}, _head_comment(data))
    return spec, in_order(loader.problems)


def _read(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise GraphError([Problem(str(path), "is a folder, not a graph file", "Name a .yaml file in it.")])
        if path.exists() and not path.is_file():
            raise GraphError([Problem(str(path), "is not a regular file", "Save the graph in a file.")])
        with path.open("rb") as file:
            return file.read((1 << 20) + 1)
    except FileNotFoundError:
        near = closest(path.name, [each.name for each in path.parent.glob("*.y*ml")], "`sensegraph graphs` lists some.")
        raise GraphError([Problem(str(path), "there is no such file", near)]) from None
    except PermissionError:
        raise GraphError([Problem(str(path), "cannot be read: permission denied", "Check its permissions.")]) from None
    except OSError as error:
        raise GraphError([Problem(str(path), f"cannot be read: {error.strerror}", "Check the path.")]) from None


def _head_comment(data: bytes) -> str:
    lines = []
    for line in data.decode("utf-8-sig", "replace").splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("# ").rstrip())
    return "\n".join(lines)


class Loader:
    """Collects problems while a tree is turned into a spec."""

    def __init__(self, name: str, path: Path | None) -> None:
        self.name, self.path = name, path
        self.problems: list[Problem] = []
        self.declared: set[str] = set()

    def load(self, tree: Value, overrides: Mapping[str, Any], sets: Mapping[str, str], doc: str) -> GraphSpec:
        """Return the spec as far as it could be read; `problems` tells the rest."""
        top = self.mapping(tree, "the file")
        for key in top:
            if key not in TOP_KEYS:
                self.say(tree.key_where[key], f"there is no key '{key}'", closest(key, TOP_KEYS,
                         f"A graph file has {', '.join(TOP_KEYS)}."))  # fmt: skip
        version = top.get("version")
        if version is None:
            self.say(tree.where, "the key 'version' is missing", f"Add `version: {VERSION}`.")
        elif type(version.plain) is not int or version.plain != VERSION:
            self.say(version.where, f"version is {version.unwrap()!r}", f"This program reads version {VERSION}.")
        params = self.params(top.get("params"))
        values = self.values(params, overrides)
        nodes, edges = self.nodes(tree, top.get("nodes"), values)
        nodes = self.apply_sets(nodes, sets)
        budgets, limits = budget.read(top.get(budget.PLURAL), self.say), limit.read(top.get(limit.PLURAL), self.say)
        labels = privacy.read(top.get("privacy"), self.say)
        return GraphSpec(self.path, params, nodes, tuple(edges), doc, budgets, limits, labels)

    def say(self, where: str, what: str, remedy: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(where, what, remedy))

    def mapping(self, value: Value | None, what: str) -> dict[str, Value]:
        """Return the entries of a mapping; anything else is a problem."""
        if value is None:
            return {}
        if isinstance(value.plain, dict):
            return value.plain
        kind = {list: "a list", type(None): "empty"}.get(type(value.plain), f"'{value.plain}'")
        self.say(value.where, f"{what} must be a mapping, but is {kind}", "Write `key: value` lines.")
        return {}

    def params(self, value: Value | None) -> dict[str, ParamSpec]:
        """Return the graph's parameters."""
        found: dict[str, ParamSpec] = {}
        flags: dict[str, str] = {}
        for name, entry in self.mapping(value, "params").items():
            where = value.key_where[name] if value else ""
            self.declared.add(name)
            flag = name.replace("-", "_")
            if not NAME.fullmatch(name) or flag in RESERVED:
                self.say(where, f"params.{name}: the name is not allowed", f"Not one of {', '.join(RESERVED)}; a word.")
            elif flag in flags:
                self.say(where, f"params.{name}: has the same flag as '{flags[flag]}'", "Rename one of them.")
            flags.setdefault(flag, name)
            before = len(self.problems)
            param = self.param(name, where, entry)
            if param is not None and len(self.problems) == before:
                found[name] = param
        return found

    def param(self, name: str, where: str, entry: Value) -> ParamSpec | None:
        """Return one of the graph's parameters, checked except for its default."""
        if not isinstance(entry.plain, dict):
            self.mapping(entry, f"params.{name}")
            return None
        fields = entry.plain
        for key, each in fields.items():
            what = f"params.{name}.{key}"
            if key not in PARAM_KEYS:
                self.say(entry.key_where[key], f"{what}: there is no such key",
                         closest(key, PARAM_KEYS, f"A parameter has {', '.join(PARAM_KEYS)}."))  # fmt: skip
            elif key in ("min", "max") and type(each.plain) not in (int, float):
                self.say(each.where, f"{what}: {each.unwrap()!r} is not a number", "Write a number, or leave it out.")
            elif key == "choices" and not (
                isinstance(each.plain, list) and each.plain and all(map(_scalar, each.plain))
            ):
                self.say(each.where, f"{what}: is not a list of values", "Write it as [one, another].")
            elif not _scalar(each) and key != "choices":
                self.say(each.where, f"{what}: must be one value", "Write a text, a number, true or false.")
        if "default" not in fields:
            self.say(where, f"params.{name}: 'default' is missing", "Add `default: VALUE`; its type is the type.")
            return None
        plain = {key: each.unwrap() for key, each in fields.items()}
        low, high = plain.get("min"), plain.get("max")
        if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            self.say(fields["min"].where, f"params.{name}.min: {low} is above max, {high}", "Exchange them.")
        choices = plain.get("choices", ())
        return ParamSpec(
            name, plain["default"], str(plain.get("help", "")), str(plain.get("unit", "")), low, high,
            tuple(choices) if isinstance(choices, list) else (), where,
        )  # fmt: skip

    def values(self, params: Mapping[str, ParamSpec], overrides: Mapping[str, Any]) -> dict[str, Any]:
        """Return parameter -> value, checked."""
        values = {}
        for name in overrides:
            if name not in self.declared:
                self.say(f"--{name}", "this graph has no such parameter",
                         closest(name, params, f"It has {', '.join(params) or 'none'}."))  # fmt: skip
        for name, param in params.items():
            given = name in overrides
            place = f"--{name}" if given else f"{param.where}: {name}"
            try:
                value = read_as(overrides[name], param.default) if given else param.default
            except ValueError as error:
                self.say(place, str(error), f"For example {param.default}.")
                continue
            self.check_value(place, param, value)
            values[name] = value
        return values

    def check_value(self, place: str, param: ParamSpec, value: Any) -> None:
        """Check a value against the range and the choices of its parameter."""
        unit = f" {param.unit}" if param.unit else ""
        if param.choices and value not in param.choices:
            choices = [str(each) for each in param.choices]
            remedy = closest(str(value), choices, f"Choose {', '.join(choices)}.")
            self.say(place, f"'{value}' is not one of the choices", remedy)
        if isinstance(value, int | float) and not isinstance(value, bool):
            low, high = param.min, param.max
            if (low is not None and value < low) or (high is not None and value > high):
                self.say(place, f"{value}{unit} is out of range", f"Use {limits(param)}{unit}.")

    def nodes(
        self, tree: Value, value: Value | None, values: Mapping[str, Any]
    ) -> tuple[dict[str, NodeSpec], list[EdgeSpec]]:
        """Return the nodes and the edges between them."""
        entries = self.mapping(value, "nodes")
        if not entries:
            self.say(value.where if value else tree.where, "the graph has no nodes", "Add some under `nodes:`.")
        found, edges = {}, []
        for name, entry in entries.items():
            where = value.key_where[name] if value else ""
            if not NAME.fullmatch(name):
                self.say(where, f"{name!r} cannot be the name of a node", "Use letters, digits, '_' and '-'.")
            before = len(self.problems)
            fields = self.mapping(entry, f"node '{name}'")
            kind = fields.get("type", Value("", where))
            if len(self.problems) == before and "type" not in fields:
                self.say(where, f"{name}: 'type' is missing", "`sensegraph nodes` lists the types.")
            elif not isinstance(kind.plain, str) or ("type" in fields and not kind.plain):
                self.say(
                    kind.where, f"{name}.type: {kind.unwrap()!r} is no type", "`sensegraph nodes` lists the types."
                )
                kind = Value("", where)
            process = fields["process"].plain if "process" in fields else ""
            if not isinstance(process, str) or (process and not NAME.fullmatch(process)):
                self.say(fields["process"].where, f"{name}.process: not a name", "Use letters, digits, '_' and '-'.")
            params = {key: each for key, each in fields.items() if key not in NODE_KEYS}
            plain = {key: self.substituted(each, f"{name}.{key}", values) for key, each in params.items()}
            places = {key: entry.key_where[key] for key in fields} | {"type": kind.where}
            rungs = ladder.read(fields.get("ladder"), name, self.say)
            beside = shadow.read(fields.get("shadow"), name, self.say)
            found[name] = NodeSpec(name, kind.plain, plain, str(process), where, places, rungs, beside)
            edges += self.inputs(name, fields.get("inputs"))
        return found, edges

    def substituted(self, value: Value, what: str, values: Mapping[str, Any]) -> Any:
        """Return a plain value in which `$name` has been replaced."""
        if isinstance(value.plain, str) and value.plain.startswith("$"):
            name = value.plain[1:]
            if name not in self.declared:
                self.say(value.where, f"{what}: there is no parameter '{name}'",
                         closest(name, self.declared, "Declare it under `params:`."))  # fmt: skip
            return values.get(name, UNKNOWN)
        return value.unwrap()

    def inputs(self, name: str, value: Value | None) -> list[EdgeSpec]:
        """Return the edges into a node; one that cannot be read has no source."""
        edges = []
        for port, entry in self.mapping(value, f"{name}.inputs").items():
            where, what = entry.where, f"{name}.inputs.{port}"
            if not NAME.fullmatch(port):
                self.say(where, f"{name}.inputs: {port!r} cannot be the name of an input",
                         "Use letters, digits, '_' and '-'.")  # fmt: skip
                continue
            unreadable = EdgeSpec("", "", name, port, where=where)
            if not isinstance(entry.plain, str | dict):
                self.say(where, f"{what}: {entry.unwrap()!r} is not an output", "Write it as node.port.")
                edges.append(unreadable)
                continue
            fields = {"from": entry} if isinstance(entry.plain, str) else self.mapping(entry, what)
            for key in fields:
                if key not in EDGE_KEYS:
                    self.say(entry.key_where[key], f"{what}.{key}: there is no such key",
                             closest(key, EDGE_KEYS, f"An edge has {', '.join(EDGE_KEYS)}."))  # fmt: skip
            options = self.edge_options(what, fields)
            if "from" not in fields:
                self.say(where, f"{what}: 'from' is missing", "Add `from: node.port`.")
                edges.append(unreadable)
                continue
            start = fields["from"].unwrap()
            source, _, output = start.partition(".") if isinstance(start, str) else ("", "", "")
            if not (source and output) or "." in output:
                self.say(fields["from"].where, f"{what}: {start!r} is not an output", "Write it as node.port.")
                edges.append(unreadable)
                continue
            edges.append(EdgeSpec(source, output, name, port, **options, where=where))
        return edges

    def edge_options(self, what: str, fields: Mapping[str, Value]) -> dict[str, Any]:
        """Return the options of an edge that are written there, checked."""
        options: dict[str, Any] = {}
        for key, kind in (("policy", Policy), ("transport", Transport)):
            if (value := fields.get(key)) is not None:
                names = [each.value for each in kind]
                if value.plain in names:
                    options[key] = kind(value.plain)
                else:
                    self.say(value.where, f"{what}.{key}: there is no {key} '{value.unwrap()}'",
                             closest(str(value.plain), names, f"Choose {', '.join(names)}."))  # fmt: skip
        for key, unit in (("queue", "number of packets"), ("sample", "whole number: every so many-th packet is sent")):
            if (value := fields.get(key)) is not None:
                if type(value.plain) is int and 1 <= value.plain <= 1000:
                    options[key] = value.plain
                else:
                    self.say(value.where, f"{what}.{key}: {value.unwrap()!r} is not a {unit}", "Use 1 to 1000.")
        if (expire := fields.get("expire_ms")) is not None:
            if type(expire.plain) in (int, float) and expire.plain > 0:
                options["expire_ms"] = float(expire.plain)
            else:
                self.say(expire.where, f"{what}.expire_ms: {expire.unwrap()!r} is no time in milliseconds",
                         "For example 200.")  # fmt: skip
        return options

    def apply_sets(self, nodes: dict[str, NodeSpec], sets: Mapping[str, str]) -> dict[str, NodeSpec]:
        """Return the nodes with `--set node.param=value` applied; values are read as YAML scalars."""
        for key, text in sets.items():
            name, _, param = key.partition(".")
            place = f"--set {key}"
            if name not in nodes or not param:
                self.say(place, f"there is no node '{name}'", closest(name, nodes, f"Nodes: {', '.join(nodes)}."))
                continue
            try:
                value = parse_value(text, place)
            except GraphError as error:
                self.problems += error.problems
                continue
            node = nodes[name]
            places = dict(node.param_where) | {param: place}
            nodes[name] = replace(node, params=dict(node.params) | {param: value}, param_where=places)
        return nodes


def limits(param: ParamSpec) -> str:
    """Return the range of a parameter in words, e.g. `20 to 300`; empty when there is none."""
    if param.min is not None and param.max is not None:
        return f"{param.min:g} to {param.max:g}"
    if param.min is not None:
        return f"{param.min:g} or more"
    return f"{param.max:g} or less" if param.max is not None else ""


def _scalar(value: Value) -> bool:
    return not isinstance(value.plain, list | dict)


def read_as(value: Any, default: Any) -> Any:
    """Return a text as a value of the type of `default`; other values as they are.

    Raises:
        ValueError: The text is no such value.
    """
    if not isinstance(value, str) or isinstance(default, str) or default is None:
        return value
    if isinstance(default, bool):
        if value.lower() in ("true", "yes", "on", "1", "false", "no", "off", "0"):
            return value.lower() in ("true", "yes", "on", "1")
        raise ValueError(f"'{value}' is neither true nor false")
    kind, name = (int, "a whole number") if isinstance(default, int) else (float, "a number")
    try:
        number = kind(value)
    except ValueError:
        raise ValueError(f"'{value}' is not {name}") from None
    if isinstance(number, int) and number not in INTS:
        raise ValueError(f"a whole number of {len(value)} digits is too large")
    if number != number or abs(number) == float("inf"):
        raise ValueError(f"'{value}' is not a finite number")
    return number
