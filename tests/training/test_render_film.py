"""Any motion as a film: floor, head, hands, feet, cameras, routines and their truth."""

from collections.abc import Callable
from dataclasses import fields

import numpy as np
import pytest

from sensegraph.training.motion.body import Angles, Body, pose
from sensegraph.training.motion.exercise import Exercise
from sensegraph.training.motion.gestures.figure import Gesticulation
from sensegraph.training.motion.gestures.hand import POINT
from sensegraph.training.motion.gestures.performer import arm_value
from sensegraph.training.motion.limbs import pitched, point_arm, point_leg, reach, torso
from sensegraph.training.render import routine, stance
from sensegraph.training.render.film import film, head_turn, poses, resample
from sensegraph.training.render.gesticulate import figure_build, gestures, hand_shape
from sensegraph.training.render.hand import FINGERS, OPEN, RELAXED, hand_bones
from sensegraph.training.render.look import LOOKS, WORKOUT
from sensegraph.training.render.posture import ANKLE
from sensegraph.training.render.screen import screen, shots
from sensegraph.training.render.skin import bend
from sensegraph.training.render.view import turned, upper_body, whole_body

BODY = WORKOUT.body()
SIZE = (96, 96)
LEFT = [1.0, 0, 0]


def standing(frames: int = 1, **angles: float) -> np.ndarray:
    """Joints (frames,13,3) of somebody standing with these limb angles."""
    limbs = Angles(frames)
    limbs.set(**angles)
    return pose(BODY, limbs)


def supine() -> np.ndarray:
    """Joints (1,13,3) of somebody lying on the back, feet to +z."""
    joints = torso(BODY, [[0, 0.1, 0]], [[0, 0, -1.0]], LEFT)
    for side in (0, 1):
        point_leg(joints, BODY, side, [[0, 0, 1]])
        point_arm(joints, BODY, side, [[0.3 - 0.6 * side, 0, 1]])
    return joints


def plank() -> np.ndarray:
    """Joints (1,13,3) of a plank on straight arms, head to +z."""
    axis = pitched([70.0])
    joints = torso(BODY, np.array([[0, 0.09, 0]]) + axis * (BODY.thigh + BODY.shank), axis, LEFT)
    for side, sign in ((0, 1), (1, -1)):
        point_leg(joints, BODY, side, -axis)
        reach(joints, BODY, side, np.array([[sign * 0.2, 0.04, joints[0, 1, 2]]]), [[sign, 0, -1]])
    return joints


def squatting(rng: np.random.Generator, body: Body, cycles: np.ndarray) -> np.ndarray:
    """Joints of plain squats."""
    depth = 0.5 - 0.5 * np.cos(2 * np.pi * cycles)
    angles = Angles(len(cycles))
    angles.set(thigh_flex=80 * depth, shank_flex=-30 * depth, lean=35 * depth)
    return pose(body, angles)


SQUATS = Exercise(squatting, (1.5, 2.5))
LYING = Exercise(lambda rng, body, cycles: np.repeat(supine(), len(cycles), 0), (2.0, 3.0), counted=False)


@pytest.mark.parametrize("height", [-0.2, 0.0, 0.7])
def test_a_motion_is_put_on_the_floor_as_a_whole(height: float) -> None:
    """Wherever it was, the ankles of a stander end at their height; what is between the frames stays."""
    joints = standing(4) + np.array([0, height, 0])
    joints[2] += [0, 0.1, 0]
    floored = stance.on_floor(joints)
    assert floored[0, 11, 1] == pytest.approx(ANKLE, abs=0.005)
    assert np.allclose(np.diff(floored, axis=0), np.diff(joints, axis=0))


def test_a_lying_body_lies_on_the_floor_not_in_it() -> None:
    """The lowest point of the mesh is at the floor, to within 3 cm."""
    floored = stance.on_floor(supine())
    vertices, _ = bend(WORKOUT.mesh(2.5), poses(floored)[0])
    assert -0.03 < vertices[:, 1].min() < 0.03


def test_feet_stand_flat_hang_relaxed_and_point_when_prone() -> None:
    """Toes level when standing, a little down in the air, up when lying on the back, along the leg in a plank."""
    stands = stance.feet(stance.on_floor(standing()))[0, 0]
    assert stands[:, 2] == pytest.approx([0, 0, 1], abs=0.1)
    assert stands[:, 1] == pytest.approx([0, 1, 0], abs=0.1)
    in_air = stance.feet(stance.on_floor(standing()) + np.array([0, 0.4, 0]))[0, 0, :, 2]
    assert -0.6 < in_air[1] < -0.2
    assert stance.feet(stance.on_floor(supine()))[0, 0, 1, 2] > 0.7
    assert stance.feet(stance.on_floor(plank()))[0, 0, 2, 2] < -0.8


