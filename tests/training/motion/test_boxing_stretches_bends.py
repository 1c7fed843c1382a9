"""The exercises that stay on the spot: punches, stretches, circles and bends."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sensegraph.models.skeleton import RATE_FPS
from sensegraph.training.motion.body import ANKLES, HIPS, KNEES, SHOULDERS, WRISTS, Body
from sensegraph.training.motion.exercise import perform
from sensegraph.training.motion.moves import bends, boxing, stretches

Array = NDArray[np.float64]

MOVES = {**boxing.MOVES, **stretches.MOVES, **bends.MOVES}
SEEDS = range(8)
CAPTURES = Path(__file__).parents[4] / "shared" / "mocap" / "cmu_exercise.npz"
CAPTURE_JOINTS = [0, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 17]
every_label = pytest.mark.parametrize("label", MOVES)


def performed(label: str, seed: int) -> Array:
    """Joints (frames, 13, 3) of two repetitions; even seeds are as fast as it goes. Sides as written, not mirrored."""
    rng = np.random.default_rng(seed)
    fastest, slowest = MOVES[label].period_s
    period = fastest if seed % 2 == 0 else rng.uniform(fastest, slowest)
    cycles = np.arange(round(2 * period * RATE_FPS) + 1) / (period * RATE_FPS)
    return MOVES[label].move(rng, Body.draw(rng), cycles)


def all_performed(label: str) -> list[Array]:
    """Joints of eight performances."""
    return [performed(label, seed) for seed in SEEDS]


def travel(joints: Array, hand: int) -> float:
    """How far a wrist goes from where it starts, as seen from the hips, metres; `hand` 0 is left, 1 right."""
    way = joints[:, 5 + hand] - joints[:, HIPS].mean(axis=1)
    return float(np.linalg.norm(way - way[0], axis=-1).max())


@every_label
def test_the_start_comes_back_after_two_repetitions(label: str) -> None:
    """After a repetition of each side the body has its posture again, up to a little swaying."""
    joints = perform(np.random.default_rng(5), MOVES[label], Body(), np.linspace(0, 4, 161))
    if MOVES[label].counted:
        assert np.abs(joints[80] - joints[0]).max() < 0.08
        assert np.abs(joints - joints[0]).max() > 0.1


@every_label
def test_styles_differ(label: str) -> None:
    """Two seeds perform the same exercise in different ways."""
    cycles = np.linspace(0, 2, 60)
    first, second = (perform(np.random.default_rng(seed), MOVES[label], Body(), cycles) for seed in (1, 2))
    assert np.abs(first - second).max() > 0.05


@pytest.mark.parametrize("label", [label for label in MOVES if label != "Boxing Bounce Steps"])
def test_the_feet_stay(label: str) -> None:
    """Feet that carry the body do not slide (a heel may rise and turn)."""
    for joints in all_performed(label):
        moved = np.ptp(joints[:, ANKLES][..., [0, 2]], axis=0).max(axis=-1)
        assert min(moved) < 0.03
        assert max(moved) < 0.06


@pytest.mark.parametrize(
    ("label", "hand"),
    [
        ("Boxing: Jab", 0),
        ("Boxing: Cross", 1),
        ("Boxing: Hook Left", 0),
        ("Boxing: Hook Right", 1),
        ("Boxing: Uppercut Left", 0),
        ("Boxing: Uppercut Right", 1),
    ],
)
def test_the_named_hand_punches(label: str, hand: int) -> None:
    """The fist of the label goes out, the other one stays in guard."""
    for joints in all_performed(label):
        assert travel(joints, hand) > 0.2
        assert travel(joints, hand) > travel(joints, 1 - hand)


def test_combinations_use_both_hands() -> None:
    """Both fists go out in a combination (the hook after a jab may come from the same hand)."""
    for label in (label for label in boxing.MOVES if "-" in label and label != "Boxing: Jab-Hook"):
        for joints in all_performed(label):
            assert min(travel(joints, 0), travel(joints, 1)) > 0.15


def test_a_cross_turns_the_shoulders_more_than_a_jab() -> None:
    """Seen from above, the line of the shoulders turns by tens of degrees in a cross."""

    def turn(joints: Array) -> float:
        across = joints[:, 1] - joints[:, 2]
        return float(np.degrees(np.ptp(np.unwrap(np.arctan2(across[:, 2], across[:, 0])))))

    jabs, crosses = ([turn(joints) for joints in all_performed(f"Boxing: {kind}")] for kind in ("Jab", "Cross"))
    assert max(jabs) < 30
    assert np.median(crosses) > 2 * np.median(jabs)


def test_bounce_steps_travel_and_come_back() -> None:
    """The hips go out by a hand's width or more in half a repetition and return."""
    for seed in SEEDS:
        joints = MOVES["Boxing Bounce Steps"].move(np.random.default_rng(seed), Body(), np.linspace(0, 1, 33))
        place = joints[:, HIPS].mean(axis=1)[:, [0, 2]]
        assert np.linalg.norm(place[16] - place[0]) > 0.03
        assert np.linalg.norm(place[32] - place[0]) < 0.02


