"""Killed at any moment: the project stays whole, and there is no half-written classifier."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sensegraph.models.classifier import load_classifier
from sensegraph.training.classifier.checkpoint import CHECKPOINTS, MADE, REPORT
from sensegraph.training.project import Project
from sensegraph.training.project.document import LOCK
from sensegraph.training.project.incoming import staging
from tests.training.classifier.conftest import Fill
from tests.training.classifier.people import labelled

ROOT = Path(__file__).parents[3]
KILLED = -signal.SIGKILL
TRAINING = """
import os, signal, sys
from pathlib import Path
from sensegraph.training.classifier import bank, checkpoint, course, sight, store
from sensegraph.training.classifier.plan import Plan
from sensegraph.training.project import Project
from tests.training.classifier.people import Eyes

def strike(owner, name, before=False, nth=1):
    whole, calls = getattr(owner, name), 0
    def struck(*args, **named):
        nonlocal calls
        calls += 1
        if calls < nth:
            return whole(*args, **named)
        if not before:
            whole(*args, **named)
        os.kill(os.getpid(), signal.SIGKILL)
    setattr(owner, name, struck)

bank.EACH, bank.EACH_OTHER, bank.STILL = 1, 2, 4
project = Project.open(sys.argv[1])
sight.observe = Eyes(project).observe
{strike}
print("begin", flush=True)
trained = course.train(project, Plan(hands="none"), 1, lambda stage, done, total: None)
checkpoint.write(project.path, trained, "classifier", "sensegraph train gym")
"""
STRIKES = {
    "while the second clip is kept": "strike(store.np, 'savez', nth=2)",
    "before what was seen is moved to the cache": "strike(Path, 'replace', before=True)",
    "before anything is written": "strike(checkpoint, 'onnx_layer', before=True)",
    "with a head but no description": "strike(Path, 'write_text', before=True)",
    "before it is moved to its name": "strike(checkpoint, '_settle', before=True)",
    "when its name was taken": "strike(Path, 'rename', before=True)",
    "when it was moved": "strike(Path, 'rename')",
}


def training(project: Project, strike: str = "") -> subprocess.Popen[str]:
    """Start a training of a project, by drawn people, in a process of its own."""
    words = [sys.executable, "-c", TRAINING.format(strike=strike), str(project.path)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment)


def assert_whole(project: Project, before: dict[str, bytes]) -> list[str]:
    """The project is byte for byte what it was; what is in a classifier's place is whole, or an empty folder.

    Returns the names of the classifiers.
    """
    assert content(project) == before
    found = []
    for folder in sorted((project.path / CHECKPOINTS).glob("*")):
        if any(folder.iterdir()):
            load_classifier(folder)
            assert (folder / REPORT).read_text().endswith("</html>\n")
            assert (folder / MADE).read_text().endswith("}\n")
            found.append(folder.name)
    return found


def content(project: Project) -> dict[str, bytes]:
    """Return the record and the clips of a project by path."""
    files = [project.path / "project.json", *(project.path / "clips").rglob("*")]
    return {str(file): file.read_bytes() for file in files if file.is_file()}


@pytest.mark.parametrize("strike", STRIKES.values(), ids=STRIKES.keys())
def test_a_training_that_is_killed_at_a_step_leaves_no_half_classifier(
    project: Project, fill: Fill, strike: str
) -> None:
    """Nothing of the project changes; the next training ends and removes what was left."""
    fill(labelled(["Squats", "Jumping Jacks"], 2))
    before = content(project)
    killed = training(project, strike)
    killed.communicate()
    assert killed.returncode == KILLED
    moved = assert_whole(project, before)
    again = training(project)
    again.communicate()
    assert again.returncode == 0
    assert len(assert_whole(project, before)) == len(moved) + 1
    assert [each.name for each in (project.path / "incoming").iterdir()] == [LOCK]


@pytest.mark.slow
def test_a_training_that_is_killed_at_random_moments_ends_at_last(project: Project, fill: Fill) -> None:
    """Sixteen times; what had been kept makes the next one shorter, and never is anything half there."""
    fill(labelled(["Squats", "Jumping Jacks", "Warrior 2 (left)"], 4))
    before, rng, kills, longest_s = content(project), random.Random(1), 0, 2.0
    while kills < 16:
        shutil.rmtree(project.path / "cache", ignore_errors=True)
        process = training(project)
        assert process.stdout is not None
        process.stdout.readline()  # it begins
        time.sleep(rng.uniform(0, longest_s))
        process.kill()
        process.stdout.close()
        kills += process.wait() == KILLED
        assert_whole(project, before)
    last = training(project)
    last.communicate()
    assert last.returncode == 0
    assert assert_whole(project, before)
    with staging(project.path):
        assert len(list((project.path / "incoming").iterdir())) == 2  # the lock, and the folder of this moment