def test_feet_are_rotations_that_never_jump() -> None:
    """While somebody sinks onto the floor, from standing to lying, a foot turns less than 20 degrees in a frame."""
    start, end = stance.on_floor(standing()), stance.on_floor(supine())
    share = np.linspace(0, 1, 60)[:, None, None]
    feet = stance.feet(start * (1 - share) + end * share)
    assert np.allclose(feet @ np.swapaxes(feet, -1, -2), np.eye(3), atol=1e-6)
    cosines = (feet[1:, :, :, 2] * feet[:-1, :, :, 2]).sum(-1)
    assert np.degrees(np.arccos(cosines.clip(-1, 1))).max() < 20


def test_the_head_looks_where_the_nose_is() -> None:
    """Upright it looks ahead; with the nose turned 40 degrees to the left it looks there; lying, it looks up."""
    joints = standing()
    assert stance.heads(joints)[0] == pytest.approx(np.eye(3), abs=0.02)
    neck = joints[0, [1, 2]].mean(0)
    turn = head_turn(40, 0, 0)
    joints[0, 0] = neck + turn @ (joints[0, 0] - neck)
    assert stance.heads(joints)[0] == pytest.approx(turn, abs=0.05)
    assert stance.heads(supine())[0][:, 2] == pytest.approx([0, 1, 0], abs=0.05)


def test_a_turn_of_the_head_nods_shakes_and_tilts() -> None:
    """Left is the person's left, a nod goes down, a tilt brings the crown to the left."""
    assert head_turn(90, 0, 0)[:, 2] == pytest.approx([1, 0, 0], abs=1e-6)
    assert head_turn(0, 30, 0)[1, 2] == pytest.approx(-0.5)
    assert head_turn(0, 0, 30)[0, 1] == pytest.approx(0.5)
    turned_head = poses(standing(2), turns=np.array([[0, 0, 0], [0, 30, 0.0]]))
    assert turned_head[1].head[1, 2] < turned_head[0].head[1, 2] - 0.4


def test_hands_rest_on_the_floor_where_they_touch_it() -> None:
    """Palms down and fingers ahead in a plank; free in the air; what is given stays."""
    ((left, right),) = stance.palms(stance.on_floor(plank()))
    for palm in (left, right):
        assert palm is not None
        assert palm[0] == pytest.approx([0, 0, 1], abs=0.2)
        assert palm[1] == pytest.approx([0, -1, 0])
    assert stance.palms(stance.on_floor(standing())) == [(None, None)]
    mine = (np.array([0, 1.0, 0]), np.array([0, 0, 1.0]))
    made = poses(standing(), hands=[(OPEN, RELAXED)], palms=[(mine, None)])[0]
    assert made.hands == (OPEN, RELAXED)
    assert made.palms == (mine, None)


def test_a_film_has_a_picture_for_each_row_and_the_person_moves() -> None:
    """Equal seeds draw equal films; an arm that rises changes the picture; the look's body is drawn."""
    joints = np.concatenate([standing(), standing(upper_arm_abduct=90, forearm_abduct=90)])
    one, other = (np.stack(list(film(joints, size=SIZE, fine=1, seed=3))) for _ in range(2))
    assert one.shape == (2, 96, 96, 3)
    assert one.dtype == np.uint8
    assert (one == other).all()
    assert (np.abs(one[1].astype(int) - one[0]).max(2) > 40).mean() > 0.01


@pytest.mark.parametrize("size", [(128, 96), (96, 128)])
@pytest.mark.parametrize("what", [standing, supine, plank], ids=lambda what: what.__name__)
def test_the_camera_has_everybody_in_view(what: Callable[[], np.ndarray], size: tuple[int, int]) -> None:
    """All vertices of the mesh project inside the picture, upright and lying, in both orientations."""
    for degrees in (0, 45, 90):
        joints = stance.on_floor(turned(what(), degrees))
        vertices, _ = bend(WORKOUT.mesh(2.5), poses(joints)[0])
        x, y, _ = whole_body(joints, size).project(vertices).T
        assert 0 < x.min() < x.max() < size[0]
        assert 0 < y.min() < y.max() < size[1]
        assert max(np.ptp(x) / size[0], np.ptp(y) / size[1]) > 0.3


@pytest.mark.parametrize("name", LOOKS)
def test_the_close_up_shows_head_to_hips_with_both_hands(name: str) -> None:
    """Nose, shoulders, hips and raised hands are in it, the knees are not."""
    limbs = Angles(1)
    limbs.set(upper_arm_flex=15, upper_arm_abduct=20, forearm_flex=140, forearm_abduct=20)
    joints = stance.on_floor(pose(LOOKS[name].body(), limbs))
    hands = joints[0, 5:7] + (joints[0, 5:7] - joints[0, 3:5]) * 0.75
    camera = upper_body(joints, (128, 96))
    x, y, _ = camera.project(np.concatenate([joints[0, :9], hands])).T
    assert min(x.min(), y.min()) > 3
    assert x.max() < 125
    assert y.max() < 93
    assert camera.project(joints[0, 9:11])[:, 1].min() > 96


def test_resampling_keeps_the_times() -> None:
    """A ramp stays that ramp, from its first to its last second."""
    ramp = np.arange(17)[:, None] / 16
    fine = resample(ramp, 16, 30)
    assert fine[:, 0] == pytest.approx(np.arange(31) / 30)


