"""The exercises on the feet: kicks, crunches, squats, lunges, jumps, running on the spot."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from sensegraph.models.skeleton import RATE_FPS
from sensegraph.training.motion.body import ANKLES, HIPS, KNEES, WRISTS, Body
from sensegraph.training.motion.exercise import perform
from sensegraph.training.motion.moves import jumps, legs, squats
from sensegraph.training.motion.moves.phases import airborne, keyed, striding

Array = NDArray[np.float64]

MOVES = {**legs.MOVES, **squats.MOVES, **jumps.MOVES}
SEEDS = range(8)
every_label = pytest.mark.parametrize("label", MOVES)


def performed(label: str, seed: int, repetitions: int = 4) -> tuple[Array, Array]:
    """Phase (frames,) and joints (frames, 13, 3) of whole repetitions; even seeds are as fast as it goes."""
    rng = np.random.default_rng(seed)
    fastest, slowest = MOVES[label].period_s
    period = fastest if seed % 2 == 0 else rng.uniform(fastest, slowest)
    cycles = np.arange(round(repetitions * period * RATE_FPS) + 1) / (period * RATE_FPS)
    return cycles, perform(rng, MOVES[label], Body.draw(rng), cycles)


def all_performed(label: str) -> list[Array]:
    """Joints of eight performances."""
    return [performed(label, seed)[1] for seed in SEEDS]


def lift(joints: Array, joint: int) -> float:
    """How much higher than at its lowest a joint comes, metres."""
    return float(np.ptp(joints[:, joint, 1]))


def feet_up(joints: Array) -> float:
    """How high the lower ankle comes above its lowest place, metres."""
    return float(np.ptp(joints[:, ANKLES, 1].min(axis=1)))


@every_label
def test_the_start_comes_back_after_two_repetitions(label: str) -> None:
    """After a repetition of each side the body has its posture again."""
    rng = np.random.default_rng(5)
    joints = perform(rng, MOVES[label], Body(), np.linspace(0, 4, 161))
    posture = joints - joints[:, HIPS].mean(axis=1, keepdims=True)
    sway = 0.06 if label == "Quick Feet" else 0.01
    assert np.abs(posture[80] - posture[0]).max() < sway
    assert np.abs(posture - posture[0]).max() > 0.04


@every_label
def test_styles_differ(label: str) -> None:
    """Two seeds perform the same exercise in different ways."""
    cycles = np.linspace(0, 2, 60)
    first, second = (perform(np.random.default_rng(seed), MOVES[label], Body(), cycles) for seed in (1, 2))
    assert np.abs(first - second).max() > 0.05


@pytest.mark.parametrize(("label", "kicking", "standing"), [("left", 11, 12), ("right", 12, 11)])
def test_the_named_leg_kicks(label: str, kicking: int, standing: int) -> None:
    """In kicks of one side only that foot leaves the floor, and the other one stays where it is."""
    for seed in SEEDS:
        _, joints = performed(f"Standing Kicks ({label})", seed)
        assert lift(joints, kicking) > 0.15
        assert lift(joints, standing) < 0.03
        assert np.ptp(joints[:, standing, [0, 2]], axis=0).max() < 0.16


def test_kicks_alternate() -> None:
    """Of two kicks one is of the left leg and one of the right."""
    for joints in all_performed("Standing Kicks (alternating)"):
        assert min(lift(joints, 11), lift(joints, 12)) > 0.15


@pytest.mark.parametrize("label", ["Squat Jumps", "Jump Lunges", "Jumping Oblique Crunches", "Puddle Jumps"])
def test_jumps_leave_the_floor(label: str) -> None:
    """Both feet are in the air once in a repetition."""
    assert min(feet_up(joints) for joints in all_performed(label)) > 0.01


@pytest.mark.parametrize(
    "label", ["Standing Oblique Crunches", "Hip Abductions", "Squat Kicks", "Standing Kicks (left)"]
)
def test_standing_exercises_keep_a_foot_on_the_floor(label: str) -> None:
    """One foot at least stays on the floor (heels may rise)."""
    assert max(feet_up(joints) for joints in all_performed(label)) < 0.08


def test_oblique_crunches_bring_knee_and_elbow_of_one_side_together() -> None:
    """At the top the elbow is much nearer to the knee of its side than at rest."""
    for label in ("Standing Oblique Crunches", "Jumping Oblique Crunches"):
        for joints in all_performed(label):
            gaps = [np.linalg.norm(joints[:, 3 + side] - joints[:, 9 + side], axis=-1) for side in (0, 1)]
            assert min(gap.min() / gap[0] for gap in gaps) < 0.7


def test_hip_abductions_lift_a_straight_leg_sideways() -> None:
    """One ankle goes out to the side by more than to the front."""
    for joints in all_performed("Hip Abductions"):
        apart = joints[:, 11] - joints[:, 12]
        assert np.ptp(apart[:, 0]) > 0.12
        assert np.ptp(apart[:, 0]) > np.ptp(apart[:, 2])


def test_split_squats_leave_the_feet_where_they_are() -> None:
    """In stationary lunges the feet stay apart; in alternating ones they come together."""
    for seed in SEEDS:
        _, still = performed("Lunges (stationary)", seed)
        _, stepping = performed("Lunges (alternating)", seed)
        gaps = [np.abs(joints[:, 11, 2] - joints[:, 12, 2]) for joints in (still, stepping)]
        assert gaps[0].min() > 0.2
        assert gaps[1].min() < 0.2 < gaps[1].max()


def test_lunges_that_alternate_put_each_leg_in_front() -> None:
    """Most alternating lunges have the left leg in front in one repetition and the right one in the next."""
    ahead = [(joints[:, 11] - joints[:, 12])[:, 2] for joints in all_performed("Lunges (alternating)")]
    assert sum(bool(gap.min() < -0.3 and gap.max() > 0.3) for gap in ahead) >= 5


def test_squats_lower_the_hips_over_feet_that_stay() -> None:
    """The hips sink by a decimetre or more and the feet do not move."""
    for joints in all_performed("Squats"):
        assert np.ptp(joints[:, HIPS, 1].mean(axis=1)) > 0.1
        assert np.ptp(joints[:, ANKLES, 2].mean(axis=1)) < 0.01


def test_jump_lunges_change_the_leg_in_front() -> None:
    """Whole cycles have the left and the right foot in front in turn."""
    joints = perform(np.random.default_rng(1), MOVES["Jump Lunges"], Body(), np.linspace(0, 2, 81))
    ahead = (joints[:, 11] - joints[:, 12])[[0, 40, 80], 2]
    assert ahead[0] * ahead[1] < -0.05
    assert abs(ahead[2] - ahead[0]) < 0.02


def test_snowboarders_turn_half_around_and_touch_the_floor() -> None:
    """The shoulders point the other way after each jump, and a hand is at the floor in between."""
    for seed in range(4):
        joints = perform(np.random.default_rng(seed), MOVES["Snowboarders"], Body(), np.linspace(0, 2, 81))
        across = (joints[:, 1] - joints[:, 2])[[0, 40], :][:, [0, 2]]
        assert across[0] @ across[1] < -0.8 * np.linalg.norm(across[0]) * np.linalg.norm(across[1])
        assert joints[40, WRISTS, 1].min() < 0.35


def test_puddle_jumps_go_from_side_to_side() -> None:
    """The hips land on alternate sides, more than a foot's length apart."""
    joints = perform(np.random.default_rng(2), MOVES["Puddle Jumps"], Body(), np.linspace(0, 2, 81))
    x = joints[:, HIPS, 0].mean(axis=1)
    assert abs(x[40] - x[0]) > 0.3
    assert abs(x[80] - x[0]) < 0.02


