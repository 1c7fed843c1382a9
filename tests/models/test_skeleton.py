import numpy as np
import pytest

from sensegraph.models.skeleton import (
    CHANNELS,
    WINDOW_FRAMES,
    SkeletonWindow,
    select_joints,
    skeleton_channels,
)


@pytest.fixture
def points() -> np.ndarray:
    """A clip of 40 frames of 33 random but steady points."""
    rng = np.random.default_rng(0)
    pose = rng.uniform(0, 400, (1, 33, 4))
    clip = pose + rng.normal(0, 5, (WINDOW_FRAMES, 33, 4))
    clip[..., 3] = 0.9
    return clip.astype(np.float32)


def window_of(points: np.ndarray, missing: tuple[int, ...] = ()) -> SkeletonWindow:
    """A window after the pushes of a clip, with some frames without a person."""
    window = SkeletonWindow()
    for number, frame in enumerate(points):
        window.push(None if number in missing else frame)
    return window


def test_empty_window_is_all_zero() -> None:
    """Before the first frame the tensor is finite and says that nobody is there."""
    window = SkeletonWindow()
    assert window.seen == 0
    assert not window.tensor().any()


def test_tensor_ignores_resolution_and_place(points: np.ndarray) -> None:
    """The same movement in a larger picture and elsewhere in it gives the same channels."""
    moved = points.copy()
    moved[..., :2] = moved[..., :2] * 2.5 + [300, 40]
    np.testing.assert_allclose(window_of(points).tensor(), window_of(moved).tensor(), atol=1e-4)


def test_tensor_is_that_of_the_training_function(points: np.ndarray) -> None:
    """Run time and training agree on the channels."""
    joints = np.stack([select_joints(frame) for frame in points])
    seen = np.ones(WINDOW_FRAMES, dtype=bool)
    seen[[3, 4]] = False
    batched = skeleton_channels(joints[None], seen[None])
    assert batched.shape == (1, CHANNELS, WINDOW_FRAMES)
    np.testing.assert_array_equal(batched, window_of(points, missing=(3, 4)).tensor())


def test_missing_frames_hold_the_pose_before_them(points: np.ndarray) -> None:
    """A gap repeats the last pose, a late start the first one; the last channel tells which were seen."""
    tensor = window_of(points, missing=(0, 1, 20)).tensor()[0]
    np.testing.assert_array_equal(tensor[:26, 20], tensor[:26, 19])
    np.testing.assert_array_equal(tensor[:26, 0], tensor[:26, 2])
    assert np.flatnonzero(tensor[-1] == 0).tolist() == [0, 1, 20]


def test_window_keeps_the_newest_frames_only(points: np.ndarray) -> None:
    """Old frames fall out of the window."""
    window = window_of(points)
    for _ in range(10):
        window.push(None)
    assert window.seen == pytest.approx(0.75)
    assert window.recent_seen(10) == 0
    window.clear()
    assert window.seen == 0


def test_wrong_shape_is_refused() -> None:
    """Points that are not BlazePose's 33 are refused with both shapes in the message."""
    with pytest.raises(ValueError, match=r"\(33, 4\).*\(17, 3\)"):
        SkeletonWindow().push(np.zeros((17, 3)))
