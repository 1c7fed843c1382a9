"""Labels performed one after another, with rests between, and the truth of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sensegraph.models.skeleton import RATE_FPS
from sensegraph.training.motion.body import Angles, Body, planted, pose
from sensegraph.training.motion.exercise import Exercise, perform
from sensegraph.training.render.array import Array
from sensegraph.training.render.film import resample
from sensegraph.training.render.stance import on_floor
from sensegraph.training.render.view import turned

NONE = "none"  # label of a rest
BLEND_S = 0.5  # over which a movement grows out of the one before
STILL_S = 0.4  # before the first and after the last repetition


@dataclass(frozen=True)
class Segment:
    """A stretch of one label.

    Attributes:
        label: What is done; `NONE` in a rest.
        joints: Joints (T,13,3) of its frames, metres, on the floor.
        reps: Seconds from its start at which each repetition is complete.
        upright: Whether it is done standing.
    """

    label: str
    joints: Array
    reps: tuple[float, ...]
    upright: bool


def rest(body: Body, seconds: float, fps: float, degrees: float) -> Segment:
    """Standing still, almost: the arms swing and the weight shifts a little."""
    frames = round(seconds * RATE_FPS) + 1
    t = np.arange(frames) / RATE_FPS
    angles = Angles(frames)
    for side, sign in (("L", 1), ("R", -1)):
        angles.values["upper_arm_flex" + side] = 2 + 1.5 * sign * np.sin(1.4 * t)
        angles.values["forearm_flex" + side] = 10 + 2 * sign * np.sin(1.4 * t + 0.4)
    angles.set(roll=0.6 * np.sin(1.1 * t), lean=1 + 0.6 * np.sin(1.9 * t))
    return Segment(NONE, _shown(planted(pose(body, angles)), fps, degrees), (), upright=True)


def exercise(
    rng: np.random.Generator,
    label: str,
    body: Body,
    what: Exercise,
    fps: float,
    *,
    seconds: float = 10.0,
    reps: int | None = None,
    degrees: float = 0.0,
) -> Segment:
    """Perform a label in a drawn style and tempo.

    Args:
        rng: Source of style and tempo.
        label: Its label.
        body: Segment lengths of who performs.
        what: The exercise of that label.
        fps: Frames per second.
        seconds: How long, about: whole repetitions are done.
        reps: Number of repetitions instead; for what is held, of breaths.
        degrees: How far the person is turned from facing the camera.
    """
    low, high = what.period_s
    period = rng.uniform(low + 0.25 * (high - low), high - 0.25 * (high - low))
    count = reps or max(1, round((seconds - 2 * STILL_S) / period))
    t = np.arange(0, count * period + 2 * STILL_S, 1 / RATE_FPS)
    cycles = np.clip((t - STILL_S) / period, 0, count)
    ends = tuple(round(STILL_S + (k + 1) * period, 3) for k in range(count)) if what.counted else ()
    joints = _shown(perform(rng, what, body, cycles), fps, degrees)
    return Segment(label, joints, ends, _upright(joints))


def _shown(joints: Array, fps: float, degrees: float) -> Array:
    return on_floor(turned(resample(joints, RATE_FPS, fps), degrees))


def _upright(joints: Array) -> bool:
    """Whether a motion is done on the feet: hips over them, trunk over the hips."""
    hips, feet = joints[:, [7, 8]].mean(1), joints[:, [11, 12]].mean(1)
    aside = np.median(np.linalg.norm((hips - feet)[:, [0, 2]], axis=1))
    rise = np.median(joints[:, [1, 2], 1].mean(1) - hips[:, 1])
    return bool(np.quantile(hips[:, 1], 0.1) > 0.3 and aside < 0.4 and rise > 0.15)


def with_rests(segments: Sequence[Segment], pause: Segment) -> list[Segment]:
    """A rest before, between and after the segments."""
    out = [pause]
    for each in segments:
        out += [each, pause]
    return out


def blended(segments: Sequence[Segment], fps: float) -> list[Segment]:
    """Let what is done standing grow out of what was done standing before it."""
    out = list(segments[:1])
    frames = round(BLEND_S * fps)
    for before, now in pairwise(segments):
        if before.upright and now.upright:
            share = (0.5 - 0.5 * np.cos(np.pi * np.linspace(0, 1, frames)))[:, None, None]
            joints = now.joints.copy()
            joints[:frames] = before.joints[-1] * (1 - share) + joints[:frames] * share
            now = Segment(now.label, joints, now.reps, now.upright)
        out.append(now)
    return out


def truth_rows(segments: Sequence[Segment], file: str, fps: float) -> list[tuple[str, float, float, str, int]]:
    """Rows file, start_s, end_s, label, reps of segments that follow one another."""
    rows, start = [], 0
    for each in segments:
        end = start + len(each.joints)
        rows.append((file, round(start / fps, 3), round(end / fps, 3), each.label, len(each.reps)))
        start = end
    return rows
