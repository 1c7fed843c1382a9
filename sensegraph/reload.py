"""What is to be done when the files of a run change: its graph, and the user's files that its nodes are made of.

A change is tried in a process of its own (`trial`): what does not work there changes nothing here. What works is
compared with what runs.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sensegraph import parameters
from sensegraph.errors import RunError
from sensegraph.node import Node
from sensegraph.plan import WorkerPlan
from sensegraph.registry import find, is_user_file
from sensegraph.signals import held_back
from sensegraph.spawn import CHILD_ENVIRONMENT

EVERY_S = 0.5
TRIED = ("nodes", "edges", "limits")
"""What a trial tells of each plan."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a run was asked for, in plain values.

    Attributes:
        graph: The file.
        params: Graph parameter -> text.
        sets: `node.param` -> text.
        results: As in `launch.prepare`, like `out` and `headless`.
        pace: A `spec.Pace`, as it was chosen.
    """

    graph: str
    params: Mapping[str, str]
    sets: Mapping[str, str]
    results: str | None
    out: str | None
    headless: bool
    pace: str


@dataclass(slots=True)
class Verdict:
    """What a change of the files comes to.

    Attributes:
        told: What to tell the user at once.
        changes: Node, parameter and value, of nodes that take it while they run.
        replaced: Worker -> what to tell when its nodes run anew.
    """

    told: list[str] = field(default_factory=list)
    changes: list[tuple[str, str, Any]] = field(default_factory=list)
    replaced: dict[int, str] = field(default_factory=dict)


class Reload:
    """Looks at the files of a run, twice a second.

    Args:
        request: What was asked for.
        plans: Of its workers. Where one is to be replaced, its parameters are made those of the files; what was set in
            the run stays.
    """

    def __init__(self, request: Request, plans: list[WorkerPlan]) -> None:
        self._request, self._plans = request, plans
        self._outcome = Path(plans[0]["folder"]) / "trial"
        self._known = tried(plans)
        self._files = {
            plan["worker"]: {_file(n["type"]) for n in plan["nodes"] if is_user_file(n["type"])} for plan in plans
        }
        self._digests: dict[str, tuple[tuple[int, ...], str]] = {}
        self._loaded = self._seen()
        self._settling = self._tried = self._loaded
        self._trial: subprocess.Popen[bytes] | None = None
        self._look_at = 0.0

    def watch(self, worker: int, files: Iterable[str]) -> None:
        """Look at further files, of which a worker has said that its nodes are made."""
        self._files[worker].update(files)

    def look(self, now: float) -> Verdict | None:
        """Return what is to be done; None while there is nothing. Takes a moment only, whatever is being tried."""
        if now < self._look_at:
            return None
        self._look_at = now + EVERY_S
        seen = self._seen()
        self._loaded = seen | self._loaded  # a file that was not watched before
        if self._trial is not None:
            code = self._trial.poll()
            if code is None:
                return None
            self._trial = None
            if seen == self._tried:
                return self._judge(code)
        if seen not in (self._tried, self._settling):
            self._settling = seen  # it may be written in pieces
        elif seen != self._tried:
            self._tried = seen
            if seen != self._loaded:  # else what was wrong was taken back
                self._begin()
        return None

    def close(self) -> None:
        """End a trial that goes on."""
        if self._trial is not None:
            self._trial.kill()
            self._trial.wait()

    def _seen(self) -> dict[str, str]:
        return {path: self._digest(path) for path in {self._request.graph}.union(*self._files.values())}

    def _digest(self, path: str) -> str:
        """Return what names the content of a file; of one that is away for a moment, what it was before."""
        before, digest = self._digests.get(path, ((), ""))
        with contextlib.suppress(OSError):
            about = os.stat(path)
            mark = (about.st_mtime_ns, about.st_size, about.st_ino)
            if mark != before:
                digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
                self._digests[path] = mark, digest
        return digest

    def _begin(self) -> None:
        """Start to try what the files say now."""
        self._outcome.unlink(missing_ok=True)
        with held_back():
            self._trial = subprocess.Popen(
                [sys.executable, "-m", "sensegraph.trial", str(self._outcome)], env=os.environ | CHILD_ENVIRONMENT,
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        if self._trial.stdin is not None:
            self._trial.stdin.write(json.dumps(asdict(self._request)).encode())
            self._trial.stdin.close()

    def _judge(self, code: int) -> Verdict:
        """Say what comes of a trial that has ended."""
        changed = {path for path, digest in self._tried.items() if digest != self._loaded[path]}
        names = ", ".join(sorted(map(_short, changed)))
        try:
            outcome = json.loads(self._outcome.read_bytes())
        except (OSError, ValueError):
            outcome = {"error": f"{names}: the process that tried it ended with code {code}, or hung"}
        if "error" not in outcome and _structure(outcome["workers"]) != _structure(self._known):
            outcome = {"error": f"{names}: other nodes or connections need a new run"}
        if "error" in outcome:
            return Verdict(told=[f"{outcome['error']}\n  The run goes on as it was; save it again."])
        self._loaded = self._tried
        before, self._known = self._known, outcome["workers"]
        verdict = Verdict()
        for plan, was, new in zip(self._plans, before, self._known, strict=True):
            self._compare(plan, was["nodes"], new["nodes"], changed, verdict)
        return verdict

    def _compare(
        self, plan: WorkerPlan, was: Sequence[Any], new: Sequence[Any], changed: set[str], verdict: Verdict
    ) -> None:
        """Add what is to be done with one worker."""
        files = ", ".join(sorted(_short(path) for path in self._files[plan["worker"]] & changed))
        kinds = [find(node["type"], Path(plan["base"])) for node in new]
        others = [_differing(before["params"], after["params"]) for before, after in zip(was, new, strict=True)]
        changes = [
            (node["name"], param, node["params"].get(param, parameters.default(kind, param)))
            for node, names, kind in zip(new, others, kinds, strict=True)
            for param in sorted(names)
        ]
        running = {node["name"]: (kind, node["params"]) for node, kind in zip(plan["nodes"], kinds, strict=True)}
        if not files and all(_takes(*running[node], param, value) for node, param, value in changes):
            verdict.changes += changes
            return
        for node, before, after in zip(plan["nodes"], was, new, strict=True):
            node["params"] = _merged(node["params"], before["params"], after["params"])
        params = [f"{node}.{param}" for node, param, _ in changes]
        what = [f"reloaded {files}"] if files else []
        what += [f"started anew with another {', '.join(params)}"] if params else []
        verdict.replaced[plan["worker"]] = ", ".join(what)


def tried(plans: Sequence[WorkerPlan]) -> list[dict[str, Any]]:
    """Return what plans say of the graph, as it comes out of a trial."""
    told: list[dict[str, Any]] = json.loads(json.dumps([{key: plan[key] for key in TRIED} for plan in plans]))  # type: ignore[literal-required]
    return told


def import_afresh() -> None:
    """Keep Python from writing compiled files: by them a file that is saved twice within a second looks unchanged."""
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"


def _structure(workers: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return all but the parameters."""
    return [
        ([(n["name"], n["type"], n["ladder"]) for n in each["nodes"]], each["edges"], each["limits"])
        for each in workers
    ]


def _takes(kind: type[Node], params: Mapping[str, Any], name: str, value: Any) -> bool:
    """Whether a node takes another value of a parameter while it runs."""
    try:
        parameters.must_change(kind, name, params, name, value)
    except RunError:
        return False
    return True


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    return {n for n in before.keys() | after.keys() if (n in before, before.get(n)) != (n in after, after.get(n))}


def _merged(now: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters as they are, but for those of which the files say something else than before."""
    other = _differing(before, after)
    return {n: v for n, v in now.items() if n not in other} | {n: v for n, v in after.items() if n in other}


def _file(type_name: str) -> str:
    return type_name.rpartition(":")[0]


def _short(path: str) -> str:
    return Path(path).name
