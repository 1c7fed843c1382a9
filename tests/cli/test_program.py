"""The program in a process of its own, as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clips import cut, frames

Say = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def say(tmp_path: Path) -> Say:
    """Return a function that runs `sensegraph` in an empty folder; no answer may hold a traceback."""

    def run(*words: object, code: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).with_name("sensegraph")), *map(str, words)]
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=tmp_path, env=os.environ | environment, timeout=90,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr
        return done

    return run


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Return the first 2 s of the sample."""
    return cut(tmp_path / "clip.mp4", 2.0)


def test_a_text_that_is_set_needs_no_quotes(say: Say, clip: Path) -> None:
    """Dots, colons and hashes are part of it; numbers and lists are read as in a file."""
    sets = ["--set", "view.title=Day 2: ...squats #1", "--set", "view.top=0", "--set", "view.skeleton=false"]
    say("run", "fitness", "--source", clip, "--headless", "--out", "out.mp4", *sets)
    assert "--set view.top" in say("run", "fitness", "--set", "view.top=[1", code=2).stderr


def test_what_a_run_reads_is_never_written_over(say: Say, clip: Path) -> None:
    """Not by `--out`, not by `--results`, not through a link; and two outputs never share a file."""
    before = clip.read_bytes()
    clip.with_name("link.mp4").symlink_to(clip)
    for flags in (["--out", clip], ["--results", clip], ["--out", "link.mp4"]):
        done = say("run", "fitness", "--source", clip, "--headless", *flags, code=2)
        assert "would be written over: 'camera' reads it" in done.stderr
    done = say("run", "fitness", "--source", clip, "--headless", "--out", "x.mp4", "--results", "x.mp4", code=2)
    assert "'x.mp4' would be written over" in done.stderr
    assert clip.read_bytes() == before
    assert not clip.with_name("x.mp4").exists()


def test_a_graph_runs_from_any_folder_and_leaves_what_was_asked_for(say: Say, clip: Path) -> None:
    """The shipped graph is found by its name; a window steps aside where there is no display, and it is said."""
    done = say("run", "hello", "--source", clip, "--out", "new/out.mp4", DISPLAY="", WAYLAND_DISPLAY="")
    assert "there is no display: the window 'window' is left out" in done.stderr
    assert frames(clip.with_name("new") / "out.mp4") == frames(clip) > 40
    assert "camera.frames > blur.frames" in done.stdout
    assert "wrote new/out.mp4" in done.stdout


@pytest.mark.fault(23)
def test_a_reader_that_leaves_ends_the_program_in_silence(clip: Path) -> None:
    """`| head -1` is no error."""
    program = Path(sys.executable).with_name("sensegraph")
    command = (
        f"'{program}' run hello --source '{clip}' --headless --out '{clip}.mp4' | head -1; exit ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_graph_that_only_shows_says_what_to_do_without_a_window(say: Say, clip: Path) -> None:
    """Nothing is left to run: the flags that give it a purpose are named."""
    told = say("run", "hello", "--source", clip, "--headless", code=2).stderr
    assert told == "hello: without its window the graph has nothing left to do\n  Add --out FILE or --results FILE.\n"


def test_missing_models_off_line_are_told_with_how_to_bring_them(say: Say, clip: Path, tmp_path: Path) -> None:
    """The run ends with 2 and names the file to carry over; nothing half-made stays."""
    empty = {"SENSEGRAPH_MODELS": str(tmp_path / "models"), "PIP_NO_INDEX": "1"}
    told = say("run", "fitness", "--source", clip, "--headless", code=2, **empty).stderr
    assert "the models (pose_detection, pose_landmark_full) are not here" in told
    assert "sensegraph models get --wheel mediapipe-0.10.21" in told
    assert not list((tmp_path / "models").glob("*.onnx"))
    assert "bad  models" in say("doctor", code=2, **empty).stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device on this system")
def test_full_standard_output_is_told() -> None:
    """A disk that is full is told in one line, not as a mistake of ours."""
    program = Path(sys.executable).with_name("sensegraph")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([program, "graphs"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("standard output cannot be written: No space left on device")
