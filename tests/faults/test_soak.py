"""What grows only in hours or thousands: `make soak`, shorter with SOAK_MINUTES."""

from __future__ import annotations

import os
import random
import signal
import statistics
import subprocess
import sys
import time
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import pytest

from sensegraph.errors import SourceError
from sensegraph.launch import prepare
from sensegraph.load import load
from sensegraph.plan import worker_plans
from sensegraph.resources import sample
from sensegraph.rundir import run_folder
from sensegraph.savepoint import Savepoints
from sensegraph.signals import Signals
from sensegraph.spawn import spawner
from sensegraph.spec import Pace
from sensegraph.summary import Snapshot
from sensegraph.supervisor import Limits, Supervisor
from sensegraph_nodes.camera import CameraSource
from tests.bench import Bench, needs_proc, rss_kb, wait_until_in_charge
from tests.clips import frames
from tests.faults.soak import MINUTES, scaled
from tests.faults.test_wire import fuzz_all
from tests.nodes.test_video import write_and_die
from tests.place import Place

pytestmark = [pytest.mark.soak, needs_proc, pytest.mark.timeout(0)]


ALL_KINDS = """
version: 1
nodes:
  left:     {{type: CameraSource, source: '{workout}', loop: true}}
  right:    {{type: CameraSource, source: '{gestures}', loop: true}}
  resample: {{type: Resampler16fps, inputs: {{frames: left.frames}}}}
  backbone: {{type: BackboneNode, inputs: {{frames: resample.frames}}}}
  exercise: {{type: ClassifierHead, head: fitness, inputs: {{features: backbone.features}}}}
  reps:     {{type: RepetitionCounter, inputs: {{landmarks: backbone.landmarks, exercise: exercise.scores}}}}
  calories: {{type: CalorieAccumulator, inputs: {{exercise: exercise.scores, landmarks: backbone.landmarks}}}}
  events:   {{type: EventDetector, inputs: {{scores: exercise.scores}}}}
  view:
    type: Renderer
    inputs: {{frames: resample.frames, exercise: exercise.scores, reps: reps.counts, landmarks: backbone.landmarks}}
  both:     {{type: SideBySide, inputs: {{left: view.frames, right: right.frames}}}}
  film:     {{type: VideoSink, path: film.mp4, inputs: {{frames: both.frames}}}}
  lines:    {{type: JsonlSink, path: lines.jsonl, inputs: {{exercise: exercise.scores, reps: reps.counts}}}}
  table:    {{type: CsvSink, path: table.csv, inputs: {{events: events.events, calories: calories.totals}}}}
"""


@dataclass
class Track:
    """What one process held, again and again."""

    at_s: list[float] = field(default_factory=list)
    rss_kb: list[int] = field(default_factory=list)
    held: list[tuple[int, int]] = field(default_factory=list)
    """Open files and threads."""

    def look(self, pid: int) -> None:
        """Take one reading."""
        self.at_s.append(time.monotonic())
        self.rss_kb.append(rss_kb(pid))
        self.held.append((len(os.listdir(f"/proc/{pid}/fd")), len(os.listdir(f"/proc/{pid}/task"))))

    def slope_mb_per_h(self) -> float:
        """Return the slope of its memory: the median of those between any two readings (Theil and Sen)."""
        pairs = list(combinations(zip(self.at_s, self.rss_kb, strict=True), 2))
        return statistics.median((b - a) / 1024 / (t - s) * 3600 for (s, a), (t, b) in pairs)


@pytest.mark.fault(36)
def test_nothing_grows_in_an_hour(place: Place) -> None:
    """Two sources and all kinds of nodes: memory, open files and threads of every process stay as they are."""
    graph = place.folder / "all.yaml"
    graph.write_text(ALL_KINDS.format(workout=sample("workout.mp4"), gestures=sample("gestures.mp4")))
    process = place.start("run", graph, "--pace", "live", "--quiet")
    seconds = MINUTES * 60
    time.sleep(max(20.0, min(300.0, seconds / 3)))
    tracks: dict[str, Track] = defaultdict(Track)
    began, workers = time.monotonic(), place.workers()
    shared = set(os.listdir("/dev/shm"))
    while time.monotonic() - began < seconds:
        assert process.poll() is None
        for name, pid in workers.items():
            tracks[name].look(pid)
        time.sleep(max(1.0, seconds / 300))
    assert place.workers() == workers  # nobody was restarted, no process came or stayed
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, out + err
    assert place.left_over() == []
    assert not {name for name in set(os.listdir("/dev/shm")) - shared if str(process.pid) in name}
    slopes = {name: track.slope_mb_per_h() for name, track in tracks.items()}
    for name, track in tracks.items():
        print(f"{name}: {track.rss_kb[-1] / 1024:.0f} MB, {slopes[name]:+.2f} MB/h, files and threads {track.held[-1]}")
    most = 1.0 if MINUTES >= 60 else 6.0 * 60 / MINUTES  # a shorter run sees processes that settle: 6 MB each
    assert all(slope < most for slope in slopes.values())
    assert sum(slopes.values()) < 5 * most
    for name, track in tracks.items():
        half = len(track.held) // 2
        for kind, held in zip(("files", "threads"), zip(*track.held, strict=True), strict=True):
            # The usual number: a source that begins again holds its file twice for a moment.
            assert statistics.median(held[half:]) <= statistics.median(held[:half]), (name, kind)


