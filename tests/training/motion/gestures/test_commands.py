"""The labels of gesture control."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sensegraph.training.motion.gestures.commands import CONTROL_LABELS, control_label
from sensegraph.training.motion.gestures.performer import UNSAID, Mark

TABLE = Path(__file__).parents[5] / "shared" / "reference" / "labels.json"


def swipe(done: float, command: str = "Swipe Left (right hand)") -> Mark:
    """A swipe that is complete at a time."""
    return Mark("Swiping left", done - 0.3, done, command, done)


@pytest.mark.skipif(not TABLE.is_file(), reason="the shared label tables are not here")
def test_labels_are_those_of_the_table() -> None:
    """The labels and their order are those that are asked for."""
    assert list(CONTROL_LABELS) == json.loads(TABLE.read_text())["gesture_control"]


@pytest.mark.parametrize(
    ("now", "label"),
    [
        (2.1, "background"),
        (2.5, "swipe_left_with_right_hand_offset=-0.5"),
        (2.8, "Swipe Left (right hand)"),
        (3.2, "Swipe Left (right hand)"),
        (3.5, "Swipe Left (right hand)"),
        (3.9, "swipe_left_with_right_hand_offset=0.5"),
        (4.2, "background"),
    ],
)
def test_label_follows_the_end_of_the_command(now: float, label: str) -> None:
    """A command complete at second 3 is named from a quarter second before it to 0.6 s after it."""
    assert CONTROL_LABELS[control_label([swipe(3.0)], now, mirrored=False)] == label


def test_mirrored_command_is_that_of_the_other_side() -> None:
    """A left swipe of the right hand becomes a right swipe of the left hand."""
    assert CONTROL_LABELS[control_label([swipe(3.0)], 3.0, mirrored=True)] == "Swipe Right (left hand)"


def test_nearest_command_counts() -> None:
    """Of two commands the label is that of the nearer end."""
    marks = [swipe(3.0), swipe(3.8, "Swipe Up")]
    assert CONTROL_LABELS[control_label(marks, 3.7, mirrored=False)] == "Swipe Up"


def test_doubtful_command_is_not_said() -> None:
    """Near the end of a gesture that may or may not be a command there is no label."""
    assert control_label([swipe(3.0, UNSAID)], 3.0, mirrored=False) == -1
