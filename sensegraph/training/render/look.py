"""How a film looks: who is in it, what they wear, where they are and how it is lit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensegraph.training.motion.body import Body
from sensegraph.training.render.build import BUILDS, Build, stretch
from sensegraph.training.render.colour import linear
from sensegraph.training.render.complexion import HAIRS, SKINS, Hair, Skin
from sensegraph.training.render.light import LIGHTS, Light
from sensegraph.training.render.mesh import Mesh, build_mesh
from sensegraph.training.render.outfit import OUTFITS, Outfit
from sensegraph.training.render.setting import SETTINGS, Setting


@dataclass(frozen=True)
class Look:
    """One person in one place; without arguments the figure of the sample film."""

    build: Build = BUILDS["medium"]
    skin: Skin = SKINS["light"]
    hair: Hair = HAIRS["short brown"]
    outfit: Outfit = OUTFITS["teal shirt"]
    setting: Setting = SETTINGS["flat"]
    light: Light = LIGHTS["day"]

    @classmethod
    def of(cls, build: str, skin: str, hair: str, outfit: str, setting: str, light: str) -> Look:
        """The look with these names."""
        return cls(BUILDS[build], SKINS[skin], HAIRS[hair], OUTFITS[outfit], SETTINGS[setting], LIGHTS[light])

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Look:
        """Draw each part on its own, all alike probable."""
        parts = (BUILDS, SKINS, HAIRS, OUTFITS, SETTINGS, LIGHTS)
        return cls.of(*(str(rng.choice(list(names))) for names in parts))

    def body(self) -> Body:
        """Segment lengths, metres, for motions that do not stretch the figure."""
        return self.build.body()

    def mesh(self, fine: float = 1.0) -> Mesh:
        """The person; `fine` is the factor on the cell sizes, as in `build_mesh`."""
        return stretch(build_mesh(fine, self.hair.cut), self.build)

    def glow(self) -> float:
        """How much light the skin lets through, 1 for the modelled figure."""
        return float(linear(*self.skin.tone).mean() / linear(*Skin().tone).mean())


WORKOUT = Look()
LOOKS = {
    "workout": WORKOUT,
    "runner": Look.of("tall", "dark", "bald", "running", "park", "bright"),
    "office": Look.of("stout", "pale", "short grey", "sailor", "office", "day"),
    "yoga": Look.of("petite", "olive", "bun black", "yoga", "brick loft", "side"),
    "gym": Look.of("broad", "brown", "short black", "black", "gym", "day"),
    "evening": Look.of("curvy", "tan", "long black", "tunic", "green room", "dim"),
    "window": Look.of("slim", "pale", "long blond", "tracksuit", "studio", "back"),
    "garden": Look.of("medium", "brown", "bun black", "beach", "park", "side"),
    "hall": Look.of("curvy", "dark", "long black", "grey hoodie", "gym", "bright"),
    "attic": Look.of("broad", "light", "bun red", "running", "green room", "back"),
}