@pytest.mark.fault(37)
def test_nothing_grows_with_restarts(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand kills of a worker: memory and open files of the supervisor stay, and no zombie does."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(bench.runtime))
    checked, pace = prepare(load(bench.graph(source=", count: 100000000, real: true")), headless=True, pace=Pace.LIVE)
    wanted, killed = scaled(10_000), set[int]()
    signals, figures = Signals(), dict[int, tuple[int, int]]()

    def watch(shot: Snapshot) -> None:
        node = shot.nodes.get("twice", {"pid": 0, "state": ""})
        if len(killed) in (wanted // 2, wanted):
            figures.setdefault(len(killed), (rss_kb(os.getpid()), len(os.listdir("/proc/self/fd"))))
        if len(killed) >= wanted:
            signals.note(signal.SIGTERM)
        elif node["state"] == "running" and node["pid"] not in killed:
            os.kill(node["pid"], signal.SIGKILL)
            killed.add(node["pid"])

    with run_folder("restarts") as folder:
        plans = worker_plans(checked, pace, folder, uuid.uuid4().bytes)
        limits = Limits(restarts=1 << 30, window_s=0.05)
        summary = Supervisor(plans, spawner([]), signals, limits=limits, watch=watch).run()
    assert summary.exit_code == 143, summary.error
    (half_kb, half_files), (whole_kb, whole_files) = figures[wanted // 2], figures[wanted]
    grown = f"{(whole_kb - half_kb) / 1024:+.2f} MB and {whole_files - half_files:+d} files"
    print(f"{wanted} restarts: {grown} in the second half")
    assert whole_kb - half_kb < 5 * 1024
    assert whole_files <= half_files
    assert [status for status in Path("/proc").glob("[0-9]*/status") if _is_zombie_of(status, os.getpid())] == []
    bench.assert_nothing_left()


def _is_zombie_of(status: Path, parent: int) -> bool:
    try:
        text = status.read_text()
    except OSError:
        return False
    return "State:\tZ" in text and f"PPid:\t{parent}\n" in text


@pytest.mark.fault(38)
def test_nothing_grows_while_a_camera_is_absent() -> None:
    """A thousand connects to a port where nobody listens."""

    def connect() -> None:
        node = CameraSource("rtsp://127.0.0.1:9/x")
        with pytest.raises(SourceError):
            node.open()
        node.close()

    for _ in range(50):
        connect()
    before, files = rss_kb(os.getpid()), len(os.listdir("/proc/self/fd"))
    for _ in range(1000):
        connect()
    print(f"1000 connects: {(rss_kb(os.getpid()) - before) / 1024:+.2f} MB")
    assert len(os.listdir("/proc/self/fd")) == files
    assert rss_kb(os.getpid()) - before < 5 * 1024


@pytest.mark.fault(4)
def test_a_killed_video_can_always_be_played(tmp_path: Path) -> None:
    """A hundred kills, from the first frame on: all frames but the last."""
    chance = random.Random(0)
    for number in range(scaled(100)):
        path, wanted = tmp_path / f"{number}.mp4", chance.choice([1, 2, 3, chance.randint(4, 90)])
        write_and_die(path, wanted)
        assert wanted == 1 or wanted - 1 <= frames(path) <= wanted


@pytest.mark.fault(22)
def test_fifty_ctrl_c_at_random_moments(bench: Bench) -> None:
    """Whatever is going on, once or twice: 130, no traceback, nothing left."""
    chance = random.Random(0)
    for _ in range(scaled(50)):
        process = bench.start("--pace", "live", source=", count: 100000, real: true", middle=", slow_open: 0.5")
        wait_until_in_charge(process.pid)
        for _ in range(chance.randint(1, 2)):
            time.sleep(chance.uniform(0, 2.5))
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert process.returncode == 130, out + err
        assert "Traceback" not in out + err
        bench.assert_nothing_left()


SAVER = """
import sys
from pathlib import Path
from sensegraph.savepoint import Savepoints
points = Savepoints(Path(sys.argv[1]), "node", bytes(16), 2)
n = 0
while True:
    n += 1
    points.save(n, {"n": n, "more": "x" * 20_000})
    print(n, flush=True)
"""


@pytest.mark.fault(39)
def test_a_state_survives_kills_in_the_middle_of_writing(tmp_path: Path) -> None:
    """A hundred times: the last one that was saved, or the one being saved, and never half of it."""
    chance = random.Random(0)
    for number in range(scaled(100)):
        folder = tmp_path / str(number)
        folder.mkdir()
        with subprocess.Popen([sys.executable, "-c", SAVER, str(folder)], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            process.stdout.readline()
            time.sleep(chance.uniform(0, 0.05))
            process.kill()
            told = [int(line) for line in process.stdout.read().split()] or [1]
        state = Savepoints(folder, "node", bytes(16), 2).before(1 << 60)
        assert state is not None
        assert state["n"] in (told[-1], told[-1] + 1)
        assert len(state["more"]) == 20_000


@pytest.mark.fault(29)
def test_a_million_messages_with_changed_bytes() -> None:
    """Nothing but a transport error comes out of the reader."""
    fuzz_all(scaled(1_000_000) // 6)
