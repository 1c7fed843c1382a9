"""The build of a body: proportions, and the one mesh stretched to them."""

from dataclasses import dataclass, replace

import numpy as np

from sensegraph.training.motion.body import Body
from sensegraph.training.render import mesh as bones
from sensegraph.training.render.array import Array
from sensegraph.training.render.distance import F32
from sensegraph.training.render.figure import REST
from sensegraph.training.render.mesh import BODY, BONES, HAND, LEFT_HAND, Mesh
from sensegraph.training.render.posture import (
    ANKLE,
    FOREARM,
    HEAD,
    HIPS,
    SHANK,
    SHOULDERS,
    THIGH,
    TRUNK,
    UPPER_ARM,
)
from sensegraph.training.render.rotation import unit


@dataclass(frozen=True)
class Build:
    """Lengths and girths as factors on the figure that was modelled.

    Attributes:
        legs: Length of thighs and shanks.
        trunk: Hips to shoulders.
        arms: Length of upper arms and forearms.
        shoulders: Distance of the shoulders, and width of the chest.
        hips: Distance of the hips, and width of the pelvis.
        head: Size of the head.
        hands: Size of the hands.
        girth: Depth of the trunk, and part of its width.
        limbs: Thickness of arms and legs.
        belly: How far it stands out, metres.
        bust: How far it stands out, metres.
    """

    legs: float = 1.0
    trunk: float = 1.0
    arms: float = 1.0
    shoulders: float = 1.0
    hips: float = 1.0
    head: float = 1.0
    hands: float = 1.0
    girth: float = 1.0
    limbs: float = 1.0
    belly: float = 0.0
    bust: float = 0.0

    def body(self) -> Body:
        """The segment lengths, metres, with which motions fit the mesh without stretching it."""
        return Body(
            thigh=THIGH * self.legs,
            shank=SHANK * self.legs,
            trunk=TRUNK * self.trunk,
            upper_arm=UPPER_ARM * self.arms,
            forearm=FOREARM * self.arms,
            shoulders=SHOULDERS * self.shoulders,
            hips=HIPS * self.hips,
            head=HEAD * self.head,
        )

    def joints(self) -> Array:
        """Joints (13,3) in the pose of the mesh, metres; the soles stay on the floor."""
        out = REST.copy()
        hip, neck = REST[[7, 8]].mean(0), REST[[1, 2]].mean(0)
        drop = (REST[11, 1] - REST[7, 1]) * self.legs
        new_hip = np.array([0, ANKLE - drop, 0])
        new_neck = new_hip + (neck - hip) * self.trunk
        out[0] = new_neck + (REST[0] - neck) * self.head
        for i in (0, 1):
            out[1 + i] = new_neck + (REST[1 + i] - neck) * self.shoulders
            out[3 + i] = out[1 + i] + (REST[3 + i] - REST[1 + i]) * self.arms
            out[5 + i] = out[3 + i] + (REST[5 + i] - REST[3 + i]) * self.arms
            out[7 + i] = new_hip + (REST[7 + i] - hip) * self.hips
            out[9 + i] = out[7 + i] + (REST[9 + i] - REST[7 + i]) * self.legs
            out[11 + i] = out[9 + i] + (REST[11 + i] - REST[9 + i]) * self.legs
        return out


MODELLED = Build()
BUILDS = {
    "medium": MODELLED,
    "tall": Build(1.10, 1.05, 1.09, 1.04, 0.98, 1.02, 1.06, 0.97, 0.97),
    "broad": Build(1.00, 1.04, 1.03, 1.17, 1.06, 1.03, 1.06, 1.14, 1.16),
    "stout": Build(0.95, 1.02, 0.97, 1.04, 1.18, 1.01, 0.98, 1.18, 1.12, belly=0.055, bust=0.01),
    "petite": Build(0.90, 0.91, 0.89, 0.89, 1.02, 0.96, 0.90, 0.90, 0.88, bust=0.022),
    "curvy": Build(0.95, 0.95, 0.94, 0.94, 1.19, 0.98, 0.92, 1.03, 1.04, bust=0.030),
    "slim": Build(1.02, 0.99, 1.02, 0.95, 0.93, 1.00, 1.00, 0.86, 0.84),
}


