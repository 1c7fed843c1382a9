from pathlib import Path

import numpy as np
import pytest

from sensegraph.models.skeleton import CHANNELS, WINDOW_FRAMES
from sensegraph.models.temporal import load_head
from sensegraph.training.motion import capture
from sensegraph.training.motion.body import ANKLES, HIPS, SHOULDERS, WRISTS, Angles, Body, pose
from sensegraph.training.motion.camera import film
from sensegraph.training.motion.exercise import Exercise, mirrored, perform, right_handed
from sensegraph.training.motion.exercises import EXERCISES
from sensegraph.training.motion.negatives import OTHER
from sensegraph.training.motion.rhythm import bump, excursion, once, wander
from sensegraph.training.motion.sample import LABELS, LONGEST_BEFORE, batch, window
from sensegraph.training.motion.styles import BANDS, Styles

BONES = ((7, 9, "thigh"), (9, 11, "shank"), (1, 3, "upper_arm"), (3, 5, "forearm"))
MOCAP = Path(__file__).parents[3] / "shared" / "mocap"


def span(name: str, joint: int) -> float:
    """Median range of a joint's height over nine drawn clips of an exercise, in metres."""
    cycles = np.arange(96) / 16 / 2.0
    clips = [perform(np.random.default_rng(seed), EXERCISES[name], Body(), cycles) for seed in range(9)]
    return float(np.median([np.ptp(clip[:, joint, 1]) for clip in clips]))


def test_limbs_keep_their_length() -> None:
    """Whatever the angles, a bone is as long as the body says."""
    angles = Angles(5)
    angles.set(thigh_flex=np.linspace(0, 120, 5), upper_arm_abduct=80, lean=30, heading=50)
    joints, body = pose(Body(), angles), Body()
    for start, end, name in BONES:
        length = np.linalg.norm(joints[:, end] - joints[:, start], axis=-1)
        np.testing.assert_allclose(length, getattr(body, name))


def test_standing_body_is_upright_and_on_the_floor() -> None:
    """Without angles the feet are on the floor, hips over feet, shoulders over hips."""
    joints = pose(Body(), Angles(1))[0]
    assert joints[ANKLES, 1] == pytest.approx(0)
    assert joints[HIPS, 1].mean() == pytest.approx(0.84, abs=0.01)
    assert (joints[SHOULDERS, 1] > joints[HIPS, 1]).all()


def test_angle_without_a_side_sets_both() -> None:
    """Setting a limb moves left and right alike."""
    angles = Angles(1)
    angles.set(upper_arm_flex=90)
    assert angles.get("upper_arm_flexL") == angles.get("upper_arm_flexR") == 90


@pytest.mark.parametrize("rest", [0.0, 0.2])
def test_excursion_goes_up_and_down_once_per_cycle(rest: float) -> None:
    """A repetition begins and ends at 0 and reaches 1 in the middle."""
    level = excursion(np.array([0, 0.5, 0.999]), rest, rest)
    np.testing.assert_allclose(level, [0, 1, 0], atol=1e-3)


@pytest.mark.parametrize("course", [once, bump])
def test_single_moves_stay_between_0_and_1(course) -> None:  # noqa: ANN001
    """Moves that happen once are levels."""
    levels = np.stack([course(np.random.default_rng(seed), 40) for seed in range(20)])
    assert levels.min() >= 0
    assert levels.max() <= 1


def test_wander_stays_between_its_values() -> None:
    """Wandering never leaves its range."""
    course = wander(np.random.default_rng(1), 100, -3, 5, 0.5)
    assert course.min() >= -3
    assert course.max() <= 5


def test_exercises_move_what_they_are_named_for() -> None:
    """Squats lower the hips, jacks raise wrists, push-ups lower shoulders, high knees raise a knee."""
    assert span("Squats", HIPS[0]) > 0.2
    assert span("Jumping Jacks", WRISTS[0]) > 0.6
    assert span("Pushups", SHOULDERS[0]) > 0.1
    assert span("High Knees", 9) > 0.2
    assert span("Lunges (alternating)", HIPS[0]) > 0.15


@pytest.mark.parametrize("movement", OTHER, ids=lambda movement: movement.__name__)
def test_movement_gives_finite_joints(movement) -> None:  # noqa: ANN001
    """Every everyday movement gives joints of a person's size for any draw."""
    for seed in range(8):
        joints = movement(np.random.default_rng(seed), Body(), WINDOW_FRAMES)
        assert joints.shape == (WINDOW_FRAMES, 13, 3)
        assert np.isfinite(joints).all()
        assert np.ptp(joints[0], axis=0).max() < 2.6


def test_labels_are_those_of_the_shipped_head() -> None:
    """Generator and head name the same classes in the same order."""
    assert load_head("fitness").labels == LABELS


