"""Skin and hair: tones in display RGB, 0..1."""

from dataclasses import dataclass
from typing import TypeAlias

Rgb: TypeAlias = tuple[float, float, float]


@dataclass(frozen=True)
class Skin:
    """Tone of the skin and of the lips."""

    tone: Rgb = (0.80, 0.58, 0.46)
    lips: Rgb = (0.68, 0.36, 0.33)


@dataclass(frozen=True)
class Hair:
    """Cut (a key of `hair.HEAD_BOX`), colour, and colour of the brows."""

    cut: str = "short"
    tone: Rgb = (0.23, 0.145, 0.085)
    brow: Rgb = (0.15, 0.09, 0.06)


SKINS = {
    "light": Skin(),
    "pale": Skin((0.89, 0.71, 0.62), (0.76, 0.45, 0.43)),
    "olive": Skin((0.71, 0.53, 0.38), (0.60, 0.34, 0.29)),
    "tan": Skin((0.60, 0.42, 0.29), (0.51, 0.28, 0.23)),
    "brown": Skin((0.44, 0.29, 0.20), (0.39, 0.20, 0.17)),
    "dark": Skin((0.30, 0.20, 0.15), (0.31, 0.17, 0.16)),
}
HAIRS = {
    "short brown": Hair(),
    "short black": Hair("short", (0.07, 0.06, 0.06), (0.06, 0.05, 0.05)),
    "short grey": Hair("short", (0.55, 0.55, 0.55), (0.36, 0.34, 0.33)),
    "long blond": Hair("long", (0.74, 0.58, 0.34), (0.40, 0.28, 0.16)),
    "long black": Hair("long", (0.08, 0.06, 0.055), (0.07, 0.055, 0.05)),
    "bun red": Hair("bun", (0.46, 0.20, 0.09), (0.30, 0.14, 0.08)),
    "bun black": Hair("bun", (0.07, 0.06, 0.055), (0.06, 0.05, 0.05)),
    "bald": Hair("bald", (0.07, 0.06, 0.055), (0.10, 0.08, 0.07)),
}
