"""Killed at any moment, on a full disk, or with others at work: a project is never damaged."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sensegraph.training.project import Project
from sensegraph.training.project.document import LOCK
from sensegraph.training.project.original import identity
from tests.clips import frames
from tests.projects import MakeClip

PROGRAM = str(Path(sys.executable).with_name("sensegraph"))
DONE = 0
KILLED = -signal.SIGKILL

STRIKE = """
import os, signal, sys
from pathlib import Path
from sensegraph.training.project import Project, document, incoming, project, steady

def strike(module, name, before=False, file=""):
    whole = getattr(module, name)
    def struck(*args, **named):
        if file and args[0].name != file:
            return whole(*args, **named)
        if not before:
            whole(*args, **named)
        os.kill(os.getpid(), signal.SIGKILL)
    setattr(module, name, struck)

{strike}
Project.open(sys.argv[1]).add_clip(sys.argv[2], "wave", flipped_from="")
"""
STRIKES = {
    "in the middle of the 16 fps version": "strike(steady._Steady, 'finish', before=True)",
    "before the original is copied": "strike(project, 'keep', before=True)",
    "after it was copied": "strike(project, 'keep')",
    "before the clip is moved": "strike(project, 'settle', before=True)",
    "after it was moved": "strike(project, 'settle')",
    "before project.json is replaced": "strike(Path, 'replace', before=True, file='.project.json.part')",
    "after it was replaced": "strike(document, 'write')",
}


def assert_whole(project: Project) -> None:
    """Every clip that is named is there as a whole, and decodes."""
    for clip in project.record.clips:
        assert identity(project.original(clip), 16.0) == clip.id
        assert frames(project.video(clip)) == clip.frames
        assert clip.removed or clip.label in project.classes


def assert_nothing_left(project: Project) -> None:
    """No clip that is not named, and nothing half made."""
    assert {each.name for each in (project.path / "clips").iterdir()} == {clip.id for clip in project.record.clips}
    assert [each.name for each in (project.path / "incoming").iterdir()] == [LOCK]
    assert not list(project.path.glob("*.part"))


@pytest.mark.parametrize("strike", STRIKES.values(), ids=STRIKES.keys())
def test_a_clip_whose_adding_is_killed_is_there_or_is_not(project: Project, make_clip: MakeClip, strike: str) -> None:
    """At each step; adding it again completes it and leaves nothing of the first time."""
    earlier = project.add_clip(make_clip("earlier.mp4", 9), "wave")
    source = make_clip("new.mp4", 1)
    killed = subprocess.run(
        [sys.executable, "-c", STRIKE.format(strike=strike), str(project.path), str(source)], check=False
    )
    assert killed.returncode == KILLED
    project.refresh()
    assert_whole(project)
    assert earlier in project.clips()
    project.add_clip(source, "wave")
    project.add_clip(make_clip("later.mp4", 20), "wave")
    assert len(project.clips()) == 3
    assert_whole(project)
    assert_nothing_left(project)


@pytest.mark.slow
def test_an_import_that_is_killed_again_and_again_is_completed(
    project: Project, make_clip: MakeClip, tmp_path: Path
) -> None:
    """Twenty-four times at random moments; the project is whole after each, and nothing is lost or doubled."""
    total = 40
    for number in range(total):
        make_clip(f"in/{'abcd'[number % 4]}/day{number % 5}_{number}.mp4", number, frames=16 + number)
    rng, ids, kills = random.Random(1), set(), 0
    while kills < 24:
        words = [PROGRAM, "project", "import", str(project.path), str(tmp_path / "in")]
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        assert process.stderr is not None
        process.stderr.readline()  # the import begins
        time.sleep(rng.uniform(0, 0.25))
        process.kill()
        process.stderr.close()
        kills += process.wait() == KILLED
        project.refresh()
        assert_whole(project)
        now = {clip.id for clip in project.clips()}
        assert ids <= now
        ids = now
        if len(now) == total:  # done before the kills are: begin again
            for clip in project.clips():
                project.remove(clip.id)
            project.empty_bin()
            ids = set()
    words = [PROGRAM, "project", "import", str(project.path), str(tmp_path / "in")]
    assert subprocess.run(words, capture_output=True, check=False).returncode == DONE
    project.refresh()
    assert len(project.clips()) == total
    assert_whole(project)
    assert_nothing_left(project)


def test_processes_that_import_at_the_same_time_do_not_get_in_each_others_way(
    project: Project, make_clip: MakeClip, tmp_path: Path
) -> None:
    """Two with the same folder, one with another: every clip is there once."""
    for number in range(8):
        make_clip(f"{'xy'[number % 2]}/{'ab'[number // 4]}/{number}.mp4", number)
    words = [PROGRAM, "project", "import", str(project.path)]
    started = [
        subprocess.Popen([*words, str(tmp_path / name)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for name in "xxy"
    ]
    assert [each.wait() for each in started] == [DONE] * 3
    project.refresh()
    assert len(project.clips()) == 8
    assert_whole(project)
    project.add_clip(make_clip("one_more.mp4", 30), "a")
    assert_nothing_left(project)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return the folder of a disk of 96 KB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", str(folder)], capture_output=True).returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_ends_an_import_that_goes_on_when_there_is_room(
    small_disk: Path, make_clip: MakeClip, tmp_path: Path
) -> None:
    """The message says so once; what was imported until then is whole; with room the same command does the rest."""
    for number in range(30):
        make_clip(f"in/{'ab'[number % 2]}/{number}.mp4", number)
    project = Project.create(small_disk / "p")
    words = [PROGRAM, "project", "import", str(project.path), str(tmp_path / "in")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 3, done
    assert "o space left on device\n  Free space, or write elsewhere.\n" in done.stderr
    assert "Traceback" not in done.stderr
    project.refresh()
    assert 1 < len(project.clips()) < 30
    assert done.stdout.strip() == f"{len(project.clips())} imported"
    assert_whole(project)
    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    assert subprocess.run(words, capture_output=True, check=False).returncode == DONE
    project.refresh()
    assert len(project.clips()) == 30
    assert_whole(project)
    assert_nothing_left(project)


def test_a_record_that_cannot_be_written_stays_as_it_is(project: Project, make_clip: MakeClip) -> None:
    """A limit on the size of files: the message names it, exit code 3, no part is left."""
    project.add_clip(make_clip("a.mp4"), "wave")
    before = project.record
    code = (
        "import sys, signal\nfrom sensegraph.training.project import Project\nfrom sensegraph.errors import SinkError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "try: Project.open(sys.argv[1]).add_class('x' * 50)\n"
        "except SinkError as error: sys.exit(error.exit_code if 'project.json: it cannot be' in str(error) else 9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(project.path)], check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)),
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.returncode == 3
    project.refresh()
    assert project.record == before
    assert_nothing_left(project)


def test_a_project_that_another_process_keeps_is_refused_after_a_while(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not waited for without end."""
    from sensegraph.training.project import ProjectError, document

    monkeypatch.setattr(document, "PATIENCE_S", 0.1)
    held = document.lock(project.path / LOCK)
    assert held is not None
    with held, pytest.raises(ProjectError, match=r"another program has been changing it for 0\.1 s\n  Wait until"):
        project.add_class("wave")
    assert project.add_class("wave") == "wave"
