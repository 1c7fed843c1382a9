"""The supervisor: histories as data, with a spawner and a clock that the test drives."""

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgpack
import pytest
import zmq
from hypothesis import given, settings
from hypothesis import strategies as st

from sensegraph.member import Limits
from sensegraph.plan import WorkerPlan
from sensegraph.signals import Signals
from sensegraph.supervisor import Supervisor


class Script:
    """A spawner whose workers do what a script says, and a clock that moves when asked.

    Each worker gets a list of words for each time it is started: `opening` (it lives, its nodes do not yet), `ready`,
    `ended`, `fail` (for good), `crash`, `silent`; `stop` waits for the order to stop. The words are played one per look
    at the exits; who is started more often than was told ends when it is asked to.
    """

    def __init__(self, folder: Path, stories: list[list[list[str]]]) -> None:
        self.stories = stories
        self.context: zmq.Context[Any] = zmq.Context()
        self.folder = folder
        self.now = 0.0
        self.started: list[tuple[int, int]] = []
        self.killed: list[int] = []
        self.closed = False
        self.live: dict[int, tuple[Any, list[str]]] = {}
        self.gone: list[tuple[int, int]] = []
        self.on_look: Callable[[], None] = lambda: None

    def start(self, plan: WorkerPlan) -> int:
        socket = self.context.socket(zmq.DEALER)
        socket.setsockopt(zmq.IDENTITY, f"{plan['worker']}-{plan['epoch']}".encode())
        socket.setsockopt(zmq.LINGER, 0)
        socket.connect(f"ipc://{self.folder}/control")
        self.started.append((plan["worker"], plan["epoch"]))
        pid = len(self.started)
        stories = self.stories[plan["worker"]]
        self.live[pid] = (socket, list(stories.pop(0) if stories else ["ready", "stop", "ended"]))
        return pid

    def kill(self, pid: int) -> None:
        self.killed.append(pid)
        self.end(pid, -9)

    def end(self, pid: int, code: int) -> None:
        if pid in self.live:
            self.live.pop(pid)[0].close(linger=500)
            self.gone.append((pid, code))

    def exits(self) -> list[tuple[int, int]]:
        self.now += 0.5
        self.on_look()
        for pid, (socket, words) in list(self.live.items()):
            self.play(pid, socket, words)
        gone, self.gone = self.gone, []
        return gone

    def play(self, pid: int, socket: Any, words: list[str]) -> None:
        word = words[0] if words else "idle"
        if word == "silent":
            return
        if word == "stop":
            with contextlib.suppress(zmq.Again):
                if msgpack.unpackb(socket.recv(zmq.DONTWAIT))["kind"] == "stop":
                    words.pop(0)
            self.say(socket, "beat")
            return
        if words:
            words.pop(0)
        if word == "ready":
            self.say(socket, "ready")
        elif word == "opening":
            self.say(socket, "beat", opening=True)
        elif word == "ended":
            self.say(socket, "ended", reports={f"n{pid}": {"ok": True}}, nodes={}, edges={})
            self.end(pid, 0)
        elif word == "fail":
            self.say(socket, "failed", text="node 'n': no camera", exit_code=2, lasting=True)
            self.end(pid, 2)
        elif word == "crash":
            self.end(pid, 70)
        else:
            self.say(socket, "beat")

    def say(self, socket: Any, kind: str, **fields: Any) -> None:
        socket.send(msgpack.packb({"kind": kind, **fields}))

    def close(self) -> None:
        self.closed = True
        for socket, _ in self.live.values():
            socket.close(linger=0)
        self.context.term()


def plan(worker: int, folder: Path) -> WorkerPlan:
    """Return the plan of a worker with one node."""
    return {
        "run": b"", "folder": str(folder), "base": ".", "worker": worker, "shadow": False, "epoch": 0, "pace": "fast",
        "nodes": [{"name": f"n{worker}", "type": "X", "params": {}}], "edges": [],
    }  # fmt: skip


@pytest.fixture
def played(tmp_path: Path) -> Callable[..., tuple[Any, Script]]:
    """Return a function that plays a story and gives the summary and the script."""

    def play(*stories: list[list[str]], signals: Signals | None = None, look: Any = None) -> tuple[Any, Script]:
        script = Script(tmp_path, [list(story) for story in stories])
        plans = [plan(i, tmp_path) for i in range(len(stories))]
        supervisor = Supervisor(
            plans, script, signals or Signals(), limits=Limits(restarts=2), clock=lambda: script.now
        )
        if look:
            script.on_look = lambda: look(script)
        return supervisor.run(), script

    return play


def test_a_graph_that_ends_exits_with_0_and_tells_the_reports(played: Any) -> None:
    """Every worker ready, started, ended."""
    summary, script = played([["ready", "ended"]], [["ready", "ended"]])
    assert (summary.exit_code, summary.error) == (0, "")
    assert summary.reports == {"n1": {"ok": True}, "n2": {"ok": True}}
    assert script.closed


def test_a_crashed_worker_is_started_again_with_a_new_epoch(played: Any) -> None:
    """One crash costs one restart."""
    summary, script = played([["ready", "idle", "crash"], ["ready", "ended"]])
    assert script.started == [(0, 0), (0, 1)]
    assert summary.exit_code == 0
    assert summary.last.events == ["node 'n0' ended with code 70; restarting"]


