"""`sensegraph check`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli import GOOD, refused, say


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_program_tells_all_problems_once_and_ends_with_2() -> None:
    """The real one, in a process of its own: nothing on standard output, no traceback."""
    Path("bad.yaml").write_text(GOOD.replace("version: 1", "version: 2").replace("CameraSource", "CamraSource"))
    program = Path(sys.executable).with_name("sensegraph")
    done = subprocess.run([program, "check", "bad.yaml"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "bad.yaml:1:10: version is 2\n  This program reads version 1.\n"
        "bad.yaml:3:18: camera.type: there is no node type 'CamraSource'\n  Did you mean 'CameraSource'?\n"
    )


def test_each_file_is_told_and_a_bad_one_decides() -> None:
    """A good file between bad ones is still said to be good."""
    Path("good.yaml").write_text(GOOD)
    answer = say("check", "none.yaml", "good.yaml", "fitness", ".")
    assert answer.code == 2
    assert "good.yaml: 2 nodes, 1 edges, no problem\n" in answer.out
    assert "fitness: " in answer.out
    assert answer.err.splitlines()[0] == "none.yaml: there is no such file"
    assert ".: is a folder, not a graph file" in answer.err


def test_a_users_file_is_imported_with_trust_only() -> None:
    """It leaves a mark when it runs."""
    Path("good.yaml").write_text(GOOD.replace("CameraSource", "./yours.py:Mine"))
    Path("yours.py").write_text(
        "open('ran', 'w').close()\nfrom sensegraph import Source, pictures\n"
        "class Mine(Source):\n    outputs = {'frames': pictures()}\n"
    )
    assert say("check", "good.yaml").code == 0
    assert not Path("ran").exists()
    assert say("check", "--trust", "good.yaml").code == 0
    assert Path("ran").exists()


def test_what_a_file_quotes_does_not_steer_the_terminal() -> None:
    """Escape sequences are written out."""
    Path("bad.yaml").write_text(GOOD.replace("CameraSource", '"\\e[2J"'))
    told = refused("check", "bad.yaml")
    assert "\x1b" not in told
    assert "there is no node type '\\x1b[2J'" in told


def test_no_file_is_a_wrong_use() -> None:
    """The usage is shown."""
    assert "Missing argument 'FILES...'" in refused("check")
