"""A random camera and the faults of a landmark tracker: from joints in metres to landmarks in the picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensegraph.training.motion.body import ANKLES, HIPS, KNEES, SHOULDERS
from sensegraph.training.motion.styles import reserved

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rng = np.random.Generator

LEFT, RIGHT = [1, 3, 5, 7, 9, 11], [2, 4, 6, 8, 10, 12]
LEGS = KNEES + ANKLES


def project(rng: Rng, joints: Array) -> tuple[Array, Array]:
    """Look at joints from a random side, height and distance.

    Args:
        rng: source of randomness.
        joints: (T, 13, 3) metres, y up.

    Returns:
        (T, 13, 2) picture coordinates with y down, and (T, 13) depth behind the body's middle in metres.
    """
    yaw = reserved(rng, 0, 2 * np.pi) if rng.uniform() < 0.6 else rng.normal(0, 0.5)
    pitch = np.radians(rng.normal(5, 10) if rng.uniform() < 0.75 else rng.uniform(-12, 38))  # some hang high
    roll = np.radians(rng.normal(0, 3))
    points = joints - joints[:, HIPS].mean(axis=(0, 1))
    for angle, i, j in ((-yaw, 0, 2), (pitch, 1, 2), (roll, 0, 1)):
        first, second = points[..., i].copy(), points[..., j].copy()
        points[..., i] = np.cos(angle) * first - np.sin(angle) * second
        points[..., j] = np.sin(angle) * first + np.cos(angle) * second
    distance = np.maximum(reserved(rng, 2.0, 7.0) - points[..., 2], 0.8)
    flat = np.stack([points[..., 0], -points[..., 1]], axis=-1) / distance[..., None]
    return flat, -points[..., 2]


def size_of(points: Array) -> float:
    """Median diagonal of the joints' box over the frames."""
    return float(np.median(np.linalg.norm(np.ptp(points, axis=1), axis=-1)))


