"""How long the tests of `make soak` take: SOAK_MINUTES, an hour without."""

from __future__ import annotations

import os

MINUTES = float(os.environ.get("SOAK_MINUTES", "60"))


def scaled(count: int) -> int:
    """Return the part of a count that fits SOAK_MINUTES."""
    return max(3, round(count * min(1.0, MINUTES / 60)))
