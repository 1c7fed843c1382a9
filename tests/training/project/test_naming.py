"""Names: which are allowed, and their mirror images."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensegraph.training.project import ProjectError
from sensegraph.training.project.naming import checked_name, mirrored, title
from sensegraph.training.project.record import NAME, Label


@pytest.mark.parametrize(
    "name", ["Bob's jump", 'the "big" one', "$(touch X); rm -rf ~", "Größe", "😀 grin", "50%", "a.b"]
)
def test_names_are_data(name: str) -> None:
    """Quotes, dollars and emoji are nothing special."""
    assert checked_name(f"  {name} ", "class") == name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "the name is empty"),
        ("  ", "the name is empty"),
        ("..", "begins with a dot"),
        (".hidden", "begins with a dot"),
        ("../../etc", "begins with a dot"),
        ("a/b", "'/' cannot be in a name"),
        ("a\\b", r"'\\' cannot be in a name"),
        ("a|b", "'|' cannot be in a name"),
        ("a\nb", r"'\\n' cannot be in a name"),
        ("a\0b", r"'\\x00' cannot be in a name"),
        ("a\N{RIGHT-TO-LEFT OVERRIDE}b", r"cannot be in a name"),
        ("a\udcffb", r"cannot be in a name"),
        ("x" * 121, "is longer than 120 bytes"),
        ("Doing Other Things", "has a meaning of its own\n  For what is none of the classes make a class 'background'"),
        ("none", "has a meaning of its own"),
    ],
)
def test_names_that_cannot_be_folders_or_mean_something_are_refused(name: str, said: str) -> None:
    """Path traversal by a name is impossible."""
    with pytest.raises(ProjectError, match=said.replace("|", r"\|") if said.startswith("'|") else said):
        checked_name(name, "class")


def test_names_that_differ_by_case_only_are_refused() -> None:
    """They would be one folder on some systems; `background` is no tag."""
    with pytest.raises(ProjectError, match="differs from 'Wave' by case only"):
        checked_name("wave", "class", ["Wave"])
    with pytest.raises(ProjectError, match="has a meaning of its own"):
        checked_name("Background", "tag")
    assert checked_name("background", "class") == "background"


@given(st.text(max_size=200))
def test_what_is_checked_can_be_kept_and_is_its_own_name(text: str) -> None:
    """A name that is accepted is accepted again as it is, fits the record, and is one part of a path."""
    try:
        name = checked_name(text, "class")
    except ProjectError:
        return
    assert checked_name(name, "class") == name
    assert Label(name=name).name == name
    assert "/" not in name
    assert name not in ("", ".", "..")


@given(st.text(max_size=200))
def test_any_text_has_a_title_that_can_be_a_file(text: str) -> None:
    """Short, without separators, and fit for the record."""
    name = title(text)
    assert re.fullmatch(NAME.replace("$", ""), name)
    assert len(name.encode()) <= 120


@pytest.mark.parametrize(
    ("name", "image"),
    [
        ("Swiping left", "Swiping right"),
        ("Swipe Left (right hand)", "Swipe Right (left hand)"),
        ("turn_left", "turn_right"),
        ("LEFT turn", "RIGHT turn"),
        ("LeftArm", "RightArm"),
        ("left2", "right2"),
        ("leftover", "leftover"),
        ("bright", "bright"),
        ("wave", "wave"),
        ("Clockwise Rotation", "Counter-clockwise Rotation"),
        ("rotate counter-clockwise", "rotate clockwise"),
    ],
)
def test_left_and_right_change_places(name: str, image: str) -> None:
    """As words, with their case; a mirror image twice is the name."""
    assert mirrored(name) == image
    assert mirrored(image) == name
