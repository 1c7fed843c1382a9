"""The face and the hair, painted in head coordinates."""

import numpy as np

from sensegraph.training.render import colour
from sensegraph.training.render.array import Array
from sensegraph.training.render.colour import linear
from sensegraph.training.render.complexion import Hair, Skin
from sensegraph.training.render.distance import F32
from sensegraph.training.render.hair import hairline


def paint_face(points: Array, tone: Skin, hair: Hair) -> tuple[Array, Array, Array]:
    """Colour (n,3), gloss (n,) and skin mask (n,) of points of the head (n,3)."""
    x, y, z = np.abs(points[:, 0]), points[:, 1], points[:, 2]
    albedo = _complexion(x, y, z, linear(*tone.tone))
    gloss, skin = np.full(len(points), 0.12, F32), np.ones(len(points), bool)
    _mouth(albedo, x, y, z, linear(*tone.lips))
    _eyes(albedo, gloss, skin, x, y, z, linear(*hair.brow))
    nostril = (np.hypot(x - 0.0085, y - 0.1405) < 0.0033) & (z > 0.09)
    albedo[nostril] *= 0.35
    ear = (x > 0.069) & (((y - 0.172) / 0.035) ** 2 + ((z + 0.007) / 0.0225) ** 2 < 1)
    albedo[ear] *= np.array([1.0, 0.86, 0.84], F32)
    grown = hairline(points, hair.cut) > 0.002
    if hair.cut != "long":
        grown &= ~ear
    strands = 0.85 + 0.40 * colour.grain(points[:, 0] * 420, y * 50 + z * 70, 1.0)
    albedo[grown] = linear(*hair.tone) * strands[grown, None]
    gloss[grown], skin[grown] = 0.07, False
    return albedo, gloss, skin


def _complexion(x: Array, y: Array, z: Array, tone: Array) -> Array:
    """Skin with rosy cheeks, shaded eye sockets and a trace of beard."""
    front = (z > 0.03).astype(F32)
    blush = 0.22 * front * np.exp(-((x - 0.043) ** 2 + (y - 0.148) ** 2) / 0.0005)
    socket = 0.22 * front * np.exp(-((x - 0.031) ** 2 / 0.0005 + (y - 0.192) ** 2 / 0.00012))
    beard = 0.06 * front * np.exp(-(x**2 / 0.0022 + (y - 0.098) ** 2 / 0.0012))
    out = tone * (1 - blush[:, None] * np.array([0.1, 0.55, 0.5], F32))
    return np.asarray(out * ((1 - socket) * (1 - beard))[:, None], F32)


def _mouth(albedo: Array, x: Array, y: Array, z: Array, lip: Array) -> None:
    bow = y - 0.1160 - 10 * x * x
    lips = (x / 0.0250) ** 2 + (bow / np.maximum(0.0098 - 0.18 * x, 0.002)) ** 2 < 1
    albedo[lips & (z > 0.07)] = lip
    albedo[(x < 0.0245) & (np.abs(bow - 0.0006) < 0.0014) & (z > 0.06)] *= 0.40


def _eyes(albedo: Array, gloss: Array, skin: Array, x: Array, y: Array, z: Array, hair: Array) -> None:
    front = z > 0.03
    ex, ey = (x - 0.031) / 0.0145, (y - 0.1830) / 0.0068
    eye = front & (ex**2 + ey**2 < 1)
    albedo[eye], gloss[eye], skin[eye] = colour.EYE, 0.3, False
    off = np.hypot(x - 0.031, y - 0.1840)
    albedo[eye & (off < 0.0066)] = colour.IRIS
    albedo[eye & (off < 0.0031)] = 0.004
    lid = (ex**2 + ey**2 >= 0.92) & (ex**2 + (ey / 1.30) ** 2 < 1.12) & (ey > 0.1)
    albedo[front & lid] = hair * 1.2
    thickness = 0.0036 - 0.04 * np.clip(x - 0.03, 0, 1)
    brow = (x > 0.012) & (x < 0.053) & (np.abs(y - 0.2085 + 9 * (x - 0.034) ** 2) < thickness)
    albedo[front & brow] = hair