@pytest.mark.fault(2)
def test_the_chatter_of_many_others_delays_no_restart(played: Any, tmp_path: Path) -> None:
    """The last words of who has crashed are waited for a moment only, whatever else is heard."""
    over, chatter = threading.Event(), zmq.Context()

    def talk() -> None:
        with chatter.socket(zmq.DEALER) as socket:
            socket.setsockopt(zmq.IDENTITY, b"0-9")
            socket.connect(f"ipc://{tmp_path}/control")
            while not over.wait(0.02):
                socket.send(msgpack.packb({"kind": "beat"}))

    talker = threading.Thread(target=talk)
    talker.start()
    summary, script = played([["ready", "idle", "crash"], ["ready", "ended"]])
    over.set()
    talker.join()
    chatter.destroy(0)
    assert (summary.exit_code, len(script.started)) == (0, 2)


@pytest.mark.fault(10)
def test_a_worker_that_keeps_crashing_fails_the_graph(played: Any) -> None:
    """After the limit the graph ends with code 3, and says how often it was tried."""
    summary, script = played([["ready", "idle", "crash"]] * 3)
    assert summary.exit_code == 3
    assert "restarted 2 times" in summary.error
    assert len(script.started) == 3


def test_an_error_that_a_user_can_mend_is_not_tried_again(played: Any) -> None:
    """The worker's own words and exit code are passed on, the others are brought down."""
    summary, script = played([["fail"]], [["ready", "silent"]])
    assert (summary.exit_code, summary.error) == (2, "node 'n': no camera")
    assert len(script.started) == 2


@pytest.mark.fault(6, 7)
def test_a_silent_worker_is_killed_and_restarted(played: Any) -> None:
    """A process that was stopped, or holds the interpreter, says nothing."""
    summary, script = played([["ready", "idle", "silent"], ["ready", "ended"]])
    assert script.killed == [1]
    assert summary.exit_code == 0
    assert "made no progress" in summary.last.events[0]


def test_ctrl_c_stops_in_order(played: Any) -> None:
    """The workers are asked, end by themselves, and the exit code is 130."""
    signals = Signals()

    def look(script: Script) -> None:
        if script.now == 3.0:
            signals.note(2)

    summary, script = played([["ready", "stop", "ended"]], signals=signals, look=look)
    assert summary.exit_code == 130
    assert script.killed == []


@pytest.mark.fault(22)
def test_a_second_ctrl_c_kills(played: Any) -> None:
    """Whoever does not end is killed at once."""
    signals = Signals()

    def look(script: Script) -> None:
        if script.now in (3.0, 4.0):
            signals.note(2)

    summary, script = played([["ready", "idle", "silent"]], signals=signals, look=look)
    assert summary.exit_code == 130
    assert script.killed == [1]


@pytest.mark.fault(22)
def test_who_does_not_drain_is_killed_in_the_end(played: Any) -> None:
    """The time to drain is bounded."""
    signals = Signals()
    story = ["ready"] + ["idle"] * 1000

    def look(script: Script) -> None:
        if script.now == 3.0:
            signals.note(15)

    summary, script = played([story], signals=signals, look=look)
    assert summary.exit_code == 143
    assert script.killed == [1]
    assert script.now < 30


@pytest.mark.fault(8)
def test_a_node_that_opens_slowly_is_waited_for(played: Any) -> None:
    """Two minutes, at the start and after a crash."""
    slow = ["opening"] * 200
    summary, script = played([[*slow, "ready", "idle", "crash"], [*slow, "ready", "ended"]])
    assert (summary.exit_code, script.killed) == (0, [])


@pytest.mark.fault(8)
def test_a_node_that_never_opens_is_killed(played: Any) -> None:
    """Although its process says all the time that it lives."""
    summary, script = played([["opening"] * 1000], [["ready", "stop", "ended"]])
    assert summary.exit_code == 3
    assert summary.error == "node 'n0' has not opened within 120 s"
    assert 1 in script.killed
    assert script.now < 130


WORDS = st.lists(st.sampled_from(["opening", "ready", "idle", "crash", "silent", "stop", "ended", "fail"]), max_size=8)


@pytest.mark.fault(42)
@settings(max_examples=8)
@given(
    stories=st.lists(st.lists(WORDS, max_size=4), min_size=1, max_size=3),
    stops=st.lists(st.integers(1, 40), min_size=1, max_size=3),
)
def test_whatever_happens_a_stop_ends_it(
    tmp_path_factory: pytest.TempPathFactory, stories: list[list[list[str]]], stops: list[int]
) -> None:
    """Crashes, hangs and restarts before, during and after signals: it ends in time; no worker is left or double."""
    folder, signals = tmp_path_factory.mktemp("run"), Signals()
    script = Script(folder, stories)
    plans = [plan(number, folder) for number in range(len(stories))]

    def look() -> None:
        now = [script.started[pid - 1][0] for pid in script.live]
        assert len(now) == len(set(now))
        if script.now in stops:
            signals.note(15)

    script.on_look = look
    summary = Supervisor(plans, script, signals, limits=Limits(restarts=2), clock=lambda: script.now).run()
    assert script.closed
    assert script.live == {}
    assert summary.exit_code in (0, 2, 3, 143)
    assert script.now <= min(stops) + 2 * Limits().grace_s
