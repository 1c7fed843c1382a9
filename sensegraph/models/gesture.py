"""Landmarks of face, arms and hands to the input of the gesture net: one definition for training and run time."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.skeleton import BLAZEPOSE_POINTS, WINDOW_FRAMES

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

POINTS = (
    "nose", "l_eye", "r_eye", "l_ear", "r_ear", "l_mouth", "r_mouth", "l_shoulder", "r_shoulder",
    "l_elbow", "r_elbow", "l_wrist", "r_wrist", "l_hip", "r_hip",
)  # fmt: skip
POINT_INDEX = (0, 2, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 23, 24)
NOSE, EYES, EARS, MOUTH, SHOULDERS = 0, [1, 2], [3, 4], [5, 6], [7, 8]
VISIBILITY_GROUPS = ([9], [10], [11], [12], [13, 14])  # each elbow, each wrist, the hips

HAND_JOINTS = 21
PALM = [0, 5, 9, 13, 17]
INDEX_TIP, MIDDLE_TIP = 8, 12
SHAPE_JOINTS = [2, 4, 5, 6, 8, 9, 10, 12, 14, 16, 17, 18, 20]  # knuckles, middle joints and tips

BODY_CHANNELS = 2 * len(POINTS) + 4 + len(VISIBILITY_GROUPS) + 2 + 1
HAND_CHANNELS = 2 * 4 + 2 * len(SHAPE_JOINTS) + 2
GESTURE_CHANNELS = BODY_CHANNELS + 2 * HAND_CHANNELS
LIMIT = 4.0
HEAD_SHARE = 1.4
"""Shoulder width of a person seen from the front, at the least, in distances from the shoulders to the ears."""


def hold(values: Floats, known: Flags) -> Floats:
    """Fill frames in which something is not known with what was known last, or first in the window.

    Args:
        values: (B, T, ...); frames that are not known may hold anything, NaN included.
        known: (B, T).

    Returns:
        Like `values`; zeros where nothing is known in a whole window.
    """
    frames = np.arange(known.shape[1])
    last: NDArray[np.intp] = np.maximum.accumulate(np.where(known, frames, -1), axis=1)
    source = np.where(last >= 0, last, known.argmax(axis=1)[:, None])
    held: Floats = values[np.arange(len(values))[:, None], source].astype(np.float32)
    held[~known.any(axis=1)] = 0
    return held


def shoulder_size(places: Floats, seen: Flags) -> Floats:
    """Shoulder width of each window, (B,) px, 1 where nobody was seen.

    It is the median over the seen frames. A body that is turned shows narrow shoulders; the height of the ears over
    them then gives the size.

    Args:
        places: (B, T, P, 2) px, without gaps.
        seen: (B, T).
    """
    width = np.linalg.norm(places[:, :, SHOULDERS[0]] - places[:, :, SHOULDERS[1]], axis=-1)
    neck = places[:, :, EARS].mean(axis=2) - places[:, :, SHOULDERS].mean(axis=2)
    size = np.maximum(width, HEAD_SHARE * np.linalg.norm(neck, axis=-1))
    known: Floats = np.where(seen, size, np.float32(np.nan))
    known[~seen.any(axis=1)] = 1.0
    return np.asarray(np.maximum(np.nanmedian(known, axis=1), 1e-3), dtype=np.float32)


def body_channels(places: Floats, visibility: Floats, seen: Flags, size: Floats) -> Floats:
    """Channels of face and arms, (B, T, BODY_CHANNELS).

    Points relative to the shoulders' middle in shoulder widths; nose and mouth relative to the ears, enlarged, for the
    turns of the head; visibilities; the way of the shoulders' middle; whether the frame shows a person.

    Args:
        places: (B, T, P, 2) px, without gaps.
        visibility: (B, T, P) 0..1.
        seen: (B, T).
        size: (B,) shoulder width, px.
    """
    batch, frames = seen.shape
    scale = size[:, None, None]
    middle = places[:, :, SHOULDERS].mean(axis=2)
    around = (places - middle[:, :, None]) / scale[..., None]
    head = around[:, :, EARS].mean(axis=2)
    turn = [(around[:, :, NOSE] - head) * 4, (around[:, :, MOUTH].mean(axis=2) - head) * 4]
    way = (middle - middle.mean(axis=1, keepdims=True)) / scale * 2
    groups = np.stack([visibility[:, :, group].mean(axis=2) for group in VISIBILITY_GROUPS], axis=2)
    parts = [around.reshape(batch, frames, -1), *turn, groups, way, seen[:, :, None].astype(np.float32)]
    return np.concatenate(parts, axis=2)


def hand_channels(joints: Floats, found: Flags, places: Floats, size: Floats) -> Floats:
    """Channels of one hand, (B, T, HAND_CHANNELS); a hand that is lost keeps its last place and shape.

    The palm's middle relative to shoulders and mouth, index and middle fingertip relative to nose and eyes, joints
    relative to the palm's middle in hand sizes, hand size, whether it was found.

    Args:
        joints: (B, T, 21, 2) px.
        found: (B, T).
        places: (B, T, P, 2) px of the body, without gaps.
        size: (B,) shoulder width, px.
    """
    batch, frames = found.shape
    held, scale = hold(joints, found), size[:, None, None]
    palm = held[:, :, PALM].mean(axis=2)
    spread = np.sqrt(((held - held.mean(axis=2, keepdims=True)) ** 2).sum(axis=-1).mean(axis=-1))
    own = np.maximum(spread, 1e-3 * size[:, None])  # (B, T)
    shape = (held[:, :, SHAPE_JOINTS] - palm[:, :, None]) / own[..., None, None]
    ways = [
        (palm - places[:, :, SHOULDERS].mean(axis=2)) / scale,
        (palm - places[:, :, MOUTH].mean(axis=2)) / scale * 2,
        (held[:, :, INDEX_TIP] - places[:, :, NOSE]) / scale * 2,
        (held[:, :, MIDDLE_TIP] - places[:, :, EYES].mean(axis=2)) / scale * 2,
    ]
    large = (np.log(own / size[:, None]) + 1.6)[..., None]
    parts = np.concatenate([*ways, shape.reshape(batch, frames, -1), large], axis=2)
    parts[~found.any(axis=1)] = 0
    return np.concatenate([parts, found[..., None].astype(np.float32)], axis=2)


def gesture_channels(points: Floats, hands: Floats, found: Flags, seen: Flags) -> Floats:
    """Turn landmarks into the channels of the gesture net, for a batch of windows.

    Neither the resolution nor the place in the picture matters, and the distance of the person hardly.

    Args:
        points: (B, T, P, 3) x px, y px, visibility 0..1 of `POINTS`.
        hands: (B, T, 2, 21, 2) px, the person's left hand first.
        found: (B, T, 2) whether the hand was found in the frame.
        seen: (B, T) whether a person was found in the frame.

    Returns:
        (B, GESTURE_CHANNELS, T).
    """
    held = hold(np.asarray(points, np.float32), seen)
    places = held[..., :2]
    size = shoulder_size(places, seen)
    parts = [body_channels(places, held[..., 2], seen, size)]
    parts += [hand_channels(hands[:, :, side], found[:, :, side], places, size) for side in (0, 1)]
    stacked = np.concatenate(parts, axis=2).clip(-LIMIT, LIMIT)
    return np.ascontiguousarray(stacked.transpose(0, 2, 1), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class _Frame:
    points: Floats  # (P, 3)
    hands: Floats  # (2, 21, 2)
    found: Flags  # (2,)
    seen: bool


_NOBODY = _Frame(
    np.zeros((len(POINTS), 3), np.float32), np.zeros((2, HAND_JOINTS, 2), np.float32), np.zeros(2, np.bool_), False
)


class GestureWindow:
    """The newest 2.5 seconds of one person's body and hands at 16 fps; causal.

    Frames before the first push count as frames without a person.
    """

    def __init__(self) -> None:
        self._frames: deque[_Frame] = deque([_NOBODY] * WINDOW_FRAMES, maxlen=WINDOW_FRAMES)

    def push(self, points: NDArray[np.floating] | None, hands: Floats, scores: Floats) -> None:
        """Append one frame.

        Args:
            points: (33, 4) x px, y px, z px, visibility 0..1; None when nobody was found.
            hands: (2, 21, 3) x px, y px, z px, the person's left hand first.
            scores: (2,) presence 0..1; 0 for a hand that is not seen.

        Raises:
            ValueError: An array has another shape.
        """
        if points is None:
            self._frames.append(_NOBODY)
            return
        if points.shape != (BLAZEPOSE_POINTS, 4):
            raise ValueError(f"points must have shape (33, 4), but got {points.shape}")
        if hands.shape != (2, HAND_JOINTS, 3) or scores.shape != (2,):
            raise ValueError(
                f"hands and scores must have shapes (2, 21, 3) and (2,), but got {hands.shape}, {scores.shape}"
            )
        chosen = np.asarray(points[list(POINT_INDEX)][:, [0, 1, 3]], np.float32)
        self._frames.append(_Frame(chosen, np.asarray(hands[..., :2], np.float32), scores > 0, True))

    def clear(self) -> None:
        """Forget every frame, for example after a gap in the video."""
        self._frames.extend([_NOBODY] * WINDOW_FRAMES)

    @property
    def seen(self) -> float:
        """Share of the window's frames that show a person, 0..1."""
        return self.recent_seen(WINDOW_FRAMES)

    def recent_seen(self, frames: int) -> float:
        """Share of the newest frames that show a person, 0..1."""
        return sum(frame.seen for frame in list(self._frames)[-frames:]) / frames

    def tensor(self) -> Floats:
        """Return the channels of the window, (1, GESTURE_CHANNELS, 40)."""
        points = np.stack([frame.points for frame in self._frames])[None]
        hands = np.stack([frame.hands for frame in self._frames])[None]
        found = np.stack([frame.found for frame in self._frames])[None]
        return gesture_channels(points, hands, found, np.array([[frame.seen for frame in self._frames]]))
