"""One person who performs: courses of both arms, the head and the trunk, and what happened when.

Motions are written for the right hand; a mirrored performance gives those of the left one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensegraph.training.motion.gestures.figure import (
    ARM_SIZE,
    FINGERS,
    MOUTH,
    NECK,
    PALM,
    PLACE,
    SHAPE,
    Build,
    Gesticulation,
    moved,
)
from sensegraph.training.motion.gestures.hand import LENGTH, RELAXED

Array = NDArray[np.float64]
Vector = Sequence[float]
Rng = np.random.Generator

LEFTWARD, RIGHTWARD = np.array([1.0, 0, 0]), np.array([-1.0, 0, 0])
UP, DOWN = np.array([0.0, 1, 0]), np.array([0.0, -1, 0])
AHEAD, BACK = np.array([0.0, 0, 1]), np.array([0.0, 0, -1])
LIPS = np.array([0.0, NECK[1] + MOUTH[1], NECK[2] + MOUTH[2] + 0.01])
CHIN = moved(LIPS, 0, -0.04, -0.01)
EYES, FOREHEAD = moved(LIPS, 0, 0.085, -0.005), moved(LIPS, 0, 0.115, -0.015)
RIGHT_EAR, RIGHT_CHEEK = np.array([-0.09, 0.205, 0.01]), np.array([-0.07, 0.15, 0.06])

UNSAID = "?"
"""The command of a gesture that gesture control may or may not take for one of its own."""
INVALID = "invalid_gesture_offset=0"
"""The command of what is nearly one."""


class Course:
    """Key values over time and the smooth way between them."""

    def __init__(self, value: ArrayLike) -> None:
        self.times = [0.0]
        self.values = [np.asarray(value, np.float64)]
        self.smooth = [True]
        self.bows = [np.zeros(3)]

    @property
    def now(self) -> float:
        """Time of the last key, seconds."""
        return self.times[-1]

    @property
    def value(self) -> Array:
        """Value of the last key."""
        return self.values[-1]

    def to(self, seconds: float, value: ArrayLike, *, smooth: bool = True, bow: ArrayLike = (0, 0, 0)) -> None:
        """Go to a value, evenly or from rest to rest, in a bow of the first three numbers."""
        self.times.append(self.now + max(seconds, 1e-3))
        self.values.append(np.asarray(value, np.float64))
        self.smooth.append(smooth)
        self.bows.append(np.asarray(bow, np.float64))

    def wait(self, seconds: float) -> None:
        """Stay."""
        if seconds > 0:
            self.to(seconds, self.value)

    def at(self, times: Array) -> Array:
        """Values (frames, size) at times (frames,) in seconds; before the first and after the last key it stays."""
        keys, values = np.array(self.times), np.stack(self.values)
        after = np.clip(np.searchsorted(keys, times, side="right"), 1, max(len(keys) - 1, 1))
        if len(keys) == 1:
            return np.repeat(values, len(times), axis=0)
        share = np.clip((times - keys[after - 1]) / (keys[after] - keys[after - 1]), 0, 1)
        eased = share**3 * (10 - 15 * share + 6 * share**2)
        share = np.where(np.array(self.smooth)[after], eased, share)[:, None]
        out = values[after - 1] * (1 - share) + values[after] * share
        out[:, :3] += np.array(self.bows)[after] * (4 * share * (1 - share))
        return np.asarray(out)


class Arm(Course):
    """Wrist, direction of fingers and palm, and shape of one hand; each key is a little off, as people are."""

    def __init__(self, rng: Rng, rest: ArrayLike) -> None:
        super().__init__(rest)
        self.rng = rng
        self.home = np.asarray(rest, np.float64)
        self.tilt = rng.normal(0, 0.12, 6)

    def move(
        self,
        seconds: float,
        place: ArrayLike | None = None,
        fingers: ArrayLike | None = None,
        palm: ArrayLike | None = None,
        shape: ArrayLike | None = None,
        *,
        smooth: bool = True,
        exact: bool = False,
    ) -> None:
        """Move the hand; what is not said stays.

        Args:
            seconds: how long it takes.
            place: of the wrist, (3,) metres.
            fingers: direction of straight fingers, (3,).
            palm: direction in which the palm looks, (3,).
            shape: of the hand, (7,).
            smooth: from rest to rest instead of evenly.
            exact: without deviations, for small repeated movements.
        """
        value, normal = self.value.copy(), self.rng.normal
        if place is not None:
            value[PLACE] = np.asarray(place) + (0 if exact else normal(0, 0.012, 3))
        if fingers is not None:
            value[FINGERS] = np.asarray(fingers) + self.tilt[:3] + (0 if exact else normal(0, 0.06, 3))
        if palm is not None:
            value[PALM] = np.asarray(palm) + self.tilt[3:] + (0 if exact else normal(0, 0.06, 3))
        if shape is not None:
            value[SHAPE] = shape if exact else np.asarray(shape) + normal(0, 0.06, 7) * [1, 1, 1, 1, 1, 1.5, 1.5]
        way = float(np.sqrt(((value[PLACE] - self.value[PLACE]) ** 2).sum()))
        bow = np.zeros(3) if exact or not smooth else normal(0, 0.07, 3) * way
        self.to(seconds, value, smooth=smooth, bow=bow)

    def rest(self, seconds: float) -> None:
        """Go back to where the hand rests."""
        self.to(seconds, self.home, bow=self.rng.normal(0, 0.03, 3))


def touch(target: ArrayLike, fingers: ArrayLike, reach: float = LENGTH) -> Array:
    """Place of the wrist so that the hand touches a target, with the fingertips or what lies `reach` from the wrist."""
    way = np.asarray(fingers, np.float64)
    return np.asarray(np.asarray(target) - way / np.sqrt((way**2).sum()) * reach)


@dataclass
class Mark:
    """A gesture that was made.

    Attributes:
        label: its name among the gestures; `OTHER` when it has none there.
        begin: seconds; when that which is typical of it begins.
        end: seconds; when it is over, before the hand goes home.
        command: its name among the commands of gesture control; empty for none.
        done: seconds; when the stroke or the pose is complete.
    """

    label: str
    begin: float
    end: float
    command: str
    done: float


class Performer:
    """A person with courses for arms, head and trunk.

    Args:
        rng: source of all randomness.
        camera: (3,) direction in which the camera is, in the person's axes.
        home: (2, 16) where left and right hand rest.
    """

    def __init__(self, rng: Rng, camera: Array, home: Array) -> None:
        self.rng = rng
        self.camera = camera
        self.left, self.right = Arm(rng, home[0]), Arm(rng, home[1])
        yaw = np.degrees(np.arctan2(camera[0], camera[2])) * rng.uniform(0, 1)
        self.head = Course(rng.normal([yaw, 4, 0], [6, 8, 3]))
        self.gaze = self.head.value
        self.trunk = Course(rng.normal(0, [0.02, 0.02, 4, 2, 4]))
        self.marks: list[Mark] = []

    @property
    def now(self) -> float:
        """Latest time of all courses, seconds."""
        return max(course.now for course in (self.left, self.right, self.head, self.trunk))

    def together(self) -> float:
        """Let all courses wait for the last one; returns the time."""
        now = self.now
        for course in (self.left, self.right, self.head, self.trunk):
            course.wait(now - course.now)
        return now

    def lift(self, arm: Arm, place: ArrayLike, fingers: ArrayLike, palm: ArrayLike, shape: ArrayLike) -> float:
        """Raise a hand into a starting pose; returns the time."""
        arm.move(self.rng.uniform(0.3, 0.8), place, fingers, palm, shape)
        return arm.now

    def leave(self, *arms: Arm) -> None:
        """Take hands home, together; sometimes they stay for a while."""
        wait = self.rng.uniform(0, 0.25) if self.rng.uniform() < 0.75 else self.rng.uniform(0.25, 1.2)
        seconds = self.rng.uniform(0.35, 0.95)
        for arm in arms:
            arm.wait(wait)
            arm.rest(seconds)

    def mark(self, begin: float, done: float, end: float, command: str = "", label: str = "") -> None:
        """Remember that a gesture was made; see `Mark`."""
        self.marks.append(Mark(label, begin, end, command, done))

    def perform(self, build: Build, times: Array) -> Gesticulation:
        """What the figure does at times (frames,) in seconds."""
        arms = np.stack([self.left.at(times), self.right.at(times)], axis=1)
        sizes = np.array([getattr(build, name) for name in build.__dataclass_fields__])
        return Gesticulation(arms, self.head.at(times), self.trunk.at(times), sizes)


def arm_value(place: ArrayLike, fingers: ArrayLike, palm: ArrayLike, shape: ArrayLike = RELAXED) -> Array:
    """All numbers of an arm, (16,)."""
    value = np.empty(ARM_SIZE)
    value[PLACE], value[FINGERS], value[PALM], value[SHAPE] = place, fingers, palm, shape
    return value
