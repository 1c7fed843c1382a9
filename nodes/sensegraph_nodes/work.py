"""Mechanical work of a moving body, seen by its landmarks, and the metabolic rate it costs."""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from sensegraph.packet import NANOSECONDS
from sensegraph.payload import Landmarks

Floats = npt.NDArray[np.float64]

GRAVITY = 9.81
WATT_PER_KG_PER_MET = 1.163
ACTIVE_REST_MET = 1.3
CALIBRATION = 0.635
CONCENTRIC_EFFICIENCY = 0.25
ECCENTRIC_COST = 0.30
CHAIN_SHARE_OF_STATURE = 0.78
"""Trunk + thigh + shank as a share of the stature."""

POINTS = (0, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28)
"""BlazePose indices of nose, shoulders, elbows, wrists, hips, knees, ankles (left before right)."""
CHAINS = ((1, 7, 9, 11), (2, 8, 10, 12))
SEGMENTS = (
    (0.08, (0,)), (0.43, (1, 2, 7, 8)), (0.027, (1, 3)), (0.027, (2, 4)), (0.022, (3, 5)), (0.022, (4, 6)),
    (0.142, (7, 9)), (0.142, (8, 10)), (0.057, (9, 11)), (0.057, (10, 12)),
)  # fmt: skip
"""Mass share of a body segment and the joints whose mean stands for its centre."""

RATE_HZ = 12
"""Rate at which the calibration was fitted; the smoothing depends on it."""

WINDOW_S = 4.0
SHORTEST_S = 1.5
BREAK_S = 0.5
HOLD_S = 3.0
TRACK_SMOOTHING_S = 0.3
ENERGY_SMOOTHING_S = 0.2
SCALE_JUMP = 1.35
SCALE_DRIFT = 1.18
PLACE_JUMP = 0.35
TRUNK = [1, 2, 7, 8]


