"""Dividing clips by session."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensegraph.training.project import Clip, ProjectError
from sensegraph.training.project.split import Shares, divide, torn


def clip(number: int, label: str, session: str = "", flipped_from: str = "") -> Clip:
    """Return a clip that only exists on paper."""
    name = hashlib.sha256(str(number).encode()).hexdigest()[:20]
    return Clip(
        id=name, name=f"c{number}", label=label, session=session or name, original="original.mp4", frames=16,
        source_frames=16, flipped_from=flipped_from,
    )  # fmt: skip


CLIPS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 6)), max_size=40)


@given(CLIPS, st.floats(0, 0.5), st.floats(0, 0.5), st.integers(0, 5))
def test_sessions_stay_together_and_every_class_is_trained_on(
    rows: list[tuple[str, int]], valid: float, test: float, seed: int
) -> None:
    """The same call gives the same; a share of 0 gives none; whatever the sessions are."""
    clips = [clip(number, label, f"s{session}") for number, (label, session) in enumerate(rows)]
    splits = divide(clips, Shares(valid, test, seed=seed))
    assert divide(clips, Shares(valid, test, seed=seed)) == splits
    assert set(splits) == {each.id for each in clips}
    divided = [each.model_copy(update={"split": splits[each.id]}) for each in clips]
    assert torn(divided) == {}
    for label in {each.label for each in clips}:
        assert any(each.split == "train" for each in divided if each.label == label)
    for name, share in (("valid", valid), ("test", test)):
        assert share or name not in splits.values()


def test_each_class_gives_its_share() -> None:
    """Seven clips of a class, each of its own session: one for validation; ten: two."""
    clips = [clip(number, "a") for number in range(7)] + [clip(number, "b") for number in range(10, 20)]
    splits = divide(clips, Shares(0.2))
    valid = [each.label for each in clips if splits[each.id] == "valid"]
    assert sorted(valid) == ["a", "b", "b"]


def test_a_class_of_one_session_is_for_training_unless_clips_may_be_parted() -> None:
    """By clip a mirror image stays with its clip."""
    clips = [clip(number, "a", "monday") for number in range(5)]
    assert set(divide(clips, Shares(0.2)).values()) == {"train"}
    clips += [clip(10 + n, "a", "monday", each.id) for n, each in enumerate(clips)]
    splits = divide(clips, Shares(0.2, by_clip=True))
    assert sorted(splits.values()).count("valid") == 2
    assert all(splits[each.id] == splits[each.flipped_from] for each in clips if each.flipped_from)


@pytest.mark.parametrize("shares", [{"valid": 0.6}, {"test": -0.1}, {"valid": float("nan")}])
def test_a_share_that_is_none_is_refused(shares: dict[str, float]) -> None:
    """With what is allowed."""
    with pytest.raises(ProjectError, match=r"is not between 0 and 0\.5\n  0\.2 is every fifth clip"):
        Shares(**shares)
