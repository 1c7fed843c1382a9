"""Traits of hands: a few numbers that tell shapes and paths from very few examples, whatever a net has learnt.

The embedding of a net tells well what it was trained to tell. Somebody's own gesture may be none of that; these are
read straight off the channels of the gesture net, by rules alone.
"""

from __future__ import annotations

import numpy as np

from sensegraph.models.gesture import BODY_CHANNELS, HAND_CHANNELS, SHAPE_JOINTS, Floats
from sensegraph.models.skeleton import RATE_FPS, WINDOW_FRAMES

TRAITS_VERSION = 1
"""Raised when the numbers mean something else: a classifier that stands on others is refused."""

WAYS = 8
"""Channels of a hand before those of its shape."""
PALM_WAY, INDEX_WAY = 0, 4
REACH = (4, 8, 12, 16, 20, 6, 10, 14, 18)
"""Joints whose distance from the palm's middle is taken: tips and middle joints."""
APART = (
    (4, 8), (8, 12), (12, 16), (16, 20), (4, 17), (8, 6), (12, 10), (16, 14), (20, 18), (4, 2), (8, 5), (12, 9),
    (20, 17), (4, 20), (4, 5),
)  # fmt: skip
"""Pairs of joints whose distance is taken: neighbouring tips, each finger's own bend, the thumb across the palm."""
SPANS = (RATE_FPS, WINDOW_FRAMES)
"""Frames over which a path is looked at: the newest second, and all."""
PATH_TRAITS = 7
TRAITS = 2 * (2 * (len(REACH) + len(APART)) + len(SPANS) * 2 * PATH_TRAITS)


def hand_traits(channels: Floats) -> Floats:
    """Return the traits of both hands in windows, (N, TRAITS).

    For each hand: distances within it, in hand sizes, which neither a turn in the picture nor a mirror changes, as mean
    and deviation over the newest second; and for the palm and the tip of the index finger what their path is like.

    Args:
        channels: (N, GESTURE_CHANNELS, 40) of the gesture net.
    """
    parts = []
    for side in (0, 1):
        hand = channels[:, BODY_CHANNELS + side * HAND_CHANNELS :][:, :HAND_CHANNELS]
        newest = _distances(hand[:, WAYS : WAYS + 2 * len(SHAPE_JOINTS), -RATE_FPS:])
        parts += [newest.mean(axis=2), newest.std(axis=2)]
        parts += [_path(hand[:, way : way + 2, -span:]) for span in SPANS for way in (PALM_WAY, INDEX_WAY)]
    return np.concatenate(parts, axis=1).astype(np.float32)


def _distances(shape: Floats) -> Floats:
    """Distances within a hand, (N, D, T), of its shape channels (N, 2 J, T)."""
    places = shape.reshape(len(shape), len(SHAPE_JOINTS), 2, -1)
    at = {joint: number for number, joint in enumerate(SHAPE_JOINTS)}
    ways = [places[:, at[joint]] for joint in REACH]
    ways += [places[:, at[one]] - places[:, at[other]] for one, other in APART]
    return np.stack([np.hypot(way[:, 0], way[:, 1]) for way in ways], axis=1)


def _path(path: Floats) -> Floats:
    """What a path (N, 2, T) is like, (N, PATH_TRAITS).

    Twice the area it goes around, with a sign for its sense; its length; from where to where; how wide it is; and its
    mean turn, weighted by the speed, so that a trembling point does not turn.
    """
    step = np.diff(path, axis=2)
    around = path - path.mean(axis=2, keepdims=True)
    between = (around[:, :, 1:] + around[:, :, :-1]) / 2
    area = _cross(between, step).sum(axis=1)
    speed = np.hypot(step[:, 0], step[:, 1])
    length = speed.sum(axis=1)
    before, after = step[:, :, :-1], step[:, :, 1:]
    angle = np.arctan2(_cross(before, after), (before * after).sum(axis=1))
    turn = (angle * np.minimum(speed[:, :-1], speed[:, 1:])).sum(axis=1) / (length + 0.05)
    return np.stack([area, length, *(path[:, :, -1] - path[:, :, 0]).T, *path.std(axis=2).T, turn], axis=1)


def _cross(one: Floats, other: Floats) -> Floats:
    return one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