def smooth(values: Floats, seconds: float) -> Floats:
    """Return `values` smoothed along axis 0 by a Hann window of `seconds`, edges repeated."""
    taps = max(1, int(seconds * RATE_HZ))
    if taps == 1:
        return values
    kernel = np.hanning(taps + 2)[1:-1]
    kernel /= kernel.sum()
    ends = [(taps // 2, taps - 1 - taps // 2)] + [(0, 0)] * (values.ndim - 1)
    padded = np.pad(values, ends, mode="edge")
    smoothed = np.zeros_like(values)
    for shift, weight in enumerate(kernel):
        smoothed += weight * padded[shift : shift + len(values)]
    return smoothed


def chain_length(joints: Floats) -> Floats:
    """Return the longer side's trunk + thigh + shank in each frame: (n, 13, 2) px -> (n,) px."""
    sides = [np.linalg.norm(np.diff(joints[:, list(chain)], axis=1), axis=-1).sum(axis=1) for chain in CHAINS]
    return np.asarray(np.maximum(*sides), dtype=np.float64)


def power(joints: Floats) -> tuple[float, float, float]:
    """Return the mean mechanical power of lifting, lowering and accelerating, in W per kg of body mass.

    Args:
        joints: (n, 13, 2) metres, x right and y down, `RATE_HZ` frames per second.
    """
    tracks = smooth(joints, TRACK_SMOOTHING_S)
    centres = [(mass, tracks[:, list(points)].mean(axis=1)) for mass, points in SEGMENTS]
    potential = -GRAVITY * sum(mass * centre[:, 1] for mass, centre in centres)
    speeds = [(mass, np.gradient(centre, axis=0) * RATE_HZ) for mass, centre in centres]
    kinetic = sum(mass / 2 * (speed**2).sum(axis=1) for mass, speed in speeds)
    lifted = np.diff(smooth(np.asarray(potential), ENERGY_SMOOTHING_S)) * RATE_HZ
    moved = np.diff(smooth(np.asarray(kinetic), ENERGY_SMOOTHING_S)) * RATE_HZ
    positive = lifted.clip(0).mean(), (-lifted).clip(0).mean(), moved.clip(0).mean()
    return float(positive[0]), float(positive[1]), float(positive[2])


def met_of(up: float, down: float, kinetic: float) -> float:
    """Return the metabolic rate in MET for mechanical power in W/kg (`reference/recognition.md` 4.2)."""
    watts = up / CONCENTRIC_EFFICIENCY + ECCENTRIC_COST * down + kinetic / CONCENTRIC_EFFICIENCY
    return ACTIVE_REST_MET + CALIBRATION * watts / WATT_PER_KG_PER_MET


class WorkModel:
    """The metabolic rate of one person over the last seconds; causal.

    The scale from pixels to metres is the 90th percentile of the body's chain of trunk and leg in the window.
    Where the body suddenly looks much larger or smaller (somebody walks up to the camera, another person) the
    window is started anew and the last rate is held, because a change of scale looks like work.

    Args:
        stature_m: Height of the person in metres.
    """

    def __init__(self, stature_m: float) -> None:
        self.stature_m = stature_m
        self._frames: deque[tuple[float, Floats]] = deque()
        self._held: float | None = None
        self._held_s = self._time_s = 0.0

    def push(self, landmarks: Landmarks, time_ns: int) -> None:
        """Add one frame; a person who is gone for half a second ends the window."""
        self._time_s = time_s = time_ns / NANOSECONDS
        if self._frames and time_s - self._frames[-1][0] > BREAK_S:
            self._frames.clear()
            self._held = None
        if not landmarks.found:
            return
        joints = landmarks.points[list(POINTS), :2].astype(np.float64)
        if self._jumped(joints):
            self._frames.clear()
        self._frames.append((time_s, joints))
        while time_s - self._frames[0][0] > WINDOW_S:
            self._frames.popleft()

    def met(self) -> float | None:
        """Return the metabolic rate in MET over the window, a recent one while a window starts, or None."""
        held = self._held if self._time_s - self._held_s <= HOLD_S else None
        if len(self._frames) < 3 or self._frames[-1][0] - self._frames[0][0] < SHORTEST_S:
            return held
        times = np.array([time_s for time_s, _ in self._frames])
        joints = np.stack([joints for _, joints in self._frames])
        body = max(float(np.percentile(chain_length(joints), 90)), 1.0)
        if _scale_changes(joints):
            return held
        metres = _even(times, joints) * (CHAIN_SHARE_OF_STATURE * self.stature_m / body)
        self._held, self._held_s = met_of(*power(metres)), self._time_s
        return self._held

    def _jumped(self, joints: Floats) -> bool:
        """Whether this is another person, or the same one at another distance at once."""
        if len(self._frames) < 8:
            return False
        recent = np.stack([frame for _, frame in self._frames])
        before = max(float(np.percentile(chain_length(recent), 90)), 1.0)
        moved = float(np.linalg.norm(joints[TRUNK].mean(axis=0) - recent[-1, TRUNK].mean(axis=0)))
        return float(chain_length(joints[None])[0]) > SCALE_JUMP * before or moved > PLACE_JUMP * before


def _scale_changes(joints: Floats) -> bool:
    """Whether the body looks larger or smaller in the newer half: somebody who comes or goes."""
    lengths, half = chain_length(joints), len(joints) // 2
    older, newer = (float(np.percentile(part, 90)) for part in (lengths[:half], lengths[half:]))
    return not 1 / SCALE_DRIFT < newer / max(older, 1.0) < SCALE_DRIFT


def _even(times: Floats, joints: Floats) -> Floats:
    """Return `joints` at even times, `RATE_HZ` apart, interpolated linearly."""
    wanted = np.arange(times[0], times[-1] + 1e-6, 1 / RATE_HZ)
    flat = joints.reshape(len(joints), -1)
    filled = np.stack([np.interp(wanted, times, column) for column in flat.T], axis=1)
    return filled.reshape(len(wanted), *joints.shape[1:])
