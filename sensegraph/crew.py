"""The nodes that run in one process: made, wired, opened, run in threads, and accounted for."""

from __future__ import annotations

import dataclasses
import functools
import threading
import traceback
from collections import deque
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from sensegraph import dead_letter
from sensegraph.errors import SensegraphError
from sensegraph.join import JoinedSet
from sensegraph.label import KEPT_BACK, words
from sensegraph.ladder import Ladder
from sensegraph.loop import NodeLoop
from sensegraph.node import Node
from sensegraph.plan import (
    EdgePlan,
    NodePlan,
    WorkerPlan,
    edge_name,
    make_inbox,
    make_node,
    make_pools,
    make_writer,
    most_again,
)
from sensegraph.recording.deck import Deck
from sensegraph.recording.tape import Tape
from sensegraph.registry import find, imported_from
from sensegraph.savepoint import Savepoints
from sensegraph.secrets import masked
from sensegraph.spec import Pace
from sensegraph.trace import Trace
from sensegraph.transport import memory
from sensegraph.transport.limiter import Limiter
from sensegraph.transport.writer import Writer
from sensegraph.transport.zeromq import Wire
from sensegraph.whereabouts import Whereabouts


class Crew:
    """All loops of one process.

    Args:
        plan: What to run.
        wire: Carries the edges to other processes; None when there are none.
        on_stop: Called from a loop when its node wants the whole graph to end.
        on_failure: Called from a loop with the node's name and its exception.

    Attributes:
        notes: What to tell the user.
        files: The user's files that the nodes are made of: those in the graph's folder that were imported for them.
    """

    def __init__(
        self,
        plan: WorkerPlan,
        wire: Wire | None,
        on_stop: Callable[[], None],
        on_failure: Callable[[str, Exception], None],
    ) -> None:
        self._on_failure = on_failure
        self._writers: dict[str, Writer] = {}
        self._to_shadows = {edge_name(edge) for edge in plan["edges"] if edge["shadow"]}
        self._threads: list[threading.Thread] = []
        self.notes: deque[str] = deque()
        base, pace = Path(plan["base"]), Pace(plan["pace"])
        before = imported_from(base)
        self._deck = Deck(Tape(**plan["tape"]), [each["name"] for each in plan["nodes"]])
        nodes = {each["name"]: self._deck.node(each["name"], make_node(each, base)) for each in plan["nodes"]}
        self.files = imported_from(base) - before
        for node in nodes.values():
            tell_epoch(node, plan["epoch"])
        self.loops = self._wire_up(plan, nodes, pace, wire, on_stop, base)

    def _wire_up(
        self, plan: WorkerPlan, nodes: dict[str, Node], pace: Pace, wire: Wire | None, on_stop: Callable[[], None],
        base: Path,
    ) -> list[NodeLoop]:  # fmt: skip
        into = {name: [edge for edge in plan["edges"] if edge["target"] == name] for name in nodes}
        wiring = {n: {e["input"]: f"{e['source']}.{e['output']}" for e in edges} for n, edges in into.items()}
        inboxes = {n: make_inbox(v, into[n], pace, self._deck.join(n, v, wiring[n])) for n, v in nodes.items()}
        outputs: dict[str, dict[str, list[Writer]]] = {n: {p: [] for p in node.outputs} for n, node in nodes.items()}
        for edge in plan["edges"]:
            if edge["source"] in nodes:
                writer = self._writers[edge_name(edge)] = make_writer(edge)
                writer.note = self._deck.note(edge_name(edge))
                outputs[edge["source"]][edge["output"]].append(writer)
            self._connect(edge, inboxes, wire, base)
        pools = make_pools(plan, wire.shared if wire else None, nodes)
        poison = {n: [(source, int(time_ns)) for at, source, time_ns in plan["poison"] if at == n] for n in nodes}
        loops = []
        for each in plan["nodes"]:
            name = each["name"]
            kept_back = {
                edge["input"]: edge["privacy"] for edge in into[name] if KEPT_BACK.intersection(edge["privacy"])
            }
            bury = functools.partial(self._bury, each, kept_back)
            loop = NodeLoop(
                name, nodes[name], inboxes[name], outputs[name], pace, on_stop, pools.get(name, {}), poison[name], bury
            )
            loop.untold = each["untold"]
            loops.append(loop)
        if pace is Pace.LIVE and not (plan["tape"]["record"] or plan["tape"]["replay"]):
            self._give_ladders(plan, loops, into)
        self._limit(plan, loops, wire)
        if wire:
            self._keep_track(plan, loops, into)
        return loops

    def _give_ladders(self, plan: WorkerPlan, loops: list[NodeLoop], into: Mapping[str, list[EdgePlan]]) -> None:
        """Let nodes that have a ladder run with less while they cannot keep up."""
        for each, loop in zip(plan["nodes"], loops, strict=True):
            if each["ladder"]:
                first = next(iter(loop.node.inputs))
                sample = next((edge["sample"] for edge in into[loop.name] if edge["input"] == first), 1)
                loop.ladder, loop.tell = Ladder(each["ladder"], sample), self.notes.append

    def _limit(self, plan: WorkerPlan, loops: list[NodeLoop], wire: Wire | None) -> None:
        """Let the node at the end of a way that is limited tell where it begins how far it is."""
        for each in plan["limits"]:
            limiter = Limiter(each["in_flight"])
            tell: Callable[[int], None] = limiter.passed
            if each["source_worker"] == plan["worker"]:
                for edge in each["edges"]:
                    self._writers[edge].limiters = (*self._writers[edge].limiters, limiter)
                if wire is not None:
                    wire.add_limiter(each["limit"], limiter)
            elif wire is not None:
                tell = wire.add_way_back(each["limit"], each["source_worker"])
            for loop in loops:
                if loop.name == each["target"]:
                    loop.passed.append(tell)

    def _keep_track(self, plan: WorkerPlan, loops: list[NodeLoop], into: Mapping[str, list[EdgePlan]]) -> None:
        """Write into the run folder what the next start of this worker, or who asks, must know."""
        folder = Path(plan["folder"])
        at = Whereabouts(folder, plan["worker"], len(loops))
        trace = Trace(folder, plan["worker"], [*(loop.name for loop in loops), *self._writers])
        for number, loop in enumerate(loops):
            loop.enter, loop.leave = functools.partial(at.enter, number), functools.partial(at.leave, number)
            loop.trace = trace.of_node(loop.name)
            if type(loop.node).state is not Node.state:
                loop.savepoints = Savepoints(folder, loop.name, plan["run"], most_again(into[loop.name]))
        for name, writer in self._writers.items():
            writer.trace = trace.of_edge(name)

    def _bury(self, node: NodePlan, kept_back: Mapping[str, Collection[str]], joined: JoinedSet) -> None:
        """Keep what a node failed on twice, but the inputs that are kept back for their labels, and tell where."""
        what = f"node '{node['name']}': frame {joined.stamp.frame} at {joined.stamp.time_s:.3f} s was skipped"
        had = {port for port, payload in joined.payloads.items() if payload is not None}
        without = ", ".join(f"{port} ({words(labels)})" for port, labels in kept_back.items() if port in had)
        joined = dataclasses.replace(joined, payloads=joined.payloads | dict.fromkeys(kept_back))
        if had <= kept_back.keys():
            self.notes.append(f"{what}, and not kept: {without}")
            return
        try:
            path = dead_letter.write(node["name"], node["type"], node["params"], joined)
        except (OSError, SensegraphError) as error:
            self.notes.append(f"{what}; it could not be kept: {getattr(error, 'strerror', None) or error}")
        else:
            self.notes.append(f"{what}, and kept as {path}" + (f" without {without}" if without else ""))

    def _connect(self, edge: EdgePlan, inboxes: dict[str, Any], wire: Wire | None, base: Path) -> None:
        writer, inbox = self._writers.get(edge_name(edge)), inboxes.get(edge["target"])
        if writer is not None and inbox is not None:
            memory.connect(writer, inbox, edge["input"])
        elif wire is not None and writer is not None:
            wire.add_output(edge["edge"], writer)
        elif wire is not None and inbox is not None:
            hint = find(edge["source_type"], base).outputs[edge["output"]].type
            wire.add_input(edge["edge"], inbox, edge["input"], hint, edge["source_worker"])

    def open(self) -> None:
        """Open every node; those already opened are closed again when one fails."""
        opened: list[NodeLoop] = []
        try:
            for loop in self.loops:
                loop.open()
                opened.append(loop)
        except Exception as error:
            for loop in opened:
                loop.node.close()
            error.add_note(f"in node '{self.loops[len(opened)].name}', open()")
            raise

    def start(self) -> None:
        """Start every loop in a thread of its own."""
        for loop in self.loops:
            thread = threading.Thread(target=self._run, args=(loop,), name=loop.name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def _run(self, loop: NodeLoop) -> None:
        try:
            loop.run()
        except Exception as error:  # a user's node may raise anything; it is reported, once, by the callback
            self._on_failure(loop.name, error)

    def join(self, timeout_s: float) -> bool:
        """Wait for the loops; returns whether all have ended."""
        for thread in self._threads:
            thread.join(timeout_s / max(1, len(self._threads)))
        return not any(thread.is_alive() for thread in self._threads)

    def drained(self, timeout_s: float, *, shadows: bool) -> bool:
        """Whether the consumers, or those of them that are no shadows, have finished all that was sent."""
        writers = [writer for name, writer in self._writers.items() if shadows or name not in self._to_shadows]
        return all(writer.drained(timeout_s) for writer in writers)

    def stop(self) -> None:
        """Ask the sources to stop; what follows drains."""
        for loop in self.loops:
            loop.stop()

    def retired(self, timeout_s: float) -> bool:
        """Let every loop go between two packets, once its consumers have finished what it sent.

        Called until it returns True. It begins with the sources: what one node still hands to another one here is
        dealt with before that one goes.
        """
        for loop, thread in zip(self.loops, self._threads, strict=True):
            loop.retire()
            thread.join(timeout_s)
            if thread.is_alive() or not loop.drained(timeout_s):
                return False
        return True

    @property
    def ended(self) -> bool:
        """Whether all streams that are made here have ended."""
        return all(loop.ended for loop in self.loops)

    def change(self, node: str, name: str, value: Any) -> None:
        """Give a parameter of a node another value before its next packet."""
        for loop in self.loops:
            if loop.name == node:
                loop.change(name, value)

    def abandon(self) -> None:
        """Make every loop leave at once."""
        for loop in self.loops:
            loop.abandon()

    def figures(self) -> dict[str, Any]:
        """Return the figures of all nodes and of the edges that start here."""
        return {
            "nodes": {loop.name: loop.meter.as_dict() for loop in self.loops},
            "edges": {name: writer.account() for name, writer in self._writers.items()},
        }

    def reports(self) -> dict[str, Any]:
        """Return what the nodes reported at their end."""
        return {loop.name: dict(loop.report) for loop in self.loops}


def tell_epoch(node: Node, epoch: int) -> None:
    """Tell a node how often it was started before in this run, where its class asks by an `epoch: int = 0`."""
    if hasattr(type(node), "epoch"):
        setattr(node, "epoch", epoch)  # noqa: B010 (not every node has it)


def describe(name: str, error: BaseException) -> tuple[str, int]:
    """Return the one line that tells a user what failed, and the exit code.

    An error that a user can do something about speaks for itself; any other is told with its type and place.
    """
    if isinstance(error, SensegraphError):
        return masked(f"node '{name}': {error}"), error.exit_code
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    notes = [note.split(", ", 1)[-1] for note in getattr(error, "__notes__", [])]
    when = f" at {notes[0]}" if notes else ""
    return masked(f"node '{name}' failed{when}: {type(error).__name__}: {error}{place}"), 3
