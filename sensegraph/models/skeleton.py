"""Body landmarks to the input of the temporal net: one definition for training and for run time."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

RATE_FPS = 16
WINDOW_FRAMES = 40
STEP_FRAMES = 4

BLAZEPOSE_POINTS = 33
JOINTS = (
    "nose", "l_shoulder", "r_shoulder", "l_elbow", "r_elbow", "l_wrist", "r_wrist",
    "l_hip", "r_hip", "l_knee", "r_knee", "l_ankle", "r_ankle",
)  # fmt: skip
BLAZEPOSE_INDEX = (0, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28)
HIPS = [7, 8]
VISIBILITY_GROUPS = ([1, 2, 3, 4, 5, 6], [7, 8], [9, 10], [11, 12])  # arms, hips, knees, ankles

CHANNELS = 2 * len(JOINTS) + 2 + len(VISIBILITY_GROUPS) + 1
LIMIT = 4.0


def select_joints(points: NDArray[np.floating]) -> Floats:
    """Pick the 13 joints of the net out of BlazePose's 33 points.

    Args:
        points: (33, 4) x px, y px, z px, visibility 0..1, or (33, 3) x px, y px, visibility.

    Returns:
        (13, 3) x px, y px, visibility.
    """
    if points.ndim != 2 or points.shape[0] != BLAZEPOSE_POINTS or points.shape[1] not in (3, 4):
        raise ValueError(f"points must have shape (33, 4) or (33, 3), but got {points.shape}")
    return np.asarray(points[list(BLAZEPOSE_INDEX)][:, [0, 1, -1]], dtype=np.float32)


def hold_missing(joints: Floats, seen: NDArray[np.bool_]) -> Floats:
    """Fill frames without a person with the last pose before them, or the first pose of the window.

    Args:
        joints: (B, T, 13, 3); unseen frames may hold anything, NaN included.
        seen: (B, T).

    Returns:
        (B, T, 13, 3); zeros where a whole window is empty.
    """
    frames = np.arange(seen.shape[1])
    last: NDArray[np.intp] = np.maximum.accumulate(np.where(seen, frames, -1), axis=1)
    source = np.where(last >= 0, last, seen.argmax(axis=1)[:, None])
    held: Floats = np.take_along_axis(joints, source[:, :, None, None], axis=1).astype(np.float32)
    held[~seen.any(axis=1)] = 0
    return held


def body_size(points: Floats, seen: NDArray[np.bool_]) -> Floats:
    """Median over the seen frames of the diagonal of the joints' box.

    Args:
        points: (B, T, 13, 2) px, without gaps.
        seen: (B, T).

    Returns:
        (B,) px, 1 where nobody was seen.
    """
    diagonal = np.linalg.norm(points.max(axis=2) - points.min(axis=2), axis=-1)
    known: Floats = np.where(seen, diagonal, np.float32(np.nan))
    known[~seen.any(axis=1)] = 1.0
    return np.asarray(np.maximum(np.nanmedian(known, axis=1), 1e-3), dtype=np.float32)


def skeleton_channels(joints: Floats, seen: NDArray[np.bool_]) -> Floats:
    """Turn joints into the channels of the temporal net, for a batch of windows.

    Joints are relative to the hip centre, in body sizes; the track of the hip centre, the visibility of four
    groups of joints and whether the frame showed a person follow. Neither the
    resolution nor the place in the picture matters.

    Args:
        joints: (B, T, 13, 3) x px, y px, visibility 0..1.
        seen: (B, T) whether a person was found in the frame.

    Returns:
        (B, CHANNELS, T).
    """
    held = hold_missing(joints, seen)
    points, visibility = held[..., :2], held[..., 2]
    size = body_size(points, seen)[:, None, None]
    hip = points[:, :, HIPS].mean(axis=2)
    pose = (points - hip[:, :, None]) / size[..., None] * 2
    track = (hip - hip.mean(axis=1, keepdims=True)) / size * 4
    groups = np.stack([visibility[:, :, group].mean(axis=2) for group in VISIBILITY_GROUPS], axis=2)
    batch, frames = seen.shape
    parts = [pose.reshape(batch, frames, -1), track, groups, seen[:, :, None].astype(np.float32)]
    stacked = np.concatenate(parts, axis=2).clip(-LIMIT, LIMIT)
    return np.ascontiguousarray(stacked.transpose(0, 2, 1), dtype=np.float32)


class SkeletonWindow:
    """The newest 2.5 seconds of one person's landmarks at 16 fps; causal.

    Frames before the first push count as frames without a person.
    """

    def __init__(self) -> None:
        self._frames: deque[Floats | None] = deque([None] * WINDOW_FRAMES, maxlen=WINDOW_FRAMES)

    def push(self, points: NDArray[np.floating] | None) -> None:
        """Append one frame.

        Args:
            points: (33, 4) x px, y px, z px, visibility 0..1; None when nobody was found.
        """
        self._frames.append(None if points is None else select_joints(points))

    def clear(self) -> None:
        """Forget every frame, for example after a gap in the video."""
        self._frames.extend([None] * WINDOW_FRAMES)

    @property
    def seen(self) -> float:
        """Share of the window's frames that show a person, 0..1."""
        return sum(frame is not None for frame in self._frames) / WINDOW_FRAMES

    def recent_seen(self, frames: int) -> float:
        """Share of the newest frames that show a person, 0..1."""
        return sum(frame is not None for frame in list(self._frames)[-frames:]) / frames

    def tensor(self) -> Floats:
        """Return the channels of the window, (1, CHANNELS, 40)."""
        seen = np.array([[frame is not None for frame in self._frames]])
        empty = np.zeros((len(JOINTS), 3), dtype=np.float32)
        joints = np.stack([empty if frame is None else frame for frame in self._frames])[None]
        return skeleton_channels(joints, seen)
