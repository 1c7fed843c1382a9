"""Finding node types: installed ones by entry point, a user's own by file or module."""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Collection
from dataclasses import dataclass
from importlib.machinery import PathFinder
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

from sensegraph.errors import GraphError, Problem, closest
from sensegraph.node import Node

GROUP = "sensegraph.nodes"


@functools.cache
def _installed() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def names() -> list[str]:
    """Return the names of all installed node types."""
    return sorted(_installed())


def is_user_file(type_name: str) -> bool:
    """Whether a type names a class in a file of the user's."""
    return type_name.rpartition(":")[0].endswith(".py")


def find(type_name: str, base: Path, where: str = "") -> type[Node]:
    """Return a node class.

    Args:
        type_name: A registered name, `./file.py:Class` (relative to `base`), or `package.module:Class`.
        base: Folder of the graph file.
        where: Place in the graph file for messages.

    Raises:
        GraphError: There is no such type, or its code cannot be imported.
    """
    if type_name in _installed():
        entry = _installed()[type_name]
        return _class_of(importlib.import_module(entry.module), entry.attr, type_name, where)
    if ":" not in type_name:
        remedy = closest(type_name, names(), "`sensegraph nodes` lists them all.")
        raise GraphError([Problem(where or type_name, f"there is no node type '{type_name}'", remedy)])
    place, _, name = type_name.rpartition(":")
    module = _load_file(base / place, where) if is_user_file(type_name) else _load_module(place, where)
    return _class_of(module, name, type_name, where)


def file_of(type_name: str, base: Path, where: str = "") -> Path | None:
    """Return the Python file in which a type is written, found without importing anything; None for a registered name.

    Raises:
        GraphError: There is no such type or module.
    """
    if type_name in _installed():
        return None
    if is_user_file(type_name):
        return base / type_name.rpartition(":")[0]
    if ":" not in type_name:
        find(type_name, base, where)  # tells what there is
    name = type_name.rpartition(":")[0]
    spec, path = None, None
    for part in name.split("."):
        spec = PathFinder.find_spec(part, path)
        path = list(spec.submodule_search_locations or ()) if spec else []
    if spec is None or spec.origin is None:
        text = f"the module '{name}' cannot be found"
        raise GraphError([Problem(where, text, "Install it. Write it as package.module:Class.")])
    return Path(spec.origin)


def imported_from(base: Path) -> set[str]:
    """Return the files of a folder, and of those in it, from which something was imported; not what was installed."""
    files = {str(getattr(module, "__file__", None) or "") for module in list(sys.modules.values())}
    return {file for file in files if file.startswith(f"{base}{os.sep}") and "site-packages" not in file}


def _class_of(module: ModuleType, name: str, type_name: str, where: str) -> type[Node]:
    kind, place = getattr(module, name, None), type_name.rpartition(":")[0] or type_name
    if kind is None:
        own = [
            key
            for key, each in vars(module).items()
            if isinstance(each, type) and issubclass(each, Node) and each.__module__ == module.__name__
        ]
        raise GraphError([Problem(where, f"there is no class '{name}' in '{place}'", _one_of(name, own))])
    # The class itself, not something that the module happens to have imported.
    if not (isinstance(kind, type) and issubclass(kind, Node)) or kind.__module__ != module.__name__:
        raise GraphError([Problem(where, f"'{type_name}' is not a node class of that module", "Derive it from Node.")])
    return kind


def _load_module(name: str, where: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise GraphError([Problem(where, f"the module '{name}' cannot be imported: {error}", "Install it.")]) from None
    except (Exception, SystemExit) as error:  # any code may run there, and '.x' or '' is no name of a module
        text = f"the module '{name}' cannot be imported: {type(error).__name__}: {error}"
        raise GraphError([Problem(where, text, "Write it as package.module:Class.")]) from None


def _load_file(path: Path, where: str) -> ModuleType:
    _must_be_file(path, where)
    path = path.resolve()
    name = f"sensegraph_user_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}_{path.stem}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise GraphError([Problem(where, f"'{path}' is not a Python file", "Name a .py file.")])
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # a user's file may raise anything while it is imported
        sys.modules.pop(name, None)
        lines = [each.lineno for each in traceback.extract_tb(error.__traceback__) if each.filename == str(path)]
        line = getattr(error, "lineno", None) or (lines[-1] if lines else 1)
        text = f"'{path.name}' cannot be imported: {type(error).__name__}: {error}"
        raise GraphError([Problem(where, text, f"See {path}:{line}.")]) from None
    return module


def _must_be_file(path: Path, where: str) -> None:
    if not os.path.isfile(path):  # unlike Path.is_file also when it cannot be a path at all
        names = [each.name for each in path.parent.glob("*.py")] if os.path.isdir(path.parent) else []
        near = closest(path.name, names, "The path is relative to the graph.")
        raise GraphError([Problem(where, f"there is no file '{path}'", near)])


def _one_of(name: str, names: Collection[str]) -> str:
    return closest(name, names, f"It has {', '.join(names)}." if names else "Write one there, derived from Node.")


@dataclass(frozen=True, slots=True)
class Peeked:
    """What a user's file says of a class, read without running it; None where it cannot be told."""

    inputs: list[str] | None
    outputs: list[str] | None
    params: list[str] | None


def peek(path: Path, name: str, where: str = "") -> Peeked:
    """Read a class of a user's file without running the file.

    Raises:
        GraphError: There is no such file or class, or the file is not Python.
    """
    _must_be_file(path, where)
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        remedy = f"See {path}:{getattr(error, 'lineno', None) or 1}."
        raise GraphError([Problem(where, f"'{path.name}' cannot be read: {error}", remedy)]) from None
    classes = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    if name not in classes:
        raise GraphError([Problem(where, f"there is no class '{name}' in '{path.name}'", _one_of(name, classes))])
    found: dict[str, list[str] | None] = {"inputs": None, "outputs": None, "params": None}
    for statement in classes[name].body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        for target in targets:
            value = getattr(statement, "value", None)
            if isinstance(target, ast.Name) and target.id in ("inputs", "outputs") and isinstance(value, ast.Dict):
                keys = [str(key.value) for key in value.keys if isinstance(key, ast.Constant)]
                found[target.id] = keys if len(keys) == len(value.keys) else None
        if isinstance(statement, ast.FunctionDef) and statement.name == "__init__":
            arguments = [*[*statement.args.posonlyargs, *statement.args.args][1:], *statement.args.kwonlyargs]
            found["params"] = None if statement.args.kwarg else [each.arg for each in arguments]
    return Peeked(**found)
