"""A routine as a film: one shot of what is done standing, one of each exercise on the floor."""

from collections.abc import Iterator, Sequence

import numpy as np

from sensegraph.training.render.array import Array
from sensegraph.training.render.film import film
from sensegraph.training.render.look import Look
from sensegraph.training.render.routine import Segment

DISSOLVE_S = 0.4


def shots(segments: Sequence[Segment]) -> list[Array]:
    """Joints (T,13,3) of each shot."""
    out: list[list[Array]] = []
    before = False
    for each in segments:
        if each.upright and before:
            out[-1].append(each.joints)
        else:
            out.append([each.joints])
        before = each.upright
    return [np.concatenate(joints) for joints in out]


def screen(
    segments: Sequence[Segment], look: Look, size: tuple[int, int], fps: float, fine: int = 2, seed: int = 0
) -> Iterator[Array]:
    """All pictures of a routine, uint8 RGB (H,W,3); a shot grows out of the last picture of the shot before."""
    last: Array | None = None
    frames = max(1, round(DISSOLVE_S * fps))
    for joints in shots(segments):
        ghost = last
        for k, picture in enumerate(film(joints, look=look, size=size, fine=fine, seed=seed)):
            last = picture
            if ghost is not None and k < frames:
                share = 1 - (k + 1) / (frames + 1)
                last = (picture * (1 - share) + ghost * share).astype(np.uint8)
            yield last
