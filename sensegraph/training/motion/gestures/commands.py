"""The labels of gesture control: each command before its end, at it, and after it."""

from __future__ import annotations

from collections.abc import Sequence

from sensegraph.training.motion.gestures.performer import UNSAID, Mark

BACKGROUND = "background"
EARLIEST_S, BEGIN_S, END_S, LATEST_S = -0.75, -0.25, 0.6, 1.1
"""From the end of a command on: where its three labels begin and end. A command is named for as long after its end as
it may be told, which also gives a net that needs one step more the time to be sure."""
COMMANDS = {
    "Clockwise Rotation": "clockwise_rotation",
    "Counter-clockwise Rotation": "counter-clockwise_rotation",
    "invalid_gesture_offset=0": "invalid_gesture",
    "Swipe Down": "swipe_down",
    "Swipe Left (left hand)": "swipe_left_with_left_hand",
    "Swipe Left (right hand)": "swipe_left_with_right_hand",
    "Swipe Right (left hand)": "swipe_right_with_left_hand",
    "Swipe Right (right hand)": "swipe_right_with_right_hand",
    "Swipe Up": "swipe_up",
    "Thumb Down": "thumb_down",
    "Thumb Up": "thumb_up",
    "Zoom In": "zoom_in_with_full_hand",
    "Zoom Out": "zoom_out_with_full_hand",
}
"""The label of each command at its end, and how its other labels begin."""
CONTROL_LABELS = (
    BACKGROUND,
    *(
        label
        for command, stem in COMMANDS.items()
        for label in (f"{stem}_offset=-0.5", command, f"{stem}_offset=0.5")
    ),
)  # fmt: skip
MIRRORED = {
    "Clockwise Rotation": "Counter-clockwise Rotation",
    "Swipe Left (right hand)": "Swipe Right (left hand)",
    "Swipe Right (right hand)": "Swipe Left (left hand)",
}
"""What a command of the right hand is for the left one; the others stay the same."""


def control_label(marks: Sequence[Mark], now: float, mirrored: bool) -> int:
    """Index of the label at a time in seconds, or -1 where it may be one or the other."""
    commands = [mark for mark in marks if mark.command]
    if not commands:
        return 0
    mark = min(commands, key=lambda each: abs(now - each.done))
    late = now - mark.done
    if not EARLIEST_S <= late <= LATEST_S:
        return 0
    if mark.command == UNSAID:
        return -1
    command = MIRRORED.get(mark.command, mark.command) if mirrored else mark.command
    step = 0 if late < BEGIN_S else 1 if late <= END_S else 2
    return 1 + 3 * list(COMMANDS).index(command) + step
