"""The figures of the fitness graph: `python -m benchmarks.fitness [CLIP]` (make bench).

Prints, with its target: seconds to the first drawn frame, CPU of the landmark path against the bare onnxruntime calls
of the same nets in the same run, CPU and age of the graph in live pace, and the speed of fast pace.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import av
import cv2
import numpy as np

import sensegraph
from sensegraph.models.catalogue import find
from sensegraph.models.landmarks import PoseTracker
from sensegraph.models.session import load_session
from sensegraph.resources import graphs_dir, sample


def first_frame_s(clip: Path) -> float:
    """Return the seconds from the command to the first composited frame at the sink, in live pace.

    The sink makes its file when that frame comes.
    """
    with tempfile.TemporaryDirectory() as folder:
        drawn = Path(folder, "v.mp4")
        command = [
            sys.executable,
            "-m",
            "sensegraph",
            "run",
            str(graphs_dir() / "fitness.yaml"),
            "--headless",
            "--quiet",
        ]
        command += ["--source", str(clip), "--pace", "live", "--out", str(drawn)]
        began = time.perf_counter()
        with subprocess.Popen(command) as program:
            while not drawn.exists() and program.poll() is None:
                time.sleep(0.002)
            seconds = time.perf_counter() - began
            program.send_signal(signal.SIGINT)
    return seconds


def landmark_ratio(clip: Path, limit: int = 200) -> tuple[float, float]:
    """Return CPU of the tracker / CPU of the bare session calls, and milliseconds per frame, frame by frame in turn."""
    tracker = PoseTracker()
    session = load_session(find("pose_landmark_full"))
    name = session.get_inputs()[0].name
    blob = np.random.default_rng(0).random((1, 3, 256, 256), dtype=np.float32)
    ours, bare = [], []
    with av.open(str(clip)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            if index >= limit:
                break
            picture = frame.to_ndarray(format="bgr24")
            began = time.process_time()
            tracker.track(picture)
            middle = time.process_time()
            session.run(None, {name: blob})
            ours.append(middle - began)
            bare.append(time.process_time() - middle)
    return sum(ours) / sum(bare), median(ours) * 1e3


def live(clip: Path) -> tuple[float, float, float]:
    """Return CPU of all nodes as a share of one core, and p50 and p95 age in ms of the composited picture."""
    with tempfile.TemporaryDirectory() as folder:
        summary = sensegraph.run(graphs_dir() / "fitness.yaml", source=clip, pace="live", out=f"{folder}/v.mp4")
    nodes = summary.last.nodes
    share = sum(node["cpu_s"] for node in nodes.values()) / summary.last.elapsed_s
    return share, nodes["recording"]["age_ms_p50"], nodes["recording"]["age_ms_p95"]


def fast(clip: Path) -> float:
    """Return how many times faster than real time the graph runs in fast pace."""
    with av.open(str(clip)) as container:
        length_s = float(container.duration or 0) / 1e6
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        sensegraph.run(graphs_dir() / "fitness.yaml", source=clip, pace="fast", results=f"{folder}/r.jsonl")
    return length_s / (time.perf_counter() - began)


def main() -> None:
    cv2.setNumThreads(1)
    clip = Path(sys.argv[1]) if len(sys.argv) > 1 else sample("workout.mp4")
    ratio, per_frame_ms = landmark_ratio(clip)
    print(f"landmark path {ratio:.2f}x the bare calls (target <= 1.30), {per_frame_ms:.1f} ms a frame")
    seconds = sorted(first_frame_s(clip) for _ in range(5))
    print(f"first drawn frame after {seconds[2]:.2f} s, {seconds[0]:.2f} to {seconds[-1]:.2f} (target <= 2.00)")
    share, age_p50, age_p95 = live(clip)
    print(f"live: {share:.0%} of one core (target <= 60%), age p50 {age_p50:.0f} ms, p95 {age_p95:.0f} ms (<= 150)")
    print(f"fast: {fast(clip):.1f}x real time (target >= 2.0)")


if __name__ == "__main__":
    main()
