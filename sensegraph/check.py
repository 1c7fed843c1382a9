"""Checking a graph: everything that is wrong with it at once, before anything is started."""

from __future__ import annotations

import dataclasses
import inspect
import itertools
from collections.abc import Mapping
from pathlib import Path

import networkx as nx
import numpy as np

from sensegraph import budget, ladder, limit, parameters, privacy, registry, shadow
from sensegraph.errors import GraphError, Problem, closest
from sensegraph.files import TERMINAL
from sensegraph.graph import Edge, Graph, GraphNode
from sensegraph.load import UNKNOWN, survey
from sensegraph.node import EVERY, STAMP_PARAMETERS, Node, Port, Source
from sensegraph.spec import EdgeSpec, GraphSpec, NodeSpec, Pace, Policy, Transport
from sensegraph.strict_yaml import in_order

QUEUES = {Policy.LATEST: 1, Policy.DROP_OLDEST: 2, Policy.BLOCK: 8}
"""Packets of an edge whose graph file names no `queue`."""

PICTURES = 3
"""Unfinished pictures of a `block` edge, on either side of which each is kept: at 1080p one is 6 MB."""


def check(spec: GraphSpec, *, trust: bool = True, pace: Pace = Pace.LIVE) -> Graph:
    """Return the checked graph.

    Args:
        spec: The graph as written.
        trust: Import what has no registered name, such as the user's own files. Without it they are only read, and what
            cannot be told is left out.
        pace: In fast pace every edge blocks.

    Raises:
        GraphError: Everything that is wrong.
    """
    return Checker(spec, trust, pace).graph()


def check_file(path: Path, *, trust: bool = True) -> GraphSpec:
    """Return the graph of a file after checking how it is written and what it means.

    Raises:
        GraphError: Everything that is wrong, of both kinds at once.
    """
    spec, problems = survey(path)
    try:
        check(spec, trust=trust)
    except GraphError as error:
        problems += error.problems
    if problems:
        raise GraphError(in_order(problems))
    return spec