def stretch(mesh: Mesh, build: Build) -> Mesh:
    """The mesh with other proportions; what is painted on it, and the shares of its bones, stay."""
    if build == MODELLED:
        return mesh
    joints = build.joints()
    matrices = _matrices(build, joints).astype(F32)
    blended = (mesh.weights @ matrices.reshape(BONES, 12)).reshape(-1, 3, 4)
    world = (blended[:, :, :3] @ mesh.world[:, :, None])[..., 0] + blended[:, :, 3]
    _swell(world, mesh, build)
    world[mesh.part >= LEFT_HAND] = mesh.world[mesh.part >= LEFT_HAND] * build.hands
    return replace(mesh, world=world, normals=_normals(world, mesh), joints=joints, hand=build.hands)


def _matrices(build: Build, joints: Array) -> Array:
    """For each bone, the matrix (BONES,3,4) from the modelled figure to the build."""
    out = np.zeros((BONES, 3, 4))
    hip, neck = REST[[7, 8]].mean(0), REST[[1, 2]].mean(0)
    new_hip, new_neck = joints[[7, 8]].mean(0), joints[[1, 2]].mean(0)

    def put(bone: int, stretch: Array, old: Array, new: Array) -> None:
        out[bone, :, :3], out[bone, :, 3] = stretch, new - stretch @ old

    pelvis = np.diag([(build.hips + build.girth) / 2, build.trunk, build.girth])
    chest = np.diag([(build.shoulders + build.girth) / 2, build.trunk, build.girth])
    put(bones.PELVIS, pelvis, hip, new_hip)
    put(bones.CHEST, chest, neck, new_neck)
    put(bones.HEAD, np.eye(3) * build.head, neck, new_neck)
    for i in (0, 1):
        for bone, start, end, length in (
            (bones.UPPER, 1, 3, build.arms),
            (bones.FORE, 3, 5, build.arms),
            (bones.THIGH, 7, 9, build.legs),
            (bones.SHANK, 9, 11, build.legs),
        ):
            axis = REST[end + i] - REST[start + i]
            put(bone + i, _along(axis, length, build.limbs), REST[start + i], joints[start + i])
        put(bones.FOOT + i, np.diag([build.hands, 1, build.hands]), REST[11 + i], joints[11 + i])
    out[HAND:, :, :3] = np.eye(3)
    return out


def _along(axis: Array, length: float, girth: float) -> Array:
    """Matrix (3,3) that scales by `length` along an axis and by `girth` across it."""
    a = unit(axis)
    share = np.outer(a, a)
    return np.asarray(length * share + girth * (np.eye(3) - share))


def _swell(world: Array, mesh: Mesh, build: Build) -> None:
    """Push belly and bust forward, in place."""
    x, y, z = mesh.rest.T
    hip, neck = REST[7, 1], REST[1, 1]
    front = np.clip(z / 0.08, 0, 1) * (mesh.part == BODY) * mesh.weights[:, : bones.UPPER].sum(1)
    belly = np.exp(-(((y - hip - 0.12) / 0.11) ** 2) - (x / 0.13) ** 2)
    bust = np.exp(-(((y - neck + 0.155) / 0.055) ** 2) - ((np.abs(x) - 0.075) / 0.055) ** 2)
    world[:, 2] += front * (build.belly * belly + build.bust * bust)


def _normals(world: Array, mesh: Mesh) -> Array:
    """Outward unit normals (v,3), averaged over the quads around each vertex."""
    a, b, c, d = (world[mesh.quads[:, k]] for k in range(4))
    faces = np.cross(c - a, d - b)
    out = np.zeros_like(world)
    for k in range(4):
        np.add.at(out, mesh.quads[:, k], faces)
    out *= np.sign((out * mesh.normals).sum(1, keepdims=True))
    seen = np.linalg.norm(out, axis=1, keepdims=True)
    return np.where(seen > 0, out / np.maximum(seen, 1e-12), mesh.normals).astype(F32)
