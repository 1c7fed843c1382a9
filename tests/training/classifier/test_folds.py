"""Folds of cross-validation."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from sensegraph.training.classifier.folds import MOST, folds
from sensegraph.training.project import Clip


def clip(number: int, label: str, session: str, flipped_from: str = "") -> Clip:
    """Return a clip."""
    return Clip(
        id=f"{number:020x}", name=str(number), label=label, session=session, original="original.mp4", frames=40,
        source_frames=40, flipped_from=flipped_from,
    )  # fmt: skip


some_clips = some.lists(some.tuples(some.sampled_from("abc"), some.sampled_from("xyz")), min_size=1, max_size=30).map(
    lambda pairs: [clip(number, *pair) for number, pair in enumerate(pairs)]
)


@given(some_clips, some.integers(0, 5))
def test_clips_of_a_session_are_never_parted_where_a_class_has_several(clips: list[Clip], seed: int) -> None:
    """Within a class of many sessions, a session is in one fold."""
    found = folds(clips, seed)
    for label in "abc":
        own = [(each.session, fold) for each, fold in zip(clips, found, strict=True) if each.label == label]
        if len({session for session, _ in own}) > 1:
            assert len(set(own)) == len({session for session, _ in own})


@given(some_clips, some.integers(0, 5))
def test_every_class_that_can_be_parted_is_parted(clips: list[Clip], seed: int) -> None:
    """Two sessions, or two clips of the only one, are in two folds; there are five folds at most."""
    found = folds(clips, seed)
    assert 0 <= min(found) <= max(found) < MOST
    for label in "abc":
        own = [fold for each, fold in zip(clips, found, strict=True) if each.label == label]
        assert len(own) < 2 or len(set(own)) > 1


@given(some_clips)
def test_equal_clips_and_seeds_give_equal_folds(clips: list[Clip]) -> None:
    """Nothing but the clips and the seed decides."""
    assert folds(clips, 3) == folds(list(clips), 3)


def test_a_mirrored_clip_stays_with_its_original() -> None:
    """Else a classifier would be tried with what it has learnt."""
    clips = [clip(number, "a", "x") for number in range(6)]
    image = clip(9, "a", "x", flipped_from=clips[0].id)
    found = folds([*clips, image], 1)
    assert found[0] == found[-1]