class Checker:
    """Collects the problems of one graph."""

    def __init__(self, spec: GraphSpec, trust: bool, pace: Pace) -> None:
        self.spec, self.trust, self.pace = spec, trust, pace
        self.base = (spec.path.parent if spec.path else Path()).resolve()
        self.problems: list[Problem] = []
        self.kinds: dict[str, type[Node]] = {}
        self.peeked: dict[str, registry.Peeked] = {}
        self.silent: dict[str, Mapping[str, str]] = {}
        self.writing: set[str] = set()
        self.ways: privacy.Ways = {}
        self.left_out: list[EdgeSpec] = []
        self.network: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        self.feeding = {(edge.target, edge.input): edge for edge in spec.edges}

    def graph(self) -> Graph:
        """Run all checks."""
        for node in self.spec.nodes.values():
            self._find(node)
            self.network.add_node(node.name)
        for edge in self.spec.edges:
            self._check_edge(edge)
        self._check_inputs()
        self._check_structure()
        sources = [name for name, kind in self.kinds.items() if issubclass(kind, Source)]
        if len(self.kinds) == len(self.spec.nodes):
            budget.check(self.spec.budgets, self.network, sources, self.say)
            limit.check(self.spec.limits, self.network, self.say)
        shadow.check(self.spec, self.kinds, self.say)
        self._check_privacy()
        if self.problems:
            raise GraphError(in_order(self.problems))
        nodes = {name: self._node(name) for name in self.kinds}
        edges = tuple(
            self._edge(edge)
            for edge in self.spec.edges
            if edge not in self.left_out and {edge.source, edge.target} <= self.kinds.keys()
        )
        name = self.spec.path.stem if self.spec.path else "graph"
        labels = {stream: frozenset(bears) for stream, bears in self.ways.items()}
        live = self.pace is Pace.LIVE
        budgets, limits = (self.spec.budgets, self.spec.limits) if live else ((), ())
        return Graph(name, self.base, nodes, edges, self.network, self._notes(), budgets, limits, labels)

    def say(self, where: str, what: str, remedy: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(where, what, remedy))

    def _find(self, node: NodeSpec) -> None:
        where = node.param_where.get("type", node.where)
        if not node.type:  # told when the file was read
            return
        try:
            if not self.trust and (file := registry.file_of(node.type, self.base, where)):
                self.peeked[node.name] = registry.peek(file, node.type.rpartition(":")[2], where)
                self._check_peeked(node, self.peeked[node.name])
                return
            kind = registry.find(node.type, self.base, where)
            wrong = parameters.validate(kind, {k: v for k, v in node.params.items() if v is not UNKNOWN})
        except GraphError as error:
            self.problems += [dataclasses.replace(p, what=f"{node.name}.type: {p.what}") for p in error.problems]
            return
        self.kinds[node.name] = kind
        for name, (what, remedy) in wrong.items():
            if node.params.get(name) is UNKNOWN:
                continue
            self.say(node.param_where.get(name, node.where), f"{node.name}.{name}: {what}", remedy)
        known = not wrong and UNKNOWN not in node.params.values() and ladder.check(node, kind, self.say)
        if known and kind.silent is not Node.silent:
            self.silent[node.name] = kind(**node.best).silent()
        if kind.writes is not Node.writes and not (known and set(kind(**node.best).writes()) <= {TERMINAL}):
            self.writing.add(node.name)
        self._check_signature(node, kind)
        privacy.check_class(node.name, kind, where, self.say)

    def _check_peeked(self, node: NodeSpec, peeked: registry.Peeked) -> None:
        for name in node.params if peeked.params is not None else ():
            if name not in (peeked.params or ()):
                known = peeked.params or []
                self.say(node.param_where.get(name, node.where), f"{node.name}.{name}: there is no such parameter",
                         closest(name, known, f"It has {', '.join(known) or 'none'}."))  # fmt: skip

    def _check_signature(self, node: NodeSpec, kind: type[Node]) -> None:
        if issubclass(kind, Source) or EVERY in kind.inputs:
            return
        wanted = inspect.signature(kind.process).parameters
        if any(each.kind is each.VAR_KEYWORD for each in wanted.values()):
            return
        names = [name for name in list(wanted)[1:] if name not in STAMP_PARAMETERS]
        if set(names) != set(kind.inputs):
            self.say(node.where, f"{node.name}: process() of {kind.__name__} takes {names}, but inputs declares "
                     f"{list(kind.inputs)}", "Give each input one parameter of the same name.")  # fmt: skip

    def _outputs(self, name: str) -> list[str] | None:
        if name in self.kinds:
            return list(self.kinds[name].outputs)
        return self.peeked[name].outputs if name in self.peeked else None

    def _check_edge(self, edge: EdgeSpec) -> None:
        what = f"{edge.target}.inputs.{edge.input}"
        if not edge.source:  # told when the file was read
            return
        if edge.source not in self.spec.nodes:
            known = self.spec.nodes
            self.say(edge.where, f"{what}: there is no node '{edge.source}'",
                     closest(edge.source, known, f"The graph has {', '.join(known)}."))  # fmt: skip
            return
        self.network.add_edge(edge.source, edge.target)
        outputs = self._outputs(edge.source)
        if outputs is not None and edge.output not in outputs:
            has = f"{edge.source} has: {', '.join(outputs)}" if outputs else f"{edge.source} has no outputs"
            remedy = closest(edge.output, outputs, "Take one of those." if outputs else "Take another node.")
            self.say(edge.where, f"{what}: '{edge.source}.{edge.output}' is not an output; {has}", remedy)
            return
        inputs = self._inputs(edge.target)
        if inputs is not None and edge.input not in inputs and EVERY not in inputs:
            has = f"{edge.target} has: {', '.join(inputs)}" if inputs else f"{edge.target} has no inputs"
            remedy = closest(edge.input, inputs, "Connect one of those." if inputs else "Remove the connection.")
            self.say(edge.where, f"{what}: there is no such input; {has}", remedy)
        elif edge.output in self.silent.get(edge.source, {}) and not self._can_do_without(edge):
            nothing = f"{what}: nothing is sent on '{edge.source}.{edge.output}' with these parameters"
            self.say(edge.where, nothing, self.silent[edge.source][edge.output])
        elif edge.source in self.kinds and edge.target in self.kinds:
            self._check_ports(edge)

    def _can_do_without(self, edge: EdgeSpec) -> bool:
        """Leave an optional input unconnected where nothing would be sent on it, if the node has another input."""
        optional = edge.target in self.kinds and self._port(edge).optional
        others = [each for each in self.spec.edges if each.target == edge.target]
        paced = any(each.output not in self.silent.get(each.source, {}) for each in others)
        if optional and paced:
            self.left_out.append(edge)
        return optional and paced

    def _notes(self) -> tuple[str, ...]:
        """Tell which inputs go without a connection, because nothing would be sent on it."""
        without: dict[str, list[str]] = {}
        for edge in self.left_out:
            without.setdefault(f"{edge.source}.{edge.output}", []).append(edge.target)
        return tuple(
            f"{output}: nothing is sent on it with these parameters; {', '.join(nodes)}: without it"
            for output, nodes in without.items()
        )

    def _inputs(self, name: str) -> list[str] | None:
        if name in self.kinds:
            return list(self.kinds[name].inputs)
        return self.peeked[name].inputs if name in self.peeked else None

    def _port(self, edge: EdgeSpec) -> Port:
        ports = self.kinds[edge.target].inputs
        return ports[edge.input] if edge.input in ports else ports[EVERY]

    def _check_ports(self, edge: EdgeSpec) -> None:
        given, wanted = self.kinds[edge.source].outputs[edge.output], self._port(edge)
        start, end = f"{edge.source}.{edge.output}", f"{edge.target}.{edge.input}"
        if difference := mismatch(given, wanted):
            self.say(edge.where, f"{start} gives {difference[0]}, {end} takes {difference[1]}",
                     self._bridge(given, wanted) or "Connect an output of that kind.")  # fmt: skip
            return
        if edge.transport is Transport.SHM and not given.holds_arrays:
            what = f"{end}: {start} carries no arrays, so nothing would travel through shared memory"
            self.say(edge.where, what, "Leave `transport: shm!` out.")
        rate = self._rate(edge)
        if wanted.rate_hz is not None and rate != wanted.rate_hz:
            have = "an unknown rate" if rate is None else f"{rate:g} packets per second"
            remedy = self._bridge(given, wanted) or f"Put a node between them that gives {wanted.rate_hz:g} per second."
            self.say(edge.where, f"{start} gives {have}, {end} needs {wanted.rate_hz:g}", remedy)

    def _rate(self, edge: EdgeSpec | None) -> float | None:
        """Return packets per second of an edge: those of its output, or those of the node's first input."""
        seen: set[str] = set()
        sample = 1
        while edge is not None and edge.source in self.kinds and edge.source not in seen:
            sample *= edge.sample
            kind = self.kinds[edge.source]
            if edge.output not in kind.outputs:
                break
            rate = kind.outputs[edge.output].rate_hz
            if rate is not None or not kind.inputs:
                return None if rate is None else rate / sample
            seen.add(edge.source)
            edge = self.feeding.get((edge.source, next(iter(kind.inputs))))
        return None

    def _bridge(self, given: Port, wanted: Port) -> str:
        """Name a standard node that turns one into the other."""
        for name in registry.names():
            kind = registry.find(name, self.base)
            first = next(iter(kind.inputs.values()), None)
            fits = first is not None and not mismatch(given, first) and first.rate_hz is None
            rated = [p for p in kind.outputs.values() if not mismatch(p, wanted) and p.type is not object]
            if fits and any(p.rate_hz == wanted.rate_hz and p.rate_hz is not None for p in rated):
                return f"Put a {name} between them."
        for name in registry.names():
            kind = registry.find(name, self.base)
            first = next(iter(kind.inputs.values()), None)
            takes = first is not None and not mismatch(given, first)
            if takes and any(p.type is wanted.type and not mismatch(p, wanted) for p in kind.outputs.values()):
                return f"Put a {name} between them."
        return ""

    def _check_inputs(self) -> None:
        seen: dict[tuple[str, str], EdgeSpec] = {}
        for edge in self.spec.edges:
            if (edge.target, edge.input) in seen:
                self.say(edge.where, f"{edge.target}.inputs.{edge.input}: two outputs lead to one input", "Keep one.")
            seen[edge.target, edge.input] = edge
        for name, kind in self.kinds.items():
            where = self.spec.nodes[name].where
            for port, each in kind.inputs.items():
                missing = (name, port) not in seen if port != EVERY else not any(key[0] == name for key in seen)
                if missing and not each.optional:
                    shown = "an input" if port == EVERY else f"the input '{port}'"
                    wanted = "NAME" if port == EVERY else port
                    self.say(where, f"{name}: {shown} is not connected", f"Add `inputs: {{{wanted}: NODE.PORT}}`.")

    def _check_privacy(self) -> None:
        privacy.check_declared(self.spec.privacy, {name: self._outputs(name) for name in self.spec.nodes}, self.say)
        self.ways = privacy.follow(self.spec, self.kinds)
        privacy.check(self.spec, self.ways, self._records, self.say)

    def _records(self, edge: EdgeSpec) -> bool:
        """Return whether what goes over an edge is written to a disk; of what is not imported that cannot be told."""
        kind = self.kinds.get(edge.target)
        port = (kind.inputs.get(edge.input) or kind.inputs.get(EVERY)) if kind else None
        return bool(port and (edge.target in self.writing if port.records is None else port.records))

    def _check_structure(self) -> None:
        for component in nx.strongly_connected_components(self.network):
            looped = len(component) > 1 or any(self.network.has_edge(name, name) for name in component)
            if looped:
                cycle = [edge[0] for edge in nx.find_cycle(self.network.subgraph(component))]
                ends = {(cycle[-1], cycle[0])} | set(itertools.pairwise(cycle))
                where = next(edge.where for edge in self.spec.edges if (edge.source, edge.target) in ends)
                self.say(where, f"{' -> '.join([*cycle, cycle[0]])} is a cycle", "Remove one of its edges.")
        sources = [name for name, kind in self.kinds.items() if issubclass(kind, Source)]
        if self.kinds and self.kinds.keys() == self.spec.nodes.keys() and not sources and not self.problems:
            where = next((node.where for node in self.spec.nodes.values()), "graph")
            self.say(where, "the graph has no source", "Add a CameraSource.")

    def _node(self, name: str) -> GraphNode:
        spec, kind = self.spec.nodes[name], self.kinds[name]
        type_name = spec.type
        if registry.is_user_file(spec.type):
            file, _, attribute = spec.type.rpartition(":")
            type_name = f"{(self.base / file).resolve()}:{attribute}"
        rungs, beside = tuple(ladder.rungs(spec, kind)), spec.shadow is not None
        return GraphNode(name, kind, type_name, spec.best, spec.process or name, spec.where, beside, rungs)

    def _edge(self, edge: EdgeSpec) -> Edge:
        wanted = Policy.BLOCK if self.pace is Pace.FAST else edge.policy or Policy(self._port(edge).live)
        wanted = shadow.policy(self.spec, edge) or wanted
        usual = PICTURES if wanted is Policy.BLOCK and self._port(edge).colour else QUEUES[wanted]
        queue = edge.queue if edge.policy is wanted and edge.queue else usual
        limits = [edge.expire_ms, budget.of_edge(self.spec.budgets, self.network, edge)]
        expire = None if self.pace is Pace.FAST else min((each for each in limits if each is not None), default=None)
        return Edge(
            edge.source, edge.output, edge.target, edge.input, wanted, queue, expire, edge.sample, edge.transport,
            edge.where,
        )  # fmt: skip


def mismatch(given: Port, wanted: Port) -> tuple[str, str] | None:
    """Return what an output gives and an input takes, in words, when they do not fit; None when they do."""
    if wanted.type is object or given.type is object:
        return None
    if given.type is not wanted.type and not (
        isinstance(given.type, type) and isinstance(wanted.type, type) and issubclass(given.type, wanted.type)
    ):
        return _kind(given), _kind(wanted)
    for one, other, unit in ((given.dtype, wanted.dtype, ""), (given.colour, wanted.colour, " pictures")):
        if one and other and one != other:
            return f"{one}{unit}", f"{other}{unit}"
    if given.shape and wanted.shape:
        same = len(given.shape) == len(wanted.shape)
        if not same or any(a and b and a != b for a, b in zip(given.shape, wanted.shape, strict=True)):
            return f"arrays of shape {given.shape}", f"arrays of shape {wanted.shape}"
    return None


def _kind(port: Port) -> str:
    if port.colour:
        return "pictures"
    return "an array" if port.type is np.ndarray else str(getattr(port.type, "__name__", port.type))
