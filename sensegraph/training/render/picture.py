"""A picture of the person in the room."""

import cv2
import numpy as np

from sensegraph.training.render.array import Array
from sensegraph.training.render.buffer import Samples, draw_samples
from sensegraph.training.render.camera import Camera
from sensegraph.training.render.colour import GAMMA
from sensegraph.training.render.distance import F32
from sensegraph.training.render.light import shade, wrinkle
from sensegraph.training.render.look import WORKOUT, Look
from sensegraph.training.render.mesh import BODY, Mesh
from sensegraph.training.render.paint import paint
from sensegraph.training.render.pose import Pose
from sensegraph.training.render.room import draw_room
from sensegraph.training.render.shadow import floor_shadow, self_shadow
from sensegraph.training.render.skin import bend

NOISE = 0.004  # of the sensor, share of full white


class Renderer:
    """One camera in the room; poses become pictures.

    Args:
        camera: Where it stands; its size is the picture's size.
        mesh: The person, of the look's build.
        fine: Samples per pixel along each axis; 1 is faster with rougher edges.
        seed: Seed of the sensor noise.
        look: Skin, hair, clothes, surroundings and light.
    """

    def __init__(self, camera: Camera, mesh: Mesh, fine: int = 2, seed: int = 0, look: Look = WORKOUT) -> None:
        self.camera, self.mesh, self.fine, self.look = camera, mesh, fine, look
        self._towards = look.light.direction()
        self._room = draw_room(camera, look.setting)
        self._room.picture[:] *= F32(look.light.room)
        self._part = mesh.part[mesh.quads[:, 0]]
        self._random = np.random.default_rng(seed)

    def __call__(self, pose: Pose) -> Array:
        """Draw one frame: uint8 RGB (H,W,3); equal poses differ only by sensor noise."""
        vertices, normals = bend(self.mesh, pose)
        picture = self._room.picture.copy()
        floor_shadow(picture, self._room.floor, self.camera, vertices, self._towards)
        size = (self.camera.width, self.camera.height)
        samples = draw_samples(self.camera.project(vertices), self.mesh.quads, size, self.fine)
        self._lay(picture, samples, self._colours(samples, vertices, normals))
        return self._develop(picture)

    def _colours(self, samples: Samples, vertices: Array, normals: Array) -> Array:
        """Linear RGB (s,3) of the samples."""
        scalars = np.stack([self.mesh.openness, self_shadow(vertices, self._towards)], 1)
        values = np.concatenate([self.mesh.rest, normals, vertices, scalars], 1).astype(F32)
        mixed = samples.mix(values)
        rest, normal, place, openness, lit = np.split(mixed, [3, 6, 9, 10], 1)
        part = self._part[samples.quad]
        look = self.look
        painted = paint(part, rest, look.skin, look.hair, look.outfit)
        cloth = (~painted.skin & (part == BODY)).astype(F32)
        view = self.camera.eye.astype(F32) - place
        view /= np.linalg.norm(view, axis=1, keepdims=True)
        bent = wrinkle(normal, rest, cloth)
        return shade(painted, bent, view, openness[:, 0], lit[:, 0], look.light, look.glow())

    def _lay(self, picture: Array, samples: Samples, colours: Array) -> None:
        """Average the samples to pixels and lay them over the room."""
        big = np.zeros((*samples.shape, 4), F32)
        rows, columns = samples.at
        big[rows, columns, :3], big[rows, columns, 3] = colours, 1
        wide, high = samples.shape[1] // self.fine, samples.shape[0] // self.fine
        small = cv2.resize(big, (wide, high), interpolation=cv2.INTER_AREA)
        x, y = samples.corner
        spot = picture[y : y + high, x : x + wide]
        spot *= 1 - small[..., 3:]
        spot += small[..., :3]

    def _develop(self, picture: Array) -> Array:
        """Linear light to display values: slight blur, soft highlights, gamma, noise."""
        soft = np.clip(cv2.GaussianBlur(picture, (0, 0), 0.55 * self.camera.height / 480), 0, 4)
        out = np.clip(soft / (1 + 0.22 * soft) * 1.16, 0, 1) ** F32(1 / GAMMA)
        out += self._random.normal(0, NOISE, out.shape[:2]).astype(F32)[..., None]
        return np.asarray(np.clip(out * 255, 0, 255).astype(np.uint8))
