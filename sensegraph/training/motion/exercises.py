"""All exercises of the fitness head, by label, in alphabetical order."""

from __future__ import annotations

import importlib
import pkgutil

from sensegraph.training.motion import moves
from sensegraph.training.motion.exercise import Exercise

FAMILIES = [
    importlib.import_module(f"{moves.__name__}.{family.name}") for family in pkgutil.iter_modules(moves.__path__)
]
MOVES: dict[str, Exercise] = {}
for family in FAMILIES:
    MOVES |= getattr(family, "MOVES", {})
EXERCISES = {label: MOVES[label] for label in sorted(MOVES)}
