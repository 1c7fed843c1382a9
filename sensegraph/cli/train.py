"""`sensegraph train`: motions, films and nets made from nothing. Commands are imported when they are used."""

from __future__ import annotations

import click

from sensegraph.cli.lazy import LazyGroup

COMMANDS = {
    "motion-sheet": "nets:motion_sheet",
    "render": "render:render",
    "net": "nets:net_",
    "hand-state": "nets:hand_state",
    "card": "nets:card_",
}


@click.group(cls=LazyGroup, commands_at=COMMANDS)
def train() -> None:
    """Look at labelled motion, make films of it, and train the nets."""
