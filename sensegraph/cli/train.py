"""`sensegraph train`: a classifier of one's own, and the nets behind it. Commands are imported when they are used."""

from __future__ import annotations

import os

import click

from sensegraph.cli.lazy import LazyGroup

COMMANDS = {
    "classifier": "train_classifier:classifier",
    "motion-sheet": "nets:motion_sheet",
    "render": "render:render",
    "net": "nets:net_",
    "hand-state": "nets:hand_state",
    "card": "nets:card_",
    "backbone": "train_backbone:backbone",
}
OWN = "classifier"


class TrainGroup(LazyGroup):
    """The commands, and `train DIR`, which is short for `train classifier DIR`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take a first word that is no command but a folder, or a path, for the project of a classifier."""
        word = args[0]
        if word not in COMMANDS and (os.path.isdir(word) or os.sep in word):
            return OWN, self.get_command(ctx, OWN), args
        return super().resolve_command(ctx, args)


@click.group(cls=TrainGroup, commands_at=COMMANDS)
def train() -> None:
    """Train a classifier of your own: sensegraph train DIR. Or the nets behind it, from nothing."""
