"""A webcam before the figure, and the faults of the landmark nets: from metres to landmarks in the picture.

Everything works on batches of windows. Only the sizes of the faults come from real video. The landmarks of the ten
signing clips were looked at through third differences, which leave little but noise: 0.01 shoulder widths for the face,
0.004 for the shoulders, 0.013 for elbows, 0.02 for wrists, 0.01 for hips; joints of a hand 0.05 of its size, a tenth of
them above 0.16. A hand was found in 6 of 10 frames at rest, in 4 at 3 to 5 shoulder widths per second, in 2 above that,
and was lost or found again 4 times in 2.5 s.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensegraph.models.gesture import MOUTH, PALM, SHOULDERS
from sensegraph.models.skeleton import RATE_FPS
from sensegraph.training.motion.styles import reserved

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
Rng = np.random.Generator

TREMBLE = np.array([1, 1, 1, 1, 1, 1, 1, 0.5, 0.5, 1.2, 1.2, 1.4, 1.4, 1.0, 1.0]) * 0.007  # shoulder widths
DRIFT = np.array([1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3]) * 0.008
OFFSET = np.array([1, 1, 1, 1, 1, 1, 1, 1.5, 1.5, 4, 4, 3, 3, 5, 5]) * 0.012
WRISTS = [11, 12]


@dataclass(frozen=True)
class Camera:
    """Where the camera is, seen from the middle of the shoulders, and what it shows.

    Attributes:
        yaw: degrees to the person's left.
        elevation: degrees above the shoulders.
        distance: metres.
        roll: degrees.
        half_width: of the picture, as a share of the distance.
        half_height: likewise.
        above: height of the picture's middle over the shoulders, as a share of the distance.
        aside: of the picture's middle to the person's left, likewise.
    """

    yaw: float
    elevation: float
    distance: float
    roll: float
    half_width: float
    half_height: float
    above: float
    aside: float

    @classmethod
    def draw(cls, rng: Rng, roomy: bool) -> Camera:
        """Draw a webcam at 0.55 to 3 metres, farther for a narrow lens.

        Args:
            rng: source of randomness.
            roomy: it shows the hands before the chest too, not only the head and what is left and right of it.
        """
        distance = float(np.exp(reserved(rng, np.log(0.55), np.log(3.0))))
        half_width = float(np.tan(np.radians(rng.uniform(25, 40))))
        half_height = half_width * (0.75, 9 / 16, 9 / 16, 4 / 3)[rng.choice(4, p=[0.4, 0.25, 0.25, 0.1])]
        low, wide = (0.35, 0.45) if roomy else (0.12, 0.3)  # metres that must be in view below and at each side
        distance = max(distance, (0.3 + low) / 2 / half_height, wide / half_width)
        lowest, highest = 0.3 / distance - half_height, half_height - low / distance
        return cls(
            yaw=reserved(rng, -40, 40) if rng.uniform() < 0.5 else rng.normal(0, 10),
            elevation=rng.normal(4, 9),
            distance=distance,
            roll=rng.normal(0, 3),
            half_width=half_width,
            half_height=half_height,
            above=lowest + (max(highest, lowest) - lowest) * rng.uniform(0, 0.8) ** 1.5,
            aside=rng.normal(0, 0.12 if roomy else 0.25) * half_width,
        )

    def direction(self) -> Array:
        """Unit vector (3,) from the shoulders to the camera, in the person's axes."""
        yaw, elevation = np.radians(self.yaw), np.radians(self.elevation)
        return np.array([np.sin(yaw) * np.cos(elevation), np.sin(elevation), np.cos(yaw) * np.cos(elevation)])


@dataclass(frozen=True)
class Landmarks:
    """What the trackers give for a batch of windows.

    Attributes:
        points: (N, T, 15, 3) x, y (down), visibility.
        hands: (N, T, 2, 21, 2).
        found: (N, T, 2).
        seen: (N, T).
    """

    points: Floats
    hands: Floats
    found: Flags
    seen: Flags


def project(cameras: Array, points: Array) -> Array:
    """Places (N, T, P, 2) in the picture, y down, its middle at 0, of points (N, T, P, 3); cameras (N, 8)."""
    yaw, elevation, distance, roll, _, _, above, aside = (each[:, None, None] for each in cameras.T)
    yaw, elevation, roll = np.radians(yaw), np.radians(elevation), np.radians(roll)
    x, y, z = np.moveaxis(points, -1, 0)
    x, z = np.cos(yaw) * x - np.sin(yaw) * z, np.sin(yaw) * x + np.cos(yaw) * z
    y, z = np.cos(elevation) * y - np.sin(elevation) * z, np.sin(elevation) * y + np.cos(elevation) * z
    depth = np.maximum(distance - z, 0.15)
    right, down = x / depth - aside, above - y / depth
    return np.stack([np.cos(roll) * right - np.sin(roll) * down, np.sin(roll) * right + np.cos(roll) * down], axis=-1)


