"""The corpora of the shipped nets, by the name of the net."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sensegraph.models.temporal import BODY_SPACE, HAND_SPACE, NOBODY, REJECTED
from sensegraph.training.corpus import Corpus, Floats, HeadPlan, Labels
from sensegraph.training.motion import sample
from sensegraph.training.motion.capture import Take
from sensegraph.training.motion.gestures import commands, gesture
from sensegraph.training.motion.gestures import sample as gesture_sample


def draw_body(
    seed: int, size: int, takes: Sequence[Take], *, held_out: bool, even: bool
) -> tuple[Floats, Mapping[str, Labels]]:
    """Draw windows of body landmarks with their exercise."""
    windows, labels = sample.batch(seed, size, takes, held_out=held_out, even=even)
    return windows, {"fitness": labels}


INVALID = "invalid_gesture_offset=0"
COMMANDS = tuple(label for label in commands.COMMANDS if label != INVALID)
"""What gesture control names; the labels half a second off a command, and what is none, are there to reject."""

CORPORA = {
    "body": Corpus(
        "body", BODY_SPACE, sample.GENERATOR_VERSION, (HeadPlan("fitness", sample.LABELS, REJECTED),), draw_body
    ),
    "gesture": Corpus(
        "gesture",
        HAND_SPACE,
        gesture_sample.GENERATOR_VERSION,
        (
            HeadPlan("gestures", gesture.LABELS, (*REJECTED, NOBODY)),
            HeadPlan(
                "gesture_control",
                commands.CONTROL_LABELS,
                tuple(label for label in commands.CONTROL_LABELS if label not in COMMANDS),
                average_steps=1,
                lowest=0.5,
            ),
        ),
        gesture_sample.batch,
    ),
}

PLANS: dict[str, dict[str, Any]] = {
    "body": {"samples": 150_000, "epochs": 9},
    "gesture": {
        "samples": 300_000,
        "epochs": 12,
        "dropout": 0.1,
        "width": 136,
        "stride": 2,
        "newest": True,
        "half": True,
    },
}
"""How each net is trained when nothing else is said; fields of `sensegraph.training.temporal.Plan`."""
