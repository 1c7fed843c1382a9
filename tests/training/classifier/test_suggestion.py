"""Proposed tags."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sensegraph.payload import NOBODY, OTHER
from sensegraph.training.classifier.suggestion import LEAST_STEPS, Segment, accept, segments
from sensegraph.training.project import Project
from tests.training.classifier.conftest import Fill


@given(st.lists(st.tuples(st.sampled_from(["a", "b", OTHER, NOBODY]), st.floats(0, 1)), max_size=40))
def test_segments_are_apart_long_enough_and_mostly_of_their_label(said: list[tuple[str, float]]) -> None:
    """In order, without overlap; a step inside is of the label but for holes of one."""
    found = segments(said)
    assert all(one.end <= two.first for one, two in pairwise(found))
    for each in found:
        assert each.end - each.first >= LEAST_STEPS
        inside = [label == each.label for label, _ in said[each.first : each.end]]
        assert inside[0]
        assert inside[-1]
        assert all(one or two for one, two in pairwise(inside))
        assert 0 <= each.score <= 1 + 1e-9


def test_a_hole_of_one_step_belongs_to_its_segment() -> None:
    """One longer parts it, and what is none of the classes is in none."""
    said = [(label, 1.0) for label in ("a", "a", OTHER, "a", OTHER, OTHER, "a", "b", "b")]
    assert segments(said) == [Segment("a", 0, 4, 1.0), Segment("b", 7, 9, 1.0)]


def test_what_is_accepted_is_the_annotation(project: Project, fill: Fill) -> None:
    """A label that is no tag yet becomes one of the class; the rest is background."""
    fill([("jump", "one")], frames=24)
    (clip,) = project.clips()
    known = project.add_tag("up", ["jump"])
    accept(project, clip, [Segment("up", 1, 3, 1.0), Segment("down", 4, clip.steps + 1, 1.0)])
    new = next(number for number, name in project.tags.items() if name == "down")
    assert project.annotations(clip) == [0, known, known, 0, *[new] * (clip.steps - 4)]
