"""What is painted on the figure: points of the rest pose (n,3) to colour, gloss and kind of surface."""

from dataclasses import dataclass

import numpy as np

from sensegraph.training.render import colour
from sensegraph.training.render.array import Array
from sensegraph.training.render.colour import linear
from sensegraph.training.render.complexion import Hair, Skin
from sensegraph.training.render.distance import F32
from sensegraph.training.render.face import paint_face
from sensegraph.training.render.figure import HIP, NECK, REST
from sensegraph.training.render.hand import FINGERS
from sensegraph.training.render.mesh import BODY, FACE, LEFT_HAND
from sensegraph.training.render.outfit import Outfit
from sensegraph.training.render.posture import ANKLE
from sensegraph.training.render.rotation import unit


@dataclass(frozen=True)
class Paint:
    """Albedo (n,3) in linear light, gloss (n,) in 0..1, and where bare skin is (n,), bool."""

    albedo: Array
    gloss: Array
    skin: Array


def paint(part: Array, rest: Array, skin: Skin, hair: Hair, outfit: Outfit) -> Paint:
    """Paint points of the mesh given their part (n,) and rest coordinates (n,3)."""
    out = Paint(np.empty((len(rest), 3), F32), np.full(len(rest), 0.10, F32), np.ones(len(rest), bool))
    body, face, hands = part == BODY, part == FACE, part >= LEFT_HAND
    out.albedo[body], out.gloss[body], out.skin[body] = _body(rest[body], linear(*skin.tone), outfit)
    out.albedo[face], out.gloss[face], out.skin[face] = paint_face(rest[face], skin, hair)
    mirror = np.where(part[hands] == LEFT_HAND, -1, 1)[:, None] ** np.array([1, 0, 0])
    out.albedo[hands] = _hand(rest[hands] * mirror, linear(*skin.tone))
    return out


def _body(points: Array, tone: Array, outfit: Outfit) -> tuple[Array, Array, Array]:
    q = points.copy()
    q[:, 0] = np.abs(q[:, 0])
    albedo, skin = np.empty((len(q), 3), F32), np.zeros(len(q), bool)
    along, on_arm = _along_arm(q)
    albedo[:] = _top(q, np.where(on_arm, along, 0), outfit)
    waist = HIP[1] + outfit.hem + 0.006 * np.cos(q[:, 2] * 40)
    low = (q[:, 1] < waist) & ~on_arm
    albedo[low] = linear(*outfit.legs)
    if outfit.stripe:
        albedo[low & _stripe(q)] = linear(*outfit.trim)
    albedo[low & (np.abs(q[:, 1] - waist) < 0.006)] *= 0.55
    albedo[on_arm & (along > outfit.sleeve - 0.022)] = linear(*outfit.trim)
    bare = on_arm & (along > outfit.sleeve)
    bare |= low & (q[:, 1] < outfit.leg) & (q[:, 1] > 0.13)
    drop = np.minimum(q[:, 1] - NECK[1] - 0.050, 0) / np.where(q[:, 2] > -0.01, 0.068, 0.030)
    collar = np.sqrt((q[:, 0] / 0.070) ** 2 + drop**2)
    albedo[(collar < 1.14) & ~on_arm] = linear(*outfit.trim)
    bare |= (collar < 1) & ~on_arm
    albedo[bare], skin[bare] = tone, True
    if outfit.watch:
        watch = on_arm & (points[:, 0] > 0) & (np.abs(along - 0.50) < 0.012)
        albedo[watch], skin[watch] = colour.WATCH, False
    shoe = _shoe(q, albedo, outfit)
    albedo[(q[:, 1] >= 0.094) & (q[:, 1] < 0.105) & low] *= 0.6
    return albedo, np.where(skin, 0.10, np.where(shoe, 0.15, 0.02)).astype(F32), skin


def _top(q: Array, along: Array, outfit: Outfit) -> Array:
    """Colour (n,3) of the top: plain, or with bands across the trunk and around the arms."""
    out = np.tile(linear(*outfit.top), (len(q), 1))
    if outfit.bands:
        place = np.where(along > 0, along, NECK[1] - q[:, 1])
        out[(place / outfit.bands).astype(int) % 2 == 1] = linear(*outfit.trim)
    return out


def _along_arm(q: Array) -> tuple[Array, Array]:
    """Metres along the arm from the shoulder (n,), and which points belong to the arm (n,)."""
    axis = unit(REST[3] - REST[1])
    along = (q - REST[1]) @ axis
    off = np.linalg.norm(q - REST[1] - along[:, None] * axis, axis=1)
    return along, (off < 0.085) & (along > 0.06)


def _stripe(q: Array) -> Array:
    """The stripe down the outside of the trousers."""
    knee, hip = REST[9], REST[7]
    heights = [ANKLE, knee[1], HIP[1]]
    middle = np.interp(q[:, 1], [ANKLE, knee[1], HIP[1] + 0.1], [REST[11, 0], knee[0], hip[0]])
    outside = q[:, 0] - middle > np.interp(q[:, 1], heights, [0.030, 0.048, 0.068])
    return np.asarray(outside & (np.abs(q[:, 2]) < 0.012) & (q[:, 1] > 0.13))


def _shoe(q: Array, albedo: Array, outfit: Outfit) -> Array:
    """Paint the shoes into `albedo`; returns where they are (n,)."""
    x, y, z = q.T
    shoe = y < 0.094 + 0.02 * (z < -0.01) - 0.018 * np.clip(z / 0.1, 0, 1)
    albedo[shoe] = linear(*outfit.shoe)
    albedo[shoe & (y < 0.026)] = linear(*outfit.sole)
    tongue = np.abs(x - REST[11, 0] - z * 0.35) < 0.017
    lace = shoe & tongue & (z > 0.02) & (z < 0.10) & (np.sin(z * 420) > 0.2)
    albedo[lace] = linear(*outfit.legs)
    return np.asarray(shoe)


def _hand(q: Array, tone: Array) -> Array:
    albedo = np.empty((len(q), 3), F32)
    albedo[:] = tone
    palm = np.clip(q[:, 2] / 0.012, 0, 1)  # palms are a little redder
    albedo *= 1 - palm[:, None] * np.array([-0.02, 0.08, 0.06], F32)
    for finger in FINGERS[1:]:
        tip = finger[3]
        nail = (np.abs(q[:, 0] - tip[0]) < 0.0052) & (q[:, 2] < -0.003)
        nail &= (q[:, 1] > tip[1] - 0.010) & (q[:, 1] < tip[1] + 0.005)
        albedo[nail] = tone * np.array([1.08, 0.98, 0.98], F32)
        for joint in finger[1:3]:
            crease = (np.abs(q[:, 1] - joint[1]) < 0.0012) & (np.abs(q[:, 0] - joint[0]) < 0.010)
            albedo[crease & (q[:, 2] > 0.002)] *= 0.80
    across = np.abs(q[:, 1] - 0.066 - 0.25 * (q[:, 0] + 0.01)) < 0.0012
    thumb = np.abs(np.hypot(q[:, 0] - 0.034, q[:, 1] - 0.026) - 0.030) < 0.0012
    inside = (q[:, 2] > 0.004) & (q[:, 1] < 0.085) & (np.abs(q[:, 0]) < 0.03)
    albedo[(across | thumb) & inside] *= 0.80
    return albedo
