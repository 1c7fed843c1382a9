"""Signals of a body whose excursions are repetitions, in pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

NOSE = 0
SHOULDERS, ELBOWS, WRISTS = [11, 12], [13, 14], [15, 16]
HIPS, KNEES, ANKLES = [23, 24], [25, 26], [27, 28]
BODY = [NOSE, *SHOULDERS, *ELBOWS, *WRISTS, *HIPS, *KNEES, *ANKLES]

SIGNALS = {
    "hips": "hips over the lower ankle",
    "wrists": "wrists over the shoulders",
    "hand": "the higher wrist over the shoulders",
    "shoulders": "shoulders over the hips",
    "trunk": "shoulders over the ankles",
    "knee": "the higher knee over the hips",
    "heel": "the higher ankle over its hip",
    "tuck": "distance of the nearer knee from its shoulder",
    "reach": "distance of the farther wrist from its shoulder",
    "left_reach": "distance of the left wrist from its shoulder",
    "cross": "distance of the nearer elbow from the knee of the other side",
    "side": "distance of the nearer elbow from the knee of its side",
    "spread": "distance between the ankles",
    "clap": "distance between the wrists",
    "rise": "height of the hips in the picture",
    "place": "place of the hips across the picture",
    "pelvis": "place of the hips across, seen from the ankles",
    "knees": "place of the knees across, seen from the ankles",
    "head": "nose over the shoulders",
    "left_wrist": "the left wrist over the left shoulder",
    "right_wrist": "the right wrist over the right shoulder",
    "elbow": "the higher elbow over its shoulder",
}  # fmt: skip
"""Name -> what it measures; heights and distances."""


def _gap(place: npt.NDArray[np.float64], first: list[int], second: list[int]) -> npt.NDArray[np.float64]:
    """Return the distances of the points `first` from the points `second`, one by one."""
    return np.asarray(np.hypot(*(place[first] - place[second]).T), dtype=np.float64)


def measure(points: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float64], float]:
    """Return the signals of one pose in pixels, in the order of `SIGNALS`, and the diagonal of the body's box.

    Args:
        points: (33, 4) BlazePose points: x, y down, depth, visibility.
    """
    place = points[:, :2].astype(np.float64)
    across, height = place[:, 0], -place[:, 1]
    shoulders, wrists, hips = (float(height[joints].mean()) for joints in (SHOULDERS, WRISTS, HIPS))
    ankles, reach, tuck = height[ANKLES], _gap(place, WRISTS, SHOULDERS), _gap(place, KNEES, SHOULDERS)
    feet, hips_across = across[ANKLES].mean(), across[HIPS].mean()
    values = (
        hips - ankles.min(),
        wrists - shoulders,
        height[WRISTS].max() - shoulders,
        shoulders - hips,
        shoulders - ankles.mean(),
        height[KNEES].max() - hips,
        (ankles - height[HIPS]).max(),
        tuck.min(),
        reach.max(),
        reach[0],
        _gap(place, ELBOWS, KNEES[::-1]).min(),
        _gap(place, ELBOWS, KNEES).min(),
        float(np.hypot(*(place[ANKLES[0]] - place[ANKLES[1]]))),
        float(np.hypot(*(place[WRISTS[0]] - place[WRISTS[1]]))),
        hips,
        hips_across,
        hips_across - feet,
        across[KNEES].mean() - feet,
        height[NOSE] - shoulders,
        height[WRISTS[0]] - height[SHOULDERS[0]],
        height[WRISTS[1]] - height[SHOULDERS[1]],
        (height[ELBOWS] - height[SHOULDERS]).max(),
    )
    return np.array(values), float(np.hypot(*np.ptp(place[BODY], axis=0)))