def smooth_noise(rng: Rng, shape: tuple[int, ...], frames: int) -> Array:
    """Noise of about unit size that changes within half a second, (frames, *shape)."""
    knots = rng.normal(0, 1, (frames // 6 + 3, *shape))
    place = np.linspace(0, len(knots) - 1.001, frames)
    left = place.astype(int)
    blend = (place - left).reshape(-1, *(1,) * len(shape))
    return np.asarray(knots[left] * (1 - blend) + knots[left + 1] * blend)


def jitter(rng: Rng, points: Array) -> Array:
    """Tremble, drift and single joints that go astray, in shares of the body's size."""
    frames, size = len(points), size_of(points)
    noisy = points + rng.normal(0, rng.uniform(0.001, 0.011), points.shape) * size
    noisy += smooth_noise(rng, points.shape[1:], frames) * rng.uniform(0, 0.014) * size
    for joint in np.flatnonzero(rng.uniform(size=13) < 0.04):
        begin = rng.integers(0, frames)
        end = begin + rng.integers(2, 12)
        noisy[begin:end, joint] += rng.normal(0, 0.08, 2) * size
    return np.asarray(noisy)


def swap_sides(rng: Rng, points: Array) -> Array:
    """Mix up left and right for a while, whole body or legs only."""
    if rng.uniform() < 0.1:
        begin = rng.integers(0, len(points))
        part = slice(begin, begin + int(rng.integers(2, 24)))
        first = 0 if rng.uniform() < 0.6 else 3
        left, right = LEFT[first:], RIGHT[first:]
        points = points.copy()
        points[part, left + right] = points[part, right + left]
    return points


def occlude(rng: Rng, points: Array, depth: Array) -> tuple[Array, Array]:
    """Draw visibilities; limbs on the far side of a person seen from the side are hidden and guessed."""
    size = size_of(points)
    visibility = 1 - rng.beta(1, 60, points.shape[:2])
    width = np.abs(np.diff(points[:, SHOULDERS, 0], axis=1)).mean() / size
    if width < 0.12:
        far = np.where(depth[:, LEFT].mean() > depth[:, RIGHT].mean(), LEFT, RIGHT)
        limbs = far[1:3] if rng.uniform() < 0.7 else far[1:]
        visibility[:, limbs] = rng.uniform(0.1, 0.99)
        points = points.copy()
        points[:, limbs] += smooth_noise(rng, (len(limbs), 2), len(points)) * rng.uniform(0, 0.03) * size
    return points, visibility


def cut_level(rng: Rng, points: Array, crop: float) -> float:
    """Height in the picture where the frame ends; infinite when the whole body shows.

    Args:
        rng: source of randomness.
        points: (T, 13, 2), y down.
        crop: 0 = whole body, 1 = may be cut anywhere below the shoulders, between = shins or feet only.
    """
    middle = np.median(points[..., 1], axis=0)
    levels = [middle[SHOULDERS].mean(), middle[HIPS].mean(), middle[KNEES].mean(), middle[ANKLES].mean()]
    if rng.uniform() >= crop:
        return float("inf")
    top, bottom = (
        (levels[0] * 0.3 + levels[1] * 0.7, levels[2])
        if crop > 0.15
        else (levels[2] * 0.4 + levels[3] * 0.6, levels[3])
    )
    return float(rng.uniform(min(top, bottom), max(top, bottom)))


def crop_frame(rng: Rng, points: Array, visibility: Array, crop: float) -> tuple[Array, Array]:
    """End the frame below and at one side: points beyond are guessed by the tracker with a low visibility."""
    size = size_of(points)
    below = points[..., 1] - cut_level(rng, points, crop)
    outside = np.maximum(below, 0)
    if rng.uniform() < crop * 0.4:
        sign = rng.choice([-1.0, 1.0])
        edge = np.quantile(sign * points[..., 0], rng.uniform(0.5, 1))
        outside = np.maximum(outside, sign * points[..., 0] - edge)
    if not outside.any():
        return points, visibility
    beyond = (outside / size)[..., None]
    guess = smooth_noise(rng, points.shape[1:], len(points)) * rng.uniform(0.005, 0.06)
    guess += rng.normal(0, rng.uniform(0.002, 0.012), points.shape)
    stiff = rng.uniform(0, 0.9)
    rest = points - points[:, HIPS].mean(axis=1, keepdims=True)
    rest = np.median(rest, axis=0) + points[:, HIPS].mean(axis=1, keepdims=True)
    share = np.clip(beyond * 12, 0, 1)
    guessed = points + share * (stiff * (rest - points) + guess * size)
    lowered = visibility * np.exp(-np.clip(beyond[..., 0] * rng.uniform(8, 40), 0, 8))
    return guessed, lowered


def hide_legs(rng: Rng, points: Array, visibility: Array) -> tuple[Array, Array]:
    """Put a table before the legs: knees and ankles are guessed, stiff and shortened, and less visible."""
    size = size_of(points)
    hips = points[:, HIPS].mean(axis=1, keepdims=True)
    guess = np.median(points[:, LEGS] - hips, axis=0) * [1, rng.uniform(0.3, 1.0)] + hips
    guess = guess + smooth_noise(rng, (len(LEGS), 2), len(points)) * rng.uniform(0.003, 0.03) * size
    points, visibility = points.copy(), visibility.copy()
    points[:, LEGS] = guess
    visibility[:, LEGS] *= rng.uniform(0.1, 1.0, (1, len(LEGS)))
    return points, visibility


def mistrack(rng: Rng, points: Array) -> Array:
    """Let the tracker sit on someone or something else up to a random frame."""
    place = slice(0, int(rng.integers(1, len(points) - 4)))
    size = size_of(points)
    wrong = points.copy()
    shrink = rng.uniform(0.4, 1.6)
    middle = points[place].mean(axis=(0, 1))
    wrong[place] = (points[place] - middle) * shrink + middle + rng.normal(0, 0.6, 2) * size
    wrong[place] += smooth_noise(rng, points.shape[1:], place.stop) * rng.uniform(0, 0.2) * size
    return wrong


def drop_frames(rng: Rng, frames: int) -> Flags:
    """Which frames show a person: nearly all, with a short gap or single losses now and then."""
    seen = np.ones(frames, dtype=bool)
    if rng.uniform() < 0.08:
        begin = rng.integers(0, frames)
        seen[begin : begin + rng.integers(1, 8)] = False
    if rng.uniform() < 0.05:
        seen &= rng.uniform(size=frames) > 0.1
    return seen


def film(rng: Rng, joints: Array, crop: float, astray: float, table: float = 0.0) -> tuple[Array, Flags]:
    """Film joints: what a landmark tracker at a random camera would give.

    Args:
        rng: source of randomness.
        joints: (T, 13, 3) metres, y up.
        crop: chance that the frame cuts the body; up to 0.15 only the feet and shins.
        astray: chance that the tracker was on something else before.
        table: chance that something stands before the legs.

    Returns:
        (T, 13, 3) x, y (down) in units of no fixed scale and visibility, and (T,) whether a person was found.
    """
    points, depth = project(rng, joints)
    points, visibility = occlude(rng, points, depth)
    points, visibility = crop_frame(rng, points, visibility, crop)
    if rng.uniform() < table:
        points, visibility = hide_legs(rng, points, visibility)
    points = swap_sides(rng, jitter(rng, points))
    if rng.uniform() < astray:
        points = mistrack(rng, points)
    if rng.uniform() < 0.1:
        visibility = visibility * rng.uniform(0.5, 1, (1, 13))
    return np.concatenate([points, visibility[..., None]], axis=-1), drop_frames(rng, len(points))
