"""Ladders: settings of a node from the best to the cheapest; which one it runs with follows from how it keeps up.

Down comes soon, up comes late. A node steps down when it would have to work nearly all the time, or more than there is:
what it works, and what was dropped in front of it. It steps up when what it works now, times what the better rung took
in comparison, has fitted for a while. That comparison is believed less as time goes by; each time that a step up proves
wrong, the while doubles.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sensegraph import parameters
from sensegraph.errors import Say
from sensegraph.node import Node, Source
from sensegraph.spec import NodeSpec
from sensegraph.strict_yaml import Value

Rung = Mapping[str, Any]

WINDOW_S = 3.0
"""Load is measured over so long; no rung is left sooner."""
QUIET_S = 10.0
LONGEST_QUIET_S = 320.0
BELIEVED = 3
"""After so many quiet times what was measured counts half."""
FULL, ROOM = 0.95, 0.75
"""Share of the time from which a node falls behind; up to which it may be expected to work on a better rung."""


@dataclass(frozen=True, slots=True)
class Step:
    """A change of rung: why, and what changes."""

    load: float
    before: Rung
    after: Rung
    down: bool

    @property
    def changes(self) -> dict[str, Any]:
        """Parameter -> new value."""
        return {name: value for name, value in self.after.items() if value != self.before[name]}

    def __str__(self) -> str:
        why = "falls behind" if self.down else "has room again"
        what = ", ".join(f"{name} {self.before[name]} -> {value}" for name, value in self.changes.items())
        return f"{why} ({self.load:.0%} busy): {what}".replace("%", " %")


class Ladder:
    """Chooses the rung of a node; the clock is whatever it is told.

    Args:
        rungs: The best first, all of the same parameters.
        sample: Every so many-th packet of its first input is sent to the node.

    Attributes:
        rung: Number of the one that it stands on.
    """

    def __init__(self, rungs: Sequence[Rung], sample: int = 1) -> None:
        self._rungs, self._sample = rungs, sample
        self.rung = 0
        self._packets: deque[tuple[float, float, int]] = deque()
        self._sequence: int | None = None
        self._since_s: float | None = None
        self._quiet_since_s: float | None = None
        self._quiet_s = QUIET_S
        self._climbed_s = float("-inf")
        self._left_load = 0.0
        self._dearer = [1.0] * len(rungs)
        """By how much the rung before was dearer when this one was begun."""
        self._measured_s: list[float | None] = [None] * len(rungs)

    @property
    def reduced(self) -> str:
        """What is not the best now, in words; empty on the best rung."""
        now, best = self._rungs[self.rung], self._rungs[0]
        return ", ".join(f"{name} {value}" for name, value in now.items() if value != best[name])

    def note(self, now_s: float, busy_s: float, sequence: int) -> Step | None:
        """Take a packet that the node has dealt with; return a step when it is time for one.

        Args:
            now_s: The time, in seconds.
            busy_s: How long the node worked on it.
            sequence: Its position on the stream, from which those that were dropped before it follow.
        """
        missed = 0 if self._sequence is None else max(0, (sequence - self._sequence) // self._sample - 1)
        self._sequence = sequence
        self._since_s = now_s if self._since_s is None else self._since_s
        self._packets.append((now_s, busy_s, missed))
        while now_s - self._packets[0][0] >= WINDOW_S:
            self._packets.popleft()
        return None if now_s - self._since_s < WINDOW_S else self._weigh(now_s)

    def _weigh(self, now_s: float) -> Step | None:
        load = self._load()
        if load > FULL and self.rung + 1 < len(self._rungs):
            hasty = now_s - self._climbed_s < 2 * self._quiet_s
            self._quiet_s = min(2 * self._quiet_s, LONGEST_QUIET_S) if hasty else QUIET_S
            self._left_load, self._measured_s[self.rung + 1] = load, None
            return self._go(self.rung + 1, now_s, load)
        if self.rung == 0 or self._above(load, now_s) > ROOM:
            self._quiet_since_s = None
            return None
        self._quiet_since_s = now_s if self._quiet_since_s is None else self._quiet_since_s
        if now_s - self._quiet_since_s < self._quiet_s:
            return None
        self._climbed_s = now_s
        return self._go(self.rung - 1, now_s, load)

    def _above(self, load: float, now_s: float) -> float:
        """Return the load to be expected on the rung before.

        What it took more is measured on the way down. The machine may have changed just then, so it is believed less as
        time goes by.
        """
        measured_s = self._measured_s[self.rung]
        if measured_s is None:
            measured_s = self._measured_s[self.rung] = now_s
            self._dearer[self.rung] = max(1.0, self._left_load / load) if load else 1.0
        belief: float = 0.5 ** ((now_s - measured_s) / (BELIEVED * self._quiet_s))
        return load * (1 + belief * (self._dearer[self.rung] - 1))

    def _load(self) -> float:
        """Return the share of the time that the node would have worked if it had got all that was made for it."""
        busy_s = sum(busy_s for _, busy_s, _ in self._packets)
        missed = sum(missed for _, _, missed in self._packets)
        return busy_s / WINDOW_S * (1 + missed / len(self._packets))

    def _go(self, rung: int, now_s: float, load: float) -> Step:
        step = Step(load, self._rungs[self.rung], self._rungs[rung], down=rung > self.rung)
        self.rung, self._since_s, self._quiet_since_s = rung, now_s, None
        self._packets.clear()
        return step


def read(value: Value | None, name: str, say: Say) -> tuple[Rung, ...]:
    """Return the rungs of a node of a graph file: a list of them, or of each parameter the list of its values."""
    content: Any = None if value is None else value.unwrap()
    if isinstance(content, dict) and all(isinstance(values, list) for values in content.values()):
        same = len({len(values) for values in content.values()}) == 1
        content = (
            [dict(zip(content, rung, strict=True)) for rung in zip(*content.values(), strict=True)] if same else []
        )
    good = isinstance(content, list) and len(content) > 1 and all(isinstance(rung, dict) for rung in content)
    if value is not None and not good:
        what = f"{name}.ladder: is no list of two rungs or more, the best first"
        say(value.where, what, "Write it as {hands: [full, lite]} or [{hands: full}, {hands: lite, every: 2}].")
    return tuple(content) if good else ()


def check(node: NodeSpec, kind: type[Node], say: Say) -> bool:
    """Return whether a node can stand on each rung and change to it while it runs; `say` is told what is wrong."""
    where = node.param_where.get("ladder", node.where)
    if node.ladder and issubclass(kind, Source):
        say(where, f"{node.name}.ladder: a source keeps up by dropping", "Give the ladder to a node behind it.")
        return False
    problems = [_misfit(node.params, rung, kind) for rung in node.ladder]
    for number, problem in enumerate(problems, 1):
        if problem is not None:
            say(where, f"{node.name}.ladder, rung {number}: {problem[0]}", problem[1])
    if any(problems):
        return False
    silent = [kind(**{**node.params, **rung}).silent().keys() for rung in node.ladder]
    for number, outputs in enumerate(silent, 1):
        if outputs != silent[0]:
            what = f"it would not send the same outputs ({', '.join(sorted(outputs ^ silent[0]))})"
            say(where, f"{node.name}.ladder, rung {number}: {what}", "Choose rungs that send the same.")
    return all(outputs == silent[0] for outputs in silent)


def _misfit(params: Mapping[str, Any], rung: Rung, kind: type[Node]) -> tuple[str, str] | None:
    """Return what is wrong with the parameters of a rung, and what to do about it."""
    if fixed := ", ".join(sorted(set(rung) - kind.changeable)):
        some = ", ".join(sorted(kind.changeable)) or "none"
        return f"{kind.__name__} cannot change {fixed} while it runs", f"It can change: {some}."
    for name, (what, remedy) in parameters.validate(kind, {**params, **rung}).items():
        return f"{name}: {what}", remedy
    return None


def rungs(node: NodeSpec, kind: type[Node]) -> list[dict[str, Any]]:
    """Return the rungs of a node with all of their parameters: what one does not name is as the node has it."""
    names = list(dict.fromkeys(name for rung in node.ladder for name in rung))
    own = {name: node.params.get(name, parameters.default(kind, name)) for name in names}
    return [own | dict(rung) for rung in node.ladder]
