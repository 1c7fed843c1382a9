"""Bodies, clothes, places and lights of the renderer."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from sensegraph.training.motion.body import Angles, pose
from sensegraph.training.render.build import BUILDS, MODELLED, stretch
from sensegraph.training.render.colour import linear
from sensegraph.training.render.complexion import HAIRS, SKINS
from sensegraph.training.render.figure import REST
from sensegraph.training.render.film import film
from sensegraph.training.render.light import LIGHTS
from sensegraph.training.render.look import LOOKS, WORKOUT, Look
from sensegraph.training.render.mesh import BODY, build_mesh
from sensegraph.training.render.outfit import OUTFITS
from sensegraph.training.render.paint import paint
from sensegraph.training.render.pose import Pose
from sensegraph.training.render.setting import SETTINGS
from sensegraph.training.render.skin import bend

COARSE = 2.5
SIZE = (96, 96)
SEGMENTS = {
    "thigh": (7, 9),
    "shank": (10, 12),
    "upper_arm": (1, 3),
    "forearm": (4, 6),
    "shoulders": (1, 2),
    "hips": (7, 8),
}


def standing(look: Look) -> np.ndarray:
    """Joints (1,13,3) of somebody of this look who stands with the arms a little raised."""
    angles = Angles(1)
    angles.set(upper_arm_abduct=30, forearm_abduct=40)
    return pose(look.body(), angles)


def picture(look: Look) -> np.ndarray:
    """A small picture, RGB, of somebody standing."""
    return next(film(standing(look), look=look, size=SIZE, fine=1))


@pytest.mark.parametrize("name", BUILDS)
def test_motions_of_a_build_fit_its_mesh(name: str) -> None:
    """The segments of `body()` are as long as those of the mesh, so no bone is stretched."""
    build = BUILDS[name]
    body, joints = build.body(), build.joints()
    for segment, (a, b) in SEGMENTS.items():
        assert np.linalg.norm(joints[a] - joints[b]) == pytest.approx(getattr(body, segment)), segment
    neck, hip = joints[[1, 2]].mean(0), joints[[7, 8]].mean(0)
    assert np.linalg.norm(neck - hip) == pytest.approx(body.trunk, rel=0.01)
    assert joints[11, 1] == pytest.approx(REST[11, 1])


def test_the_modelled_build_is_the_mesh_itself() -> None:
    """Without a stretch nothing is computed anew, so the sample film does not change."""
    mesh = WORKOUT.mesh(COARSE)
    assert stretch(mesh, MODELLED) is mesh
    assert WORKOUT.mesh(COARSE) is mesh


@pytest.mark.parametrize("name", [each for each in BUILDS if each != "medium"])
def test_a_stretched_mesh_is_as_tall_and_as_wide_as_its_build(name: str) -> None:
    """Posed in its own rest pose the crown follows the joints; normals stay outward units."""
    build, plain = BUILDS[name], build_mesh(COARSE)
    mesh = stretch(plain, build)
    assert np.allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-3)
    assert ((mesh.normals * plain.normals).sum(1) > 0).mean() > 0.99
    old, _ = bend(plain, Pose(REST))
    new, _ = bend(mesh, Pose(build.joints()))
    rise = build.joints()[1, 1] - REST[1, 1]
    grown = (build.head - 1) * 0.32
    assert new[:, 1].max() - old[:, 1].max() == pytest.approx(rise + grown, abs=0.02)
    assert abs(new[:, 1].min()) < 0.02  # soles on the floor


def test_a_stout_body_is_thicker_and_a_slim_one_thinner() -> None:
    """Depth of the trunk at the waist."""
    depth = {}
    for name in ("slim", "medium", "stout"):
        mesh = stretch(build_mesh(COARSE), BUILDS[name])
        waist = (mesh.part == BODY) & (np.abs(mesh.rest[:, 0]) < 0.1) & (np.abs(mesh.rest[:, 1] - 1.08) < 0.06)
        depth[name] = np.ptp(mesh.world[waist, 2])
    assert depth["slim"] < 0.95 * depth["medium"] < 0.9 * depth["stout"]


def test_sleeves_and_trousers_end_where_the_outfit_says() -> None:
    """Skin shows on the forearm of a short sleeve, not of a long one; on the shank of shorts, not of trousers."""
    mesh = build_mesh(COARSE)
    fore = (REST[4] + REST[6]) / 2  # the watch is on the other
    shin = REST[9] * 0.3 + REST[11] * 0.7
    for name, outfit in OUTFITS.items():
        painted = paint(mesh.part, mesh.rest, SKINS["light"], HAIRS["bald"], outfit)
        for place, bare in ((fore, outfit.sleeve < 0.4), (shin, outfit.leg > 0.25)):
            near = (mesh.part == BODY) & (np.linalg.norm(mesh.rest - place, axis=1) < 0.07)
            assert near.sum() > 5
            assert painted.skin[near].mean() == pytest.approx(float(bare), abs=0.1), name


def test_hair_is_painted_where_it_grows() -> None:
    """A bald head bears no colour of hair; long hair covers more than short hair."""
    area = {}
    for name in ("bald", "short black", "long black"):
        mesh = build_mesh(COARSE, HAIRS[name].cut)
        head = mesh.part == 1
        painted = paint(mesh.part[head], mesh.rest[head], SKINS["pale"], HAIRS[name], OUTFITS["black"])
        area[name] = (painted.gloss == np.float32(0.07)).mean()
    assert area["bald"] == 0
    assert 0.1 < area["short black"] < area["long black"]


def test_skins_run_from_pale_to_dark() -> None:
    """Six tones, each clearly darker than the one before."""
    tones = sorted((linear(*skin.tone).mean() for skin in SKINS.values()), reverse=True)
    assert len(tones) == 6
    assert all(dark < 0.85 * light for light, dark in pairwise(tones))


def test_named_looks_differ_and_cover_everything_there_is() -> None:
    """Any two pictures differ; every build, skin, setting and light is in one of them."""
    pictures = {name: picture(look).astype(float) for name, look in LOOKS.items()}
    for one, other in combinations(pictures, 2):
        assert np.abs(pictures[one] - pictures[other]).mean() > 5, (one, other)
    for part, names in (("build", BUILDS), ("skin", SKINS), ("setting", SETTINGS), ("light", LIGHTS)):
        worn = [getattr(look, part) for look in LOOKS.values()]
        assert [name for name, each in names.items() if each not in worn] == [], part


def test_a_dim_room_is_darker() -> None:
    """Less than two thirds of the brightness by day."""
    assert picture(Look(light=LIGHTS["dim"])).mean() < 0.67 * picture(WORKOUT).mean()


def test_light_from_behind_darkens_the_person_more_than_the_room() -> None:
    """The share of the person's brightness in that of the room falls."""
    ratio = {}
    for name in ("day", "back"):
        image = picture(Look(light=LIGHTS[name])).mean(2)
        ratio[name] = image[40:60, 45:51].mean() / image[5:25, :20].mean()
    assert ratio["back"] < 0.8 * ratio["day"]


def test_drawn_looks_are_reproducible_and_various() -> None:
    """Equal seeds draw the same look; forty draws bring every build and setting."""
    assert Look.draw(np.random.default_rng(4)) == Look.draw(np.random.default_rng(4))
    rng = np.random.default_rng(0)
    drawn = [Look.draw(rng) for _ in range(60)]
    assert {each.build for each in drawn} == set(BUILDS.values())
    assert {each.setting for each in drawn} == set(SETTINGS.values())
