"""Kill -9 of each kind of node while the fitness graph runs."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clips import cut, frames
from tests.place import Place

NODES = ("camera", "resample", "backbone", "exercise", "reps", "calories", "view", "recording", "results")


def until(true: Callable[[], object]) -> None:
    """Wait for something."""
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def rows(path: Path) -> list[dict[str, object]]:
    """Return the rows of a file of results; each line but the last must be whole."""
    return [json.loads(line) for line in path.read_text().split("\n")[:-1]] if path.exists() else []


@pytest.mark.fault(1, 2, 3, 4, 5)
def test_whichever_node_is_killed_the_graph_goes_on(place: Place) -> None:
    """One after the other: each comes back, results and pictures go on, all that was written can be read."""
    clip, out, results = cut(place.folder / "clip.mp4", 8.0), place.folder / "out.mp4", place.folder / "r.jsonl"
    process = place.start(
        "run", "fitness", "--source", clip, "--set", "camera.loop=true", "--headless", "--pace", "live", "--quiet",
        "--out", out, "--results", results,
    )  # fmt: skip
    until(lambda: len(rows(results)) > 10 and out.exists())
    first = place.workers()
    for name in NODES:
        videos = len(list(place.folder.glob("out*.mp4")))
        os.kill(first[f"sg:{name}"], signal.SIGKILL)
        until(lambda name=name: place.workers().get(f"sg:{name}", first[f"sg:{name}"]) != first[f"sg:{name}"])
        written = len(rows(results))
        until(lambda written=written: len(rows(results)) > written + 4)
        if name == "recording":
            until(lambda videos=videos: len(list(place.folder.glob("out*.mp4"))) > videos)
    last = place.workers()
    assert all(last[f"sg:{name}"] != first[f"sg:{name}"] for name in NODES)
    os.kill(process.pid, signal.SIGINT)
    said, err = process.communicate(timeout=30)
    assert process.returncode == 130, said + err
    assert [line for line in err.splitlines() if "was killed by signal 9; restarting" in line] == [
        f"node '{name}' was killed by signal 9; restarting" for name in NODES
    ]
    assert all(frames(video) > 0 for video in place.folder.glob("out*.mp4"))
    keys = [(row["stream"], row["time"]) for row in rows(results)]
    assert len(keys) == len(set(keys))  # nothing is written twice
    assert place.left_over() == []
