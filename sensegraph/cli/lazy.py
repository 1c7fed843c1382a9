"""A group of commands that are imported when they are used, so that each starts quickly."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click


class LazyGroup(click.Group):
    """A group whose commands are imported on demand.

    Args:
        commands_at: Name of each command -> `module:function` in `sensegraph.cli`, in the order in which people meet
            them.
        options: As of `click.Group`.
    """

    def __init__(self, *, commands_at: Mapping[str, str], **options: Any) -> None:
        super().__init__(**options)
        self._commands_at = commands_at

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order in which people meet them."""
        return list(self._commands_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command."""
        if cmd_name not in self._commands_at:
            return None
        module, _, name = self._commands_at[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(f"sensegraph.cli.{module}"), name)
        return command
