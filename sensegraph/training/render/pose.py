"""What one frame shows of the person."""

from dataclasses import dataclass
from typing import TypeAlias

from sensegraph.training.render.array import Array
from sensegraph.training.render.hand import RELAXED, HandShape

Palm: TypeAlias = tuple[Array, Array]  # direction of the fingers (3,), normal out of the palm (3,)


@dataclass(frozen=True)
class Pose:
    """Joints (13,3) in metres, the shapes of both hands (left, right), and palms; None hangs freely."""

    joints: Array
    hands: tuple[HandShape, HandShape] = (RELAXED, RELAXED)
    palms: tuple[Palm | None, Palm | None] = (None, None)
