"""The figure at rest as signed distances: body with clothes' volume, head with hair, right hand.

The person is symmetric, so the body and the head are described by their left half (x mirrored to positive).
"""

import numpy as np

from sensegraph.training.render.array import Array
from sensegraph.training.render.distance import cone, ellipsoid, smooth_min, union
from sensegraph.training.render.hair import hair_distance
from sensegraph.training.render.hand import FINGERS, WIDTH
from sensegraph.training.render.posture import ANKLE, SHANK, THIGH, Posture, direction, joints
from sensegraph.training.render.rotation import moved


def rest_joints() -> Array:
    """Joints (13,3) of the pose the mesh is built in: arms half raised, legs slightly apart."""
    leg = direction(0, 8, 1) * (THIGH + SHANK)
    posture = Posture(pelvis=np.array([0, ANKLE - leg[1], 0]), arms=np.array([[0.0, 38, 0, 38]] * 2))
    out = joints(posture)
    for i, side in ((0, 1), (1, -1)):
        out[9 + i] = out[7 + i] + direction(0, 8, side) * THIGH
        out[11 + i] = out[9 + i] + direction(0, 8, side) * SHANK
    return out


REST = rest_joints()
NECK, HIP = REST[[1, 2]].mean(0), REST[[7, 8]].mean(0)
WAIST = HIP * 0.55 + NECK * 0.45


def _half(points: Array) -> Array:
    out = points.copy()
    out[:, 0] = np.abs(out[:, 0])
    return out


def _torso(q: Array) -> Array:
    ny, hy, shoulder = NECK[1], HIP[1], REST[1]
    trunk = union(
        0.07,
        ellipsoid(q, (0, ny - 0.15, -0.002), (0.158, 0.205, 0.108)),
        ellipsoid(q, (0, ny - 0.34, 0.004), (0.142, 0.17, 0.100)),
        ellipsoid(q, (0, hy + 0.02, 0), (0.163, 0.125, 0.112)),
        cone(q, (0.0, ny - 0.03, -0.02), moved(shoulder, -0.012, -0.010, -0.010), 0.057, 0.044),
        cone(q, (0, ny + 0.072, -0.030), (0.150, ny + 0.006, -0.018), 0.038, 0.032),
    )
    chest = ellipsoid(q, (0.075, ny - 0.125, 0.062), (0.085, 0.066, 0.037))
    seat = ellipsoid(q, (0.078, hy - 0.04, -0.055), (0.082, 0.085, 0.075))
    return union(0.04, trunk, chest, seat)


def _arm(q: Array) -> Array:
    shoulder, elbow, wrist = REST[1], REST[3], REST[5]
    middle = elbow * 0.72 + wrist * 0.28
    return union(
        0.03,
        cone(q, moved(shoulder, -0.004, -0.014, 0), elbow, 0.046, 0.040),
        ellipsoid(q, moved(shoulder, -0.002, -0.030, 0), (0.052, 0.052, 0.053)),
        cone(q, elbow, middle, 0.0365, 0.0385),
        cone(q, middle, wrist, 0.0385, 0.026, 0.94),
    )


def _leg(q: Array) -> Array:
    hip, knee, ankle = REST[7], REST[9], REST[11]
    calf = knee * 0.68 + ankle * 0.32 + [0, 0, -0.018]
    return union(
        0.05,
        cone(q, moved(hip, -0.004, -0.02, 0.004), knee, 0.097, 0.060),
        cone(q, moved(knee, 0, 0, 0.006), ankle, 0.056, 0.043),
        cone(q, moved(knee, 0, -0.06, -0.012), calf, 0.050, 0.056),
        cone(q, calf, ankle, 0.054, 0.040),
    )


