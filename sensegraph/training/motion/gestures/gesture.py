"""The gestures by their labels, and what else people do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sensegraph.payload import NOBODY, NOTHING, OTHER
from sensegraph.training.motion.gestures import everyday, motions, nods, signing, signs, swipes, touching
from sensegraph.training.motion.gestures.performer import Performer

Move = Callable[[Performer], None]


@dataclass(frozen=True)
class Gesture:
    """Something that people do before a webcam.

    Attributes:
        move: lets a performer do it once, mainly with the right hand, and marks when it was done.
        mirror: the label of the same with left and right exchanged; empty for the same label.
        hand: whether it cannot be told without seeing the hand.
        share: weight among the negatives; 0 for the gestures.
    """

    move: Move
    mirror: str = ""
    hand: bool = True
    share: float = 0.0


GESTURES: dict[str, Gesture] = {
    '"Drinking" gesture': Gesture(touching.drink),
    '"Sleeping" gesture': Gesture(nods.sleep, hand=False),
    "Calling someone closer": Gesture(motions.call),
    "Covering ears": Gesture(touching.cover_ears),
    "Covering eyes": Gesture(touching.cover_eyes),
    "Dabbing": Gesture(nods.dab, hand=False),
    "Facepalming": Gesture(nods.facepalm),
    "Nodding": Gesture(nods.nod, hand=False),
    "Pointing left": Gesture(signs.point_left, "Pointing right"),
    "Pointing right": Gesture(signs.point_right, "Pointing left"),
    "Pointing to the camera": Gesture(signs.point_ahead),
    "Putting finger to mouth": Gesture(touching.hush),
    "Rolling hand": Gesture(motions.roll),
    "Scratching": Gesture(touching.scratch),
    "Shaking head": Gesture(nods.shake, hand=False),
    "Showing the middle finger": Gesture(signs.middle_finger),
    "Swiping down": Gesture(swipes.down),
    "Swiping down (with two hands)": Gesture(swipes.down_both),
    "Swiping left": Gesture(swipes.left, "Swiping right"),
    "Swiping right": Gesture(swipes.right, "Swiping left"),
    "Swiping up": Gesture(swipes.up),
    "Swiping up (with two hands)": Gesture(swipes.up_both),
    "Thumb down": Gesture(signs.thumb_down),
    "Thumb up": Gesture(signs.thumb_up),
    "Waving": Gesture(motions.wave),
    "Zooming in": Gesture(motions.zoom_in),
    "Zooming out": Gesture(motions.zoom_out),
}
"""The 27 gestures, with the person's own left and right."""

OTHERS: tuple[Gesture, ...] = (
    Gesture(signing.signing, share=8),
    Gesture(signing.one_sign, share=4),
    Gesture(signing.talk, share=3),
    Gesture(motions.circle, share=7),
    Gesture(touching.adjust, share=2),
    Gesture(everyday.half_swipe, share=2.5),
    Gesture(everyday.settle, share=1.5),
    Gesture(everyday.raise_and_lower, share=4),
    Gesture(everyday.type_keys, share=1),
    Gesture(everyday.handle, share=2),
    Gesture(everyday.telephone, share=1.5),
    Gesture(everyday.clap, share=1.2),
    Gesture(everyday.look_about, share=2),
    Gesture(everyday.shift_body, share=3),
    Gesture(everyday.stretch, share=2),
    Gesture(everyday.show_something, share=3),
    Gesture(everyday.fidget, share=2),
)
"""What is "doing other things"; circles are a command of gesture control nevertheless."""

LABELS = tuple(sorted([*GESTURES, NOTHING, OTHER, NOBODY]))
