"""What a clip shows when left and right are exchanged."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sensegraph.training.project.naming import mirrored


def mirror(classes: Sequence[str], pairs: Sequence[tuple[str, str]] = ()) -> list[int | None]:
    """Return for each class the number of the class that its mirror image shows; None where there is no such class.

    Left and right and the two senses of rotation change places in the names, and so do the words of the pairs. A class
    whose name has none of them is its own mirror image. Spaces, hyphens and case do not tell names apart here: the
    mirror image of `Clockwise` may be called `Counterclockwise` or `counter-clockwise`.

    Args:
        classes: Names.
        pairs: Further words that change places.
    """
    number = {_key(name): index for index, name in enumerate(classes)}
    return [number.get(_key(_exchanged(mirrored(name), pairs))) for name in classes]


def _exchanged(name: str, pairs: Sequence[tuple[str, str]]) -> str:
    other = {key.casefold(): value for one, two in pairs for key, value in ((one, two), (two, one))}
    if not other:
        return name
    words = "|".join(re.escape(word) for word in sorted(other, key=len, reverse=True))
    pattern = re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])", re.IGNORECASE)  # `_` parts words too
    return pattern.sub(lambda found: other[found[0].casefold()], name)


def _key(name: str) -> str:
    return re.sub(r"[-_\s]", "", name).casefold()
