"""Where the person is: a wall and a floor, and what is on them; colours in display RGB, 0..1."""

from dataclasses import dataclass

from sensegraph.training.render.complexion import Rgb


@dataclass(frozen=True)
class Setting:
    """A wall behind and a floor below.

    Attributes:
        wall: Colour of the wall, or of the sky.
        floor: Colour of the floor.
        tone: What a board of the floor may be lighter by.
        surface: What the floor is made of: boards, plain (carpet, rubber), tiles or grass.
        behind: What the wall is: painted, brick or sky (with a hedge).
        distance: Of the wall behind the person, metres.
        mat: Colour of the exercise mat, or None.
        window: Whether the sun draws a window on the wall.
        picture: Whether a picture hangs there.
        plant: Whether a plant stands there.
        shelf: Whether a shelf with books stands there.
    """

    wall: Rgb = (0.80, 0.79, 0.755)
    floor: Rgb = (0.66, 0.50, 0.355)
    tone: Rgb = (0.07, 0.06, 0.045)
    surface: str = "boards"
    behind: str = "painted"
    distance: float = 1.9
    mat: Rgb | None = (0.30, 0.38, 0.46)
    window: bool = True
    picture: bool = True
    plant: bool = True
    shelf: bool = False


SETTINGS = {
    "flat": Setting(),
    "studio": Setting(
        wall=(0.84, 0.85, 0.87), floor=(0.72, 0.72, 0.73), surface="plain", distance=2.6,
        mat=None, window=False, picture=False, plant=False,
    ),
    "gym": Setting(
        wall=(0.30, 0.32, 0.36), floor=(0.24, 0.24, 0.26), surface="tiles", distance=3.4,
        mat=(0.55, 0.20, 0.18), window=False, plant=False, shelf=True,
    ),
    "office": Setting(
        wall=(0.70, 0.75, 0.80), floor=(0.42, 0.43, 0.48), surface="plain", distance=2.2,
        mat=None, picture=False, shelf=True,
    ),
    "green room": Setting(
        wall=(0.42, 0.52, 0.44), floor=(0.45, 0.31, 0.21), tone=(0.05, 0.04, 0.03), distance=1.8,
        mat=(0.60, 0.54, 0.62), window=False, shelf=True,
    ),
    "brick loft": Setting(
        wall=(0.58, 0.33, 0.26), floor=(0.58, 0.56, 0.53), surface="tiles", behind="brick", distance=2.4,
        mat=(0.25, 0.42, 0.38), picture=False,
    ),
    "park": Setting(
        wall=(0.55, 0.72, 0.90), floor=(0.34, 0.50, 0.22), surface="grass", behind="sky", distance=9.0,
        mat=None, window=False, picture=False, plant=False,
    ),
}  # fmt: skip