def _foot(q: Array) -> Array:
    ankle, out = REST[11], 0.055  # feet point slightly outwards
    x = ankle[0]
    foot = union(
        0.03,
        cone(q, (x, 0.052, -0.035), (x + out * 0.55, 0.046, 0.085), 0.043, 0.041),
        cone(q, (x + out * 0.5, 0.042, 0.08), (x + out, 0.034, 0.145), 0.042, 0.034),
        cone(q, ankle, (x, 0.06, 0.01), 0.042, 0.044),
    )
    return -smooth_min(-foot, q[:, 1] - 0.004, 0.01)  # flat sole


def body_distance(points: Array) -> Array:
    """Torso, arms, legs and shoes around the rest joints."""
    q = _half(points)
    neck = cone(q, (0, NECK[1] - 0.02, -0.018), (0, NECK[1] + 0.08, -0.010), 0.057, 0.051)
    return union(0.03, union(0.06, _torso(q), neck, _arm(q)), _leg(q), _foot(q))


def _skull(q: Array) -> Array:
    out = union(
        0.03,
        ellipsoid(q, (0, 0.212, -0.004), (0.074, 0.092, 0.094)),
        ellipsoid(q, (0, 0.152, 0.030), (0.058, 0.082, 0.066)),
        cone(q, (0, 0.088, 0.066), (0.012, 0.088, 0.064), 0.021),
        ellipsoid(q, (0.040, 0.158, 0.060), (0.026, 0.024, 0.026)),
        cone(q, (0.031, 0.122, 0.02), (0.014, 0.095, 0.056), 0.020),
    )
    out = smooth_min(out, cone(q, (0, 0.204, 0.080), (0.034, 0.203, 0.070), 0.013), 0.016)
    out = -smooth_min(-out, ellipsoid(q, (0.031, 0.184, 0.102), (0.021, 0.014, 0.022)), 0.012)
    return smooth_min(out, ellipsoid(q, (0.031, 0.183, 0.0735), (0.0145, 0.013, 0.0145)), 0.004)


def head_distance(points: Array, hair: str = "short") -> Array:
    """Head, neck and hair of a cut; the origin is the middle between the shoulders."""
    q = _half(points)
    nose = union(
        0.008,
        cone(q, (0, 0.190, 0.092), (0, 0.152, 0.113), 0.008, 0.0115),
        ellipsoid(q, (0.011, 0.147, 0.101), (0.009, 0.008, 0.011)),
    )
    lips = union(
        0.006,
        cone(q, (0, 0.1215, 0.0965), (0.019, 0.1195, 0.088), 0.006, 0.003),
        cone(q, (0, 0.111, 0.095), (0.017, 0.113, 0.088), 0.007, 0.004),
    )
    ear = ellipsoid(q, (0.077, 0.172, -0.008), (0.011, 0.031, 0.019))
    neck = cone(q, (0, -0.03, -0.014), (0, 0.12, -0.010), 0.056, 0.052)
    face = union(0.012, union(0.03, smooth_min(_skull(q), nose, 0.012), neck), lips, ear)
    return face if hair == "bald" else union(0.004, face, hair_distance(points, hair))


def hand_distance(points: Array) -> Array:
    """Right hand, flat: x to the thumb, y to the finger tips, z out of the palm; the origin is the wrist."""
    palm = [cone(points, (0.006 * (1.5 - i), 0.012, 0), FINGERS[i + 1, 0], 0.0165, 0.0130) for i in range(4)]
    palm += [
        ellipsoid(points, (0.026, 0.036, 0.010), (0.018, 0.032, 0.015)),
        ellipsoid(points, (-0.022, 0.034, 0.007), (0.016, 0.034, 0.014)),
        cone(points, (0, -0.02, 0), (0, 0.012, 0), 0.026, 0.026, 0.8),
    ]
    out = union(0.014, *palm)
    for finger, width in zip(FINGERS, WIDTH, strict=True):
        links = [cone(points, finger[i], finger[i + 1], width[i], width[i + 1]) for i in range(3)]
        out = smooth_min(out, union(0.003, *links), 0.007)
    return out