def smooth_noise(rng: Rng, windows: int, frames: int, shape: tuple[int, ...], every: int = 6) -> Array:
    """Noise of about unit size that changes within `every` frames, (windows, frames, *shape)."""
    knots = rng.standard_normal((windows, frames // every + 2, *shape), dtype=np.float32)
    place = np.linspace(0, knots.shape[1] - 1.001, frames)
    left = place.astype(int)
    blend = (place - left).astype(np.float32).reshape(-1, *(1,) * len(shape))
    return np.asarray(knots[:, left] * (1 - blend) + knots[:, left + 1] * blend)


def outside(cameras: Array, places: Array) -> Array:
    """How far places (N, T, ..., 2) are beyond the picture's edge, (N, T, ...), 0 inside."""
    half = cameras[:, 4:6].reshape(len(cameras), *(1,) * (places.ndim - 2), 2)
    return np.asarray(np.maximum(np.abs(places) - half, 0).max(axis=-1))


def track_body(rng: Rng, cameras: Array, places: Array, palms: Array, size: Array) -> Array:
    """Points (N, T, 15, 3) with the faults of BlazePose.

    Args:
        rng: source of randomness.
        cameras: (N, 8).
        places: (N, T, 15, 2) true places.
        palms: (N, T, 2, 2) true places of the palms: what they cover is placed badly.
        size: (N, 1, 1, 1) shoulder width in the picture.
    """
    windows, frames, count, _ = places.shape
    quality = np.exp(rng.normal(0, 0.5, (windows, 1, 1, 1)))
    noise = rng.standard_normal(places.shape, dtype=np.float32) * TREMBLE[:, None]
    noise = noise + smooth_noise(rng, windows, frames, (count, 2)) * DRIFT[:, None]
    noise = noise + rng.normal(0, 1, (windows, 1, count, 2)) * OFFSET[:, None]
    near = np.linalg.norm(places[:, :, :7, None] - palms[:, :, None], axis=-1).min(axis=-1) / size[..., 0]
    noise[:, :, :7] *= (1 + 2.5 * np.clip(1 - near / 0.35, 0, 1))[..., None]
    speed = np.abs(np.diff(places[:, :, WRISTS], axis=1, prepend=places[:, :1, WRISTS]))
    noise[:, :, WRISTS] += rng.normal(0, 0.15, speed.shape) * speed / size
    beyond = outside(cameras, places)[..., None] / size
    noise = noise * (1 + 8 * np.minimum(beyond, 0.5))
    stiff = rng.uniform(0, 0.8, (windows, 1, 1, 1)) * np.clip(beyond * 3, 0, 1)
    held = places + stiff * (np.median(places, axis=1, keepdims=True) - places)
    visibility = (1 - rng.beta(1, 40, (windows, frames, count))) * np.exp(
        -np.clip(beyond[..., 0] * rng.uniform(1, 8, (windows, 1, 1)), 0, 6)
    )
    unsure = np.maximum(smooth_noise(rng, windows, frames, (2,)) - rng.uniform(0.5, 3, (windows, 1, 1)), 0)
    visibility[:, :, WRISTS] *= np.exp(-unsure)
    return np.concatenate([held + noise * size * quality, visibility[..., None]], axis=-1)


def lose_hands(rng: Rng, cameras: Array, hands: Array, points: Array, size: Array) -> Flags:
    """Whether each hand is found, (N, T, 2).

    A hand is lost outside the picture, when it is fast, covered by the other, small, edge-on, or by chance for a while;
    and it is found again a few frames late.

    Args:
        rng: source of randomness.
        cameras: (N, 8).
        hands: (N, T, 2, 21, 2) true places.
        points: (N, T, 15, 3) from `track_body`.
        size: (N, 1, 1) shoulder width in the picture.
    """
    windows, frames = hands.shape[:2]
    palms = hands[..., PALM, :].mean(axis=-2)  # (N, T, 2, 2)
    spread = np.sqrt(hands.var(axis=-2).sum(axis=-1))  # (N, T, 2)
    speed = np.linalg.norm(np.diff(palms, axis=1, prepend=palms[:, :1]), axis=-1) * RATE_FPS / size
    each = rng.uniform(size=(6, windows, 1, 1))
    risk = np.clip((speed - 1 - 4 * each[0]) / (1.5 + 6 * each[1]), 0, 0.9)
    apart = np.linalg.norm(palms[:, :, 0] - palms[:, :, 1], axis=-1)[..., None] / size
    covered = rng.uniform(size=(windows, 1, 2)) < 0.5
    risk += covered * 0.8 * each[2] * np.clip(1.5 - apart / 0.3, 0, 1)
    risk += 0.5 * np.clip(1.4 - spread / size / 0.07, 0, 1)  # edge-on or folded away
    risk += np.clip(1.5 - spread / 0.016, 0, 1)  # small in the picture
    lost = smooth_noise(rng, windows, frames, (2,), 5) * 0.6 > 1.9 - 1.6 * each[3] ** 2
    lost |= 0.5 + 0.25 * smooth_noise(rng, windows, frames, (2,), 3) < risk
    lost |= outside(cameras, palms) > np.abs(rng.normal(0, 0.02, (windows, 1, 1)))
    lost |= points[:, :, WRISTS, 2] < 0.5
    late = rng.choice(4, p=[0.5, 0.3, 0.15, 0.05], size=(windows, 1, 1))
    found = ~lost
    for delay in (1, 2, 3):
        earlier = np.concatenate([~lost[:, :1].repeat(delay, axis=1), ~lost[:, :-delay]], axis=1)
        found &= earlier | (late < delay)
    found &= rng.uniform(size=found.shape) > 0.25 * each[4] ** 3
    found[rng.uniform(size=windows) < 0.02] = False  # no hand is found at all
    return np.asarray(found)


def track_hands(rng: Rng, hands: Array, found: Flags, mouth: Array, size: Array) -> tuple[Array, Flags]:
    """Joints (N, T, 2, 21, 2) with the faults of BlazeHand, and whether each hand is found, (N, T, 2).

    Args:
        rng: source of randomness.
        hands: (N, T, 2, 21, 2) true places.
        found: (N, T, 2) from `lose_hands`.
        mouth: (N, T, 2) true place, where a hand may be seen that is none.
        size: (N, 1, 1) shoulder width in the picture.
    """
    windows, frames = hands.shape[:2]
    spread = np.sqrt(hands.var(axis=-2).sum(axis=-1))[..., None, None]
    unsure = np.exp(rng.normal(0, 0.5, (windows, 1, 2, 1, 1)) + 0.4 * smooth_noise(rng, windows, frames, (2, 1, 1)))
    noise = rng.standard_normal(hands.shape, dtype=np.float32) * 0.05
    noise += smooth_noise(rng, windows, frames, (2, 21, 2)) * 0.06
    noise += rng.standard_normal((windows, 1, 2, 21, 2), dtype=np.float32) * 0.06
    noise += smooth_noise(rng, windows, frames, (2, 1, 2)) * 0.08
    joints = hands + noise * unsure * np.maximum(spread, 0.06 * size[..., None, None])
    for window in np.flatnonzero(rng.uniform(size=windows) < 0.08):
        begin = int(rng.integers(0, frames - 2))
        part, kind = slice(begin, begin + int(rng.integers(2, 16))), rng.uniform()
        if kind < 0.35:  # the sides are mixed up
            joints[window, part] = joints[window, part, ::-1]
            found[window, part] = found[window, part, ::-1]
        elif kind < 0.6:  # one hand is taken for both
            side = int(rng.integers(2))
            joints[window, part, 1 - side] = joints[window, part, side]
            found[window, part, 1 - side] = found[window, part, side]
        else:  # something is taken for a hand
            side = int(rng.integers(2))
            place = mouth[window, part] + rng.normal(0, 0.6, 2) * size[window, 0, 0]
            form = joints[window, part, side] - joints[window, part, side].mean(axis=1, keepdims=True)
            joints[window, part, side] = form * rng.uniform(0.5, 1.5) + place[:, None]
            found[window, part, side] = True
    return joints, found


def film(rng: Rng, cameras: Array, points: Array, hands: Array) -> Landmarks:
    """Film figures: what the trackers would give.

    Args:
        rng: source of randomness.
        cameras: (N, 8) fields of `Camera`.
        points: (N, T, 15, 3) metres, from `Gesticulation.joints`.
        hands: (N, T, 2, 21, 3) metres.
    """
    windows, frames = points.shape[:2]
    places = project(cameras, points)
    flat = project(cameras, hands.reshape(windows, frames, 42, 3)).reshape(windows, frames, 2, 21, 2)
    width = np.linalg.norm(places[:, :, SHOULDERS[0]] - places[:, :, SHOULDERS[1]], axis=-1)
    size = np.maximum(np.median(width, axis=1), 0.2 / cameras[:, 2])[:, None, None]
    seen_points = track_body(rng, cameras, places, flat[..., PALM, :].mean(axis=-2), size[..., None])
    found = lose_hands(rng, cameras, flat, seen_points, size)
    joints, found = track_hands(rng, flat, found, places[:, :, MOUTH].mean(axis=2), size)
    seen = np.ones((windows, frames), np.bool_)
    for window in np.flatnonzero(rng.uniform(size=windows) < 0.06):
        begin = 0 if rng.uniform() < 0.5 else int(rng.integers(0, frames - 1))
        seen[window, begin : begin + int(rng.integers(1, 20 if begin == 0 else 6))] = False
    seen[:, -1] |= ~seen.any(axis=1)
    return Landmarks(seen_points.astype(np.float32), joints.astype(np.float32), found & seen[..., None], seen)