def test_repetitions_of_a_routine_are_complete_when_the_truth_says_so() -> None:
    """The hips are lowest half a period before the end of each repetition, and high at its end."""
    done = routine.exercise(np.random.default_rng(1), "Squats", BODY, SQUATS, 30, reps=3)
    assert len(done.reps) == 3
    height = done.joints[:, [7, 8], 1].mean(1)
    period = done.reps[1] - done.reps[0]
    for end in done.reps:
        assert height[round(end * 30)] == pytest.approx(height[0], abs=0.02)
        assert height[round((end - period / 2) * 30)] == pytest.approx(height.min(), abs=0.02)
    assert len(done.joints) / 30 == pytest.approx(done.reps[-1] + routine.STILL_S, abs=0.1)


def test_held_poses_have_no_repetitions_and_seconds_are_about_kept() -> None:
    """What is not counted has none; ten seconds are ten seconds to within a repetition."""
    rng = np.random.default_rng(1)
    assert routine.exercise(rng, "Lying", BODY, LYING, 16, seconds=6).reps == ()
    done = routine.exercise(rng, "Squats", BODY, SQUATS, 16, seconds=10)
    assert len(done.joints) / 16 == pytest.approx(10, abs=1.5)


def test_standing_segments_share_a_shot_and_grow_out_of_each_other() -> None:
    """Rest, squats and rest are one shot without jumps; lying is a shot of its own."""
    rng = np.random.default_rng(1)
    squats = routine.exercise(rng, "Squats", BODY, SQUATS, 16, reps=2)
    lying = routine.exercise(rng, "Lying", BODY, LYING, 16, seconds=2)
    assert squats.upright
    assert not lying.upright
    pause = routine.rest(BODY, 1.5, 16, 0)
    segments = routine.blended(routine.with_rests([squats, lying], pause), 16)
    taken = shots(segments)
    assert [len(each) for each in taken] == [
        sum(len(s.joints) for s in segments[:3]), len(lying.joints), len(pause.joints)
    ]  # fmt: skip
    assert np.linalg.norm(np.diff(taken[0], axis=0), axis=2).max() < 0.3


def test_the_truth_covers_the_film_without_gaps() -> None:
    """Rows follow one another, name the label or `none`, and count the repetitions; the film is as long."""
    rng = np.random.default_rng(1)
    squats = routine.exercise(rng, "Squats", BODY, SQUATS, 8, reps=1)
    segments = routine.with_rests([squats], routine.rest(BODY, 1.0, 8, 0))
    rows = routine.truth_rows(segments, "a.mp4", 8)
    assert [row[3:] for row in rows] == [("none", 0), ("Squats", 1), ("none", 0)]
    assert [row[1] for row in rows] == [0.0, *(row[2] for row in rows[:-1])]
    pictures = list(screen(segments, WORKOUT, (64, 64), 8, fine=1))
    assert len(pictures) == round(rows[-1][2] * 8)


def test_a_gesticulating_figure_is_drawn_as_it_is() -> None:
    """Limbs fit the look, both palms look where they are told, each finger is bent on its own, the head turns."""
    look = LOOKS["gym"]
    arms = np.stack([arm_value((0.25, -0.2, 0.25), (0, 1, 0), (0, 0, 1), POINT)] * 2)
    arms[1, :9] *= [-1, 1, 1, 1, 1, 1, 1, 1, 1]
    build = figure_build(look)
    sizes = np.array([getattr(build, field.name) for field in fields(build)])
    figure = Gesticulation(arms[None], np.array([[30.0, 10, 5]]), np.zeros((1, 5)), sizes)
    shown = gestures(figure, look)
    body, joints = look.body(), shown.joints[0]
    for length, a, b in ((body.upper_arm, 1, 3), (body.forearm, 4, 6), (body.thigh, 7, 9), (body.hips, 7, 8)):
        assert np.linalg.norm(joints[a] - joints[b]) == pytest.approx(length, rel=0.01)
    for palm in shown.palms[0]:
        assert palm is not None
        assert palm[0] == pytest.approx([0, 1, 0], abs=0.02)
        assert palm[1] == pytest.approx([0, 0, 1], abs=0.02)
    for hand in shown.hands[0]:
        assert hand.fingers == pytest.approx((0, 1, 1, 1))
    assert shown.turns[0] == pytest.approx([30, 10, 5])
    assert next(film(shown.joints, hands=shown.hands, palms=shown.palms, turns=shown.turns, size=SIZE)).any()


def test_fingers_bend_on_their_own() -> None:
    """The tip of a straight index stays out while the other tips come in."""
    shape = hand_shape(np.array(POINT))
    tips = [turn @ FINGERS[finger, 3] + place for finger in range(1, 5)
            for turn, place in [hand_bones(shape, 1)[3 + 3 * finger]]]  # fmt: skip
    assert tips[0][1] > 0.17
    assert max(tip[1] for tip in tips[1:]) < 0.13
