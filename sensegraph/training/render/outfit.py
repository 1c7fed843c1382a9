"""What the person wears: colours in display RGB, 0..1, and where the cloth ends."""

from dataclasses import dataclass

from sensegraph.training.render.complexion import Rgb


@dataclass(frozen=True)
class Outfit:
    """A top, something on the legs, and shoes.

    Attributes:
        top: Colour of the top.
        trim: Colour of collar, cuffs and stripe.
        legs: Colour of trousers, shorts or leggings.
        shoe: Colour of the shoes.
        sole: Colour of their soles.
        sleeve: Length along the arm of the modelled figure, metres: 0.185 short, 0.54 to the wrist, 0 none.
        hem: Height of the top's hem over the hips of the modelled figure, metres; below 0 it is a tunic.
        leg: Height of the trousers' hem over the floor, metres: 0.1 to the shoe, 0.55 shorts, 0.3 to the calf.
        stripe: Whether a stripe runs down the legs.
        bands: Width of the bands across the top, metres; 0 for none.
        watch: Whether there is a watch on the left wrist.
    """

    top: Rgb = (0.10, 0.44, 0.52)
    trim: Rgb = (0.86, 0.90, 0.90)
    legs: Rgb = (0.13, 0.145, 0.19)
    shoe: Rgb = (0.86, 0.86, 0.87)
    sole: Rgb = (0.93, 0.42, 0.22)
    sleeve: float = 0.185
    hem: float = 0.035
    leg: float = 0.10
    stripe: bool = True
    bands: float = 0.0
    watch: bool = True


BLACK, WHITE, GREY = (0.09, 0.09, 0.10), (0.88, 0.88, 0.87), (0.45, 0.46, 0.48)
OUTFITS = {
    "teal shirt": Outfit(),
    "running": Outfit((0.85, 0.26, 0.20), BLACK, BLACK, (0.20, 0.45, 0.75), WHITE, 0, 0.02, 0.56, stripe=False),
    "tracksuit": Outfit((0.16, 0.20, 0.42), WHITE, (0.16, 0.20, 0.42), WHITE, GREY, 0.53, watch=False),
    "yoga": Outfit((0.48, 0.30, 0.52), (0.38, 0.22, 0.42), (0.25, 0.24, 0.30), BLACK, GREY, 0, stripe=False),
    "beach": Outfit(WHITE, WHITE, (0.70, 0.60, 0.43), (0.45, 0.32, 0.22), WHITE, 0.2, 0.01, 0.50, False, 0, False),
    "sailor": Outfit(WHITE, (0.13, 0.20, 0.40), (0.22, 0.31, 0.47), BLACK, WHITE, 0.50, 0.0, 0.10, False, 0.03, False),
    "tunic": Outfit((0.80, 0.55, 0.16), (0.55, 0.30, 0.10), (0.20, 0.17, 0.17), BLACK, BLACK, 0.30, -0.24, 0.3, False),
    "black": Outfit(BLACK, (0.14, 0.14, 0.15), BLACK, (0.13, 0.13, 0.14), WHITE, 0.185, stripe=False, watch=False),
    "grey hoodie": Outfit(GREY, (0.36, 0.37, 0.39), (0.25, 0.33, 0.27), WHITE, WHITE, 0.53, -0.02, stripe=False),
}
