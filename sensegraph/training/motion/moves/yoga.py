"""Yoga poses, held while the body breathes and sways; warriors are written with the left leg in front."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensegraph.training.motion.body import Body
from sensegraph.training.motion.exercise import Exercise, right_handed
from sensegraph.training.motion.limbs import (
    ANKLE_HEIGHT_M,
    LEFT,
    pitched,
    point,
    point_arm,
    point_leg,
    reach,
    step,
    torso,
    unit,
)
from sensegraph.training.motion.moves.floor import (
    SIDES,
    chest,
    leftward,
    mix,
    nod,
    off_floor,
    on_forearm,
    repetition,
    spine,
    twist,
)
from sensegraph.training.motion.moves.prone import slopes
from sensegraph.training.motion.moves.stance import Lunge, on_hips, overhead, prayer, sideways, standing
from sensegraph.training.motion.rhythm import excursion, wander

Array = NDArray[np.float64]
Rng = np.random.Generator


def child_pose(rng: Rng, body: Body, cycles: Array) -> Array:
    """Kneeling, hips on the heels or as low as they get, trunk folded over the thighs, arms forward or back."""
    u, frames = rng.uniform, len(cycles)
    low = u(0.2, 0.36)
    height = low + wander(rng, frames, 0, u(0, 0.06), u(1.5, 4))
    knees, shoulders = u(0.05, 0.26), u(0.15, 0.26) + wander(rng, frames, 0, 0.02, u(1.5, 3))
    behind = np.sqrt(np.maximum(body.thigh**2 - (height - 0.05) ** 2 - (knees - body.hips / 2) ** 2, 0.02))
    dip = np.degrees(np.arcsin(np.clip((height - shoulders) / body.trunk, -0.6, 0.6)))
    joints = torso(body, point(0, height, body.shank - behind), pitched(90 + dip), point(1, 0, 0))
    nod(joints, u(-25, 20), u(-60, 60) if u() < 0.15 else 0)
    style, width = rng.choice(["forward", "back", "under"], p=[0.7, 0.22, 0.08]), u(0.08, 0.26)
    far, bent = u(0.8, 0.99) * (body.upper_arm + body.forearm), u(-0.3, 0.4)
    shoulder = body.trunk * 0.98 + body.shank - body.thigh * 0.95
    for side, sign in SIDES:
        spot = point(sign * knees, 0.05, body.shank)
        inward = sign * (0.06 - knees) / body.shank
        point_leg(joints, body, side, spot - joints[:, 7 + side], [inward, 0.02, -1])
        hand = point(sign * width, 0.04, shoulder + far)
        if style == "back":
            hand = point(sign * (width + 0.08), 0.04, shoulder - far)
        elif style == "under":
            hand = point(sign * 0.06, 0.06, shoulder + 0.2)
        reach(joints, body, side, hand, [sign, bent, 0])
    return off_floor(joints)


def cobra_pose(rng: Rng, body: Body, cycles: Array) -> Array:
    """Prone, hips at the floor, chest and head lifted on bent or straight arms or the forearms; legs flat."""
    u, frames = rng.uniform, len(cycles)
    raised = u(18, 62)
    forearms, floating = u() < 0.15, u() < 0.12
    hip = 0.1 + (u(0, 0.1) if raised > 45 else 0)
    arm = body.upper_arm if forearms else body.upper_arm + body.forearm
    sway = u(4, 22) if u() < 0.25 else u(1, 4)  # some rise and sink with the breath
    highest = np.degrees(np.arcsin(min((arm * 0.97 + 0.04 - hip) / body.trunk, 0.95)))
    angle = np.clip(min(raised, highest) - wander(rng, frames, 0, sway, u(1.5, 4)), 8, None)
    joints = torso(body, point(0, hip, 0), pitched(90 - angle), point(1, 0, 0))
    nod(joints, u(-20, 25) - angle * u(0, 0.8))
    top = np.radians(min(raised, highest))
    shoulder = body.trunk * np.cos(top)
    gap = np.sqrt(max((arm * 0.98) ** 2 - (hip + body.trunk * np.sin(top) - 0.03) ** 2, 0))
    ahead, width, flare = np.clip(u(-0.12, 0.16), -gap, gap), body.shoulders / 2 * u(0.9, 1.5), u(0.1, 0.8)
    apart = u(0.04, 0.2)
    for side, sign in SIDES:
        foot = point(sign * apart, 0.06, -(body.thigh + body.shank) * 0.995)
        step(joints, body, side, foot, [0, -0.3 if hip > 0.12 else 0.3, 0])
        if forearms:
            on_forearm(joints, body, side, sign, 0)
        else:
            hand = point(sign * width, u(0.08, 0.14) if floating else 0.03, shoulder + ahead)
            reach(joints, body, side, hand, [sign * flare, 0.1, -1])
    return off_floor(joints)


def downward_dog(rng: Rng, body: Body, cycles: Array) -> Array:
    """Hands and feet on the floor, the hips the top of a triangle; heels up, knees bent or pedalling with beginners."""
    u, frames = rng.uniform, len(cycles)
    steep, straight = u(44, 72), u(0.9, 0.997)
    heels, arm = u(0.08, 0.16), (body.upper_arm + body.forearm) * 0.985
    elevation = steep + wander(rng, frames, -2, 2, u(1.5, 4))
    length = (body.thigh + body.shank) * straight
    hips = point(0, heels, 0) + pitched(90 - elevation) * length
    rest = heels + length * np.sin(np.radians(steep))
    arms, trunk = slopes(rest - 0.03, u(-8, 28), arm, body.trunk)
    joints = torso(body, hips, pitched(90 + trunk + wander(rng, frames, -2, 2, u(1.5, 4))), point(1, 0, 0))
    nod(joints, u(-30, 30))
    place = length * np.cos(np.radians(steep)) + body.trunk * np.cos(np.radians(trunk)) + arm * np.cos(np.radians(arms))
    hands, feet = body.shoulders / 2 * u(0.85, 1.4), u(0.05, 0.2)
    pedal = u(0.03, 0.1) if u() < 0.25 else 0.0
    beat = np.sin(2 * np.pi * cycles * rng.integers(1, 4))
    for side, sign in SIDES:
        up = pedal * np.clip(sign * beat, 0, 1)
        step(joints, body, side, point(sign * feet, heels + up, up * 0.6), [sign * 0.1, 0, 1])
        reach(joints, body, side, point(sign * hands, 0.03, place), [sign, 0.4, -0.3])
    return joints


def garland_pose(rng: Rng, body: Body, cycles: Array) -> Array:
    """A deep squat that is held: hips near the heels, knees wide, palms together between them, or hands before."""
    u, frames = rng.uniform, len(cycles)
    low = u(0.14, 0.34)
    hips = point(wander(rng, frames, -0.02, 0.02, 2), low + wander(rng, frames, 0, 0.03, u(1.5, 4)), -u(0.05, 0.2))
    joints = torso(body, hips, pitched(u(-2, 42) + wander(rng, frames, -3, 3, 3)), point(1, 0, 0))
    nod(joints, u(-25, 15))
    feet, out, heels = u(0.12, 0.32), u(0.35, 1.3), ANKLE_HEIGHT_M + (u(0.02, 0.08) if u() < 0.25 else 0)
    for side, sign in SIDES:
        step(joints, body, side, point(sign * feet, heels, 0), [sign * out, 0.25, 1])
    if u() < 0.85:
        prayer(rng, joints, body, u(0.14, 0.32), u(-0.02, 0.26))
    else:
        for side, sign in SIDES:
            reach(joints, body, side, point(sign * 0.1, 0.03, u(0.3, 0.5)), [sign, 0, 0])
    return joints


def low_lunge(rng: Rng, body: Body, cycles: Array) -> Array:
    """Left foot in front, right knee on the floor behind; arms up, together, on the knee, or to the floor."""
    u, frames = rng.uniform, len(cycles)
    tilt = u(-12, 26)
    stance = Lunge.draw(rng, body, tilt, 0, u(-5, 20), (0.6, 1), kneeling=True)
    style = rng.choice(["up", "prayer", "knee", "floor", "hips", "side"], p=[0.45, 0.1, 0.17, 0.16, 0.07, 0.05])
    lean = u(-12, 15) if style != "floor" else u(35, 72)
    up = pitched(lean + wander(rng, frames, -3, 3, u(1.5, 4)))
    joints = stance.joints(body, tilt + wander(rng, frames, -5, 4, u(1.5, 4)), up, u(0.05, 0.12))
    nod(joints, u(-35, 15))
    if style == "up":
        overhead(rng, joints, body, u(0.02, 0.35), u(0.85, 1), u(-0.12, 0.2))
    elif style == "prayer":
        prayer(rng, joints, body, u(0.12, 0.25), u(0, 0.22))
    elif style == "hips":
        on_hips(rng, joints, body)
    elif style == "side":
        sideways(rng, joints, body, u(-10, 30))
    for side, sign in SIDES:
        if style == "floor":
            reach(joints, body, side, point(sign * u(0.1, 0.25) - 0.06, u(0.03, 0.2), u(-0.05, 0.2)), [sign, 0, -0.5])
        elif style == "knee":
            reach(joints, body, side, joints[:, 9] + point(sign * 0.04, 0.06, -0.04), [sign, -0.2, -0.2])
    return joints


def tree_pose(rng: Rng, body: Body, cycles: Array) -> Array:
    """On the right leg, the left foot at its ankle, calf or thigh, the left knee out; swaying for balance."""
    u, frames = rng.uniform, len(cycles)
    place, sway = u(0.12, 0.78), u(0.005, 0.05)
    leg = (body.thigh + body.shank) * u(0.985, 0.998)
    side_sway = wander(rng, frames, -sway, sway, u(0.7, 2.5))
    hips = point(side_sway, ANKLE_HEIGHT_M + leg, wander(rng, frames, -sway, sway, 1.5))
    lean = wander(rng, frames, -3, 3, 2) - side_sway * 60
    up = pitched(u(-5, 6) + wander(rng, frames, -2, 2, 2)) + point(np.sin(np.radians(lean + u(-4, 4))), 0, 0)
    joints = torso(body, hips, up, point(1, u(-0.08, 0.12), 0))
    nod(joints, u(-15, 20))
    foot = -body.hips / 2 + u(-0.01, 0.05)
    step(joints, body, 1, point(foot, ANKLE_HEIGHT_M, 0), [-0.1, 0, 1])
    other = joints[:, 12] + (joints[:, 10] - joints[:, 12]) * min(2 * place, 1)
    other = other + (joints[:, 8] - joints[:, 10]) * max(2 * place - 1, 0)
    step(joints, body, LEFT, other + point(u(0.05, 0.1), 0, u(0, 0.05)), [1, u(-0.1, 0.2), u(0.0, 0.7)])
    style = rng.choice(["prayer", "up", "hips", "side"], p=[0.42, 0.38, 0.08, 0.12])
    if style == "prayer":
        prayer(rng, joints, body, u(0.1, 0.28), u(0, 0.24))
    elif style == "up":
        overhead(rng, joints, body, u(0.02, 0.3), u(0.75, 1), u(-0.15, 0.1))
    elif style == "hips":
        on_hips(rng, joints, body)
    else:
        sideways(rng, joints, body, u(-25, 45))
    return joints


def upward_salute(rng: Rng, body: Body, cycles: Array) -> Array:
    """Standing on both feet, arms stretched overhead, palms together or apart; held, or swept up from the sides."""
    u, frames = rng.uniform, len(cycles)
    arch = u(-22, 6)
    raised: Array = np.ones(frames)
    if u() < 0.4:
        raised = excursion(cycles + 0.5 * (u() < 0.3), u(0.3, 0.6), u(0, 0.1))
    hips = point(wander(rng, frames, -0.01, 0.01, 2), ANKLE_HEIGHT_M + (body.thigh + body.shank) * 0.993, 0.0)
    hips[:, 2] += u(-0.02, 0.06) * raised
    up = pitched(arch * raised + wander(rng, frames, -2, 2, u(1.5, 4)))
    joints = standing(body, hips, up, u(0.03, 0.14))
    nod(joints, u(-45, 10) * raised)
    top, soft, front, slack = u(158, 184), u(0, 16), u(-0.1, 0.3), u(-0.15, 0.1)
    for side, sign in SIDES:
        sweep = np.radians(6 + (top - 6) * raised)
        bent = np.radians(6 + (top + soft - 6) * raised)
        out, ahead = sign * leftward(joints), front * np.sin(sweep)[:, None] * chest(joints)
        axis = spine(joints)
        upper = out * np.sin(sweep)[:, None] - axis * np.cos(sweep)[:, None] + ahead
        fore = out * np.sin(bent)[:, None] - axis * np.cos(bent)[:, None] + ahead - slack * chest(joints)
        point_arm(joints, body, side, upper, fore)
    return joints


def halfway_lifts(rng: Rng, body: Body, cycles: Array) -> Array:
    """From the forward fold to a flat back with the hands on the shins, and back; the knees may be soft."""
    u = rng.uniform
    fold, flat = u(112, 168), u(68, 102)
    lift = repetition(rng, cycles, 0.4)
    soft = u(0.9, 0.997) - u(0, 0.03) * (1 - lift)
    back = u(0.03, 0.16) + u(-0.04, 0.04) * lift
    leg = (body.thigh + body.shank) * soft
    hips = point(0, ANKLE_HEIGHT_M + np.sqrt(leg**2 - back**2), -back)
    joints = standing(body, hips, pitched(fold + (flat - fold) * lift), u(0.05, 0.2))
    nod(joints, u(-5, 30) * (1 - lift) - u(0, 60) * lift)
    low, high, apart = u(0.03, 0.35), u(0.0, 0.9), u(0.0, 0.1)
    thighs = u() < 0.15
    for side, sign in SIDES:
        ankle, knee, hip = (joints[:, each + side] for each in (11, 9, 7))
        shin = ankle + (knee - ankle) * high + point(sign * apart * 0.5, 0, 0.06)
        if thighs:
            shin = knee + (hip - knee) * 0.25 + point(0, 0, 0.07)
        rest = point(sign * (0.06 + apart), low, u(0.05, 0.25))
        reach(joints, body, side, mix(rest, shin, lift), [sign, 0.2, -0.3])
    return joints


def warrior_1(rng: Rng, body: Body, cycles: Array) -> Array:
    """Left knee bent in front, right leg straight behind, hips and chest to the front, both arms overhead."""
    u, frames = rng.uniform, len(cycles)
    tilt = u(-4, 22)
    stance = Lunge.draw(rng, body, tilt, 0, u(0, 40), (0.62, 1))
    up = pitched(u(-10, 16) + wander(rng, frames, -3, 3, u(1.5, 4)))
    joints = stance.joints(body, tilt + wander(rng, frames, -4, 3, u(1.5, 4)), up)
    twist(joints, u(0, 25))
    nod(joints, u(-40, 10))
    overhead(rng, joints, body, u(0.02, 0.42), u(0.82, 1), u(-0.2, 0.15))
    return joints


def warrior_2(rng: Rng, body: Body, cycles: Array) -> Array:
    """Legs wide, left knee bent over its foot, chest to the side, arms level to front and back, eyes to the front."""
    u, frames = rng.uniform, len(cycles)
    tilt = u(-8, 20)
    stance = Lunge.draw(rng, body, tilt, 90, u(55, 95), (0.66, 1))
    lean = u(-8, 16) + wander(rng, frames, -2, 3, u(1.5, 4))
    up = unit(point(np.sin(np.radians(lean)), np.cos(np.radians(lean)), u(-0.06, 0.1)))
    joints = stance.joints(body, tilt + wander(rng, frames, -4, 3, u(1.5, 4)), up)
    twist(joints, u(-10, 15))
    nod(joints, u(-10, 12), u(50, 95) if u() < 0.8 else u(-15, 30))
    droop, soft = u(-14, 16), u(-0.15, 0.15)
    for side, sign in SIDES:
        height = np.sin(np.radians(droop + u(-8, 8) + wander(rng, frames, -3, 3, 2)))
        out = sign * leftward(joints) * [1, 0.3, 1] + point(0, height, 0)
        point_arm(joints, body, side, out, out + point(0, soft, 0))
    return joints


MOVES: dict[str, Exercise] = {
    "Child Pose": Exercise(child_pose, (3.0, 6.0), counted=False),
    "Cobra Pose": Exercise(cobra_pose, (3.0, 6.0), counted=False),
    "Downward Dog": Exercise(downward_dog, (3.0, 6.0), counted=False),
    "Garland Pose": Exercise(garland_pose, (3.0, 6.0), counted=False),
    "Low Lunge Pose": Exercise(low_lunge, (3.0, 6.0), counted=False),
    "Tree Pose": Exercise(tree_pose, (3.0, 6.0), counted=False),
    "Upward Salute": Exercise(upward_salute, (3.0, 7.0), counted=False),
    "Halfway Lifts": Exercise(halfway_lifts, (2.2, 6.5)),
    "Warrior 1 (left)": (warrior_1_left := Exercise(warrior_1, (3.0, 6.0), counted=False, sided=True)),
    "Warrior 1 (right)": right_handed(warrior_1_left),
    "Warrior 2 (left)": (warrior_2_left := Exercise(warrior_2, (3.0, 6.0), counted=False, sided=True)),
    "Warrior 2 (right)": right_handed(warrior_2_left),
}
