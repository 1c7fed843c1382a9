"""The person's mesh: body, head and both hands in one, with the weights of the bones."""

from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from sensegraph.training.render import hand
from sensegraph.training.render.array import Array
from sensegraph.training.render.distance import F32, segment_distance
from sensegraph.training.render.figure import (
    HIP,
    NECK,
    REST,
    WAIST,
    body_distance,
    hand_distance,
    head_distance,
)
from sensegraph.training.render.hair import HEAD_BOX
from sensegraph.training.render.hand import FINGERS, WIDTH
from sensegraph.training.render.rotation import moved
from sensegraph.training.render.surface import Surface, surface_nets

# Numbers of the bones; limbs have two, left and right; hands have 16 each.
PELVIS, CHEST, UPPER, FORE, THIGH, SHANK, FOOT, HEAD, HAND = 0, 1, 2, 4, 6, 8, 10, 12, 13
BONES = HAND + 2 * hand.BONES
BODY, FACE, LEFT_HAND, RIGHT_HAND = range(4)


@dataclass(frozen=True)
class Mesh:
    """All parts in one.

    Attributes:
        rest: Vertices (v,3) in the part's own coordinates: what is painted on them depends on these.
        world: Vertices (v,3) that the bones move; the head's stand on the shoulders.
        normals: Outward normals (v,3).
        openness: Openness to light (v,) in 0..1.
        weights: Share of each bone (v, BONES), summing to 1.
        quads: Vertex numbers (q,4).
        part: BODY, FACE, LEFT_HAND or RIGHT_HAND of each vertex (v,).
        joints: Joints (13,3) of the pose in which `world` stands, metres.
        hand: Size of the hands, 1 as modelled.
    """

    rest: Array
    world: Array
    normals: Array
    openness: Array
    weights: Array
    quads: Array
    part: Array
    joints: Array
    hand: float = 1.0


@cache
def build_mesh(fine: float = 1.0, hair: str = "short") -> Mesh:
    """Mesh the figure; built once for equal arguments.

    Args:
        fine: Factor on the cell sizes; 1 is right for 640x480, 2 is four times faster and visibly coarser.
        hair: Cut of the hair, a key of `hair.HEAD_BOX`.
    """
    top = NECK[1] + 0.14
    body = surface_nets(body_distance, (-0.72, -0.02, -0.20), (0.72, top, 0.24), 0.013 * fine)
    head = surface_nets(partial(head_distance, hair=hair), *HEAD_BOX[hair], 0.0062 * fine)
    right = surface_nets(hand_distance, (-0.065, -0.045, -0.03), (0.095, 0.205, 0.04), 0.0052 * fine)
    mirror = np.array([-1, 1, 1], F32)
    left = Surface(right.vertices * mirror, right.quads[:, ::-1], right.normals * mirror, right.openness)
    parts = [body, head, left, right]
    fingers = _hand_weights(right.vertices)
    weights = [
        _body_weights(body.vertices),
        _head_weights(head.vertices),
        _place(fingers, HAND),
        _place(fingers, HAND + hand.BONES),
    ]
    sizes = [len(p.vertices) for p in parts]
    base = np.cumsum([0, *sizes[:-1]])
    rest = np.concatenate([p.vertices for p in parts]).astype(F32)
    part = np.repeat(np.arange(4), sizes)
    world = rest.copy()
    world[part == FACE] += NECK.astype(F32)
    return Mesh(
        rest=rest,
        world=world,
        normals=np.concatenate([p.normals for p in parts]).astype(F32),
        openness=np.concatenate([p.openness for p in parts]).astype(F32),
        weights=np.concatenate(weights).astype(F32),
        quads=np.concatenate([p.quads + b for p, b in zip(parts, base, strict=True)]),
        part=part,
        joints=REST,
    )


def _place(weights: Array, first: int) -> Array:
    out = np.zeros((len(weights), BONES), F32)
    out[:, first : first + weights.shape[1]] = weights
    return out


def _head_weights(vertices: Array) -> Array:
    out = np.zeros((len(vertices), BONES), F32)
    out[:, HEAD] = np.clip(vertices[:, 1] / 0.09, 0, 1)
    out[:, CHEST] = 1 - out[:, HEAD]
    return out


def _body_weights(vertices: Array) -> Array:
    """Weights fall with the distance from the bones, measured in the thickness of each limb."""
    d = np.full((len(vertices), BONES), 9.0, F32)
    d[:, PELVIS] = segment_distance(vertices, moved(HIP, 0, -0.03, 0), WAIST) / 0.14
    d[:, CHEST] = segment_distance(vertices, moved(WAIST, 0, 0.03, 0), moved(NECK, 0, -0.03, 0)) / 0.14
    for i in (0, 1):
        s, e, w, h, k, a = (REST[j + i] for j in (1, 3, 5, 7, 9, 11))
        mine = (vertices[:, 0] > 0) == (i == 0)
        toe = moved(a, 0.03 - 0.06 * i, -0.045, 0.12)
        limbs = (
            (UPPER, s * 0.85 + e * 0.15, e, 0.058),
            (FORE, e, w, 0.045),
            (THIGH, moved(h, 0, -0.06, 0), k, 0.085),
            (SHANK, k, a, 0.058),
            (FOOT, moved(a, 0, -0.045, 0), toe, 0.05),
        )
        for bone, start, end, radius in limbs:
            d[mine, bone + i] = (segment_distance(vertices, start, end) / radius)[mine]
        shoulder = moved(s, 0.02 * (2 * i - 1), 0, 0)
        girdle = segment_distance(vertices, moved(NECK, 0, -0.02, 0), shoulder) / 0.062
        hips = segment_distance(vertices, HIP, moved(h, 0, 0.01, 0)) / 0.09
        d[mine, CHEST] = np.minimum(d[mine, CHEST], girdle[mine])
        d[mine, PELVIS] = np.minimum(d[mine, PELVIS], hips[mine])
    weights = 1 / np.maximum(d, 0.15) ** 7
    return np.asarray(weights / weights.sum(1, keepdims=True))


def _hand_weights(vertices: Array) -> Array:
    d = np.full((len(vertices), hand.BONES), 9.0, F32)
    wrist = np.zeros(3)
    rays = [segment_distance(vertices, wrist, FINGERS[i, 0] * 0.9) for i in range(1, 5)]
    rays.append(segment_distance(vertices, wrist, FINGERS[0, 0]))
    d[:, 0] = np.min(rays, 0) / 0.016
    for finger in range(5):
        for k in range(3):
            length = segment_distance(vertices, FINGERS[finger, k], FINGERS[finger, k + 1])
            d[:, 1 + 3 * finger + k] = length / WIDTH[finger, k]
    weights = 1 / np.maximum(d, 0.2) ** 8
    return np.asarray(weights / weights.sum(1, keepdims=True))
