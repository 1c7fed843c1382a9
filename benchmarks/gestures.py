"""The figures of the hands: `python -m benchmarks.gestures CLIP... [--hands full]`.

Prints for each clip: in how many frames a hand, and how many hands, are found where the pose says that all of one is in
the picture (blurred and covered ones included), how often a hand sits on the other side's wrist, how often the palm
detector ran, and the CPU of the backbone against the bare onnxruntime calls that it made, frame by frame in turn.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt

from sensegraph.packet import NANOSECONDS, Stamp
from sensegraph.payload import Hands, Landmarks
from sensegraph_nodes.backbone import BackboneNode

RATE_FPS = 16
WRISTS, LITTLE, INDEX = [15, 16], [17, 18], [19, 20]


class Counted:
    """A session that remembers its calls, so that they can be made again."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.calls: list[dict[str, Any]] = []

    def run(self, names: None, inputs: dict[str, Any]) -> Any:
        """Run the session."""
        self.calls.append(inputs)
        return self.session.run(names, inputs)

    def repeat(self) -> int:
        """Make the calls again and forget them; return how many there were."""
        calls, self.calls = self.calls, []
        for inputs in calls:
            self.session.run(None, inputs)
        return len(calls)


@dataclass
class Figures:
    """Sums over frames."""

    frames: int = 0
    ours_s: float = 0.0
    bare_s: float = 0.0
    looks: int = 0
    palms: int = 0
    frames_visible: int = 0
    frames_found: int = 0
    visible: int = 0
    found: int = 0
    hands: int = 0
    elsewhere: int = 0
    times_s: list[float] = field(default_factory=list)

    def add(self, other: Figures) -> None:
        """Add the sums of another clip."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    def __str__(self) -> str:
        return (
            f"{self.frames:3} frames; a hand in {self.frames_found}/{self.frames_visible} with one in view = "
            f"{self.frames_found / max(self.frames_visible, 1):.0%}; {self.found}/{self.visible} of these hands = "
            f"{self.found / max(self.visible, 1):.0%}; {self.hands} hands, {self.elsewhere} at the other wrist; "
            f"{self.looks / self.frames:.2f} looks and "
            f"{self.palms / self.frames:.2f} palm runs a frame, {np.median(self.times_s) * 1e3:.1f} ms a frame, "
            f"{self.ours_s / self.bare_s:.2f}x bare"
        )


def pictures(clip: Path) -> Iterator[npt.NDArray[np.uint8]]:
    """Yield the frames of a clip nearest to 16 fps, in BGR."""
    with av.open(str(clip)) as container:
        due_s = 0.0
        for frame in container.decode(video=0):
            if frame.time is not None and frame.time + 1e-3 >= due_s:
                due_s += 1 / RATE_FPS
                yield frame.to_ndarray(format="bgr24")


def in_view(landmarks: Landmarks) -> npt.NDArray[np.bool_]:
    """Return for both sides whether the pose has the hand visible and, to the fingertips, in the picture."""
    if not landmarks.found:
        return np.zeros(2, np.bool_)
    points = landmarks.points
    wrists, knuckles = points[WRISTS, :2], (2 * points[INDEX, :2] + points[LITTLE, :2]) / 3
    ends = np.stack([wrists, 2 * knuckles - wrists])
    inside = ((ends >= 0) & (ends < [landmarks.width, landmarks.height])).all(axis=(0, 2))
    return np.asarray(inside & (points[WRISTS, 3] >= 0.5))


def elsewhere(hands: Hands, landmarks: Landmarks) -> int:
    """Return how many hands are nearer to the wrist of the other side."""
    if not landmarks.found:
        return 0
    apart = np.linalg.norm(hands.points[:, None, 0, :2] - landmarks.points[None, WRISTS, :2], axis=2)
    return sum(bool(hands.scores[side] > 0 and apart[side].argmin() != side) for side in (0, 1))


def watched(node: BackboneNode) -> dict[str, Counted]:
    """Return the sessions of a node, which are counted from now on."""
    pose, hands = node._tracker, node._hands
    assert hands is not None
    owners: dict[str, Any] = {"person": pose._detector._detector, "pose": pose, "body": node._net}
    owners |= {"hand": hands._tracker, "palm": hands._tracker._palms._detector}
    owners |= {} if hands._net is None else {"gesture": hands._net}
    for owner in owners.values():
        owner._session = Counted(owner._session)
    return {name: owner._session for name, owner in owners.items()}


def measure(clip: Path, kind: Any) -> Figures:
    """Return the figures of one clip."""
    node, figures = BackboneNode(hands=kind), Figures()
    node.open()
    sessions = watched(node)
    for number, picture in enumerate(pictures(clip)):
        began = time.process_time()
        outputs = node.process(picture, Stamp(number * NANOSECONDS // RATE_FPS, frame=number))
        middle = time.process_time()
        calls = {name: session.repeat() for name, session in sessions.items()}
        figures.bare_s += time.process_time() - middle
        figures.ours_s += middle - began
        figures.times_s.append(middle - began)
        figures.frames += 1
        figures.looks += calls["hand"]
        figures.palms += calls["palm"]
        hands, landmarks = outputs["hands"], outputs["landmarks"]
        seen, expected = hands.scores > 0, in_view(landmarks)
        figures.frames_visible += bool(expected.any())
        figures.frames_found += bool(expected.any() and seen.any())
        figures.visible += int(expected.sum())
        figures.found += int((seen & expected).sum())
        figures.hands += int(seen.sum())
        figures.elsewhere += elsewhere(hands, landmarks)
    return figures


def main() -> None:
    cv2.setNumThreads(1)
    parser = argparse.ArgumentParser(description="Measure the hands of the backbone.")
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--hands", choices=["lite", "full"], default="lite")
    arguments = parser.parse_args()
    total = Figures()
    for clip in arguments.clips:
        figures = measure(clip, arguments.hands)
        print(f"{clip.name:20} {figures}", flush=True)
        total.add(figures)
    print(f"{'together':20} {total} (target <= 1.35)")


if __name__ == "__main__":
    main()
