"""Recordings of runs that are killed, as real processes."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sensegraph.recording.recording import Recording
from tests.recording.scene import set_up

PROGRAM = str(Path(sys.executable).with_name("sensegraph"))
LONG = ("--pace", "live", "--real", "true", "--slow", "0.05", "--count", "2000", "--quiet")


@pytest.fixture
def run(tmp_path: Path) -> subprocess.Popen[str]:
    """A run that is being recorded to run.sgr, and would go on for half a minute."""
    set_up(tmp_path)
    process = subprocess.Popen(
        [PROGRAM, "record", "means.yaml", "-o", "run.sgr", *LONG], cwd=tmp_path, text=True,
        stderr=subprocess.PIPE, start_new_session=True, env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)},
    )  # fmt: skip
    wait_for(tmp_path / "run.sgr", "mean.mean", 40)
    return process


def wait_for(path: Path, stream: str, count: int) -> None:
    """Wait until a recording holds so many packets of a stream."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if path.exists() and path.stat().st_size > 2000 and len(Recording(path).index([stream])[stream]) >= count:
            return
        time.sleep(0.05)
    raise AssertionError(f"no {count} packets of {stream} came")


def workers(process: subprocess.Popen[str]) -> dict[int, str]:
    """Return the processes of a run: number -> name."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError):
            if os.getsid(int(entry.name)) == process.pid:
                found[int(entry.name)] = (entry / "comm").read_text().strip()
    return found


def replay(folder: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """Play the recording."""
    command = [PROGRAM, "replay", "run.sgr", *flags]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def verify(folder: Path) -> subprocess.CompletedProcess[str]:
    """Compare the recording with what comes of it now."""
    return replay(folder, "--verify")


@pytest.mark.slow
def test_after_kill_9_of_all_the_recording_is_verified(run: subprocess.Popen[str], tmp_path: Path) -> None:
    """As far as it goes, with the drops of live pace, at whatever moment it was killed."""
    for pid in workers(run):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    run.communicate(timeout=20)
    done = verify(tmp_path)
    assert done.returncode == 0, done
    assert "the recording was cut off" in done.stderr
    assert "compared up to" in done.stdout


@pytest.mark.slow
def test_a_recorder_that_is_killed_goes_on_in_the_same_file(run: subprocess.Popen[str], tmp_path: Path) -> None:
    """What it had not yet written comes again; where too much came meanwhile, the recording says what is missing."""
    (recorder,) = [pid for pid, name in workers(run).items() if name.startswith("sg:record:")]
    held = len(Recording(tmp_path / "run.sgr").index(["mean.mean"])["mean.mean"])
    os.kill(recorder, signal.SIGKILL)
    wait_for(tmp_path / "run.sgr", "mean.mean", held + 40)
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=30)
    assert run.returncode == 130
    recording = Recording(tmp_path / "run.sgr")
    ending, lost = recording.ending(), recording.lost()
    assert ending is not None
    assert set(ending.restarts) == {"record:camera.frames", "record:mean.mean", "record:both.both"}
    for stream in ("camera.frames", "mean.mean"):
        held_ns = {time_ns for time_ns, _ in recording.index([stream])[stream]} | lost.get(stream, set())
        made = [edge["made"] for name, edge in ending.edges.items() if name.startswith(stream)]
        assert made == [len(held_ns)] * len(made)
    assert "'record:camera.frames' was restarted 1 times" in replay(tmp_path).stderr


@pytest.mark.slow
def test_a_run_that_is_stopped_is_recorded_to_its_end(run: subprocess.Popen[str], tmp_path: Path) -> None:
    """Ctrl-C drains: nothing is missing, and all of it is compared."""
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=30)
    done = verify(tmp_path)
    assert done.returncode == 0, done
    assert "compared up to" not in done.stdout