def test_library_has_every_exercise() -> None:
    """78 exercises and two states; the third, an empty picture, is decided by presence."""
    assert len(EXERCISES) == 78
    assert list(EXERCISES) == sorted(EXERCISES)


def test_exercises_of_a_side_come_in_pairs() -> None:
    """What is told apart by side exists for both, and one is the mirror image of the other."""
    for label in EXERCISES:
        for side, other in (("(left)", "(right)"), ("Left", "Right")):
            if side in label and other not in label:
                assert EXERCISES[label].sided
                assert label.replace(side, other) in EXERCISES


def test_other_exercises_are_mirrored_at_random() -> None:
    """An exercise without a side is done with either; one with a side never changes it."""
    lifted = np.zeros((4, 13, 3))
    lifted[:, 9, 1] = 1  # the left knee
    either = Exercise(lambda rng, body, cycles: lifted, (1, 2))
    left = Exercise(lambda rng, body, cycles: lifted, (1, 2), sided=True)
    rng, cycles = np.random.default_rng(1), np.arange(4.0)
    assert {int(perform(rng, either, Body(), cycles)[0, :, 1].argmax()) for _ in range(20)} == {9, 10}
    assert {int(perform(rng, left, Body(), cycles)[0, :, 1].argmax()) for _ in range(20)} == {9}
    assert perform(rng, right_handed(left), Body(), cycles)[0, 10, 1] == 1
    np.testing.assert_array_equal(mirrored(mirrored(lifted)), lifted)


def test_held_out_styles_are_not_those_of_training() -> None:
    """The bands of a range that training draws from, and those of the test, do not meet."""
    kept, held = Styles(1), Styles(1, held_out=True)
    seen = np.histogram([kept.reserved(0, 1) for _ in range(3000)], 600, (0, 1))[0] > 0
    tested = np.histogram([held.reserved(0, 1) for _ in range(3000)], 600, (0, 1))[0] > 0
    assert (seen & tested).sum() <= 2 * BANDS  # the bins in which a band ends
    assert (seen | tested).mean() > 0.95


def test_first_draw_of_a_style_keeps_to_the_bands() -> None:
    """After `begin`, one uniform draw comes from the bands, later ones from everywhere."""
    held = Styles(2, held_out=True)
    firsts, seconds = [], []
    for _ in range(200):
        held.begin()
        firsts.append(held.uniform(0, BANDS) % 1)
        seconds.append(held.uniform(0, BANDS) % 1)
    assert all(abs(first - 0.5) <= 0.076 for first in firsts)
    assert max(abs(second - 0.5) for second in seconds) > 0.3


@pytest.mark.parametrize("label", LABELS)
def test_window_has_its_label_and_a_person_at_the_end(label: str) -> None:
    """A window carries its label; what came before never fills more than its share."""
    for seed in range(5):
        item = window(Styles(seed), label)
        assert LABELS[item.label] == label
        assert item.joints.shape == (WINDOW_FRAMES, 13, 3)
        assert item.seen[LONGEST_BEFORE:].mean() > 0.5


def test_batch_is_the_same_for_the_same_seed() -> None:
    """A seed decides every number, another seed gives others."""
    first, again, other = batch(3, 12), batch(3, 12), batch(4, 12)
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert first[0].shape == (12, CHANNELS, WINDOW_FRAMES)
    assert not np.array_equal(first[0], other[0])


def test_cropped_body_has_less_visible_legs() -> None:
    """Where the frame cuts the body, the joints beyond are less visible than the rest."""
    rng = np.random.default_rng(0)
    joints = pose(Body(), Angles(WINDOW_FRAMES))
    legs, arms = [], []
    for _ in range(40):
        landmarks, _ = film(rng, joints, crop=1.0, astray=0.0)
        legs.append(landmarks[:, ANKLES, 2].mean())
        arms.append(landmarks[:, SHOULDERS, 2].mean())
    assert np.mean(legs) < np.mean(arms) - 0.2


@pytest.mark.skipif(not MOCAP.is_dir(), reason="the motion capture is not on this machine")
def test_motion_capture_keeps_a_subject_for_testing() -> None:
    """Captured windows have the generator's form, and the test subject takes no part in training."""
    takes = capture.read_takes(MOCAP)
    training = capture.training_takes(takes)
    assert len(training) < len(takes)
    assert not any(take.name.startswith("cmu_14_") for take in training)
    assert {take.label for take in training} <= set(LABELS)
    joints = capture.draw_window(np.random.default_rng(0), training[0], WINDOW_FRAMES)
    assert joints.shape == (WINDOW_FRAMES, 13, 3)


def test_motion_capture_is_optional(tmp_path: Path) -> None:
    """A folder without the packed files gives no takes."""
    assert capture.read_takes(tmp_path) == []
