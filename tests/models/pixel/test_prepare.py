import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sensegraph.models.pixel.prepare import prepare, scales_alone

COMMON = [(480, 640), (640, 480), (600, 800), (768, 1024), (360, 640), (720, 1280), (1080, 1920), (1920, 1080)]
UNEVEN = [(480, 854), (576, 720), (288, 352)]


def picture(height: int, width: int, seed: int = 0) -> NDArray[np.uint8]:
    """Noise."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def reference(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pad to a square with black, centred, then resize: the reference step by step."""
    height, width = frame.shape[:2]
    side = max(height, width)
    square = np.zeros((side, side, 3), np.uint8)
    top, left = int((side - height) / 2), int((side - width) / 2)
    square[top : top + height, left : left + width] = frame
    return np.asarray(cv2.resize(square, (256, 256)), dtype=np.uint8)


@pytest.mark.parametrize(("height", "width"), [*COMMON, *UNEVEN, (256, 256), (256, 100), (100, 256), (512, 512)])
def test_common_sizes_are_byte_identical_to_the_reference(height: int, width: int) -> None:
    """Pictures of cameras and files are prepared to the reference's bytes."""
    frame = picture(height, width)
    np.testing.assert_array_equal(prepare(frame), reference(frame))


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 700), st.integers(1, 700), st.integers(0, 99))
@example(1, 1, 0)
@example(3, 400, 0)
@example(255, 256, 0)
@example(257, 256, 0)
def test_any_size_is_byte_identical_to_the_reference(height: int, width: int, seed: int) -> None:
    """Odd, tiny and extreme sizes too."""
    frame = picture(height, width, seed)
    np.testing.assert_array_equal(prepare(frame), reference(frame))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 8), st.integers(1, 64), st.integers(0, 31), st.booleans(), st.integers(0, 99))
def test_quick_way_is_byte_identical_to_the_reference(
    scale: int, rows: int, bar: int, upright: bool, seed: int
) -> None:
    """Wherever the picture is scaled without its border, the bytes are the reference's."""
    side = 256 * scale
    other = min(side, max(1, 4 * rows)) * scale
    height, width = (side, min(other, side)) if upright else (min(other, side), side)
    if not scales_alone(height, width):
        height, width = side, max(2 * scale, side - 2 * scale * bar)
    assert scales_alone(height, width)
    frame = picture(height, width, seed)
    np.testing.assert_array_equal(prepare(frame), reference(frame))


def test_quick_way_is_taken_where_it_is_known_to_be_exact_only() -> None:
    """The sizes of cameras are scaled without their border, uneven and enlarged ones are not."""
    assert all(scales_alone(*size) for size in COMMON)
    assert not any(scales_alone(*size) for size in [*UNEVEN, (64, 128), (128, 128), (255, 512)])


def test_halves_are_means_and_border_is_black() -> None:
    """A 512x256 picture becomes the rounded means of its 2x2 squares, with 64 black columns on either side."""
    frame = picture(512, 256)
    squares = frame.reshape(256, 2, 128, 2, 3).astype(np.int64).sum(axis=(1, 3))
    result = prepare(frame)
    np.testing.assert_array_equal(result[:, 64:192], (squares + 2) // 4)
    assert not result[:, :64].any()
    assert not result[:, 192:].any()


def test_remainder_of_the_border_is_below_and_right() -> None:
    """Of an uneven border the larger part is at the bottom."""
    result = prepare(np.full((253, 256, 3), 9, np.uint8))
    assert result[:, 0, 0].tolist() == [0] + [9] * 253 + [0, 0]


def test_colours_keep_their_order_and_sides() -> None:
    """Blue stays first, and left stays left."""
    frame = np.zeros((480, 640, 3), np.uint8)
    frame[:, :320] = (200, 100, 50)
    result = prepare(frame)
    assert result[128, 10].tolist() == [200, 100, 50]
    assert not result[128, 200].any()


def test_frame_is_neither_changed_nor_kept() -> None:
    """The result is the caller's own, also where nothing is scaled; any strides will do."""
    frame = picture(256, 256)
    before = frame.copy()
    prepare(frame)[:] = 0
    np.testing.assert_array_equal(frame, before)
    mirrored = picture(480, 640)[:, ::-1]
    np.testing.assert_array_equal(prepare(mirrored), reference(mirrored))


@pytest.mark.parametrize(
    "frame",
    [
        np.zeros((4, 4, 3), np.float32),
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((0, 4, 3), np.uint8),
        [[1]],
    ],
    ids=["float", "grey", "alpha", "empty", "list"],
)
def test_anything_else_is_refused(frame: object) -> None:
    """What is not a BGR picture of bytes is named."""
    with pytest.raises(ValueError, match="frame must"):
        prepare(frame)  # type: ignore[arg-type]