@pytest.mark.parametrize(("label", "hand", "sign"), [("left", 0, 1), ("right", 1, -1)])
def test_the_named_arm_is_pulled_across_the_chest(label: str, hand: int, sign: int) -> None:
    """The wrist of the stretched arm is beyond the middle, and the other hand holds that arm."""
    for joints in all_performed(f"Deltoid Stretch ({label})"):
        neck = joints[:, SHOULDERS].mean(axis=1)
        assert (sign * (joints[:, 5 + hand] - neck)[:, 0]).max() < 0
        arm = joints[:, [1 + hand, 3 + hand, 5 + hand]]
        arm = np.concatenate([arm, (arm[:, 1:] + arm[:, :-1]) / 2], axis=1)
        assert np.linalg.norm(arm - joints[:, 6 - hand, None], axis=-1).min(axis=1).max() < 0.3


@pytest.mark.parametrize(("label", "leg"), [("left", 0), ("right", 1)])
def test_the_named_heel_is_held_at_the_seat(label: str, leg: int) -> None:
    """That ankle is behind and near the hip, and a hand is at it or nearly so."""
    for joints in all_performed(f"Quad Stretch ({label})"):
        assert np.linalg.norm(joints[:, 11 + leg] - joints[:, 7 + leg], axis=-1).max() < 0.4
        assert (joints[:, 11 + leg] - joints[:, 7 + leg])[:, 2].max() < 0
        gaps = np.linalg.norm(joints[:, WRISTS] - joints[:, 11 + leg, None], axis=-1)
        assert gaps.min(axis=1).max() < 0.25


def test_an_elbow_points_up_in_the_tricep_stretch() -> None:
    """One elbow is above its shoulder and its hand is lower than the elbow."""
    for joints in all_performed("Tricep Stretch"):
        assert (joints[:, 3] - joints[:, 1])[:, 1].min() > 0.1
        assert (joints[:, 5] - joints[:, 3])[:, 1].max() < 0


def test_neck_rolls_move_the_head_only() -> None:
    """The nose swings by centimetres to both sides while the shoulders stay."""
    for joints in all_performed("Neck Rolls"):
        nose = joints[:, 0] - joints[:, SHOULDERS].mean(axis=1)
        assert np.ptp(nose[:, 0]) > 0.08
        assert np.ptp(nose[:, 0]) > 2 * np.ptp(joints[:, 1, 0])


@pytest.mark.parametrize(("label", "joints"), [("Hip Circles", HIPS), ("Knee Circles", KNEES)])
def test_circles_go_around(label: str, joints: list[int]) -> None:
    """Hips or knees move to the sides and to front and back by similar amounts, a quarter of a turn apart."""
    for seed in SEEDS:
        cycles = np.linspace(0, 1, 65)[:-1]
        place = MOVES[label].move(np.random.default_rng(seed), Body(), cycles)[:, joints].mean(axis=1)[:, [0, 2]]
        place = place - place.mean(axis=0)
        area = abs(np.sum(place[:, 0] * np.roll(place[:, 1], -1) - place[:, 1] * np.roll(place[:, 0], -1))) / 2
        assert area > 0.5 * np.prod(np.ptp(place, axis=0))


def test_floor_touches_reach_down_and_good_mornings_do_not() -> None:
    """In one the wrists come near the floor, in the other they stay above the knees."""
    for touches, mornings in zip(all_performed("Floor Touches"), all_performed("Good Mornings"), strict=True):
        assert touches[:, WRISTS, 1].min() < 0.5
        assert mornings[:, WRISTS, 1].min() > mornings[:, KNEES, 1].min()
        trunk = mornings[:, SHOULDERS].mean(axis=1) - mornings[:, HIPS].mean(axis=1)
        assert trunk[:, 2].max() > 0.5 * np.linalg.norm(trunk[0])


def test_toe_touchers_go_to_each_foot_in_turn() -> None:
    """In the even repetition a hand is nearest to the left foot, in the odd one to the right foot."""
    for seed in SEEDS:
        joints = MOVES["Toe Toucher"].move(np.random.default_rng(seed), Body(), np.array([0.0, 0.5, 1.0, 1.5]))
        for moment, foot in ((1, 0), (3, 1)):
            gaps = np.linalg.norm(joints[moment, WRISTS][:, None] - joints[moment, ANKLES][None], axis=-1)
            assert gaps.min(axis=0)[foot] < gaps.min(axis=0)[1 - foot]
            assert gaps.min(axis=0)[foot] < 0.55


@pytest.mark.skipif(not CAPTURES.is_file(), reason="../shared/mocap is not there")
def test_captured_arm_circles_are_within_the_styles() -> None:
    """The heights of a real person's wrists, in arm lengths from the shoulder, are within those of the styles."""
    packed = np.load(CAPTURES, allow_pickle=False)
    label = [str(name) for name in packed["classes"]].index("ArmCircle")
    real = packed["xyz"][packed["frame_label"] == label][:, CAPTURE_JOINTS] * float(packed["quant"])

    def heights(joints: Array) -> Array:
        arm = sum(np.linalg.norm(joints[:, a] - joints[:, b], axis=-1).mean() for a, b in ((1, 3), (3, 5)))
        return np.asarray((joints[:, 5] - joints[:, 1])[:, 1] / arm)

    drawn = np.concatenate([heights(joints) for joints in all_performed("Arm Circles")])
    low, high = np.percentile(heights(real), [20, 80])
    assert drawn.min() < low
    assert drawn.max() > high
