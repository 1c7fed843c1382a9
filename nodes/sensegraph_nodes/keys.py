"""Pressing a key: the command line that does it, by a program of the system."""

from __future__ import annotations

import re
import sys

KEY = re.compile(r"(?:(?:ctrl|alt|shift|super)\+)*(?:[A-Za-z0-9]|[A-Z][A-Za-z0-9_]{1,30}|space)")
"""`Right`, `space`, `F5`, `ctrl+shift+t`: modifiers, then a letter, a digit or the name of a key."""

MAC_CODES = {
    "space": 49, "Return": 36, "Tab": 48, "Escape": 53, "BackSpace": 51, "Left": 123, "Right": 124, "Down": 125,
    "Up": 126, "Page_Up": 116, "Page_Down": 121, "Home": 115, "End": 119, "F5": 96, "F11": 103,
}  # fmt: skip
"""Virtual key codes of macOS (`HIToolbox/Events.h`) under the names that X11 has for these keys."""
MAC_MODIFIERS = {"ctrl": "control down", "alt": "option down", "shift": "shift down", "super": "command down"}


def presser() -> str:
    """Return the name of the program that presses keys here."""
    return "osascript" if sys.platform == "darwin" else "xdotool"


def press(key: str) -> list[str]:
    """Return the command line that presses a key once, in the window that has the focus.

    Args:
        key: A name as X11 has it, after modifiers: `Right`, `ctrl+w`.

    Raises:
        ValueError: It is no such name, or macOS has no code for it here.
    """
    if not KEY.fullmatch(key):
        raise ValueError(f"'{key}' is not the name of a key; for example Right, space, ctrl+w")
    if presser() == "xdotool":
        return ["xdotool", "key", "--clearmodifiers", key]
    *modifiers, name = key.split("+")
    if len(name) > 1 and name not in MAC_CODES:
        raise ValueError(
            f"the key '{name}' is not known on macOS; there are {', '.join(MAC_CODES)}, letters and digits"
        )
    stroke = f'keystroke "{name}"' if len(name) == 1 else f"key code {MAC_CODES[name]}"
    using = f" using {{{', '.join(MAC_MODIFIERS[each] for each in modifiers)}}}" if modifiers else ""
    return ["osascript", "-e", f'tell application "System Events" to {stroke}{using}']
