"""Observations of a clip, and what else it could have looked like."""

from __future__ import annotations

import numpy as np
import pytest

from sensegraph.models.skeleton import SkeletonWindow
from tests.training.classifier.people import nobody, person


def test_a_mirror_image_of_a_mirror_image_is_the_clip() -> None:
    """Points, visibilities and hands come back to the last bit."""
    clip = person("Lunges (alternating)", 1)
    twice = clip.mirrored().mirrored()
    assert np.array_equal(twice.points, clip.points)
    assert np.array_equal(twice.hands, clip.hands)


def test_a_mirror_exchanges_the_sides() -> None:
    """The left wrist of the mirror image is the right one of the person, as far to the other side."""
    clip = person("Boxing: Jab", 2)
    assert np.array_equal(clip.mirrored().points[:, 15, 0], -clip.points[:, 16, 0])
    assert np.array_equal(clip.mirrored().points[:, 15, 1], clip.points[:, 16, 1])


@pytest.mark.parametrize("tempo", [0.8, 1.0, 1.25])
def test_another_tempo_keeps_the_way_and_changes_how_long_it_takes(tempo: float) -> None:
    """It begins with the same pose, has as many frames as the tempo says, and stays within what was seen."""
    clip = person("Squats", 3, frames=41)
    other = clip.retimed(tempo)
    assert len(other) == int(40 / tempo + 1e-6) + 1
    assert np.allclose(other.points[0], clip.points[0])
    assert other.points[..., 1].max() <= clip.points[..., 1].max() + 1e-4
    assert tempo != 1.0 or np.allclose(other.points, clip.points)


def test_frames_without_a_person_are_not_mixed_into_others() -> None:
    """Where only one of two frames shows a person, nothing is interpolated."""
    clip = person("Squats", 4)
    clip.seen[10:20] = False
    clip.points[10:20] = 1e6
    other = clip.retimed(0.9)
    assert np.abs(other.points[other.seen]).max() < 1e5


def test_trembling_moves_points_a_little_and_nothing_else() -> None:
    """The noise is a small share of the person's size; visibilities stay."""
    clip = person("Squats", 5)
    other = clip.trembling(np.random.default_rng(1), 0.004)
    size = np.ptp(clip.points[clip.seen][..., 1], axis=1).max()
    assert 0 < np.abs(other.points[..., :2] - clip.points[..., :2]).max() < 0.04 * size
    assert np.array_equal(other.points[..., 2:], clip.points[..., 2:])


def test_an_empty_room_trembles_without_harm() -> None:
    """Nobody is there before and after."""
    assert not nobody().trembling(np.random.default_rng(1), 0.1).points.any()


def test_the_window_of_a_graph_takes_the_points() -> None:
    """What is stored has the shape that a graph pushes."""
    SkeletonWindow().push(person("Squats", 6).points[0])
