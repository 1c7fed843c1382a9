"""Panels, text and bars on a picture, sized with its height; OpenCV only."""

from __future__ import annotations

import functools
import unicodedata

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]

WHITE: Colour = (245, 245, 245)
GREY: Colour = (185, 180, 175)
DIM: Colour = (95, 88, 82)
TEAL: Colour = (196, 205, 92)
CORAL: Colour = (122, 148, 250)
GREEN: Colour = (128, 222, 120)
AMBER: Colour = (88, 190, 255)

FONT = cv2.FONT_HERSHEY_DUPLEX
CAP_PX = 22.0
"""Height of a capital letter of the font at scale 1."""
SMALLEST_CAP_PX = 7.0
REFERENCE_HEIGHT = 480.0
MARGIN = 12.0
"""Width of what stays free around and inside a panel."""
PANEL_LIGHT = 0.34
"""Share of the picture that shows through a panel."""


def plain(text: str) -> str:
    """Return `text` in the letters that the font has: accents are dropped, what is left over becomes `?`."""
    folded = unicodedata.normalize("NFKD", text.replace("…", "..."))
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return bare.encode("ascii", "replace").decode()


@functools.lru_cache(maxsize=32)
def _rounded(width: int, height: int, radius: int) -> Picture:
    """Return a mask (height, width) of a rectangle with round corners."""
    mask = np.zeros((height, width), np.uint8)
    cv2.rectangle(mask, (radius, 0), (width - 1 - radius, height - 1), 255, -1)
    cv2.rectangle(mask, (0, radius), (width - 1, height - 1 - radius), 255, -1)
    for x in (radius, width - 1 - radius):
        for y in (radius, height - 1 - radius):
            cv2.circle(mask, (x, y), radius, 255, -1, cv2.LINE_AA)
    return mask


@functools.lru_cache(maxsize=512)
def _width(text: str, scale: float, thickness: int) -> int:
    return int(cv2.getTextSize(text, FONT, scale, thickness)[0][0])


class Canvas:
    """A picture to draw on, in units that make 480 of its height (or of 3/4 of its width, if that is less).

    Args:
        picture: uint8 (H, W, 3) BGR; drawn on in place.
    """

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.height, self.width = int(picture.shape[0]), int(picture.shape[1])
        self.unit: float = max(min(self.height, 0.75 * self.width), 1.0) / REFERENCE_HEIGHT

    def px(self, units: float) -> int:
        """Return a length in whole pixels, at least 1."""
        return max(1, round(float(units * self.unit)))

    def cap(self, units: float) -> float:
        """Return the height of a capital letter in pixels for a text of `units`; never unreadable."""
        return max(units * self.unit, SMALLEST_CAP_PX)

    def panel(self, left: int, top: int, width: int, height: int) -> None:
        """Darken a rectangle with round corners; what lies outside the picture is left out."""
        right, bottom = min(left + width, self.width), min(top + height, self.height)
        left, top = max(left, 0), max(top, 0)
        if right - left < 2 or bottom - top < 2:
            return
        region = self.picture[top:bottom, left:right]
        dark = cv2.convertScaleAbs(region, alpha=PANEL_LIGHT, beta=6)
        radius = min(self.px(9), (right - left) // 2 - 1, (bottom - top) // 2 - 1)
        cv2.copyTo(dark, _rounded(right - left, bottom - top, max(radius, 0)), region)

    def measure(self, text: str, cap: float, *, bold: bool = False) -> int:
        """Return the width of a text in pixels."""
        return _width(plain(text), cap / CAP_PX, self._thickness(cap, bold))

    def text(
        self, x: int, baseline: int, text: str, cap: float, colour: Colour = WHITE, *, bold: bool = False,
        right: bool = False, room: int | None = None,
    ) -> int:  # fmt: skip
        """Write one line.

        Args:
            x: Left end, or the right end with `right`.
            baseline: Where the letters stand.
            text: What to write.
            cap: Height of a capital letter in pixels.
            colour: BGR.
            bold: Thicker strokes.
            right: Align at the right end.
            room: Pixels to fit into: a longer text becomes smaller, then is cut.

        Returns:
            The width that was taken, in pixels.
        """
        letters = plain(text)
        if room is not None:
            letters, cap = self.fit(letters, cap, room, bold=bold)
        thickness = self._thickness(cap, bold)
        width = _width(letters, cap / CAP_PX, thickness)
        at = (x - width if right else x, baseline)
        cv2.putText(self.picture, letters, at, FONT, cap / CAP_PX, colour, thickness, cv2.LINE_AA)
        return width

    def bar(self, left: int, top: int, width: int, height: int, share: float, colour: Colour) -> None:
        """Draw a horizontal bar, filled by `share` 0..1."""
        middle, thick = top + height // 2, max(height, 1)
        inset = thick // 2
        start, end = left + inset, left + width - inset
        cv2.line(self.picture, (start, middle), (end, middle), DIM, thick, cv2.LINE_AA)
        filled = round((end - start) * min(max(share, 0.0), 1.0))
        if filled > 0:
            cv2.line(self.picture, (start, middle), (start + filled, middle), colour, thick, cv2.LINE_AA)

    def _thickness(self, cap: float, bold: bool) -> int:
        return max(1, round(cap / (9 if bold else 14)))

    def fit(self, letters: str, cap: float, room: int, *, bold: bool = False) -> tuple[str, float]:
        """Return a text and a height of its capitals with which it is `room` pixels wide at most."""
        smallest = max(SMALLEST_CAP_PX, 0.6 * cap)
        while self.measure(letters, cap, bold=bold) > room and cap > smallest:
            cap = max(smallest, cap * 0.92)
        while len(letters) > 3 and self.measure(letters, cap, bold=bold) > room:
            letters = letters.rstrip(".")[:-1].rstrip() + ".."
        return letters, cap
