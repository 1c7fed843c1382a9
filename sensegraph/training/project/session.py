"""The recording session of a clip, as far as its file tells it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping

FLIPPED = "_flipped"
DATE = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d{1,5}(?!\d))")
"""Year, month and day in a name; six digits may follow, the time of day."""
NO_CLOCK = 2000
"""The year in which cameras that do not know the time begin."""
COUNTER = re.compile(r"[-_ .#(]*\d+\)?$")
SAYS_NOTHING = frozenset((
    "", "video", "clip", "vid", "mov", "movie", "img", "image", "take", "rec", "record", "recording", "sample",
    "frame", "frames", "dsc", "dscn", "gopr", "mvi", "pxl", "webcam", "cam", "camera", "file", "output", "test",
    "train", "valid",
))  # fmt: skip
"""Beginnings of names that programs and cameras give to whatever they record."""


def session_of(name: str, label: str, metadata: Mapping[str, str]) -> str:
    """Return the session of a clip; empty where nothing tells it.

    In this order: the day on which it was recorded, as the name or the container says; the name without the number at
    its end, where that is more than the class or a word such as `video`: `monday_3` is of the session `monday`.

    Args:
        name: Name of its file without suffix.
        label: Its class.
        metadata: What the container tells, e.g. `creation_time`.
    """
    plain = name.removesuffix(FLIPPED)
    if day := _day(plain) or _day(metadata.get("creation_time", "")):
        return day
    beginning = COUNTER.sub("", plain).strip(" -_.(#")
    said = _letters(beginning)
    return "" if said in SAYS_NOTHING or said == _letters(label) or beginning == plain else beginning


def _day(text: str) -> str:
    match = DATE.search(text)
    if match is None:
        return ""
    try:
        day = datetime.date(*map(int, match.groups()))
    except ValueError:  # the 31st of June
        return ""
    return day.isoformat() if day.year > NO_CLOCK else ""


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())
