"""What a run will do, from what its nodes cost: rates, drops, load and age, before anything is started.

The model: a node that makes its calls one after another can do at most 1 / (work + hop) of them per second, and no more
than a consumer that holds it back (`block`) leaves it. An edge that may drop loses what its consumer cannot take. When
all nodes together want more CPU than there is, every call takes longer by the same factor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sensegraph.costs import HOP_MS, Cost
from sensegraph.graph import Edge, Graph
from sensegraph.node import EVERY, Source
from sensegraph.plan import PATIENCE_S
from sensegraph.spec import Pace, Policy

MOST_STRETCH = 64.0


@dataclass(slots=True)
class NodeForecast:
    """What a node will do.

    Attributes:
        calls_hz: Calls per second.
        load: Share of the time in which it works, 0 to 1.
        age_ms: Age of a packet when the node begins with it (live pace).
    """

    calls_hz: float
    load: float
    age_ms: float


@dataclass(slots=True)
class Forecast:
    """What a run will do.

    Attributes:
        nodes: Node -> its figures.
        dropped: Edge name -> share of its packets that is dropped, of those that drop any.
        cores: CPU cores that the nodes keep busy.
        stretch: By how much a call takes longer because there are fewer cores than wanted; 1 when there are enough.
        speed: Media seconds per second: 1 in live pace unless the sources are held back.
    """

    nodes: dict[str, NodeForecast] = field(default_factory=dict)
    dropped: dict[str, float] = field(default_factory=dict)
    cores: float = 0.0
    stretch: float = 1.0
    speed: float = 1.0


def forecast(graph: Graph, costs: Mapping[str, Cost], pace: Pace, cores: int) -> Forecast:
    """Return what a run of a graph will do.

    Args:
        graph: The graph as checked for this pace.
        costs: Node -> its cost; every node has one.
        pace: Live or fast.
        cores: CPU cores of the machine.
    """
    if pace is Pace.FAST:
        return _fast(graph, costs, cores)
    low, high = 1.0, MOST_STRETCH
    made = _live(graph, costs, low)
    if made.cores > cores:
        for _ in range(30):
            middle = (low + high) / 2
            low, high = (middle, high) if _live(graph, costs, middle).cores > cores else (low, middle)
        made = _live(graph, costs, high)
    return made


def _fast(graph: Graph, costs: Mapping[str, Cost], cores: int) -> Forecast:
    """Nothing is dropped: the slowest node, or the machine, decides."""
    calls = _wanted(graph, costs)
    slowest = max((rate * _service_s(costs[name], 1.0) for name, rate in calls.items()), default=0.0)
    busy = sum(rate * costs[name].cpu_ms / 1e3 for name, rate in calls.items())
    speed = 1 / max(slowest, busy / cores, 1e-9)
    stretch = max(1.0, busy / cores / max(slowest, 1e-9))
    nodes = {
        name: NodeForecast(rate * speed, min(1.0, rate * speed * stretch * costs[name].work_ms / 1e3), 0.0)
        for name, rate in calls.items()
    }
    return Forecast(nodes, {}, busy * speed, stretch, speed)


def _live(graph: Graph, costs: Mapping[str, Cost], stretch: float) -> Forecast:
    able = _able(graph, costs, stretch)
    made = Forecast(stretch=stretch)
    for node in graph.in_order():
        cost, edges = costs[node.name], _pacing(graph, node.name)
        if issubclass(node.type, Source):
            calls, age_ms = min(cost.rate_hz, able[node.name]), 0.0
            made.speed = min(made.speed, calls / cost.rate_hz if cost.rate_hz else 1.0)
        else:
            offered = sum(_rate_hz(graph, edge, made.nodes[edge.source].calls_hz, costs) for edge in edges)
            calls = min(offered, able[node.name])
            for edge in edges:
                if edge.policy is not Policy.BLOCK and calls < offered:
                    made.dropped[edge.name] = 1 - calls / offered
            age_ms = _age_ms(graph, node.name, costs, made, waits=calls < offered)
        load = min(1.0, calls * stretch * cost.work_ms / 1e3)
        made.nodes[node.name] = NodeForecast(calls, load, age_ms)
        made.cores += calls * cost.cpu_ms / 1e3
    return made


def _able(graph: Graph, costs: Mapping[str, Cost], stretch: float) -> dict[str, float]:
    """Return node -> the calls per second that it can do and that its consumers leave it."""
    able: dict[str, float] = {}
    for node in reversed(list(graph.in_order())):
        able[node.name] = 1 / max(_service_s(costs[node.name], stretch), 1e-9)
        for edge in graph.outputs_of(node.name):
            share = costs[node.name].outputs.get(edge.output, 0.0)
            if edge.policy is not Policy.BLOCK or share <= 0 or edge not in _pacing(graph, edge.target):
                continue
            fixed_hz = _fixed_hz(graph, edge)
            if fixed_hz is None or able[edge.target] < fixed_hz:
                able[node.name] = min(able[node.name], able[edge.target] / share)
    return able


def _wanted(graph: Graph, costs: Mapping[str, Cost]) -> dict[str, float]:
    """Return node -> its calls per second of media time when nothing is dropped."""
    calls: dict[str, float] = {}
    for node in graph.in_order():
        rates = [_rate_hz(graph, edge, calls[edge.source], costs) for edge in _pacing(graph, node.name)]
        calls[node.name] = costs[node.name].rate_hz if issubclass(node.type, Source) else sum(rates)
    return calls


def _pacing(graph: Graph, name: str) -> list[Edge]:
    """Return the edges whose packets set off calls: the first input's, or all where the node takes any."""
    edges = graph.inputs_of(name)
    return edges if EVERY in graph.nodes[name].type.inputs else edges[:1]


def _service_s(cost: Cost, stretch: float) -> float:
    return (cost.work_ms * stretch + HOP_MS) / 1e3


def _rate_hz(graph: Graph, edge: Edge, calls_hz: float, costs: Mapping[str, Cost]) -> float:
    """Return the packets per second on an edge whose source does `calls_hz`."""
    return _fixed_hz(graph, edge) or calls_hz * costs[edge.source].outputs.get(edge.output, 0.0)


def _fixed_hz(graph: Graph, edge: Edge) -> float | None:
    """Return the rate of a node with times of its own (a resampler), which does not depend on its input's."""
    kind = graph.nodes[edge.source].type
    return kind.outputs[edge.output].rate_hz if kind.restamps else None


def _age_ms(graph: Graph, name: str, costs: Mapping[str, Cost], made: Forecast, *, waits: bool) -> float:
    """Return the age of a packet when its call begins: that of the slowest input, as far as it is waited for."""
    pacing = _pacing(graph, name)
    ages = {edge: _arrival_ms(edge, costs, made) for edge in graph.inputs_of(name)}
    first = max(ages[edge] for edge in pacing)
    if waits:  # the newest packet has waited for half a period of its stream, a full queue for all that is before it
        edge = pacing[0]
        offered = max(_rate_hz(graph, edge, made.nodes[edge.source].calls_hz, costs), 1e-9)
        service_ms = 1e3 * _service_s(costs[name], made.stretch)
        first += service_ms * edge.queue if edge.policy is not Policy.LATEST else 500 / offered
    return min(max([first, *ages.values()]), first + PATIENCE_S * 1e3)


def _arrival_ms(edge: Edge, costs: Mapping[str, Cost], made: Forecast) -> float:
    cost = costs[edge.source]
    return made.nodes[edge.source].age_ms + cost.work_ms * made.stretch + cost.hold_ms + HOP_MS
