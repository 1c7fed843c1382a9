"""How a clip is shown in training: nearer or farther, in other light, mirrored, faster or slower."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sensegraph.models.pixel.architecture import SIZE
from sensegraph.training.backbone.reel import Picture, scaled

ZOOM = (0.8, 1.4)
ASPECT = (0.9, 1.1)
SHIFT = 0.1
"""Of the side of the picture, to each side."""
SPEED = (0.8, 1.25)
CONTRAST = (0.7, 1.3)
BRIGHTNESS = 0.15
"""Of the whole range, up or down."""
TINT = 0.06
"""Of each colour, up or down."""
SATURATION = (0.5, 1.4)
GREY = 0.1
"""Share of clips without colour."""


@dataclass(frozen=True, eq=False, slots=True)
class View:
    """One way to show a clip, the same for all of its pictures.

    Attributes:
        zoom: Over the size that just fits into the square.
        aspect: Wider than it was, at the same area.
        right: Shift as a share of the side.
        down: Likewise.
        mirrored: Whether left and right are exchanged.
        speed: How much faster than it was recorded.
        saturation: 1 as it was, 0 grey.
        light: uint8 (1, 256, 3): new value of each value, for blue, green and red.
    """

    zoom: float
    aspect: float
    right: float
    down: float
    mirrored: bool
    speed: float
    saturation: float
    light: NDArray[np.uint8]

    def shape(self, picture: Picture, size: int) -> Picture:
        """Return what the network sees, uint8 BGR (size, size, 3), of a picture of any size; black around it."""
        height, width = picture.shape[:2]
        across = self.zoom * SIZE / max(height, width) * self.aspect**0.5 * (-1 if self.mirrored else 1)
        down = self.zoom * SIZE / max(height, width) / self.aspect**0.5
        middle = (SIZE - 1) / 2
        place = np.array(
            [
                [across, 0, middle + self.right * SIZE - across * (width - 1) / 2],
                [0, down, middle + self.down * SIZE - down * (height - 1) / 2],
            ]
        )
        placed = cv2.warpAffine(picture, place, (SIZE, SIZE), flags=cv2.INTER_LINEAR)
        return self.coloured(scaled(np.asarray(placed, np.uint8), size))

    def coloured(self, picture: Picture) -> Picture:
        """Return a picture in other light."""
        if self.saturation != 1:
            grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
            picture = np.asarray(cv2.addWeighted(picture, self.saturation, grey, 1 - self.saturation, 0), np.uint8)
        return np.asarray(cv2.LUT(picture, self.light), np.uint8)


def plain(*, mirrored: bool = False) -> View:
    """Return the view that changes nothing, but perhaps left and right."""
    return View(1.0, 1.0, 0.0, 0.0, mirrored, 1.0, 1.0, _light(1.0, 0.0, np.ones(3)))


def drawn(rng: np.random.Generator, *, mirrored: bool = False) -> View:
    """Draw a view."""
    contrast, brightness = rng.uniform(*CONTRAST), rng.uniform(-BRIGHTNESS, BRIGHTNESS)
    light = _light(contrast, brightness, 1 + rng.uniform(-TINT, TINT, 3))
    return View(
        zoom=_ratio(rng, *ZOOM),
        aspect=_ratio(rng, *ASPECT),
        right=rng.uniform(-SHIFT, SHIFT),
        down=rng.uniform(-SHIFT, SHIFT),
        mirrored=mirrored,
        speed=_ratio(rng, *SPEED),
        saturation=0.0 if rng.random() < GREY else rng.uniform(*SATURATION),
        light=light,
    )


def _ratio(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw a ratio so that twice is as likely as half."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _light(contrast: float, brightness: float, tint: NDArray[np.float64]) -> NDArray[np.uint8]:
    values = (np.linspace(0, 1, 256)[:, None] - 0.5) * contrast + 0.5 + brightness
    return np.rint(np.clip(values * tint, 0, 1) * 255).astype(np.uint8)[None]
