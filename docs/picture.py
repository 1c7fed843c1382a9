"""Make fitness.png from the shipped sample with the program itself: `make picture`."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "graphs" / "samples" / "workout.mp4"


def mid_squat_s(truth: Path) -> float:
    """Return the time of the lowest point of the last squat: half-way between the ends of the last two."""
    segments = json.loads(truth.read_text())["segments"]
    *_, before, end = next(part["reps"] for part in segments if part["label"] == "Squats")
    return float(before + end) / 2


def frame_at(video: Path, time_s: float) -> npt.NDArray[np.uint8]:
    """Return the first picture at or after a time, uint8 BGR (H, W, 3)."""
    with av.open(str(video)) as container:
        for frame in container.decode(video=0):
            if frame.time is not None and frame.time >= time_s:
                return frame.to_ndarray(format="bgr24")
    raise SystemExit(f"{video} ends before {time_s} s")


def main() -> None:
    """Run the fitness graph on the sample and keep one picture of what it draws."""
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder, "fitness.mp4")
        command = [sys.executable, "-m", "sensegraph", "run", str(ROOT / "graphs" / "fitness.yaml"), "--headless"]
        command += ["--quiet", "--source", str(SAMPLE), "--out", str(video)]
        subprocess.run(command, check=True)
        picture = frame_at(video, mid_squat_s(SAMPLE.with_suffix(".json")))
    out = Path(__file__).with_name("fitness.png")
    cv2.imwrite(str(out), picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    print(f"wrote {out.relative_to(ROOT)}, {out.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
