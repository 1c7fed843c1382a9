"""Privacy labels of a graph: read from its file, followed through it, and where they forbid what it does.

A label is put to an output, by the graph file or by the node's class. Behind it every output that is a picture, or may
be one, bears the labels of all that its node gets, unless the node declares it `anonymous`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from sensegraph.errors import Say, closest
from sensegraph.label import KEPT_BACK, Label, words
from sensegraph.node import Node
from sensegraph.spec import EdgeSpec, GraphSpec, Privacy
from sensegraph.strict_yaml import Value

Kinds = Mapping[str, type[Node]]
"""Node -> its class, of those whose class is known."""
Ways = Mapping[str, Mapping[Label, tuple[str, ...]]]
"""Stream -> label -> the streams on which it came, from the one that it was put to."""

EXAMPLE = "Write it as {camera.frames: [no-record, no-tap]}."


def read(value: Value | None, say: Say) -> tuple[Privacy, ...]:
    """Return the labels of a graph file, as far as they can be read."""
    if value is None:
        return ()
    if not isinstance(value.plain, dict):
        say(value.where, "privacy must be a mapping", EXAMPLE)
        return ()
    found = []
    for stream, entry in value.plain.items():
        where = value.key_where[stream]
        node, _, port = stream.partition(".")
        if not (node and port) or "." in port:
            say(where, f"privacy: '{stream}' is not an output", "Write it as node.port.")
        else:
            found.append(Privacy(stream, frozenset(_labels(stream, entry, say)), where))
    return tuple(found)


def _labels(stream: str, entry: Value, say: Say) -> Iterator[Label]:
    """Yield the labels of a stream, as far as they can be read."""
    if not isinstance(entry.plain, list) or not entry.plain:
        say(entry.where, f"privacy.{stream}: {entry.unwrap()!r} is no list of labels", EXAMPLE)
        return
    for each in entry.plain:
        name = each.unwrap()
        if name in list(Label):
            yield Label(name)
        else:
            say(each.where, f"privacy.{stream}: there is no label {name!r}", _nearest(name))


def _nearest(name: object) -> str:
    return closest(str(name), list(Label), f"Choose {', '.join(Label)}.")


def check_declared(declared: Sequence[Privacy], outputs: Mapping[str, Sequence[str] | None], say: Say) -> None:
    """Tell which labels of a graph file are put to no output.

    Args:
        declared: The labels.
        outputs: Node -> its outputs; None where they are not known.
        say: Notes a problem.
    """
    for each in declared:
        node, _, port = each.stream.partition(".")
        if node not in outputs:
            say(each.where, f"privacy: there is no node '{node}'", closest(node, outputs, f"{', '.join(outputs)}."))
        elif (known := outputs[node]) is not None and port not in known:
            has = f"{node} has: {', '.join(known)}" if known else f"{node} has no outputs"
            remedy = closest(port, known, "Take one of those." if known else "Take another node.")
            say(each.where, f"privacy: '{each.stream}' is not an output; {has}", remedy)


def check_class(name: str, kind: type[Node], where: str, say: Say) -> None:
    """Tell which labels of a node's class there are not."""
    for port, each in kind.outputs.items():
        for label in each.privacy:
            if label not in list(Label):
                what = f"{name}.type: {kind.__name__} gives its output '{port}' the label '{label}', which there is not"
                say(where, what, _nearest(label))


def follow(spec: GraphSpec, kinds: Kinds) -> Ways:
    """Return which labels every stream bears, and how they came there: by one of the shortest ways."""
    behind: dict[str, list[EdgeSpec]] = {}
    for edge in spec.edges:
        behind.setdefault(f"{edge.source}.{edge.output}", []).append(edge)
    found: dict[str, dict[Label, tuple[str, ...]]] = {}
    waiting: deque[tuple[str, Label, tuple[str, ...]]] = deque(
        (stream, label, (stream,)) for stream, label in _put(spec, kinds)
    )
    while waiting:
        stream, label, way = waiting.popleft()
        if label in found.setdefault(stream, {}):
            continue
        found[stream][label] = way
        for edge in behind.get(stream, ()):
            outputs = kinds[edge.target].outputs if edge.target in kinds else {}
            shown = [f"{edge.target}.{name}" for name, port in outputs.items() if port.may_show and not port.anonymous]
            waiting += [(each, label, (*way, each)) for each in shown]
    return found


def _put(spec: GraphSpec, kinds: Kinds) -> Iterator[tuple[str, Label]]:
    """Yield the streams that labels are put to."""
    for each in spec.privacy:
        yield from ((each.stream, label) for label in each.labels)
    for name, kind in kinds.items():
        for port, declared in kind.outputs.items():
            yield from ((f"{name}.{port}", label) for label in Label if label in declared.privacy)


def check(spec: GraphSpec, ways: Ways, records: Callable[[EdgeSpec], bool], say: Say) -> None:
    """Tell where a stream is recorded or tapped whose labels forbid it.

    Args:
        spec: The graph as written, with what flags have added to it.
        ways: What `follow` returned.
        records: Whether what goes over an edge is written to a disk by the node at its end.
        say: Notes a problem.
    """
    for edge in spec.edges:
        stream = f"{edge.source}.{edge.output}"
        bears, broken = ways.get(stream, {}), {}
        if Label.NO_RECORD in bears and records(edge):
            broken[Label.NO_RECORD] = "would write it to a disk"
        if Label.NO_TAP in bears and spec.nodes[edge.target].tap:
            broken[Label.NO_TAP] = "is no node of the graph file"
        if not broken:
            continue
        label = next(iter(broken))
        way = " -> ".join([*(each.partition(".")[0] for each in bears[label]), edge.target])
        does = f"'{edge.target}' {' and '.join(broken.values())}"
        what = f"{edge.target}.inputs.{edge.input}: {stream} is {words(broken)}, but {does}: {way}"
        say(edge.where, what, _remedy(spec, edge, bears[label][0], label))


def _remedy(spec: GraphSpec, edge: EdgeSpec, stream: str, label: Label) -> str:
    put = next((each.where for each in spec.privacy if each.stream == stream and label in each.labels), "")
    origin = (
        f"The label of {stream} is at {put}" if put else f"The class of '{stream.partition('.')[0]}' labels {stream}"
    )
    leave = f"Leave {edge.where} out" if spec.nodes[edge.target].tap else f"Take '{edge.target}' out"
    return f"{origin}. {leave}, or put a node between them that makes it anonymous."


def kept_back(streams: Mapping[str, Collection[Label]]) -> dict[str, Collection[Label]]:
    """Return those of the streams that may not be recorded or tapped -> the labels that forbid it."""
    return {stream: labels for stream, bears in streams.items() if (labels := KEPT_BACK.intersection(bears))}


def told(streams: Mapping[str, Collection[Label]]) -> list[str]:
    """Return what each stream bears, in words."""
    return [f"{stream} is {words(labels)}" for stream, labels in streams.items()]
