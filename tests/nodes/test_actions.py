"""ActionRunner: what is allowed is run, everything else is only told."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from sensegraph.errors import SinkError
from sensegraph.packet import Packet
from sensegraph.parameters import validate
from sensegraph.payload import Event
from sensegraph.testing import drive
from sensegraph_nodes import actions, command, keys
from sensegraph_nodes.actions import ActionRunner
from tests.nodes.body import stamp

UP, DOWN = "Swipe Up", "Swipe Down"


def event(second: float, label: str = UP, end: float | None = None) -> Packet[Event]:
    """Return an event that is told at a time, and was over at `end`."""
    end = second if end is None else end
    return Packet(Event(label, end - 0.5, end, end, 0.9, 1), stamp(round(second * 16)))


def outcomes(node: ActionRunner, *events: Packet[Event]) -> list[str]:
    """Return what became of each event that has an action."""
    return [each["outcome"] for each in drive(node, events=events)["done"]]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program `note` on the PATH that writes its arguments, one a line, to the file that it returns."""
    script, notes = tmp_path / "note", tmp_path / "notes.txt"
    script.write_text(
        f"#!{sys.executable}\nimport sys\nopen({str(notes)!r}, 'a').write('\\n'.join(sys.argv[1:]) + '\\n')\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    return notes


def script(name: str, text: str, folder: Path) -> None:
    """Put a Python program on the PATH of the test."""
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{text}\n")
    path.chmod(0o755)


def test_an_allowed_program_runs_with_its_words_as_they_are(program: Path) -> None:
    """No shell sees them."""
    words = ["$HOME", "a; b", "`x`", "two words"]
    node = ActionRunner({UP: ["note", *words]}, allow="note")
    assert outcomes(node, event(1)) == ["started"]
    assert program.read_text().splitlines() == words
    assert node.report() == {"started": {UP: 1}, "failures": {}}


@pytest.mark.parametrize("allow", ["", "other", "NOTE", "not", "/bin/note", "note extra"])
def test_without_leave_nothing_runs(program: Path, allow: str) -> None:
    """What would be run is told; only the exact name gives leave."""
    node = ActionRunner({UP: ["note", "it"]}, allow=allow)
    assert drive(node, events=[event(1)])["done"] == [{"label": UP, "action": "note it", "outcome": "not allowed"}]
    assert not program.exists()


def test_a_path_is_not_allowed_by_its_name(program: Path) -> None:
    """`note` does not stand for a program of that name elsewhere."""
    line = [str(program.parent / "note")]
    assert outcomes(ActionRunner({UP: line}, allow="note"), event(1)) == ["not allowed"]
    assert outcomes(ActionRunner({UP: line}, allow=f"other, {line[0]}"), event(1)) == ["started"]


def test_an_event_without_an_action_is_left_alone(program: Path) -> None:
    """It does not even count."""
    node = ActionRunner({UP: ["note"]}, allow="note")
    assert outcomes(node, event(1, DOWN)) == []
    assert outcomes(ActionRunner(), event(1)) == []


def test_actions_keep_their_distance(program: Path) -> None:
    """The second of two in half a second is left out and counted; time is that of the media."""
    node = ActionRunner({UP: ["other"], DOWN: ["other"]}, interval=0.5)
    assert outcomes(node, event(1.0), event(1.25, DOWN), event(1.5)) == ["not allowed", "too soon", "not allowed"]
    assert node.report()["too soon"] == {DOWN: 1}


def test_an_event_that_is_told_late_sets_nothing_off(program: Path) -> None:
    """After a gap nobody expects an answer to what was done before it."""
    assert outcomes(ActionRunner({UP: ["note"]}, allow="note"), event(9.0, end=7.5)) == ["late"]
    assert not program.exists()


def test_one_program_at_a_time_and_not_for_ever(program: Path) -> None:
    """A program that hangs is killed, with its children; the next event finds it busy."""
    script("hang", "import time\ntime.sleep(60)", program.parent)
    node = ActionRunner({UP: ["hang"]}, allow="hang", interval=0.0, timeout=0.3)
    assert outcomes(node, event(1), event(2)) == ["started", "busy"]
    assert node.report()["failures"] == {f"{UP}: hang was killed after 0.3 s": 1}


def test_a_program_that_fails_stops_nothing(program: Path) -> None:
    """Its code stands in the report."""
    script("fail", "raise SystemExit(7)", program.parent)
    node = ActionRunner({UP: ["fail"]}, allow="fail")
    assert outcomes(node, event(1)) == ["started"]
    assert node.report()["failures"] == {f"{UP}: fail ended with 7": 1}


def test_a_program_that_cannot_start_stops_nothing(program: Path) -> None:
    """No interpreter, no rights: told in the report."""
    (program.parent / "broken").write_text("#!/nowhere/at/all\n")
    (program.parent / "broken").chmod(0o755)
    node = ActionRunner({UP: ["broken"]}, allow="broken")
    assert outcomes(node, event(1)) == ["started"]
    assert next(iter(node.report()["failures"])).startswith(f"{UP}: broken did not start")


def test_an_allowed_program_has_to_be_there() -> None:
    """The message says which one, for what, and what to do."""
    with pytest.raises(SinkError, match=r"'no-such-program', for 'Swipe Up', is not on this machine\n  Install it"):
        ActionRunner({UP: ["no-such-program"]}, allow="no-such-program").open()


def test_a_key_is_pressed_by_a_program_that_needs_leave(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On X11 by xdotool."""
    monkeypatch.setattr(keys.sys, "platform", "linux")
    assert outcomes(ActionRunner({UP: "Right"}), event(1)) == ["not allowed"]
    (program.parent / "note").rename(program.parent / "xdotool")
    assert outcomes(ActionRunner({UP: "ctrl+Right"}, allow="xdotool"), event(1)) == ["started"]
    assert program.read_text().splitlines() == ["key", "--clearmodifiers", "ctrl+Right"]


def test_a_key_on_macos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Named keys have codes there; modifiers have other names."""
    monkeypatch.setattr(keys.sys, "platform", "darwin")
    assert keys.press("Right")[-1] == 'tell application "System Events" to key code 124'
    assert keys.press("super+w")[-1] == 'tell application "System Events" to keystroke "w" using {command down}'
    with pytest.raises(ValueError, match="'Insert' is not known on macOS; there are space, Return"):
        keys.press("Insert")


GOOD: Sequence[Any] = ["Right", "a", "space", "ctrl+shift+F5", ["notify-send", "hello"]]
BAD: Sequence[Any] = ["", "rm -rf", '"', "--window", "a\nb", "ctrl+", [], [""], ["a\0b"], [1], {"command": "x"}, 5]


@pytest.mark.parametrize("action", GOOD, ids=repr)
def test_sensible_actions(action: Any) -> None:
    """A text is a key, a list a program with its arguments."""
    assert validate(ActionRunner, {"actions": {UP: action}}) == {}


@pytest.mark.parametrize("action", BAD, ids=repr)
def test_anything_else_is_refused_by_check(action: Any) -> None:
    """Before the graph starts."""
    assert "actions" in validate(ActionRunner, {"actions": {UP: action}})


def test_nothing_runs_when_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream without events ends with an empty report."""
    monkeypatch.setattr(actions, "Command", None)
    node = ActionRunner({UP: ["x"]})
    assert outcomes(node) == []
    assert node.report() == {"failures": {}}


def test_a_command_leaves_no_child_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole session of a program that is killed goes with it."""
    alive = tmp_path / "alive"
    child = f"import time\ntime.sleep(1.5)\nopen({str(alive)!r}, 'w')"
    script("parent", f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {child!r}])", tmp_path)
    said: list[str] = []
    run = command.Command([str(tmp_path / "parent")], 0.5, said.append)
    run.wait()
    assert not run.running
    assert said == ["was killed after 0.5 s"]
    time.sleep(1.5)  # long enough for the child to have written, had it lived on
    assert not alive.exists()
