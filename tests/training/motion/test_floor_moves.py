import numpy as np
import pytest

from sensegraph.models.skeleton import RATE_FPS
from sensegraph.training.motion.body import ELBOWS, HIPS, KNEES, SHOULDERS, WRISTS, Body
from sensegraph.training.motion.exercise import perform
from sensegraph.training.motion.moves import plank, quadruped, supine, yoga

MOVES = plank.MOVES | quadruped.MOVES | supine.MOVES | yoga.MOVES
SEEDS = range(12)
WARRIORS = ["Warrior 1 (left)", "Warrior 1 (right)", "Warrior 2 (left)", "Warrior 2 (right)"]


def drawn(label: str, seed: int, cycles: np.ndarray | None = None) -> np.ndarray:
    """Six seconds or more of an exercise at its fastest tempo, by a drawn body: joints (frames, 13, 3)."""
    rng, exercise = np.random.default_rng(seed), MOVES[label]
    if cycles is None:
        cycles = rng.uniform(0, 2) + np.arange(96) / RATE_FPS / exercise.period_s[0]
    return perform(rng, exercise, Body.draw(rng), cycles)


@pytest.mark.parametrize("label", [label for label, exercise in MOVES.items() if exercise.counted])
def test_a_repetition_ends_where_it_began_and_moves_between(label: str) -> None:
    """At every whole number the body is in its starting position, and away from it in between."""
    for seed in SEEDS:
        joints = drawn(label, seed, np.linspace(0, 4, 4 * 24 + 1))
        whole = joints[::24] - joints[:1]
        assert np.abs(whole).max() < 0.06
        assert np.abs(joints[12::24] - joints[:1]).max() > 0.05


@pytest.mark.parametrize("label", [label for label, exercise in MOVES.items() if not exercise.counted])
def test_a_held_pose_is_never_quite_still(label: str) -> None:
    """Breathing, balance or trembling moves the body a little; hips stay where they are."""
    for seed in SEEDS:
        joints = drawn(label, seed)
        assert np.ptp(joints, axis=0).max() > 1e-3
        assert np.ptp(joints[:, HIPS].mean(axis=1), axis=0).max() < 0.25


@pytest.mark.parametrize("label", ["Bird Dog", "Mountain Climbers", "Bicycle Crunches"])
def test_left_and_right_take_turns(label: str) -> None:
    """The left leg moves in even repetitions and the right one in odd, or always one of them."""
    cycles = np.array([0.5, 1.5])
    turns = 0
    for seed in SEEDS:
        joints = MOVES[label].move(np.random.default_rng(seed), Body(), cycles)
        knees = joints[:, KNEES] - joints[:, HIPS]
        turns += int(np.linalg.norm(knees[0] - knees[1], axis=-1).min() > 0.1)
    assert turns >= 7


@pytest.mark.parametrize("label", WARRIORS)
def test_the_named_leg_of_a_warrior_is_in_front_and_bent(label: str) -> None:
    """The front knee is the more bent one, and in warrior 2 the face mostly turns to it."""
    front = 0 if "left" in label else 1
    for seed in SEEDS:
        joints = drawn(label, seed).mean(axis=0)
        reach = [np.linalg.norm(joints[11 + side] - joints[7 + side]) for side in (0, 1)]
        assert reach[front] < reach[1 - front]
        if label.startswith("Warrior 1"):
            assert joints[11 + front, 2] > joints[12 - front, 2] + 0.2
            assert (joints[WRISTS, 1] > joints[SHOULDERS, 1]).all()
        else:
            assert (np.abs(joints[WRISTS, 1] - joints[SHOULDERS, 1]) < 0.25).all()


def test_what_rests_on_the_floor_stays_there() -> None:
    """The hands of a push-up, the elbows of a plank and the feet of a warrior do not slide."""
    for seed in SEEDS:
        pushup, warrior = drawn("Pushups", seed), drawn("Warrior 1 (left)", seed)
        assert np.ptp(pushup[:, WRISTS], axis=0).max() < 0.02
        assert np.ptp(warrior[:, [11, 12]], axis=0).max() < 0.02
        held = drawn("Plank", seed)
        resting = WRISTS if held[:, ELBOWS, 1].mean() > 0.15 else ELBOWS
        assert np.ptp(held[:, resting], axis=0).max() < 0.06
