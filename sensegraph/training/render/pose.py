"""What one frame shows of the person."""

from dataclasses import dataclass
from typing import TypeAlias

from sensegraph.training.render.array import Array
from sensegraph.training.render.hand import RELAXED, HandShape

Palm: TypeAlias = tuple[Array, Array]  # direction of the fingers (3,), normal out of the palm (3,)


@dataclass(frozen=True)
class Pose:
    """A posture, with hands and head.

    Attributes:
        joints: The 13 joints (13,3), metres.
        hands: Shapes of the left and the right hand.
        palms: How the left and the right hand are turned; None continues the forearm.
        head: Turn of the head: a matrix (3,3) whose columns are its left, its crown and where it looks; None looks
            where the nose is, about upright.
        feet: Turns of the feet (2,3,3): columns their left, up and toes; None stands on the soles.
    """

    joints: Array
    hands: tuple[HandShape, HandShape] = (RELAXED, RELAXED)
    palms: tuple[Palm | None, Palm | None] = (None, None)
    head: Array | None = None
    feet: Array | None = None
