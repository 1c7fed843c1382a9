"""The workout: which movement when, and the truth that goes with it."""

from collections.abc import Callable
from dataclasses import dataclass

from sensegraph.training.render import motion
from sensegraph.training.render.pose import Pose
from sensegraph.training.render.posture import Posture, blend, joints

BLEND = 0.45  # seconds over which one movement grows out of the one before
SQUAT_TURN, LUNGE_TURN, PLANK_TURN = 40.0, 45.0, 90.0  # headings, degrees
SQUAT_DEPTHS = (0.95, 1.0, 0.97, 1.0, 0.98)
TURN_AT, TURN_FOR = 3.2, 1.25  # seconds into the rest, seconds

Move = Callable[[float, float], Posture | Pose]  # seconds of the film, seconds of the segment


@dataclass(frozen=True)
class Segment:
    """A stretch of one activity.

    Attributes:
        label: Class of the activity, or `rest`.
        scene: Number of the shot; a change of number is a dissolve.
        start: Seconds of the film.
        end: Seconds of the film.
        reps: Seconds of the film at which each repetition is complete.
        move: Posture or pose at a time; defined a little before the start and after the end as well.
    """

    label: str
    scene: int
    start: float
    end: float
    reps: tuple[float, ...]
    move: Move


@dataclass(frozen=True)
class Plan:
    """A segment before it has a place in time; `lead`, `period` and `count` say where its repetitions end."""

    label: str
    scene: int
    seconds: float
    move: Move
    lead: float = 0.0
    period: float = 0.0
    count: int = 0


def cycle(local: float, lead: float, period: float, count: int) -> tuple[int, float]:
    """Number of the repetition and phase 0..1 in it; the first and the last extend beyond their times."""
    x = min(max((local - lead) / period, 0.0), float(count))
    number = min(int(x), count - 1)
    return number, x - number


def _jacks(t: float, local: float) -> Posture:
    k, phase = cycle(local, 0.0, 1.0, 8)
    return motion.jumping_jack(t, phase, k == 0, k == 7)


def _turn(t: float, local: float) -> Posture:
    share = min(max((local - TURN_AT) / TURN_FOR, 0.0), 1.0)
    return motion.turning(t, share, (0.0, 0.13), (SQUAT_TURN, 0.17))


def _squats(t: float, local: float) -> Posture:
    k, phase = cycle(local, 0.0, 2.0, 5)
    return motion.squat(t, phase, SQUAT_TURN, 0.17, SQUAT_DEPTHS[k])


def _push_ups(t: float, local: float) -> Pose:
    _, phase = cycle(local, 0.55, 1.7, 5)
    return motion.push_up(motion.excursion(phase, 0.48, 0.04, 0.42), PLANK_TURN)


def _lunges(t: float, local: float) -> Posture:
    k, phase = cycle(local, 0.35, 2.25, 4)
    return motion.lunge(t, phase, LUNGE_TURN, 0.11, -0.25, k % 2 == 0)


def _rest(turn: float = 0.0, width: float = 0.13, forward: float = 0.0) -> Move:
    return lambda t, local: motion.rest(t, turn, width, forward)


PLANS = (
    Plan("rest", 0, 2.0, _rest()),
    Plan("Jumping Jacks", 0, 8.0, _jacks, 0.0, 1.0, 8),
    Plan("rest", 0, 5.4, _turn),
    Plan("Squats", 0, 10.0, _squats, 0.0, 2.0, 5),
    Plan("rest", 0, 5.1, _rest(SQUAT_TURN, 0.17)),
    Plan("Pushups", 1, 9.3, _push_ups, 0.55, 1.7, 5),
    Plan("rest", 2, 5.2, _rest(LUNGE_TURN, 0.11, -0.25)),
    Plan("Lunges (alternating)", 2, 9.5, _lunges, 0.35, 2.25, 4),
    Plan("rest", 2, 5.2, _rest(LUNGE_TURN, 0.11, -0.25)),
)


def workout(plans: tuple[Plan, ...] = PLANS) -> list[Segment]:
    """Lay the plans end to end from second 0."""
    out, now = [], 0.0
    for p in plans:
        ends = tuple(round(now + p.lead + p.period * (k + 1), 3) for k in range(p.count))
        out.append(Segment(p.label, p.scene, round(now, 3), round(now + p.seconds, 3), ends, p.move))
        now += p.seconds
    return out


def pose_at(segments: list[Segment], number: int, t: float) -> Pose:
    """Pose of a segment at second `t`; within a scene it grows out of the segment before."""
    now = segments[number]
    state = now.move(t, t - now.start)
    if isinstance(state, Pose):
        return state
    before = segments[number - 1] if number else now
    if before.scene == now.scene and t - now.start < BLEND:
        old = before.move(t, t - before.start)
        if isinstance(old, Posture):
            state = blend(old, state, motion.ease((t - now.start) / BLEND))
    return Pose(joints(state))


def truth(segments: list[Segment], fps: int, size: tuple[int, int]) -> dict[str, object]:
    """The truth file's content: frames per second, (width, height), and the segments in seconds."""
    rows = [{"start": s.start, "end": s.end, "label": s.label, "reps": list(s.reps)} for s in segments]
    return {"fps": fps, "size": list(size), "segments": rows}
