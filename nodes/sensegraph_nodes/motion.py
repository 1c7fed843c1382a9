"""What moves in each exercise: signals of the body in body heights, kept for the last seconds."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sensegraph.payload import Landmarks

NOSE = 0
SHOULDERS, ELBOWS, WRISTS = [11, 12], [13, 14], [15, 16]
HIPS, KNEES, ANKLES = [23, 24], [25, 26], [27, 28]
BODY = [NOSE, *SHOULDERS, *ELBOWS, *WRISTS, *HIPS, *KNEES, *ANKLES]

SIGNALS = ("hips", "wrists", "arms", "shoulders", "knees", "feet", "tuck", "punch")
"""Hips over the lower ankle; wrists over shoulders; shoulders over wrists; shoulders over hips; the higher knee over
the hips; the higher ankle over the hips; the nearer knee to its shoulder; the farther wrist from its shoulder."""

KEPT_S = 10.0
RANGE_S = 8.0
BREAK_S = 0.5
TAPS = 5
"""Length of the smoothing window in frames: 0.35 s at 16 frames per second, half of which it lags behind."""


@dataclass(frozen=True, slots=True)
class Motion:
    """How an exercise is counted.

    Attributes:
        signal: Name of the signal, see `SIGNALS`.
        up: Whether a repetition leads up or down.
        smallest: The smallest flank that counts, in body heights.
    """

    signal: str
    up: bool
    smallest: float = 0.06


_SQUAT = Motion("hips", up=False)
_BEND = Motion("shoulders", up=False, smallest=0.08)
_KNEE = Motion("knees", up=True)
_KICK = Motion("feet", up=True, smallest=0.08)

MOTIONS: dict[str, Motion] = {
    "Squats": _SQUAT,
    "Squat Jumps": _SQUAT,
    "Squat Kicks": _SQUAT,
    "Squat Punches": _SQUAT,
    "Lunges (alternating)": _SQUAT,
    "Lunges (stationary)": _SQUAT,
    "Jump Lunges": _SQUAT,
    "Burpees": Motion("hips", up=False, smallest=0.15),
    "Jumping Jacks": Motion("wrists", up=True, smallest=0.1),
    "Squat Jacks": Motion("wrists", up=True, smallest=0.1),
    "Pushups": Motion("arms", up=False, smallest=0.05),
    "Good Mornings": _BEND,
    "Floor Touches": _BEND,
    "Toe Toucher": _BEND,
    "Halfway Lifts": Motion("shoulders", up=True, smallest=0.08),
    "High Knees": _KNEE,
    "Standing Oblique Crunches": _KNEE,
    "Butt Kickers": _KICK,
    "Standing Kicks (alternating)": _KICK,
    "Standing Kicks (left)": _KICK,
    "Standing Kicks (right)": _KICK,
    "Mountain Climbers": Motion("tuck", up=False),
    "Bicycle Crunches": Motion("tuck", up=False),
    "Reverse Crunches": Motion("tuck", up=False),
}
"""Exercises that are counted; squats and jumping jacks are checked on real video, the others are not."""


def measure(points: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float64], float]:
    """Return the signals of one pose in pixels, as in `SIGNALS`, and the diagonal of the body's box.

    Args:
        points: (33, 4) BlazePose points: x, y down, depth, visibility.
    """
    place = points[:, :2].astype(np.float64)
    height = -place[:, 1]
    shoulders, wrists, hips = (float(height[joints].mean()) for joints in (SHOULDERS, WRISTS, HIPS))
    reach = np.linalg.norm(place[WRISTS] - place[SHOULDERS], axis=1)
    fold = np.linalg.norm(place[KNEES] - place[SHOULDERS], axis=1)
    values = (
        hips - height[ANKLES].min(),
        wrists - shoulders,
        shoulders - wrists,
        shoulders - hips,
        height[KNEES].max() - hips,
        height[ANKLES].max() - hips,
        fold.min(),
        reach.max(),
    )
    return np.array(values), float(np.linalg.norm(np.ptp(place[BODY], axis=0)))


class MotionHistory:
    """The signals of the last seconds, smoothed, in body heights; causal."""

    def __init__(self) -> None:
        kernel = np.hanning(TAPS + 2)[1:-1]
        self._kernel = kernel / kernel.sum()
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
        self._smooth.append((time_s, self._kernel @ np.stack(raw), diagonal))
        while time_s - self._smooth[0][0] > KEPT_S:
            self._smooth.popleft()
        self._body = max(float(np.percentile([each[2] for each in self._smooth], 90)), 1.0)
        return True

    def series(self, signal: str, since_s: float) -> Iterator[tuple[float, float]]:
        """Yield time and value of a signal after `since_s`."""
        index = SIGNALS.index(signal)
        for time_s, values, _ in self._smooth:
            if time_s > since_s:
                yield time_s, float(values[index]) / self._body

    def newest(self, signal: str) -> tuple[float, float] | None:
        """Return time and value of the frame that was pushed last, or None where it showed nobody."""
        if not self._smooth or self._smooth[-1][0] != self.time_s:
            return None
        time_s, values, _ = self._smooth[-1]
        return time_s, float(values[SIGNALS.index(signal)]) / self._body

    def span(self, signal: str, since_s: float) -> float:
        """Return the range of a signal in the last seconds, but after `since_s`, without its outermost 3 %."""
        values = [value for _, value in self.series(signal, max(since_s, self.time_s - RANGE_S))]
        return float(np.subtract(*np.percentile(values, [97, 3]))) if values else 0.0
