"""`sensegraph train DIR`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from sensegraph.cli import cli
from sensegraph.training.project import Project


def sensegraph(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line."""
    return subprocess.run([sys.executable, "-m", "sensegraph", *words], capture_output=True, text=True, check=False)


def test_a_folder_is_short_for_the_classifier_of_it(tmp_path: Path) -> None:
    """Whatever it is, it is said what is wrong with it; a command of that name goes first."""
    done = sensegraph("train", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr == f"{tmp_path}: is no project\n  Make one: sensegraph project new {tmp_path}\n"


def test_a_path_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Not as a command that is not there."""
    done = sensegraph("train", str(tmp_path / "gym"))
    assert (done.returncode, "is no project" in done.stderr) == (2, True)


def test_a_word_that_is_nothing_is_no_command() -> None:
    """A typing error is told as one."""
    done = sensegraph("train", "bakbone")
    assert (done.returncode, "No such command 'bakbone'" in done.stderr) == (2, True)


def test_commands_go_before_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder called `net` is reached as ./net."""
    monkeypatch.chdir(tmp_path)
    Project.create("net")
    assert "Train the temporal net" in CliRunner().invoke(cli, ["train", "net", "--help"]).output
    assert "the clips of the project DIR" in CliRunner().invoke(cli, ["train", "./net", "--help"]).output


def test_an_empty_project_is_refused(tmp_path: Path) -> None:
    """With what to do, and exit code 2; nothing is written."""
    Project.create(tmp_path / "gym")
    done = sensegraph("train", str(tmp_path / "gym"), "--hands", "none")
    assert done.returncode == 2
    assert "has no clips" in done.stderr
    assert not (tmp_path / "gym" / "checkpoints").exists()


def test_the_help_needs_no_training_code() -> None:
    """It comes at once."""
    assert "--temporal" in CliRunner().invoke(cli, ["train", "classifier", "--help"]).output
