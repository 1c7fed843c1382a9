"""Bones of a pose, and the mesh bent by them (linear blend skinning)."""

import numpy as np

from sensegraph.training.render import mesh as bones
from sensegraph.training.render.array import Array
from sensegraph.training.render.distance import F32
from sensegraph.training.render.figure import REST
from sensegraph.training.render.hand import hand_bones
from sensegraph.training.render.mesh import BONES, Mesh
from sensegraph.training.render.pose import Palm, Pose
from sensegraph.training.render.posture import ANKLE
from sensegraph.training.render.rotation import UP, frame, rotation, swing, unit

LIFT = np.array([0, 0.016, 0])  # skull over the shoulder line, metres
GAZE = 0.5  # how far the head stays upright when the trunk leans


class _Bones:
    """Matrices (BONES,3,4) that take rest coordinates to the pose."""

    def __init__(self) -> None:
        self.matrices = np.zeros((BONES, 3, 4))

    def put(self, bone: int, turn: Array, rest: Array, pose: Array) -> None:
        """Let a bone turn about a point that moves from `rest` to `pose`."""
        self.matrices[bone, :, :3], self.matrices[bone, :, 3] = turn, pose - turn @ rest


def bone_matrices(pose: Pose, rest: Array = REST, hand: float = 1.0) -> Array:
    """Matrices (BONES,3,4) of a pose, on the mesh's `world` coordinates.

    Args:
        pose: The pose.
        rest: Joints (13,3) of the mesh.
        hand: Size of its hands.
    """
    out, j = _Bones(), pose.joints
    hip, neck = j[[7, 8]].mean(0), j[[1, 2]].mean(0)
    up = unit(neck - hip)
    pelvis, chest = frame(j[7] - j[8], up), frame(j[1] - j[2], up)
    out.put(bones.PELVIS, pelvis, rest[[7, 8]].mean(0), hip)
    rest_neck = rest[[1, 2]].mean(0)
    out.put(bones.CHEST, chest, rest_neck, neck)
    head = _head(j[0] - neck, up) if pose.head is None else pose.head
    out.put(bones.HEAD, head, rest_neck - LIFT, neck)
    for i in (0, 1):
        shank = _leg(out, i, j, pelvis, rest)
        foot = _foot(j[11 + i], j[9 + i], shank[:, 2], pelvis) if pose.feet is None else pose.feet[i]
        out.put(bones.FOOT + i, foot, rest[11 + i], j[11 + i])
        fore = _arm(out, i, j, chest, rest)
        wrist = _wrist(i, fore, pose.palms[i])
        for k, (turn, offset) in enumerate(hand_bones(pose.hands[i], i)):
            at = bones.HAND + 16 * i + k
            out.matrices[at, :, :3] = wrist @ turn
            out.matrices[at, :, 3] = wrist @ offset * hand + j[5 + i]
    return out.matrices


def bend(mesh: Mesh, pose: Pose) -> tuple[Array, Array]:
    """Vertices (v,3) in metres and unit normals (v,3) of the posed mesh."""
    matrices = bone_matrices(pose, mesh.joints, mesh.hand).reshape(BONES, 12).astype(F32)
    blended = (mesh.weights @ matrices).reshape(-1, 3, 4)
    vertices = (blended[:, :, :3] @ mesh.world[:, :, None])[..., 0] + blended[:, :, 3]
    normals = (blended[:, :, :3] @ mesh.normals[:, :, None])[..., 0]
    normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9
    return vertices, normals


def _head(look: Array, up: Array) -> Array:
    """Turn of the head: along the neck, partly upright; lifted a little when the body lies."""
    look = unit(look - up * (look @ up))
    out = frame(np.cross(up, look), up)
    if abs(up[1]) > 0.4:
        return frame(out[:, 0], up * (1 - GAZE) + UP * GAZE)
    return rotation(out[:, 0], -28) @ out


def _arm(out: _Bones, i: int, j: Array, chest: Array, rest: Array) -> Array:
    shoulder, elbow, wrist = j[1 + i], j[3 + i], j[5 + i]
    upper = swing(chest @ (rest[3 + i] - rest[1 + i]), elbow - shoulder) @ chest
    fore = swing(upper @ (rest[5 + i] - rest[3 + i]), wrist - elbow) @ upper
    out.put(bones.UPPER + i, upper, rest[1 + i], shoulder)
    out.put(bones.FORE + i, fore, rest[3 + i], elbow)
    return fore


def _leg(out: _Bones, i: int, j: Array, pelvis: Array, rest: Array) -> Array:
    hip, knee, ankle = j[7 + i], j[9 + i], j[11 + i]
    thigh = swing(pelvis @ (rest[9 + i] - rest[7 + i]), knee - hip) @ pelvis
    shank = swing(thigh @ (rest[11 + i] - rest[9 + i]), ankle - knee) @ thigh
    out.put(bones.THIGH + i, thigh, rest[7 + i], hip)
    out.put(bones.SHANK + i, shank, rest[9 + i], knee)
    return shank


def _foot(ankle: Array, knee: Array, ahead: Array, pelvis: Array) -> Array:
    """Turn of a foot: flat on the floor, toes down as the ankle rises from it."""
    if np.hypot(ahead[0], ahead[2]) > 0.15:
        flat = unit(np.array([ahead[0], 0, ahead[2]]))
    else:
        flat = unit(pelvis[:, 2] * [1, 0, 1] + pelvis[:, 1] * [0.3, 0, 0.3])
    rise = max(ahead[1], float(np.clip(-(ankle[1] - ANKLE) / 0.12, -0.95, 0)))
    if ankle[1] < ANKLE + 0.03:
        rise = min(rise, 0.0)
    forward = flat * np.sqrt(1 - rise * rise) + UP * rise
    across = np.cross(UP if abs(rise) < 0.9 else knee - ankle, forward)
    return frame(across, np.cross(forward, across))


def _wrist(i: int, fore: Array, palm: Palm | None) -> Array:
    """Turn of a hand; without a given palm it continues the forearm, palm to the body."""
    if palm is not None:
        fingers, normal = unit(palm[0]), palm[1]
        normal = unit(normal - fingers * (normal @ fingers))
        return np.stack([np.cross(fingers, normal), fingers, normal], 1)
    fingers = unit(REST[5 + i] - REST[3 + i])
    normal = np.array([(1 - 2 * i) * fingers[1], -abs(fingers[0]), 0])
    return fore @ np.stack([np.cross(fingers, normal), fingers, normal], 1)
