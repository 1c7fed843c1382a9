"""Where a graph is played: its nodes start, end and start again, and the packets find their way between them."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sensegraph.crew import describe, tell_epoch
from sensegraph.errors import NodeError, SensegraphError
from sensegraph.graph import Graph, GraphNode
from sensegraph.join import JoinedSet
from sensegraph.node import Node
from sensegraph.packet import NANOSECONDS, Packet, Stamp
from sensegraph.plan import edge_name, worker_plans
from sensegraph.restarts import Restarts, skipped
from sensegraph.spec import Pace
from sensegraph.testing.actor import Actor
from sensegraph.testing.agenda import Agenda
from sensegraph.testing.faults import Drop, Fault, Kill, Loss, Slow, edges_at
from sensegraph.testing.played import Played, total
from sensegraph.transport import memory
from sensegraph.transport.limiter import Limiter
from sensegraph.transport.writer import Writer


class Stage:
    """Plays one graph, once.

    Args:
        graph: What is played.
        pace: In live pace a source sends at its media times.
        make: Makes a node that is not yet opened; called anew for each start.
        faults: What goes wrong.
        restart: Whether a node that raises is started again, as in a run.

    Raises:
        GraphError: A fault is for an edge that the graph does not have.
    """

    def __init__(
        self, graph: Graph, pace: Pace, make: Callable[[GraphNode], Node], faults: Sequence[Fault], *, restart: bool
    ) -> None:
        self._graph, self._make, self._restart = graph, make, restart
        self._agenda = Agenda()
        alone = {name: dataclasses.replace(node, process=name) for name, node in graph.nodes.items()}
        plans = worker_plans(dataclasses.replace(graph, nodes=alone), pace, Path(), bytes(16))
        self._plans = {plan["nodes"][0]["name"]: plan for plan in plans}
        self._actors: dict[str, Actor] = {}
        self._writers: dict[str, list[Writer]] = {edge.name: [] for edge in graph.edges}
        self._limiters: dict[int, Limiter] = {}
        self._states: dict[str, dict[int, bytes]] = {name: {} for name in graph.nodes}
        self._restarts = {process: Restarts() for process in graph.processes()}
        self._slow = [fault for fault in faults if isinstance(fault, Slow)]
        self._kills = [fault for fault in faults if isinstance(fault, Kill)]
        self._losses: dict[str, list[Loss]] = {edge.name: [] for edge in graph.edges}
        for fault in faults:
            if isinstance(fault, Drop):
                for name in edges_at(fault.where, self._losses):
                    self._losses[name].append(Loss(fault))
        self._played = Played()
        for name, node in graph.nodes.items():
            self._played.ages_ms[name] = []
            self._played.outputs |= {f"{name}.{port}": [] for port in node.type.outputs}

    def run(self) -> Played:
        """Play to the end; every node that is still open then is closed.

        Raises:
            NodeError: The nodes wait for each other, or for what never comes.
            Exception: What a node raised, unless it is started again.
        """
        try:
            self._start(list(self._plans))
            while not self._over:
                if not self._act() and not self._agenda.go_on():
                    raise NodeError(self._standstill())
        finally:
            for actor in self._actors.values():
                actor.close()
        for kill in self._kills:
            self._note(f"node '{kill.node}' was not killed: it worked on nothing from {kill.at_s:g} s on")
        for name in list(self._actors):
            self._played.nodes[name] = self._actors[name].loop.node
            self._played.reports[name] = dict(self._actors[name].loop.report)
            self._dismiss(name)
        self._played.ledgers = {name: total(each.ledger for each in made) for name, made in self._writers.items()}
        self._played.lasted_s = self._agenda.now_ns / NANOSECONDS
        return self._played

    @property
    def _over(self) -> bool:
        there = len(self._actors) == len(self._plans)
        return bool(self._played.error) or (there and all(actor.ended for actor in self._actors.values()))

    def _act(self) -> bool:
        """Let every node go on that can; return whether there was one."""
        acted = False
        for name in self._plans:
            while not self._over and (actor := self._actors.get(name)) is not None and actor.ready:
                acted = True
                self._step(actor)
        return acted

    def _step(self, actor: Actor) -> None:
        try:
            worked = actor.step()
        except Exception as error:  # a user's node may raise anything
            self._fail(actor, error)
            return
        due = [k for k in self._kills if worked is not None and k.node == actor.name and k.at_s <= worked.time_s]
        if due:
            self._kills.remove(due[0])
            self._end(actor.name, f"node '{', '.join(self._group(actor.name))}' was killed by signal 9")

    def _start(self, names: Sequence[str]) -> None:
        """Make nodes anew, connect them with those that are there, and open them."""
        for name in names:
            self._actors[name] = self._actor(name)
        for name in names:
            self._connect(name)
        for name in names:
            if name not in self._actors:  # it was ended by one that cannot be opened
                return
            try:
                self._actors[name].loop.open()
            except Exception as error:  # a user's node may raise anything
                error.add_note(f"in node '{name}', open()")
                self._fail(self._actors[name], error)

    def _actor(self, name: str) -> Actor:
        plan, node = self._plans[name], self._make(self._graph.nodes[name])
        tell_epoch(node, plan["epoch"])
        actor = Actor(
            plan, node, self._agenda, states=self._states[name], work_ns=functools.partial(self._work_ns, name),
            record=functools.partial(self._record, name), on_stop=self._stop,
            on_poison=functools.partial(self._bury, name),
        )  # fmt: skip
        for edge, writer in actor.writers.items():
            writer.limiters = tuple(self._losses[edge])
            self._writers[edge].append(writer)
        for limit in plan["limits"]:
            number = limit["limit"]
            if limit["source_worker"] == plan["worker"]:
                self._limiters[number] = Limiter(limit["in_flight"])
                for edge in limit["edges"]:
                    actor.writers[edge].limiters = (*actor.writers[edge].limiters, self._limiters[number])
            else:
                actor.loop.passed.append(functools.partial(self._passed, number))
        return actor

    def _passed(self, limit: int, time_ns: int) -> None:
        self._limiters[limit].passed(time_ns)

    def _connect(self, name: str) -> None:
        """Connect a node that has just come; what the one before it had not finished comes again."""
        for edge in self._plans[name]["edges"]:
            source, target = self._actors.get(edge["source"]), self._actors.get(edge["target"])
            if source is not None and target is not None and target.inbox is not None:
                credit = functools.partial(self._credit, edge_name(edge))
                memory.connect(source.writers[edge_name(edge)], target.inbox, edge["input"], credit)

    def _credit(self, edge: str, count: int) -> None:
        """Tell who sent them that packets are finished: first those that a producer had sent before it was killed."""
        for writer in self._writers[edge]:
            taken = min(count, writer.ledger.in_flight)
            if taken:
                writer.credit(taken)
            count -= taken

    def _group(self, name: str) -> list[str]:
        """Return the nodes of the same process."""
        process = self._graph.nodes[name].process
        return [each for each in self._plans if self._graph.nodes[each].process == process]

    def _fail(self, actor: Actor, error: Exception) -> None:
        if not self._restart:
            raise error
        text, _ = describe(actor.name, error)
        if isinstance(error, SensegraphError):
            self._give_up(text)
        else:
            self._end(actor.name, text)

    def _end(self, name: str, text: str) -> None:
        """End the process of a node, and start it again after a while."""
        names = self._group(name)
        restarts = self._restarts[self._graph.nodes[name].process]
        at = [(each, actor.at) for each in names if (actor := self._actors.get(each)) is not None and actor.at]
        if len(at) == 1:
            packet = (at[0][0], at[0][1].source, at[0][1].time_ns)
            if restarts.skips(packet):
                self._plans[packet[0]]["poison"].append(packet)
                text += skipped(packet)
        for each in names:
            self._dismiss(each)
        delay_s = restarts.delay_s(self._agenda.now_ns / NANOSECONDS)
        if delay_s is None:
            self._give_up(f"{text}\n  {restarts.told}")
            return
        self._note(f"{text}; restarting")
        for each in names:
            self._plans[each]["epoch"] += 1
        self._agenda.at(self._agenda.now_ns + round(delay_s * NANOSECONDS), functools.partial(self._start, names))

    def _dismiss(self, name: str) -> None:
        """Let a node go: what it was about to send is gone, and what a producer that is gone, too, had sent it."""
        actor = self._actors.pop(name, None)
        if actor is None:
            return
        self._played.ages_ms[name] += actor.ages_ms
        for edge in self._plans[name]["edges"]:
            made = self._writers[edge_name(edge)]
            if edge["source"] == name:
                made[-1].abandon("killed", sent=edge["target"] not in self._actors)
            else:
                for writer in made[:-1] if edge["source"] in self._actors else made:
                    writer.abandon("killed")

    def _give_up(self, text: str) -> None:
        if not self._restart:
            raise NodeError(text)
        self._played.error = text
        for writer in itertools.chain.from_iterable(self._writers.values()):
            writer.abandon()

    def _stop(self) -> None:
        for actor in self._actors.values():
            actor.loop.stop()

    def _work_ns(self, name: str, stamp: Stamp) -> int:
        return sum(fault.work_ns(stamp) for fault in self._slow if fault.node == name)

    def _record(self, name: str, port: str, packet: Packet[Any]) -> None:
        """Keep what a node sent; what it sends again after a restart was there before."""
        sent = self._played.outputs[f"{name}.{port}"]
        if not sent or packet.stamp.time_ns > sent[-1].stamp.time_ns:
            sent.append(packet)

    def _bury(self, name: str, joined: JoinedSet) -> None:
        self._played.skipped.setdefault(name, []).append(joined.stamp.time_s)
        self._note(f"node '{name}': frame {joined.stamp.frame} at {joined.stamp.time_s:.3f} s was skipped")

    def _note(self, text: str) -> None:
        self._played.notes.append(f"{self._agenda.now_ns / NANOSECONDS:.3f} s: {text}")

    def _standstill(self) -> str:
        waiting = [f"'{n}' waits {actor.waits_for()}" for n, actor in self._actors.items() if not actor.ended]
        return f"the graph stands still at {self._agenda.now_ns / NANOSECONDS:.3f} s: {', '.join(waiting)}"
