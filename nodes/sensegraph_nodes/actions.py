"""ActionRunner: a key or a program for each event, if the user allows it."""

from __future__ import annotations

import logging
import shlex
import shutil
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from sensegraph.errors import SinkError
from sensegraph.node import Node, Port
from sensegraph.packet import NANOSECONDS, Stamp
from sensegraph.payload import Event
from sensegraph_nodes.command import Command
from sensegraph_nodes.keys import press

log = logging.getLogger(__name__)

LATE_S = 1.0
"""An event that was over longer ago, in media time, when it is told (after a gap) sets nothing off."""


def _sensible(action: str | list[str]) -> str | list[str]:
    """Return an action, checked.

    Raises:
        ValueError: It is neither the name of a key nor a command.
    """
    if isinstance(action, str):
        press(action)
    elif not action or not action[0] or any("\0" in word for word in action):
        raise ValueError(f"{action} is not a command; write [PROGRAM, ARGUMENT, ...]")
    return action


Action = Annotated[str | list[str], AfterValidator(_sensible)]
"""A key to press (`Right`, `ctrl+w`), or a program with its arguments (`[notify-send, hello]`)."""


class ActionRunner(Node):
    """Presses a key or runs a program for each event that has an action.

    **Nothing is run unless the user allows its program by name**: without `allow` it is only told what would be
    run. A name is allowed as it is written in the action: `notify-send` allows neither `/tmp/notify-send` nor a
    shell. No shell is involved, words of an event never reach a program, and what is allowed has to be there
    when the graph starts. Keys are pressed by `xdotool` (Linux with X11) or `osascript` (macOS): that is the
    name to allow for them.

    One program runs at a time, without input or output, and is killed after `timeout` seconds. What fails is
    told at once and in the report, and stops nothing. Actions that would come too close upon another one, or while its
    program still runs, are left out and counted.

    Args:
        actions: Event label -> a key (a text), or a program with its arguments (a list).
        allow: Names of the programs that may be run, separated by commas.
        interval: Seconds of media time between two actions at least.
        timeout: Seconds after which a program is killed.
    """

    inputs: ClassVar[Mapping[str, Port]] = {"events": Port(Event, "what happened")}
    outputs: ClassVar[Mapping[str, Port]] = {"done": Port(dict, "label, action and what became of it")}
    acts: ClassVar[bool] = True

    def __init__(
        self,
        actions: dict[str, Action] | None = None,
        allow: str = "",
        interval: Annotated[float, Field(ge=0, le=60)] = 0.5,
        timeout: Annotated[float, Field(gt=0, le=5)] = 3.0,
    ) -> None:
        self.actions = actions
        self.allow = allow
        self.interval = interval
        self.timeout = timeout

    def open(self) -> None:
        """Find the allowed programs.

        Raises:
            SinkError: One of them is not there.
        """
        self._lines = {label: _line(action) for label, action in (self.actions or {}).items()}
        allowed = {name.strip() for name in self.allow.split(",")} - {""}
        self._programs: dict[str, str] = {}
        for label, line in self._lines.items():
            if line[0] in allowed:
                self._programs[line[0]] = _found(label, line[0])
        self._command: Command | None = None
        self._next_ns = 0
        self._counts: dict[str, dict[str, int]] = {}
        self._failures: dict[str, int] = {}
        waiting = sorted({line[0] for line in self._lines.values()} - allowed)
        if waiting:
            log.warning("actions are only shown; to run them, allow their programs: %s", ",".join(waiting))

    def process(self, events: Event, stamp: Stamp) -> Mapping[str, Any] | None:
        """Act on one event; never wait for a program."""
        line = self._lines.get(events.label)
        if line is None:
            return None
        outcome = self._act(events, line, stamp)
        counts = self._counts.setdefault(outcome, {})
        counts[events.label] = counts.get(events.label, 0) + 1
        return {"done": {"label": events.label, "action": shlex.join(line), "outcome": outcome}}

    def finish(self) -> None:
        """Wait for a program that still runs, so that the report knows how it ended."""
        self.close()

    def close(self) -> None:
        """Wait for a program that still runs, `timeout` at most."""
        command = getattr(self, "_command", None)  # it may not have been opened
        if command is not None:
            command.wait()

    def report(self) -> Mapping[str, Any]:
        """Return how often each action was started, only shown or left out, and what failed."""
        return {**self._counts, "failures": dict(self._failures)}

    def _act(self, event: Event, line: Sequence[str], stamp: Stamp) -> str:
        """Start the action of an event; return `started`, or why not."""
        if stamp.time_s - event.end > LATE_S:
            return "late"
        if stamp.time_ns < self._next_ns:
            return "too soon"
        program = self._programs.get(line[0])
        if program is not None and self._command is not None and self._command.running:
            return "busy"
        self._next_ns = stamp.time_ns + round(self.interval * NANOSECONDS)
        if program is None:
            return "not allowed"
        words, label = shlex.join(line), event.label

        def ended(problem: str) -> None:
            if problem:
                failure = f"{label}: {words} {problem}"
                self._failures[failure] = self._failures.get(failure, 0) + 1
                log.warning("action failed: %s", failure)

        self._command = Command([program, *line[1:]], self.timeout, ended)
        return "started"


def _line(action: str | list[str]) -> list[str]:
    """Return the command line of an action."""
    return press(action) if isinstance(action, str) else action


def _found(label: str, program: str) -> str:
    """Return the path of a program.

    Raises:
        SinkError: There is no such program.
    """
    path = shutil.which(program)
    if path is None:
        raise SinkError(
            f"actions: the program '{program}', for '{label}', is not on this machine\n"
            "  Install it, or take it out of `allow`."
        )
    return path
