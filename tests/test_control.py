"""Asking a run that goes on."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zmq

from sensegraph import control
from sensegraph.control import Desk, ask, find_run
from sensegraph.errors import RunError, TransportError
from sensegraph.rundir import Run, run_folder, running


@pytest.fixture(autouse=True)
def alone(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the runs of others on this machine out of sight."""
    folder = tmp_path_factory.mktemp("r")
    monkeypatch.setattr("sensegraph.rundir.parents", lambda: [folder])


@pytest.fixture
def serving() -> Iterator[Callable[[Run, control.Answer], None]]:
    """Serve desks until the test ends."""
    done, threads = threading.Event(), []
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()

    def start(run: Run, answer: control.Answer) -> None:
        desk = Desk(context, run.folder, answer)

        def serve() -> None:
            while not done.wait(0.01):
                desk.serve()
            desk.close()

        threads.append(threading.Thread(target=serve))
        threads[-1].start()

    yield start
    done.set()
    for thread in threads:
        thread.join()
    context.term()


def refuse(request: Any, reply: Any) -> None:
    """Refuse whatever is asked."""
    raise RunError("it will not")


def test_a_run_is_known_while_its_folder_is_held_and_not_afterwards() -> None:
    """By the name of its graph, its file or its process."""
    with run_folder("fitness") as folder:
        assert [(run.folder, run.graph) for run in running()] == [(folder, "fitness")]
        assert (
            find_run(None) == find_run("fitness") == find_run("graphs/fitness.yaml") == find_run(str(running()[0].pid))
        )
    assert running() == []


def test_an_answer_comes_back_at_once_or_later(serving: Any) -> None:
    """Each asker gets the reply to its own request."""
    waiting: list[tuple[Any, Any]] = []

    def answer(request: Any, reply: Any) -> None:
        waiting.append((request, reply))
        if len(waiting) == 2:
            for asked, each in waiting:
                each({"twice": 2 * asked["number"]})

    with run_folder("g"):
        run = find_run("g")
        serving(run, answer)
        found: dict[int, Any] = {}
        asking = [
            threading.Thread(target=lambda n=n: found.update({n: ask(run, {"kind": "double", "number": n})}))
            for n in (1, 2)
        ]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
    assert found == {1: {"twice": 2}, 2: {"twice": 4}}


def test_a_refusal_reaches_whoever_asked(serving: Any) -> None:
    """With the text of the run."""
    with run_folder("g"):
        serving(find_run("g"), refuse)
        with pytest.raises(RunError, match="it will not"):
            ask(find_run("g"), {"kind": "snapshot"})


@pytest.mark.parametrize("garbage", [b"", b"\xc1", b"\x93\x01", b"x" * 1000, b"\x01"])
def test_garbage_is_left_without_a_reply_and_does_no_harm(garbage: bytes, serving: Any) -> None:
    """The next request is answered."""
    with run_folder("g"):
        run = find_run("g")
        serving(run, lambda request, reply: reply({"kind": request["kind"]}))
        with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
            socket.setsockopt(zmq.LINGER, 0)
            socket.connect(f"ipc://{run.folder}/{control.SOCKET}")
            socket.send(garbage)
            assert ask(run, {"kind": "still here"}) == {"kind": "still here"}
            assert not socket.poll(50)


def test_a_run_that_does_not_answer_is_named() -> None:
    """With the number of its process."""
    with run_folder("g"), pytest.raises(TransportError, match=r"'g' \(process \d+\) did not answer"):
        ask(find_run("g"), {"kind": "snapshot"}, timeout_s=0.05)


def test_without_a_run_the_text_says_how_to_start_one() -> None:
    """It is no traceback."""
    with pytest.raises(RunError, match="sensegraph run fitness"):
        find_run(None)


def test_a_name_that_is_not_there_and_one_of_several_are_told() -> None:
    """With the names of those that go on."""
    with run_folder("fitness"), run_folder("fitness"):
        with pytest.raises(RunError, match=r"(?s)no run of 'fitnes'.*Did you mean 'fitness'"):
            find_run("fitnes")
        with pytest.raises(RunError, match="several runs go on"):
            find_run("fitness")


@pytest.mark.fault(26)
def test_a_folder_that_is_not_locked_or_not_readable_is_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Left behind, damaged or just made."""
    monkeypatch.setattr("sensegraph.rundir.parents", lambda: [tmp_path])
    for name, text in {"a": "{}", "b": "[1]", "c": '{"graph": "g", "pid": 1}'}.items():
        folder = tmp_path / f"sensegraph-{name}"
        folder.mkdir()
        (folder / "run.json").write_text(text)
        (folder / "lock").touch()
    (tmp_path / "sensegraph-d").mkdir()
    assert running() == []
