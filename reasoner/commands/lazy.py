"""A group of commands whose modules are imported only when one of them runs."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandEntry:
    """
    A command that is not imported yet.

    Attributes:
        module: The module of this package that defines it.
        attribute: The name of the command in that module.
        summary: The first sentence of its help, for the list of commands.
    """

    module: str
    attribute: str
    summary: str


class LazyGroup(click.Group):
    """
    A group that lists its commands without importing them.

    Args:
        name: The name of the group.
        entries: The commands by name.
        help: The help text of the group.
        params: The options of the group.
    """

    def __init__(
        self,
        name: str,
        *,
        entries: Mapping[str, CommandEntry],
        help: str,  # noqa: A002 - the name that click gives it
        params: list[click.Parameter] | None = None,
    ) -> None:
        super().__init__(
            name,
            help=help,
            params=params,
            context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
        )
        self.entries = dict(entries)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the names of the commands, sorted."""
        return sorted({*self.entries, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None if the group has no command of that name."""
        if cmd_name not in self.entries:
            return super().get_command(ctx, cmd_name)
        entry = self.entries[cmd_name]
        found: object = getattr(import_module(f".{entry.module}", __package__), entry.attribute)
        if not isinstance(found, click.Command):
            raise TypeError(f"{entry.module}.{entry.attribute} is not a command")
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from their entries."""
        rows = [
            (
                name,
                self.entries[name].summary
                if name in self.entries
                else self.commands[name].get_short_help_str(limit=100),
            )
            for name in self.list_commands(ctx)
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
