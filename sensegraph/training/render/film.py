"""Any motion as pictures."""

from collections.abc import Iterator, Sequence

import numpy as np

from sensegraph.training.render import stance
from sensegraph.training.render.array import Array
from sensegraph.training.render.camera import Camera
from sensegraph.training.render.hand import RELAXED, HandShape
from sensegraph.training.render.look import WORKOUT, Look
from sensegraph.training.render.picture import Renderer
from sensegraph.training.render.pose import Palm, Pose
from sensegraph.training.render.rotation import rotation
from sensegraph.training.render.view import whole_body

SMALL = 200  # pixels; a coarser mesh does for a picture that is lower

Hands = tuple[HandShape, HandShape]
Palms = tuple[Palm | None, Palm | None]


def resample(values: Array, rate: float, fps: float) -> Array:
    """Values (T,...) at `rate` a second as values at `fps` a second; straight lines between."""
    place = np.arange(0, (len(values) - 1) / rate + 1e-9, 1 / fps) * rate
    left = np.minimum(place.astype(int), max(len(values) - 2, 0))
    share = (place - left).reshape(-1, *[1] * (values.ndim - 1))
    return np.asarray(values[left] * (1 - share) + values[np.minimum(left + 1, len(values) - 1)] * share)


def poses(
    joints: Array,
    hands: Sequence[Hands] | None = None,
    palms: Sequence[Palms] | None = None,
    turns: Array | None = None,
) -> list[Pose]:
    """Poses of a motion; what is not said follows from the joints and the floor.

    Args:
        joints: The 13 joints of every frame (T,13,3), metres, the floor at 0.
        hands: Shapes of both hands in every frame.
        palms: How both hands are turned in every frame; a hand with None rests on the floor or continues the forearm.
        turns: Turn of the head beyond where the nose is (T,3), degrees: to the left, nod downwards, tilt to the left.
    """
    shapes = hands or [(RELAXED, RELAXED)] * len(joints)
    heads, feet, resting = stance.heads(joints), stance.feet(joints), stance.palms(joints)
    out = []
    for k, frame in enumerate(joints):
        given = palms[k] if palms is not None else (None, None)
        both = (given[0] or resting[k][0], given[1] or resting[k][1])
        head = heads[k] if turns is None else heads[k] @ head_turn(*turns[k])
        out.append(Pose(frame, shapes[k], both, head, feet[k]))
    return out


def head_turn(left: float, nod: float, tilt: float) -> Array:
    """Rotation (3,3) of the head in its own axes: degrees to the left, nodding downwards, tilting to the left."""
    turn = rotation(np.array([0.0, 1, 0]), left) @ rotation(np.array([1.0, 0, 0]), nod)
    return np.asarray(turn @ rotation(np.array([0.0, 0, 1]), -tilt))


def film(
    joints: Array,
    *,
    hands: Sequence[Hands] | None = None,
    palms: Sequence[Palms] | None = None,
    turns: Array | None = None,
    look: Look = WORKOUT,
    camera: Camera | None = None,
    size: tuple[int, int] = (640, 480),
    fine: int = 2,
    seed: int = 0,
) -> Iterator[Array]:
    """Draw a motion, one picture for every row of joints.

    Args:
        joints: The 13 joints (T,13,3), metres, y up; the motion is put on the floor as a whole. They fit the
            figure when they were made with `look.body()`.
        hands: As in `poses`.
        palms: As in `poses`.
        turns: As in `poses`.
        look: Who, where and under which light.
        camera: Where it stands; None takes one that shows all of the motion.
        size: Width and height in pixels, used without a camera.
        fine: Samples per pixel along each axis: 2, or 1 for speed.
        seed: Seed of the sensor noise.

    Yields:
        uint8 RGB pictures (H,W,3).
    """
    standing = stance.on_floor(joints)
    place = camera or whole_body(standing, size)
    draw = Renderer(place, look.mesh(1.0 if place.height >= SMALL else 2.0), fine, seed, look)
    for pose in poses(standing, hands, palms, turns):
        yield draw(pose)
