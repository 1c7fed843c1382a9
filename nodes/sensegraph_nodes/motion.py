"""What moves in each exercise: signals of the body in body heights, kept for the last seconds."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sensegraph.payload import Landmarks
from sensegraph_nodes.signals import SIGNALS, measure

KEPT_S = 10.0
RANGE_S = 8.0
BREAK_S = 0.5
TAPS, QUICK_TAPS = 5, 3
"""Lengths of the smoothing windows in frames: 0.35 s at 16 frames per second, half of which it lags behind; 0.2 s."""


@dataclass(frozen=True, slots=True)
class Motion:
    """How an exercise is counted.

    Attributes:
        signal: Name of the signal, see `sensegraph_nodes.signals`.
        up: Whether a repetition leads up or down.
        smallest: The smallest flank that counts, in body heights.
        quick: Whether repetitions can be shorter than half a second, and are smoothed less.
    """

    signal: str
    up: bool
    smallest: float = 0.06
    quick: bool = False

    @property
    def shortest_s(self) -> float:
        """Shorter excursions are noise."""
        return 0.12 if self.quick else 0.2


_SQUAT = Motion("hips", up=False)
_LUNGE = Motion("heel", up=True)
_PUNCH = Motion("elbow", up=True, smallest=0.04)
_UPPERCUT = Motion("hand", up=True, smallest=0.05)
_LEFT_HAND, _RIGHT_HAND = (Motion(f"{side}_wrist", up=True, smallest=0.04) for side in ("left", "right"))

MOTIONS: dict[str, Motion] = {
    "Squats": _SQUAT,
    "Squat Jumps": Motion("hips", up=False, smallest=0.08),
    "Squat Kicks": Motion("rise", up=False, smallest=0.08),
    "Squat Punches": _SQUAT,
    "Squat Jacks": Motion("trunk", up=False, smallest=0.08),
    "Lunges (alternating)": _LUNGE,
    "Lunges (stationary)": _LUNGE,
    "Jump Lunges": Motion("rise", up=True, smallest=0.08),
    "Burpees": Motion("hips", up=False, smallest=0.15),
    "Jumping Jacks": Motion("wrists", up=True, smallest=0.1),
    "High Knees": Motion("knee", up=True, smallest=0.05, quick=True),
    "Butt Kickers": Motion("heel", up=True, smallest=0.06, quick=True),
    "Air Jump Rope": Motion("left_wrist", up=False, smallest=0.03, quick=True),
    "Bunny Hops": Motion("rise", up=True, smallest=0.03, quick=True),
    "Jumping Oblique Crunches": Motion("tuck", up=False),
    "Puddle Jumps": Motion("spread", up=True, smallest=0.08, quick=True),
    "Snowboarders": Motion("trunk", up=True, smallest=0.1),
    "Standing Kicks (left)": Motion("knee", up=True, quick=True),
    "Standing Kicks (right)": Motion("knee", up=True, quick=True),
    "Standing Kicks (alternating)": Motion("trunk", up=False, smallest=0.04, quick=True),
    "Standing Oblique Crunches": Motion("side", up=False, smallest=0.08),
    "Hip Abductions": Motion("spread", up=True, quick=True),
    "Pushups": Motion("wrists", up=True, smallest=0.05),
    "Plank Taps": Motion("hand", up=True, smallest=0.08),
    "Moving Plank": Motion("trunk", up=False),
    "Mountain Climbers": Motion("tuck", up=False, quick=True),
    "Bird Dog": Motion("wrists", up=True, quick=True),
    "Donkey Kicks": Motion("heel", up=True, smallest=0.1),
    "Cat-Cow Pose": Motion("head", up=False),
    "Quadruped Thoracic Spine Rotations": Motion("elbow", up=True),
    "Bicycle Crunches": Motion("knee", up=True, smallest=0.04, quick=True),
    "Reverse Crunches": Motion("trunk", up=False, smallest=0.1),
    "Raised Leg Circles": Motion("pelvis", up=True),
    "Floor Touches": Motion("trunk", up=False, smallest=0.1),
    "Good Mornings": Motion("shoulders", up=False),
    "Toe Toucher": Motion("cross", up=False, smallest=0.1),
    "Halfway Lifts": Motion("trunk", up=True, smallest=0.1),
    "Arm Circles": Motion("wrists", up=True),
    "Shoulder Gators": Motion("clap", up=True, smallest=0.1),
    "Hip Circles": Motion("pelvis", up=False, smallest=0.04),
    "Knee Circles": Motion("knees", up=True, smallest=0.04),
    "Boxing: Jab": _PUNCH,
    "Boxing: Cross": _PUNCH,
    "Boxing: Hook Left": _PUNCH,
    "Boxing: Hook Right": _PUNCH,
    "Boxing: Uppercut Left": _UPPERCUT,
    "Boxing: Uppercut Right": _UPPERCUT,
    "Boxing: Jab-Cross": Motion("left_reach", up=True),
    "Boxing: Jab-Hook": Motion("clap", up=True),
    "Boxing: Jab-Uppercut": _RIGHT_HAND,
    "Boxing: Cross-Hook": _RIGHT_HAND,
    "Boxing: Cross-Uppercut": Motion("reach", up=True),
    "Boxing: Hook Left-Hook Right": _LEFT_HAND,
    "Boxing: Hook Left-Uppercut Right": _RIGHT_HAND,
    "Boxing: Hook Right-Uppercut Left": _LEFT_HAND,
    "Boxing: Uppercut Left-Uppercut Right": _RIGHT_HAND,
    "Boxing Bounce Steps": Motion("place", up=True, smallest=0.03, quick=True),
}
"""Exercises that are counted. Each signal was chosen on the motion library, seen from front, slanting and side;
squats and jumping jacks are checked on real video, the others are not."""


class MotionHistory:
    """The signals of the last seconds, smoothed, in body heights; causal."""

    def __init__(self) -> None:
        self._kernels = [_kernel(taps) for taps in (TAPS, QUICK_TAPS)]
        self._raw: deque[npt.NDArray[np.float64]] = deque(maxlen=TAPS)
        self._smooth: deque[tuple[float, npt.NDArray[np.float64], float]] = deque()
        self._body = 1.0
        self._last_s = -1.0
        self.time_s = -1.0

    def clear(self) -> None:
        """Forget everything."""
        self._raw.clear()
        self._smooth.clear()

    def push(self, landmarks: Landmarks, time_s: float) -> bool:
        """Add a frame.

        Returns:
            False where nobody has been seen for so long that a movement cannot go on.
        """
        self.time_s = time_s
        held = time_s - self._last_s <= BREAK_S
        if not held:
            self.clear()
        if not landmarks.found:
            return held
        self._last_s = time_s
        values, diagonal = measure(landmarks.points)
        self._raw.append(values)
        # the start of a track repeats its first sample, so that the length of the filter does not change
        raw = [self._raw[0]] * (TAPS - len(self._raw)) + list(self._raw)
        smooth = np.stack([kernel @ np.stack(raw)[-len(kernel) :] for kernel in self._kernels])
        self._smooth.append((time_s, smooth, diagonal))
        while time_s - self._smooth[0][0] > KEPT_S:
            self._smooth.popleft()
        self._body = max(float(np.percentile([each[2] for each in self._smooth], 90)), 1.0)
        return True

    def series(self, motion: Motion, since_s: float) -> Iterator[tuple[float, float]]:
        """Yield time and value of a motion's signal after `since_s`."""
        place = _place(motion)
        for time_s, values, _ in self._smooth:
            if time_s > since_s:
                yield time_s, float(values[place]) / self._body

    def newest(self, motion: Motion) -> tuple[float, float] | None:
        """Return time and value of the frame that was pushed last, or None where it showed nobody."""
        if not self._smooth or self._smooth[-1][0] != self.time_s:
            return None
        time_s, values, _ = self._smooth[-1]
        return time_s, float(values[_place(motion)]) / self._body

    def span(self, motion: Motion, since_s: float) -> float:
        """Return the range of a motion's signal in the last seconds, but after `since_s`, without its outermost 3 %."""
        values = [value for _, value in self.series(motion, max(since_s, self.time_s - RANGE_S))]
        return float(np.subtract(*np.percentile(values, [97, 3]))) if values else 0.0


def _kernel(taps: int) -> npt.NDArray[np.float64]:
    window = np.hanning(taps + 2)[1:-1]
    return np.asarray(window / window.sum(), dtype=np.float64)


def _place(motion: Motion) -> tuple[int, int]:
    """Return where a motion's signal is among the smoothed ones."""
    return int(motion.quick), list(SIGNALS).index(motion.signal)
