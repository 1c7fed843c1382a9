"""Names that people give to classes, tags and projects, and what they become in a mirror."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from sensegraph.errors import Problem
from sensegraph.payload import STATES
from sensegraph.training.project.error import ProjectError

LONGEST_BYTES = 120
FORBIDDEN = "/\\|"
"""The first two part the folders of a path, the third the labels of a truth file."""
BACKGROUND = "background"
RESERVED = (*STATES, "none")
SIDES = re.compile(
    r"(?P<side>(?<![A-Za-z])(?:left|right)(?![a-z])|(?:Left|Right)(?![a-z])|(?<![A-Za-z])(?:LEFT|RIGHT)(?![A-Za-z]))"
    r"|(?P<counter>(?i:counter|anti)[-_ ]?)?(?P<turn>(?i:clockwise))"
)
"""A side is a word of its own or the end of a part of a name: `turn_left`, `LeftArm`; not the left of `leftover`."""


def checked_name(name: str, kind: str, taken: Iterable[str] = ()) -> str:
    """Return a name as it is kept: composed Unicode without space around it.

    Quotes, `$`, emoji and the like are allowed: names are data, and are never put on a command line. A class does
    become the name of a folder when a project is exported.

    Args:
        name: What somebody typed, or a folder is called.
        kind: What it is the name of, for the message: `class`, `tag`, `project`.
        taken: The names that are there; the new one must differ by more than case.

    Raises:
        ProjectError: It cannot be a name.
    """
    kept = unicodedata.normalize("NFC", name.strip())
    if problem := _problem(kept, kind) or _taken(kept, kind, taken):
        raise ProjectError([problem])
    return kept


def _problem(name: str, kind: str) -> Problem | None:
    where = f"{kind} '{name}'"
    if not name:
        return Problem(f"{kind} ''", "the name is empty", "Name it.")
    if name.startswith("."):
        return Problem(where, "begins with a dot: its folder would be hidden", "Choose another name.")
    if bad := next((sign for sign in name if sign in FORBIDDEN or not (sign == " " or sign.isprintable())), ""):
        shown = bad if bad.isprintable() else ascii(bad)[1:-1]
        return Problem(where, f"'{shown}' cannot be in a name", "Leave it out.")
    if len(name.encode("utf-8", "surrogatepass")) > LONGEST_BYTES:
        return Problem(where, f"is longer than {LONGEST_BYTES} bytes", "Choose a shorter name.")
    reserved = {each.casefold() for each in (RESERVED if kind == "class" else (BACKGROUND,) if kind == "tag" else ())}
    if name.casefold() in reserved:
        remedy = f"For what is none of the classes make a class '{BACKGROUND}'." if kind == "class" else ""
        return Problem(where, "has a meaning of its own", remedy or "Choose another name.")
    return None


def _taken(name: str, kind: str, taken: Iterable[str]) -> Problem | None:
    for each in taken:
        if each == name:
            return Problem(f"{kind} '{name}'", "is there already", "Choose another name.")
        if each.casefold() == name.casefold():
            what = f"differs from '{each}' by case only: on some systems they are one folder"
            return Problem(f"{kind} '{name}'", what, f"Call it '{each}', or choose another name.")
    return None


def title(text: str) -> str:
    """Return the name of a file as it is kept for people, and can be the name of a file again; never empty."""
    kept = "".join(sign if sign.isprintable() and sign not in FORBIDDEN else "_" for sign in text)
    while len(kept.encode()) > LONGEST_BYTES:
        kept = kept[:-1]
    return kept.strip(" .") or "clip"


def mirrored(name: str) -> str:
    """Return the name of the mirror image: left and right, clockwise and counter-clockwise change places.

    A name without a side is its own mirror image. Case is kept: `LeftArm` becomes `RightArm`.
    """
    return SIDES.sub(_other_side, name)


def _other_side(match: re.Match[str]) -> str:
    if side := match["side"]:
        other = "right" if side.lower() == "left" else "left"
        return other.upper() if side.isupper() else other.capitalize() if side[0].isupper() else other
    turn = match["turn"]
    if match["counter"]:
        return turn.capitalize() if match["counter"][0].isupper() else turn
    return f"Counter-{turn.lower()}" if turn[0].isupper() else f"counter-{turn}"
