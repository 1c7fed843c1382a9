"""Secrets in addresses: what is told, logged or kept does not show them."""

from __future__ import annotations

import re

# A path that was made of an address has one slash left.
_USER = re.compile(r"(:/+)(?:[^\s/'\"]*|[^\s/@'\"]*:[^\s@'\"]*)@")
_QUERY = re.compile(r"(:/+[^\s?#'\"]*)[?#][^\s'\"]*?(?=:?(?:[\s'\"]|$))")


def masked(text: str) -> str:
    """Return a text in which no address shows its user, password and query."""
    return _QUERY.sub(r"\1", _USER.sub(r"\1***@", text))
