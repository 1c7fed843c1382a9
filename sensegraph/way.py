"""Entries of a graph file that speak of the way between two nodes, `{from: camera, to: view, ms: 150}`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import networkx as nx

from sensegraph.errors import Say, closest
from sensegraph.strict_yaml import Value


class Way(Protocol):
    """Leads from one node to another."""

    @property
    def source(self) -> str:
        """Name of the node at which it begins."""

    @property
    def target(self) -> str:
        """Name of the node at which it ends."""

    @property
    def where(self) -> str:
        """Its place in the graph file."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, as far as all kinds of them have it in common: `what` names it, `value` is what it says of the way."""

    source: str
    target: str
    value: Value
    what: str
    where: str


def read(value: Value | None, say: Say, plural: str, key: str, example: str) -> Iterator[Entry]:
    """Yield the entries of a list, as far as they can be read.

    Args:
        value: What the graph file has under `plural`.
        say: Is told what is wrong.
        plural: The key of the list, `budgets`.
        key: The key of what an entry says of its way, `ms`.
        example: A remedy with an entry as it should be.
    """
    if value is None:
        return
    if not isinstance(value.plain, list):
        say(value.where, f"{plural} must be a list", example)
        return
    keys = ("from", "to", key)
    for number, entry in enumerate(value.plain, start=1):
        what = f"{plural}, number {number}"
        if not isinstance(entry.plain, dict):
            say(entry.where, f"{what}: {entry.unwrap()!r} is no {plural.removesuffix('s')}", example)
            continue
        for each in entry.plain:
            if each not in keys:
                say(entry.key_where[each], f"{what}: there is no key '{each}'", closest(each, keys, example))
        if lacks := [each for each in keys if each not in entry.plain]:
            say(entry.where, f"{what}: {' and '.join(map(repr, lacks))} missing", example)
            continue
        source, target = entry.plain["from"].plain, entry.plain["to"].plain
        if isinstance(source, str) and isinstance(target, str):
            yield Entry(source, target, entry.plain[key], what, entry.where)
        else:
            say(entry.where, f"{what}: 'from' and 'to' are names of nodes", example)


def leads(way: Way, network: nx.MultiDiGraph[str], say: Say, plural: str) -> bool:
    """Return whether something flows from the one node to the other; tell it where not."""
    for name in (way.source, way.target):
        if name not in network:
            say(way.where, f"{plural}: there is no node '{name}'", closest(name, network, f"{', '.join(network)}."))
    if not {way.source, way.target} <= set(network):
        return False
    if way.target not in nx.descendants(network, way.source):
        say(way.where, f"{plural}: nothing flows from '{way.source}' to '{way.target}'", "Name a node behind it.")
        return False
    return True


def lies_on(way: Way, network: nx.MultiDiGraph[str], source: str, target: str) -> bool:
    """Return whether an edge from `source` to `target` is part of a way."""
    begun = source == way.source or source in nx.descendants(network, way.source)
    return begun and (target == way.target or target in nx.ancestors(network, way.target))