def test_butt_kickers_lift_the_heels_and_high_knees_the_knees() -> None:
    """In one the ankle comes near the height of the knee behind, in the other the knee near the hip."""
    for heels, knees in zip(all_performed("Butt Kickers"), all_performed("High Knees"), strict=True):
        assert (heels[:, ANKLES, 1] - heels[:, KNEES, 1]).max() > -0.2
        assert (heels[:, KNEES, 1] - heels[:, HIPS, 1]).max() < -0.25
        assert (knees[:, KNEES, 1] - knees[:, HIPS, 1]).max() > -0.25


def test_a_flight_is_a_free_fall() -> None:
    """Half a second in the air is 31 cm high, and short repetitions leave less time."""
    slow, steps = airborne(np.arange(64) / 32, 0.5, 0.5)
    fast, _ = airborne(np.arange(64) / 8, 0.5, 0.5)
    assert slow.max() == pytest.approx(9.81 / 8 * 0.25, rel=0.01)
    assert fast.max() == pytest.approx(9.81 / 8 * 0.225**2, rel=0.01)
    assert steps[0] == 0
    assert steps[33] == 1


def test_key_values_are_met() -> None:
    """A course goes through its key values and is periodic."""
    cycles = np.array([0.0, 0.3, 0.6, 1.0, 1.3])
    assert keyed(cycles, [0, 0.3, 0.6], [1, 5, 2]) == pytest.approx([1, 5, 2, 1, 5])


def test_legs_are_lifted_in_turn() -> None:
    """The left leg is highest in the middle of even steps, the right one of odd steps."""
    left, right = striding(np.array([0.5, 1.5, 2.5]), 0.5)
    assert left == pytest.approx([1, 0, 1])
    assert right == pytest.approx([0, 1, 0])
