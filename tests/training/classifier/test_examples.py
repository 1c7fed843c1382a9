"""Examples are the windows that a graph makes."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from sensegraph.models.gesture import GestureWindow
from sensegraph.models.skeleton import WINDOW_FRAMES, SkeletonWindow
from sensegraph.models.temporal import TemporalNet
from sensegraph.models.traits import hand_traits
from sensegraph.training.classifier.examples import examples, present, steps
from sensegraph.training.classifier.observation import Observation
from sensegraph.training.classifier.space import BODY, HANDS, as_run, held
from tests.training.classifier.people import nobody, person


def test_the_embedding_of_a_step_is_that_of_a_graph() -> None:
    """The body's window of a graph, frame by frame from the first one, gives the same vectors."""
    clip, window, net = person("Squats", 1, frames=50), SkeletonWindow(), TemporalNet()
    clip.seen[7] = False
    vectors = dict(zip(steps(50), BODY.embed(clip, as_run(steps(50))), strict=True))
    for number in range(50):
        window.push(clip.points[number] if clip.seen[number] else None)
        if number in vectors:
            assert np.allclose(net.step(window), vectors[number], atol=1e-4)


def test_the_embedding_of_a_step_with_hands_is_that_of_a_graph() -> None:
    """The window of body and hands gives the same vectors, where hands come and go too."""
    rng, clip = np.random.default_rng(1), person("Squats", 2, frames=30)
    hands = rng.normal(0, 5, (30, 2, 21, 3)).astype(np.float32) + clip.points[:, 15:17, None, :3]
    clip = Observation(clip.points, clip.seen, hands.astype(np.float32), rng.uniform(size=(30, 2)) < 0.7)
    window, net = GestureWindow(), TemporalNet("gesture")
    vectors = dict(zip(steps(30), HANDS.embed(clip, as_run(steps(30))), strict=True))
    for number in range(30):
        there = clip.points[number] if clip.seen[number] else None
        window.push(there, clip.hands[number], clip.found[number].astype(np.float32))
        if number in vectors:
            assert np.allclose(net.step(window), vectors[number][: HANDS.embedded], atol=1e-4)
            assert np.allclose(hand_traits(window.tensor())[0], vectors[number][HANDS.embedded :], atol=1e-4)


@given(some.integers(1, 400))
def test_a_step_ends_with_every_fourth_frame_and_with_the_last(frames: int) -> None:
    """Whatever the length, the last frame ends a step, and none comes twice."""
    ends = steps(frames)
    assert ends[-1] == frames - 1
    assert ends == sorted(set(ends))
    assert all(end % 4 == 3 for end in ends[:-1])


@given(some.integers(0, 100))
def test_a_window_holds_the_first_pose_or_nobody_before_the_start(end: int) -> None:
    """Both kinds of windows agree where there is a frame, and differ before the first one."""
    run, kept = as_run([end])[0], held([end])[0]
    assert len(run) == WINDOW_FRAMES
    assert run[-1] == kept[-1] == end
    assert np.array_equal(kept, np.where(run < 0, 0, run))


def test_examples_depend_on_seed_and_name_alone() -> None:
    """The same clip gives the same examples; another name gives other variants of the same plain windows."""
    clip = person("Squats", 3)
    first, again, other = (examples(clip, BODY, 1, name) for name in ("a", "a", "b"))
    assert np.array_equal(first.vectors, again.vectors)
    assert np.array_equal(first.vectors[first.plain], other.vectors[other.plain])
    assert first.vectors.shape != other.vectors.shape or not np.array_equal(first.vectors, other.vectors)


def test_half_of_the_plain_windows_are_of_the_mirror_image() -> None:
    """Each step is there twice."""
    made = examples(person("Squats", 4), BODY, 1, "a")
    assert made.ends[made.plain & made.mirrored].tolist() == made.ends[made.plain & ~made.mirrored].tolist()


def test_a_clip_without_a_person_gives_no_example() -> None:
    """Nothing is learnt from an empty room."""
    assert len(examples(nobody(), BODY, 1, "a")) == 0


def test_windows_in_which_the_person_has_left_are_no_examples() -> None:
    """A graph says `No person visible` there."""
    clip = person("Squats", 5, frames=60)
    clip.seen[30:] = False
    made = examples(clip, BODY, 1, "a")
    assert present(clip, 33)
    assert not present(clip, 59)
    assert made.ends[made.plain].max() < 45
