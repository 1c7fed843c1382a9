"""Limits: how many packets may be under way between two nodes.

What is too much is dropped where the way begins, before any work is done on it, and counted as `limited`: a chain that
is too slow works on few and new packets instead of on many old ones.
"""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx

from sensegraph import way
from sensegraph.errors import Say
from sensegraph.spec import Limit
from sensegraph.strict_yaml import Value

PLURAL = "limits"
MOST = 1000
EXAMPLE = "Write it as {from: resample, to: view, in_flight: 2}."


def read(value: Value | None, say: Say) -> tuple[Limit, ...]:
    """Return the limits of a graph file, as far as they can be read."""
    found = []
    for entry in way.read(value, say, PLURAL, "in_flight", EXAMPLE):
        if type(entry.value.plain) is int and 1 <= entry.value.plain <= MOST:
            found.append(Limit(entry.source, entry.target, entry.value.plain, entry.where))
        else:
            what = f"{entry.what}: {entry.value.unwrap()!r} is not a number of packets"
            say(entry.value.where, what, f"Use 1 to {MOST}.")
    return tuple(found)


def check(limits: Sequence[Limit], network: nx.MultiDiGraph[str], say: Say) -> None:
    """Tell which limits mean nothing: each goes from a node to one that it feeds."""
    for each in limits:
        way.leads(each, network, say, PLURAL)
